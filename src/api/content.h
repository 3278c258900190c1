#pragma once

#include "api/call.h"
#include "api/part_upload.h"
#include "api/parts.h"
#include "api/upload_file.h"
#include "base/guarded.h"
#include "kernel/kernel.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace xos::api {

/// The bytes of objects whose type has content: kept in files by their SHA-256, sent and received
/// as streams of any size. A file that no object has any more is removed.
class Content : public std::enable_shared_from_this<Content> {
public:
    static std::shared_ptr<Content> create(const Parts& parts);

    /// Whether a request's body is content, to be taken as a stream.
    static bool is_upload(const http::Request& head);

    void get(const CallPointer& call) const;
    void put(const CallPointer& call);

    /// For the kernel's announcements: objects may have let go of their content.
    void announce(const kernel::Announcement& announcement);

private:
    /// What an upload is for.
    struct Target {
        ObjectId id;
        TypeId type;
        model::FieldIndex digest = 0;
        model::FieldIndex size = 0;
        std::string wanted;  ///< The SHA-256 that the client says it has; empty: it does not.
        std::optional<Part> part;
    };
    struct Upload {
        CallPointer call;
        Target target;
        std::unique_ptr<UploadFile> file;
        std::shared_ptr<const void> claim = {};  ///< Of a part: on its file.
        std::uint64_t arrived = 0;               ///< With this request.
    };
    using UploadPointer = std::shared_ptr<Upload>;

    explicit Content(const Parts& parts) : parts_(parts) {}
    Result<Target> get_target(const Call& call) const;
    std::string path_of(std::string_view name) const;
    void put_part(const CallPointer& call, Target target);
    void begin_part(const UploadPointer& upload, const std::string& path);
    std::shared_ptr<const void> claim_file(const std::string& name);
    void receive(const UploadPointer& upload);
    void take(const UploadPointer& upload, Result<std::string> piece);
    void finish(const UploadPointer& upload);
    void commit(const UploadPointer& upload, const std::string& digest);
    void remove_unused(const std::string& digest) const;

    const Parts& parts_;
    /// Content that is on disk and not yet in the model, and the right to add to it or to remove
    /// files.
    mutable Guarded<std::multiset<std::string>> arriving_;
    Guarded<std::set<std::string>> parts_under_way_;
};

}  // namespace xos::api
