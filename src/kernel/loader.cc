#include "kernel/loader.h"

#include "base/check.h"
#include "model/codec.h"
#include "model/hidden.h"

#include <unordered_map>

namespace xos::kernel {

using model::FieldIndex;
using model::FieldValues;

namespace {

class Loader {
public:
    Loader(Documents& documents, const Sealing& sealing, model::Draft& draft)
        : documents_(documents), sealing_(sealing), draft_(draft) {}

    Result<void> add(const journal::ObjectView& object) {
        const Kind& kind = TRY(kind_of(object.type)).get();
        FieldValues values = TRY(documents_.read(*kind.type, object.schema, object.document));
        for (const FieldIndex field : kind.hidden) {
            auto sealed = seal(*kind.type, object, field, values);
            if (!sealed)
                return std::move(sealed).error().in(
                    "secrets cannot be read: put back the file \"keyring\" that belongs to this "
                    "journal");
        }
        draft_.load(*kind.type, object.id, values);
        return {};
    }

    std::vector<ObjectId> take_to_seal() { return std::move(to_seal_); }

private:
    struct Kind {
        const schema::Type* type;
        std::vector<FieldIndex> hidden;
    };

    Result<std::reference_wrapper<const Kind>> kind_of(std::string_view name) {
        const auto at = kinds_.find(std::string(name));
        if (at != kinds_.end())
            return std::cref(at->second);
        const schema::Type* type = draft_.view().schema().find_type(name);
        if (!type)
            return Error{ErrorCode::Internal,
                         "the journal has objects of type \"" + std::string(name) +
                             "\", which no loaded service declares: start with the folder of its "
                             "service"};
        Kind kind{.type = type, .hidden = {}};
        for (std::size_t i = 0; i < type->fields.size(); ++i) {
            if (model::is_hidden(type->fields[i]))
                kind.hidden.push_back(static_cast<FieldIndex>(i));
        }
        return std::cref(kinds_.emplace(name, std::move(kind)).first->second);
    }

    /// Brings one hidden value into the form that it has today.
    Result<void> seal(const schema::Type& type, const journal::ObjectView& object, FieldIndex at,
                      FieldValues& values) {
        XOS_CHECK(values[at].first == at, "the values of a document are in the order of fields");
        auto* text = std::get_if<std::string>(&values[at].second);
        if (!text)
            return {};
        const Sealing::Place place{object.id, type.fields[at]};
        std::optional<std::string> sealed;
        if (TRY(documents_.has_sealed(object.schema)))
            sealed = TRY(sealing_.seal_anew(place, *text));
        else
            sealed = sealing_.seal(place, object.revision, *text);
        if (!sealed)
            return {};
        *text = std::move(*sealed);
        if (to_seal_.empty() || to_seal_.back() != object.id)
            to_seal_.push_back(object.id);
        return {};
    }

    Documents& documents_;
    const Sealing& sealing_;
    model::Draft& draft_;
    std::unordered_map<std::string, Kind> kinds_;
    std::vector<ObjectId> to_seal_;
};

}  // namespace

Result<Loaded> load(journal::Engine& journal, Documents documents, const Sealing& sealing,
                    model::Draft& draft) {
    Loader loader(documents, sealing, draft);
    const Revision revision = TRY(journal.for_each_object(
        [&](const journal::ObjectView& object) { return loader.add(object); }));
    draft.finish_loading();
    return Loaded{.revision = revision, .to_seal = loader.take_to_seal()};
}

}  // namespace xos::kernel
