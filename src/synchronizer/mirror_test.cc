#include "synchronizer/mirror.h"

#include "synchronizer/testing/fake_api.h"

#include <doctest/doctest.h>

#include <random>

namespace xos::synchronizer {
namespace {

Json named(std::string_view name) {
    Json fields;
    fields.set("name", name);
    return fields;
}

struct Fixture {
    FakeApi api;
    Mirror mirror{api.schema()};
    std::vector<std::size_t> deltas;  // How many objects each one changed.

    bool receive(std::size_t most = 1'000'000) {
        for (const auto& event : api.events_since(mirror.position())) {
            if (most-- == 0)
                return true;
            const auto delta = mirror.apply(event);
            if (!delta)
                return false;
            if (*delta)
                deltas.push_back((*delta)->edits.size());
        }
        return true;
    }
    std::string name_of(ObjectId id) const {
        const auto snapshot = mirror.snapshot();
        const model::Row* row = snapshot->view().find(id);
        return row ? std::string(
                         row->string(*api.schema()->find_type("Slice")->find_field_index("name")))
                   : "";
    }
    bool is_same() const {
        const auto snapshot = mirror.snapshot();
        for (std::uint64_t id = 1; id < 200; ++id) {
            const model::Row* row = snapshot->view().find(ObjectId{id});
            if ((row != nullptr) != api.has(ObjectId{id}))
                return false;
            if (row && row->revision().value !=
                           static_cast<std::uint64_t>(api.number(ObjectId{id}, "revision")))
                return false;
        }
        return true;
    }
};

TEST_CASE_FIXTURE(Fixture, "the mirror shows nothing before all of the present state is told") {
    const ObjectId slice = api.create("Slice", named("lab"));
    receive(1);
    CHECK(!mirror.is_loaded());
    CHECK(name_of(slice).empty());
    mirror.end_stream();
    receive();
    CHECK(mirror.is_loaded());
    CHECK(name_of(slice) == "lab");
    CHECK(mirror.snapshot()->revision() == api.revision());
}

TEST_CASE_FIXTURE(Fixture, "what one transaction changed is seen together") {
    receive();
    deltas.clear();
    ObjectId first, second;
    api.commit_together([&] {
        first = api.create("Slice", named("a"));
        second = api.create("Slice", named("b"));
    });
    receive(1);
    CHECK(name_of(first).empty());
    mirror.end_stream();  // The stream broke in the middle of the revision.
    receive();
    CHECK(name_of(first) == "a");
    CHECK(name_of(second) == "b");
    CHECK(deltas == std::vector<std::size_t>{2});
}

TEST_CASE_FIXTURE(Fixture, "a stream that resumes tells only what has changed since") {
    const ObjectId slice = api.create("Slice", named("lab"));
    receive();
    mirror.end_stream();
    deltas.clear();
    api.update(slice, named("other"));
    receive();
    CHECK(name_of(slice) == "other");
    CHECK(deltas == std::vector<std::size_t>{1});
}

TEST_CASE_FIXTURE(Fixture, "after a reset what was not repeated is gone") {
    const ObjectId gone = api.create("Slice", named("gone"));
    const ObjectId stays = api.create("Slice", named("stays"));
    receive();
    api.purge(gone);
    api.forget_history();
    const auto before = mirror.snapshot();
    receive();
    CHECK(mirror.snapshot()->view().find(gone) == nullptr);
    CHECK(name_of(stays) == "stays");
    CHECK(before->view().find(gone) != nullptr);  // Who holds a snapshot keeps it.
}

TEST_CASE_FIXTURE(Fixture, "a reset that breaks off changes nothing") {
    const ObjectId slice = api.create("Slice", named("lab"));
    receive();
    api.forget_history();
    receive(2);
    mirror.end_stream();
    CHECK(name_of(slice) == "lab");
    receive();
    CHECK(name_of(slice) == "lab");
}

TEST_CASE_FIXTURE(Fixture, "another lineage ends the mirror") {
    receive();
    api.start_lineage("restored");
    CHECK(!receive());
}

TEST_CASE_FIXTURE(Fixture, "a type that the schema lacks ends the mirror") {
    client::WatchEvent event{
        .kind = client::WatchEvent::Kind::Put, .type = "core.Unknown", .id = ObjectId{7}};
    const auto applied = mirror.apply(event);
    REQUIRE(!applied);
    CHECK(applied.error().code() == ErrorCode::Gone);
}

// Any changes, breaks and resets: whenever a stream is through, the mirror is the model.
TEST_CASE_FIXTURE(Fixture, "the mirror is the model, whatever happens to the stream") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 dice(seed);
    std::vector<ObjectId> ids;
    for (int step = 0; step < 1'500; ++step) {
        const auto change = [&] {
            const ObjectId id = ids.empty() ? ObjectId{} : ids[dice() % ids.size()];
            if (ids.size() < 10 || dice() % 20 == 0)
                ids.push_back(api.create("Slice", named(std::to_string(step))));
            else if (api.has(id) && dice() % 4 == 0)
                api.purge(id);
            else if (api.has(id))
                api.update(id, named(std::to_string(step)));
        };
        switch (dice() % 6) {
            case 0: api.commit_together([&] { change(), change(), change(); }); break;
            case 1:
                receive(dice() % 5);
                mirror.end_stream();
                break;
            case 2:
                if (dice() % 10 == 0)
                    api.forget_history();
                break;
            case 3:
                REQUIRE(receive());
                REQUIRE(is_same());
                break;
            default: change();
        }
    }
    REQUIRE(receive());
    CHECK(is_same());
}

}  // namespace
}  // namespace xos::synchronizer
