#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "model/view.h"

#include <optional>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// An entry of `observes` in a manifest, as it is written.
struct ObservationSource {
    struct After {
        std::string type;
        std::string by;
    };
    std::string type;
    std::string actuator;  ///< The plug-in's name for it.
    std::string select;    ///< Empty: every object of the type.
    std::vector<std::string> reads;
    std::string ready_when;  ///< Empty: always.
    std::vector<After> after;
    Duration deadline{60'000};
    enum class Role : std::uint8_t {
        Owner,     ///< Makes objects real.
        Follower,  ///< Is called on changes, and nobody hears of it.
    };
    Role role = Role::Owner;
};

/// The same with its names checked against a schema.
struct Observation {
    /// Order where no link says it: objects of this one's type come after those of `type` for which
    /// `by` holds. In `by`, the object is the one of `type`, and the old object this one.
    struct After {
        TypeId type;
        schema::Expression by;
    };
    ObservationSource source;
    TypeId type;
    std::optional<schema::Expression> select, ready_when;
    std::vector<schema::Path> reads;
    std::vector<After> after;
    /// All paths from an object of `type`: those of `reads`, `select`, `ready_when` and `after`.
    std::vector<schema::Path> paths;

    bool is_follower() const { return source.role == ObservationSource::Role::Follower; }
    bool selects(model::View view, const model::Row& row) const;
};

/// What is to be done about an object.
struct Duty {
    enum class Wanted : std::uint8_t { Present, Absent };
    const Observation* observation = nullptr;
    Wanted wanted = Wanted::Present;
};

/// All that one service observes. Immutable.
class Observations {
public:
    /// Invalid with every mistake when a name or expression does not fit the schema.
    static Result<Observations> create(const schema::Schema& schema, std::string service,
                                       std::vector<ObservationSource> sources);

    /// The duty about `row`, or nothing. `service` is the row of the service itself: what it owns,
    /// it has to make real or take away; otherwise it may follow.
    std::optional<Duty> find_duty(model::View view, const model::Row& row, ObjectId service) const;

    /// The types that a mirror needs, such as "core.Slice": what is observed, what is read, and
    /// what is linked with it.
    std::vector<std::string> needed_types(const schema::Schema& schema) const;

    /// The row of the service in the model, or nullptr.
    const model::Row* find_service(model::View view) const;

    const std::vector<Observation>& all() const { return all_; }
    const std::string& service() const { return service_; }

private:
    std::string service_;
    std::vector<Observation> all_;
};

}  // namespace xos::synchronizer
