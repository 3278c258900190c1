#include "base/file.h"
#include "base/text.h"
#include "model/snapshot.h"
#include "synchronizer/actuator.h"
#include "synchronizer/plugin.h"
#include "synchronizer/status_writer.h"

#include <filesystem>

namespace xos::synchronizer {

namespace {

/// The smallest back-end that is one: a file for each object, called by lineage and id, with the
/// goal that it stands for. For tests of what loads, starts and kills plug-ins.
class FileDriver final : public Driver, public Actuator {
public:
    explicit FileDriver(const DriverContext& context)
        : dir_(context.data_dir), mark_(context.lineage + "-") {}

    Actuator* find_actuator(std::string_view name) override {
        return name == "file" ? this : nullptr;
    }

    Result<Outcome> reconcile(const model::Snapshot& desired, ObjectId id,
                              StatusWriter& status) override {
        const model::Row* row = desired.view().find(id);
        TRY(write_file(path_of(id), content_of(*row)));
        status.set_handle(path_of(id));
        status.log("wrote " + path_of(id));
        return Outcome(Done{});
    }

    Result<Outcome> remove(const model::Snapshot&, ObjectId id, StatusWriter&) override {
        TRY(remove_file(path_of(id)));
        return Outcome(Done{});
    }

    Result<std::optional<Reality>> scan(const model::Snapshot& desired) override {
        Reality reality;
        std::error_code problem;
        for (const auto& entry : std::filesystem::directory_iterator(dir_, problem)) {
            const std::string name = entry.path().filename();
            const auto id = name.starts_with(mark_)
                                ? parse_int(std::string_view(name).substr(mark_.size()))
                                : std::nullopt;
            if (!id)
                continue;
            const ObjectId object{static_cast<std::uint64_t>(*id)};
            reality.marks.push_back({object, name});
            const model::Row* row = desired.view().find(object);
            if (row && read_file(path_of(object)).has_value() &&
                *read_file(path_of(object)) != content_of(*row))
                reality.differing.push_back(object);
        }
        add_missing(desired, reality);
        return std::optional<Reality>(std::move(reality));
    }

    Result<void> remove_orphan(const Mark& orphan) override {
        return remove_file(path_of(orphan.id));
    }

private:
    std::string path_of(ObjectId id) const { return dir_ + "/" + mark_ + std::to_string(id.value); }
    static std::string content_of(const model::Row& row) {
        return std::to_string(row.goal_revision().value);
    }

    void add_missing(const model::Snapshot& desired, Reality& reality) const {
        for (const schema::Type& type : desired.schema().types()) {
            if (type.abstract)
                continue;
            desired.view().for_each(type.id, [&](const model::Row& row) {
                if (!row.is_null(schema::base_field::kBackendHandle) && !row.deleted() &&
                    !std::filesystem::exists(path_of(row.id())))
                    reality.differing.push_back(row.id());
                return true;
            });
        }
    }

    const std::string dir_, mark_;
};

Result<std::unique_ptr<Driver>> create_driver(const DriverContext& context) {
    return std::unique_ptr<Driver>(std::make_unique<FileDriver>(context));
}

}  // namespace

}  // namespace xos::synchronizer

XOS_PLUGIN(xos::synchronizer::create_driver);
