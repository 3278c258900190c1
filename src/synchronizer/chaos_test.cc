#include "synchronizer/testing/fake_driver.h"
#include "synchronizer/testing/fake_session.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;

/// A model that changes at random, a back-end that fails at random, and a synchronizer that is
/// killed at random.
class Chaos {
public:
    explicit Chaos(std::uint32_t seed) : dice_(seed) {
        api_.own({"Instance", "Network"});
        driver_.answer = [this](const auto&, ObjectId id, StatusWriter& status) {
            return misbehave(id, status);
        };
        start();
    }

    void step() {
        switch (dice_() % 12) {
            case 0: kill_in_the_middle(); break;
            case 1: session_->look_at_reality(); break;
            case 2: clock_.advance(Duration{dice_() % 3'000}); break;
            case 3: session_->report(); break;
            case 4: driver_.lose(any()); break;
            case 5: driver_.put(ObjectId{100'000 + dice_() % 3}, 1); break;
            case 6:
                if (dice_() % 4 == 0)
                    api_.forget_history();
                break;
            case 7: session_->work(); break;
            default: change();
        }
        if (dice_() % 3 == 0)
            session_->receive();
    }

    void end() {
        is_well_ = true;
        session_->receive();
        session_->look_at_reality();
        session_->settle_within(120s);
        session_->look_at_reality();
        session_->settle_within(120s);
        std::size_t live = 0;
        for (const ObjectId id : ids_) {
            CAPTURE(id.value);
            if (!api_.has(id))
                continue;
            ++live;
            CHECK(api_.field(id, "deleted") != Json(true));
            CHECK(api_.is_ready(id));
            CHECK(driver_.has(id));
        }
        CHECK(driver_.size() == live);
        CHECK(session_->waiting().size() == 0);
        CHECK(session_->queue().size() == 0);
    }

private:
    void start() {
        session_ = std::make_unique<FakeSession>(
            api_, driver_, clock_,
            std::vector<ObservationSource>{
                {.type = "Instance", .actuator = "fake", .reads = {"network.subnet"}},
                {.type = "Network", .actuator = "fake"}});
    }

    std::optional<Result<Outcome>> misbehave(ObjectId id, StatusWriter& status) {
        if (is_well_)
            return std::nullopt;
        status.set_handle("thing-" + std::to_string(id.value));
        switch (dice_() % 8) {
            case 0: return Result<Outcome>(Error{ErrorCode::Unavailable, "later"});
            case 1: return Result<Outcome>(Error{ErrorCode::Internal, "a bug"});
            case 2: return Result<Outcome>(Outcome(LookAgain{500ms}));
            case 3: return Result<Outcome>(Outcome(LookAgain{0ms}));
            default: return std::nullopt;
        }
    }

    /// Whatever was taken, done or reported is lost, but for what the outside and the model keep.
    void kill_in_the_middle() {
        session_->receive();
        if (auto step = session_->reconciler().begin(); step && dice_() % 2 == 0)
            (void)session_->reconciler().act(*step).has_value();
        session_.reset();
        start();
    }

    ObjectId any() { return ids_.empty() ? ObjectId{} : ids_[dice_() % ids_.size()]; }

    void change() {
        const ObjectId id = any();
        const bool is_live = api_.has(id) && api_.field(id, "deleted") != Json(true);
        Json fields;
        fields.set("name", std::to_string(dice_() % 5));
        if (ids_.size() < 5 || dice_() % 4 == 0) {
            const bool is_network = dice_() % 3 == 0;
            const bool links = is_live && networks_.contains(id) && !is_network;
            if (links)
                fields.set("network_id", id.value);
            ids_.push_back(api_.create(is_network ? "Network" : "Instance", fields));
            if (is_network)
                networks_.insert(ids_.back());
        } else if (is_live && dice_() % 2 == 0) {
            api_.update(id, fields);
        } else if (is_live) {
            remove(id);
        }
    }

    void remove(ObjectId id) {
        api_.commit_together([&] {
            for (const ObjectId other : ids_) {
                if (api_.number(other, "network_id") == static_cast<std::int64_t>(id.value) &&
                    api_.field(other, "deleted") != Json(true))
                    api_.remove(other);
            }
            api_.remove(id);
        });
    }

    std::mt19937 dice_;
    FakeApi api_;
    FakeDriver driver_;
    FakeClock clock_;
    std::unique_ptr<FakeSession> session_;
    std::vector<ObjectId> ids_;
    std::set<ObjectId> networks_;
    bool is_well_ = false;
};

TEST_CASE("whatever goes wrong, once it stops the outside is what the model says") {
    const auto seed = std::random_device{}();
    for (std::uint32_t round = 0; round < 30; ++round) {
        CAPTURE(seed + round);
        Chaos chaos(seed + round);
        for (int step = 0; step < 200; ++step)
            chaos.step();
        chaos.end();
    }
}

}  // namespace
}  // namespace xos::synchronizer
