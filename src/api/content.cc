#include "api/content.h"

#include "api/executor.h"
#include "api/problem.h"
#include "api/reader.h"
#include "api/targets.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "http/file_range.h"

#include <algorithm>

namespace xos::api {

using model::FieldIndex;
using model::Row;
using schema::Type;

namespace {

constexpr std::string_view kDigest = "content_sha256";
constexpr std::string_view kSize = "content_size";

bool is_digest(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// The SHA-256 that the client announces: `?sha256=`, or a Content-Digest header.
Result<std::string> read_wanted(const Call& call) {
    if (const std::string* given = call.request.find_parameter("sha256")) {
        const std::string digest = to_lower(*given);
        if (!is_digest(digest))
            return mistakes_error(ErrorCode::Invalid, {{"sha256", "wants 64 hexadecimal digits"}});
        return digest;
    }
    const std::string_view header = call.request.headers.text("Content-Digest");
    const std::size_t start = header.find("sha-256=:");
    if (start == std::string_view::npos)
        return std::string();
    const std::string_view value = header.substr(start + 9);
    const auto bytes = from_base64(value.substr(0, value.find(':')));
    if (!bytes || bytes->size() != 32)
        return Error{ErrorCode::Malformed, "Content-Digest wants sha-256=:base64:"};
    return to_hex(*bytes);
}

struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// The one range that a header asks for of `size` bytes; nothing when it asks for none that the
/// server must give.
std::optional<Range> parse_range(std::string_view header, std::uint64_t size) {
    if (!header.starts_with("bytes=") || header.find(',') != std::string_view::npos || size == 0)
        return std::nullopt;
    const std::string_view text = header.substr(6);
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto first = parse_int(text.substr(0, dash));
    const auto last = parse_int(text.substr(dash + 1));
    if (!first) {
        if (!last || *last <= 0)
            return std::nullopt;
        return Range{size - std::min(size, static_cast<std::uint64_t>(*last)), size - 1};
    }
    if (*first < 0 || (last && *last < *first) || (!last && dash + 1 != text.size()))
        return std::nullopt;
    return Range{static_cast<std::uint64_t>(*first),
                 last ? std::min(size - 1, static_cast<std::uint64_t>(*last)) : size - 1};
}

Result<http::Response> show(const std::string& path, const std::string& digest, const Call& call) {
    auto whole = http::FileRange::open(path);
    if (!whole)
        return Error{ErrorCode::Internal, "the content is not where it was kept"};
    const std::uint64_t size = whole->size();
    http::Response response;
    const std::string tag = "\"" + digest + "\"";
    response.headers.add("Content-Type", "application/octet-stream");
    response.headers.add("Content-Disposition", "attachment");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Accept-Ranges", "bytes");
    response.headers.add("ETag", tag);
    if (call.request.headers.text("If-None-Match") == tag) {
        response.status = 304;
        return response;
    }
    const std::string_view condition = call.request.headers.text("If-Range", tag);
    const auto range =
        condition == tag ? parse_range(call.request.headers.text("Range"), size) : std::nullopt;
    if (!range) {
        response.body = std::move(*whole);
        return response;
    }
    if (range->first >= size) {
        response.status = 416;
        response.headers.add("Content-Range", "bytes */" + std::to_string(size));
        return response;
    }
    response.status = 206;
    response.headers.add("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                              std::to_string(range->last) + "/" +
                                              std::to_string(size));
    response.body = TRY(http::FileRange::open(path, range->first, range->last - range->first + 1));
    return response;
}

std::string digest_in(const schema::Schema& schema, const Row* row) {
    if (!row || !schema.type(row->type()).content)
        return "";
    const auto field = schema.type(row->type()).find_field_index(kDigest);
    return field ? std::string(row->string(*field)) : "";
}

}  // namespace

std::shared_ptr<Content> Content::create(const Parts& parts) {
    parts.workers.post([directory = parts.options.content_directory] {
        if (!directory.empty())
            remove_left_uploads(directory);
    });
    return std::shared_ptr<Content>(new Content(parts));
}

bool Content::is_upload(const http::Request& head) {
    return head.method == "PUT" && head.path.ends_with("/content");
}

std::string Content::path_of(std::string_view name) const {
    return parts_.options.content_directory + "/" + std::string(name);
}

void Content::get(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    const auto row = get_object(reader, *call);
    if (!row)
        return call->refuse(row.error());
    const std::string digest = digest_in(reader.schema(), *row);
    if (!is_digest(digest))
        return call->refuse({ErrorCode::NotFound, "the object has no content"});
    auto response = show(path_of(digest), digest, *call);
    if (response)
        call->answer(std::move(*response));
    else
        call->refuse(response.error());
}

/// What must hold before the first byte is taken: a large body that is refused afterwards is a
/// waste of everyone's time.
Result<Content::Target> Content::get_target(const Call& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call.identity.principal);
    const Row* row = TRY(get_object(reader, call));
    const Type& type = reader.view().type_of(*row);
    const auto digest = type.find_field_index(kDigest);
    const auto size = type.find_field_index(kSize);
    if (!type.content || !digest || !size)
        return Error{ErrorCode::NotFound, "a " + type.name + " has no content"};
    const access::Principal& principal = call.identity.principal;
    TRY(reader.access().check(reader.view(), principal,
                              access::find_principal(reader.view(), principal),
                              {.action = access::Action::Update,
                               .old = row,
                               .object = row,
                               .fields = std::span(&*digest, 1)}));
    if (row->deleted())
        return Error{ErrorCode::Conflict, "the object is being deleted"};
    if (row->boolean(schema::base_field::kWriteProtect))
        return Error{ErrorCode::Conflict, "the object is write protected"};
    Target target{.id = row->id(), .type = row->type(), .digest = *digest, .size = *size};
    target.wanted = TRY(read_wanted(call));
    target.part = TRY(parse_part(call.request.headers));
    if (target.part && target.wanted.empty())
        return mistakes_error(ErrorCode::Invalid,
                              {{"sha256", "is required of a part: it says of what"}});
    return target;
}

void Content::put(const CallPointer& call) {
    auto target = get_target(*call);
    if (!target)
        return call->refuse(target.error());
    if (target->part)
        return put_part(call, std::move(*target));
    auto file = UploadFile::create(path_of(".upload-" + parts_.random.hex(8)));
    if (!file)
        return call->refuse(file.error());
    receive(std::make_shared<Upload>(Upload{call, std::move(*target), std::move(*file)}));
}

/// Only one request at a time adds to a file.
std::shared_ptr<const void> Content::claim_file(const std::string& name) {
    const bool is_first =
        parts_under_way_.with([&](auto& names) { return names.insert(name).second; });
    if (!is_first)
        return nullptr;
    const auto give_up = [self = shared_from_this(), name](const void*) {
        self->parts_under_way_.with([&](auto& names) { names.erase(name); });
    };
    return std::shared_ptr<const void>(static_cast<const void*>(this), give_up);
}

/// What has arrived of a content is kept under a name made of who uploads what to where.
void Content::put_part(const CallPointer& call, Target target) {
    const std::string name =
        ".part-" + sha256_hex(std::to_string(call->identity.principal.id.value) + " " +
                              std::to_string(target.id.value) + " " + target.wanted + " " +
                              std::to_string(target.part->total));
    auto claim = claim_file(name);
    if (!claim)
        return call->refuse({ErrorCode::Conflict, "another request uploads the same"});
    const auto upload =
        std::make_shared<Upload>(Upload{call, std::move(target), nullptr, std::move(claim)});
    parts_.workers.post([self = shared_from_this(), upload, path = path_of(name)] {
        self->begin_part(upload, path);
    });
}

void Content::begin_part(const UploadPointer& upload, const std::string& path) {
    const CallPointer& call = upload->call;
    const Part& part = *upload->target.part;
    remove_left_uploads(parts_.options.content_directory);
    auto file = UploadFile::resume(path);
    if (!file)
        return call->refuse(file.error());
    upload->file = std::move(*file);
    const std::uint64_t present = upload->file->size();
    if (part.size == 0 && present < part.total)
        return call->answer(received(present, part.total));
    if (part.first != present && part.size > 0)
        return call->answer(received(present, part.total, 416));
    receive(upload);
}

/// Asks for the next piece, which is written on a worker: disks may be slow.
void Content::receive(const UploadPointer& upload) {
    upload->call->responder.body().next(
        [weak = weak_from_this(), upload](const Result<std::string>& piece) {
            const auto self = weak.lock();
            if (!self)
                return;
            self->parts_.workers.post([weak, upload, piece] {
                if (const auto content = weak.lock())
                    content->take(upload, piece);
            });
        });
}

void Content::take(const UploadPointer& upload, Result<std::string> piece) {
    if (!piece)
        return upload->call->refuse(piece.error());
    if (piece->empty())
        return finish(upload);
    upload->arrived += piece->size();
    if (upload->target.part && upload->arrived > upload->target.part->size)
        return upload->call->refuse(
            {ErrorCode::Malformed, "the body is longer than Content-Range says"});
    if (auto written = upload->file->append(*piece); !written)
        return upload->call->refuse(written.error());
    receive(upload);
}

void Content::finish(const UploadPointer& upload) {
    const auto& part = upload->target.part;
    if (part && upload->file->size() < part->total)
        return upload->call->answer(received(upload->file->size(), part->total));
    upload->file->discard();  // Unless it gets its final name.
    const auto digest = upload->file->finish();
    if (!digest)
        return upload->call->refuse(digest.error());
    const std::string& wanted = upload->target.wanted;
    if (!wanted.empty() && wanted != *digest)
        return upload->call->refuse(
            {ErrorCode::Invalid, "what arrived has the SHA-256 " + *digest + ", not " + wanted});
    const auto kept = arriving_.with([&](auto& arriving) {
        auto renamed = upload->file->rename_to(path_of(*digest));
        if (renamed)
            arriving.insert(*digest);
        return renamed;
    });
    if (!kept)
        return upload->call->refuse(kept.error());
    commit(upload, *digest);
}

void Content::commit(const UploadPointer& upload, const std::string& digest) {
    const Target& target = upload->target;
    const CallPointer& call = upload->call;
    kernel::Operation operation{
        .kind = kernel::Operation::Kind::Update, .type = target.type, .id = target.id};
    operation.fields = {{target.digest, digest},
                        {target.size, static_cast<std::int64_t>(upload->file->size())}};
    parts_.kernel.submit(
        {.principal = {.name = call->identity.principal.name},
         .operations = {std::move(operation)},
         .request = call->id},
        [weak = weak_from_this(), call, digest, id = target.id](Result<kernel::Committed> done) {
            const auto self = weak.lock();
            if (!self)
                return;
            self->arriving_.with([&](auto& arriving) { arriving.erase(arriving.find(digest)); });
            if (!done) {
                self->parts_.workers.post([self, digest] { self->remove_unused(digest); });
                return call->refuse(done.error());
            }
            const Reader reader(self->parts_.kernel.access(), done->after,
                                call->identity.principal);
            std::string text;
            if (const Row* row = reader.view().find(id))
                reader.write(text, *row);
            call->answer_json(std::move(text));
        });
}

void Content::announce(const kernel::Announcement& announcement) {
    const schema::Schema& schema = announcement.after->schema();
    for (const auto& commit : announcement.commits) {
        for (const model::Edit& edit : commit.edits) {
            const std::string before = digest_in(schema, edit.before);
            if (is_digest(before) && before != digest_in(schema, edit.after))
                parts_.workers.post([weak = weak_from_this(), before] {
                    if (const auto self = weak.lock())
                        self->remove_unused(before);
                });
        }
    }
}

/// Removes a file unless some object, or an upload that is about to be committed, has it.
void Content::remove_unused(const std::string& digest) const {
    arriving_.with([&](const auto& arriving) {
        if (arriving.count(digest) > 0)
            return;
        const auto snapshot = parts_.kernel.snapshot();
        const model::View view = snapshot->view();
        bool is_used = false;
        for (const Type& type : view.schema().types()) {
            if (!type.content || type.abstract)
                continue;
            view.for_each(type.id, [&](const Row& row) {
                is_used |= digest_in(view.schema(), &row) == digest;
                return !is_used;
            });
        }
        if (!is_used)
            (void)remove_file(path_of(digest));
    });
}

}  // namespace xos::api
