#include "shell/image_commands.h"

#include "shell/arguments.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace xos::shell {

namespace {

constexpr const char* kImages = "core/images";

std::string check_archive(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0)
        return "\"" + path + "\": " + std::strerror(errno);
    if (!S_ISREG(about.st_mode))
        return "\"" + path + "\" is no file: give a tar archive";
    if (::access(path.c_str(), R_OK) != 0)
        return "\"" + path + "\": " + std::strerror(errno);
    return about.st_size == 0 ? "\"" + path + "\" is empty: give a tar archive" : "";
}

/// All that can be wrong is looked at before anything is made.
Result<std::vector<ObjectId>> check(const Session& session, const ImageArguments& arguments) {
    std::vector<ErrorDetail> mistakes;
    if (std::string what = check_archive(arguments.file); !what.empty())
        mistakes.push_back({"", std::move(what)});
    const schema::Type* deployment = TRY(session.catalog->find_type("deployment"));
    std::vector<ObjectId> ids;
    for (const std::string& name : arguments.deployments) {
        const auto id = session.catalog->find_id(*deployment, name);
        if (id)
            ids.push_back(*id);
        else
            mistakes.push_back({"--deployment", id.error().message()});
    }
    if (!mistakes.empty())
        return mistakes_error(std::move(mistakes));
    return ids;
}

Result<void> fill(Session& session, ObjectId image, const std::string& file,
                  const std::vector<ObjectId>& deployments) {
    const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
    const auto sent =
        session.api->upload(kImages, image, file, [&](std::uint64_t done, std::uint64_t total) {
            if (is_terminal && total > 0)
                std::fprintf(stderr, "\r%3d %%", static_cast<int>(100 * done / total));
        });
    if (is_terminal)
        std::fputc('\n', stderr);
    if (!sent)
        return sent.error();
    for (const ObjectId deployment : deployments) {
        Json offer;
        offer.set("image_id", image.value);
        offer.set("deployment_id", deployment.value);
        TRY(session.api->create("core/imagedeployments", offer));
    }
    return {};
}

}  // namespace

Result<void> add_image(Session& session, const ImageArguments& arguments) {
    const auto deployments = TRY(check(session, arguments));
    const schema::Type* type = TRY(session.catalog->find_type("image"));
    Json image;
    image.set("name", arguments.name);
    image.set("tag", arguments.tag);
    image.set("kind", "container");
    image.set("disk_format", "tar");
    const auto made = session.api->create(kImages, image);
    if (!made)
        return in_words_of(*type, made.error());
    const ObjectId id{static_cast<std::uint64_t>(made->number("id"))};
    if (const auto filled = fill(session, id, arguments.file, deployments); !filled) {
        const auto removed =
            session.api->remove(kImages, id, {.cascade = client::WriteOptions::Cascade::Yes});
        if (removed)
            return filled.error();
        return Error{filled.error().code(),
                     filled.error().message() + "; Image \"" + arguments.name +
                         "\" is left unfinished: " + removed.error().message()};
    }
    return show_object(session, *type, TRY(session.api->get(kImages, id)));
}

}  // namespace xos::shell
