#include "kernel/kernel.h"

#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace xos::kernel {
namespace {

using model::Row;

struct World {
    RunningKernel kernel;
    ObjectId site = kernel.make("Site", {{"name", std::string("mysite")}});
    ObjectId root = kernel.make("User", {{"email", std::string("root@x")}, {"is_admin", true}});
    ObjectId ann = kernel.make("User", {{"email", std::string("ann@x")}});

    ObjectId slice(const std::string& name) {
        return kernel.make("Slice", {{"name", name}, {"site", site}});
    }
    const Row* find(ObjectId id) { return kernel.view().find(id); }
    std::string text(ObjectId id, std::string_view type, std::string_view field) {
        return std::string(find(id)->string(kernel.field(type, field)));
    }
    Principal user(ObjectId id) {
        return {.kind = Principal::Kind::User, .id = id, .name = text(id, "User", "email")};
    }
};

TEST_CASE_FIXTURE(World, "a created object has its fields, defaults and bookkeeping") {
    const ObjectId lab = slice("mysite_lab");
    const Row* row = find(lab);
    REQUIRE(row);
    CHECK(row->string(kernel.field("Slice", "name")) == "mysite_lab");
    CHECK(row->link(kernel.field("Slice", "site")) == site);
    CHECK(row->revision() == Revision{4});
    CHECK(row->goal_revision() == Revision{4});
    CHECK(row->ready());
    CHECK(row->is_null(kernel.field("Slice", "creator")));
}

TEST_CASE_FIXTURE(World, "all mistakes of a transaction are reported, each with its field") {
    const auto refused = kernel.commit({kernel.create("Slice", {{"name", std::string(31, 'x')},
                                                                {"kind", std::string("disk")},
                                                                {"size", std::int64_t{9}}})});
    REQUIRE(!refused);
    CHECK(refused.error().code() == ErrorCode::Invalid);
    REQUIRE(refused.error().details().size() == 3);
    CHECK(refused.error().details()[0] == ErrorDetail{"name", "is longer than 30 characters"});
    CHECK(refused.error().details()[1] ==
          ErrorDetail{"kind", "\"disk\" is none of \"vm\", \"container\""});
    CHECK(refused.error().details()[2] == ErrorDetail{"size", "is more than 5"});
}

TEST_CASE_FIXTURE(World, "a required field that is not given is asked for") {
    const auto refused = kernel.commit({kernel.create("Slice", {{"name", std::string("a")}})});
    REQUIRE(!refused);
    CHECK(refused.error().details()[0] == ErrorDetail{"site_id", "is required"});
}

TEST_CASE_FIXTURE(World, "a transaction happens whole or not at all") {
    const auto refused = kernel.commit({kernel.create("Site", {{"name", std::string("a")}}),
                                        kernel.create("Site", {{"name", std::string("mysite")}})});
    REQUIRE(!refused);
    CHECK(refused.error().code() == ErrorCode::Conflict);
    CHECK(kernel.view().count(kernel.type("Site").id) == 1);
    CHECK(kernel->snapshot()->revision() == Revision{3});
    CHECK(kernel.journal().head() == Revision{3});
}

TEST_CASE_FIXTURE(World, "later operations refer to what earlier ones make") {
    const auto done = kernel.commit(
        {kernel.create("Slice", {{"name", std::string("a")}, {"site", site}}),
         kernel.create("Instance", {{"name", std::string("a1")}, {"slice", made_by(0)}}),
         kernel.update("Slice", made_by(0), {{"note", std::string("hi")}})});
    REQUIRE(done);
    CHECK(find(done->outcome.ids[1])->link(kernel.field("Instance", "slice")) ==
          done->outcome.ids[0]);
    CHECK(text(done->outcome.ids[0], "Slice", "note") == "hi");
    CHECK(done->outcome.ids[2] == done->outcome.ids[0]);
    const auto refused = kernel.commit(
        {kernel.create("Instance", {{"name", std::string("a1")}, {"slice", made_by(1)}})});
    CHECK(!refused);
}

TEST_CASE_FIXTURE(World, "a change of nothing is no commit") {
    const ObjectId lab = slice("lab");
    const auto done = kernel.commit({kernel.update("Slice", lab, {{"name", std::string("lab")}})});
    REQUIRE(done);
    CHECK(done->revision == Revision{4});
    CHECK(kernel.journal().head() == Revision{4});
}

TEST_CASE_FIXTURE(World, "a link leads to a live object of its type") {
    const auto none = kernel.commit(
        {kernel.create("Slice", {{"name", std::string("a")}, {"site", ObjectId{99}}})});
    CHECK(none.error().details()[0] == ErrorDetail{"site_id", "there is no Site 99"});
    const auto other =
        kernel.commit({kernel.create("Slice", {{"name", std::string("a")}, {"site", ann}})});
    CHECK(other.error().details()[0] == ErrorDetail{"site_id", "user \"ann@x\" is no Site"});
}

TEST_CASE_FIXTURE(World, "unique keys hold among live objects, and names are free at deletion") {
    const ObjectId lab = slice("lab");
    const auto taken =
        kernel.commit({kernel.create("Slice", {{"name", std::string("lab")}, {"site", site}})});
    CHECK(taken.error().code() == ErrorCode::Conflict);
    REQUIRE(kernel.commit({kernel.remove("Slice", lab)}));
    CHECK(slice("lab") != lab);
    const ObjectId a = slice("a"), b = slice("b");
    kernel.make("Instance", {{"name", std::string("i")}, {"slice", a}});
    kernel.make("Instance", {{"name", std::string("i")}, {"slice", b}});
    CHECK(!kernel.commit({kernel.create("Instance", {{"name", std::string("i")}, {"slice", b}})}));
}

TEST_CASE_FIXTURE(World, "a validator refuses with its message filled in") {
    const auto refused = kernel.commit({kernel.create(
        "Slice", {{"name", std::string("a")}, {"site", site}, {"note", std::string("bad")}})});
    CHECK(refused.error() == Error{ErrorCode::Invalid, "slice a has a bad note"});
}

TEST_CASE_FIXTURE(World, "deleting follows its links: parts go, others protect or are cleared") {
    const ObjectId lab = slice("lab");
    const ObjectId instance = kernel.make("Instance", {{"name", std::string("i")}, {"slice", lab}});
    REQUIRE(kernel.commit({kernel.update("Slice", lab, {{"creator", ann}})}));

    const auto in_use = kernel.commit({kernel.remove("Site", site)});
    CHECK(in_use.error().code() == ErrorCode::Conflict);
    CHECK(in_use.error().message() ==
          "site \"mysite\" is in use by slice \"lab\": delete these first, or ask for cascade");

    REQUIRE(kernel.commit({kernel.remove("User", ann)}));
    CHECK(find(lab)->is_null(kernel.field("Slice", "creator")));
    CHECK(!find(ann));  // Nobody makes it real and nothing links to it.

    REQUIRE(kernel.commit({kernel.remove("Site", site, Operation::Cascade::Yes)}));
    CHECK(!find(site));
    CHECK(!find(lab));
    CHECK(!find(instance));
}

TEST_CASE_FIXTURE(World, "members of a set that go are taken out of it") {
    const ObjectId a = slice("a"), b = slice("b");
    REQUIRE(kernel.commit({kernel.update("Slice", a, {{"friends", std::vector<ObjectId>{b}}})}));
    REQUIRE(kernel.commit({kernel.remove("Slice", b)}));
    CHECK(find(a)->links(kernel.field("Slice", "friends")).empty());
    CHECK(!find(b));
}

TEST_CASE_FIXTURE(World,
                  "write protection refuses all but its own lifting, and deletion through it") {
    const ObjectId lab = slice("lab");
    const ObjectId instance = kernel.make("Instance", {{"name", std::string("i")}, {"slice", lab}});
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"write_protect", true}})}));
    const auto update =
        kernel.commit({kernel.update("Instance", instance, {{"name", std::string("j")}})});
    CHECK(update.error().code() == ErrorCode::Conflict);
    const auto cascade = kernel.commit({kernel.remove("Slice", lab)});
    CHECK(cascade.error().message() ==
          "instance \"i\" is write protected: clear write_protect first");
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"write_protect", false}})}));
    CHECK(kernel.commit({kernel.remove("Slice", lab)}));
}

TEST_CASE_FIXTURE(World, "if_match fails when the goal is newer, not when status is") {
    const ObjectId lab = slice("lab");
    Operation change = kernel.update("Slice", lab, {{"note", std::string("1")}});
    change.if_match = Revision{4};
    REQUIRE(kernel.commit({change}));
    change.fields[0].second = std::string("2");
    CHECK(kernel.commit({change}).error().code() == ErrorCode::Stale);
}

TEST_CASE_FIXTURE(World,
                  "root may all; a user reads and writes the own account; others are refused") {
    const ObjectId lab = slice("lab");
    CHECK(kernel.commit({kernel.update("Slice", lab, {{"note", std::string("x")}})}, user(root)));
    const auto slice_write =
        kernel.commit({kernel.update("Slice", lab, {{"note", std::string("x")}})}, user(ann));
    CHECK(slice_write.error().code() ==
          ErrorCode::NotFound);  // What one may not read does not exist.
    CHECK(kernel.commit({kernel.update("User", ann, {{"phone", std::string("123")}})}, user(ann)));
    CHECK(text(ann, "User", "phone") == "123");
    const auto self_root =
        kernel.commit({kernel.update("User", ann, {{"is_admin", true}})}, user(ann));
    CHECK(self_root.error().code() == ErrorCode::PermissionDenied);
    CHECK(kernel.commit({kernel.update("User", root, {{"phone", std::string("1")}})}, user(ann))
              .error()
              .code() == ErrorCode::NotFound);
    const auto create =
        kernel.commit({kernel.create("Site", {{"name", std::string("s")}})}, user(ann));
    CHECK(create.error().code() == ErrorCode::PermissionDenied);
}

TEST_CASE_FIXTURE(World, "one who is inactive or only reads may not write") {
    Principal reader = user(root);
    reader.read_only = true;
    CHECK(kernel.commit({kernel.create("Site", {{"name", std::string("s")}})}, reader)
              .error()
              .code() == ErrorCode::PermissionDenied);
    REQUIRE(kernel.commit({kernel.update("User", ann, {{"is_active", false}})}));
    CHECK(kernel.commit({kernel.update("User", ann, {{"phone", std::string("1")}})}, user(ann))
              .error()
              .code() == ErrorCode::Unauthenticated);
}

TEST_CASE_FIXTURE(World, "users cannot write feedback or bookkeeping") {
    const ObjectId lab = slice("lab");
    const ObjectId instance = kernel.make("Instance", {{"name", std::string("i")}, {"slice", lab}});
    const auto refused = kernel.commit(
        {kernel.update("Instance", instance,
                       {{"ip", std::string("10.0.0.1")}, {"revision", std::int64_t{1}}})},
        user(root));
    CHECK(refused.error().details().size() == 2);
}

TEST_CASE_FIXTURE(World, "a password is kept as a hash") {
    REQUIRE(kernel.commit({kernel.update("User", ann, {{"password", std::string("secret")}})},
                          user(ann)));
    CHECK(text(ann, "User", "password").find(" $argon2id$") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "what is committed is there after a restart, and ids go on") {
    const ObjectId lab = slice("lab");
    const ObjectId gone = slice("gone");
    REQUIRE(kernel.commit({kernel.remove("Slice", gone)}));
    kernel.restart();
    CHECK(text(lab, "Slice", "name") == "lab");
    CHECK(kernel->snapshot()->revision() == Revision{6});
    CHECK(slice("next").value > gone.value);
}

TEST_CASE_FIXTURE(World, "a change that cannot be written down is refused and leaves no trace") {
    kernel.journal().fail_appends(Error{ErrorCode::Unavailable, "disk full"});
    const auto refused = kernel.commit({kernel.create("Site", {{"name", std::string("s")}})});
    CHECK(refused.error().code() == ErrorCode::Unavailable);
    CHECK(kernel.view().count(kernel.type("Site").id) == 1);
    kernel.journal().fail_appends(std::nullopt);
    CHECK(kernel.commit({kernel.create("Site", {{"name", std::string("s")}})}));
}

TEST_CASE_FIXTURE(World, "a journal that fails is tried until it writes again, and says why") {
    const auto make_site = [&] {
        return kernel.commit({kernel.create("Site", {{"name", std::string("s")}})});
    };
    CHECK(!kernel->trouble());
    kernel.journal().fail_appends(Error{ErrorCode::Unavailable, "disk full"});
    CHECK(!make_site());
    REQUIRE(kernel->trouble());
    CHECK(kernel->trouble()->message() == "the change could not be written down: disk full");
    CHECK(kernel->trouble()->retryable());
    kernel.journal().fail_appends(std::nullopt);
    while (kernel->trouble())
        std::this_thread::yield();
    CHECK(make_site());
}

TEST_CASE_FIXTURE(World, "a damaged journal refuses writes as what it is, until one succeeds") {
    kernel.journal().fail_appends(Error{ErrorCode::Internal, "the journal is damaged"});
    const auto site = kernel.create("Site", {{"name", std::string("s")}});
    CHECK(kernel.commit({site}).error().code() == ErrorCode::Internal);
    CHECK(kernel->trouble()->code() == ErrorCode::Internal);
    kernel.journal().fail_appends(std::nullopt);
    CHECK(kernel.commit({site}));
    CHECK(!kernel->trouble());
}

TEST_CASE_FIXTURE(World, "damage that was found stays the trouble, whatever can be written") {
    kernel->report_damage(Error{ErrorCode::Internal, "a page is torn"});
    CHECK(kernel.commit({kernel.create("Site", {{"name", std::string("s")}})}));
    CHECK(kernel->trouble()->message() == "a page is torn");
}

TEST_CASE_FIXTURE(World, "a kernel that another has overtaken writes no more") {
    const Revision head = kernel->snapshot()->revision();
    const journal::Commit foreign{.revision = {head.value + 1},
                                  .time = {},
                                  .user = "other",
                                  .request = {},
                                  .schema = {1},
                                  .changes = {}};
    REQUIRE(kernel.journal().append({&foreign, 1}, head));
    const auto site = kernel.create("Site", {{"name", std::string("s")}});
    for (int i = 0; i < 2; ++i) {
        const auto refused = kernel.commit({site});
        REQUIRE(!refused);
        CHECK(refused.error().code() == ErrorCode::Unavailable);
        CHECK(refused.error().message().starts_with("another process has written"));
    }
    CHECK(kernel.journal().head().value == head.value + 1);
    CHECK(kernel->snapshot()->revision() == head);
}

TEST_CASE_FIXTURE(World, "a plan shows what would happen and does nothing") {
    const ObjectId lab = slice("lab");
    const auto plan =
        kernel->plan({.principal = {},
                      .operations = {kernel.remove("Slice", lab),
                                     kernel.create("Site", {{"name", std::string("s")}})}});
    REQUIRE(plan);
    REQUIRE(plan->edits.size() == 2);
    CHECK(plan->edits[0].before->id() == lab);
    CHECK(plan->edits[0].after == nullptr);
    CHECK(plan->edits[1].before == nullptr);
    CHECK(find(lab));
}

TEST_CASE_FIXTURE(World, "commit times do not go back with the clock") {
    const ObjectId first = slice("a");
    kernel.clock().advance(std::chrono::hours(-1));
    const ObjectId second = slice("b");
    const auto created = schema::base_field::kCreated;
    CHECK(find(second)->integer(created) >= find(first)->integer(created));
}

TEST_CASE_FIXTURE(World, "each commit is announced with what it changed") {
    // Listeners are added before the kernel runs, so this one has a kernel of its own.
    journal::MemoryEngine journal;
    auto own = Kernel::open({.schema = kernel->snapshot()->tables().layout->schema_pointer(),
                             .journal = journal,
                             .clock = kernel.clock(),
                             .rules = {},
                             .access = {},
                             .observations = {}});
    REQUIRE(own);
    std::vector<Revision> seen;
    (*own)->add_listener([&](const std::shared_ptr<const Announcement>& announcement) {
        for (const auto& commit : announcement->commits) {
            CHECK(commit.edits.size() == 1);
            seen.push_back(commit.revision);
        }
    });
    std::thread thread([&] { (*own)->run(); });
    for (const char* name : {"a", "b", "c"})
        CHECK(
            (*own)->commit({.principal = {},
                            .operations = {kernel.create("Site", {{"name", std::string(name)}})}}));
    (*own)->stop();
    thread.join();
    CHECK(seen == std::vector<Revision>{{1}, {2}, {3}});
}

TEST_CASE("names have no control characters, and texts no zero") {
    RunningKernel kernel;
    for (const char* name : {"a\nb", "a\tb", "\x1b[31mred", "\x7f", "a\xc2\x85"})
        CHECK_FALSE(kernel.commit({kernel.create("Site", {{"name", std::string(name)}})}));
    CHECK_FALSE(kernel.commit({kernel.create("Site", {{"name", std::string("a\0b", 3)}})}));
    const ObjectId site = kernel.make("Site", {{"name", std::string("caf\xc3\xa9 \xe2\x82\xac")}});
    kernel.make(
        "Slice",
        {{"name", std::string("s")}, {"site", site}, {"note", std::string("two\n\tlines")}});
    CHECK_FALSE(kernel.commit({kernel.create(
        "Slice", {{"name", std::string("t")}, {"site", site}, {"note", std::string("a\0", 2)}})}));
}

TEST_CASE("a root may delete the own user") {
    RunningKernel kernel;
    const ObjectId root =
        kernel.make("User", {{"email", std::string("root@x")}, {"is_admin", true}});
    const auto gone = kernel.commit({kernel.remove("User", root)},
                                    {.kind = Principal::Kind::User, .id = root, .name = "root@x"});
    CHECK_MESSAGE(gone, (gone ? "" : gone.error().message()));
}

TEST_CASE("an object that is given itself as part of its key is refused") {
    RunningKernel kernel(R"xproto(
policy root_policy < ctx.user.is_admin >
message User::root_policy (XOSBase) {
    option grants = True;
    required string email = 1 [max_length = 40, unique = True, tosca_key = True];
    required bool is_admin = 2 [default = False];
    required bool is_active = 3 [default = True];
}
message Service::root_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True];
}
message Pair::root_policy (XOSBase) {
    required manytoone service->Service:pairs = 1 [tosca_key = True];
    required manytoone user->User:pairs = 2 [tosca_key = True];
}
)xproto");
    const auto made =
        kernel.commit({kernel.create("Pair", {{"service", made_by(0)}, {"user", made_by(0)}})});
    CHECK_FALSE(made);
    const ObjectId root = kernel.make("User", {{"email", std::string("r@x")}, {"is_admin", true}});
    const ObjectId service = kernel.make("Service", {{"name", std::string("s")}});
    const ObjectId pair = kernel.make("Pair", {{"service", service}, {"user", root}});
    const auto turned = kernel.commit({kernel.update("Pair", pair, {{"service", pair}})},
                                      {.kind = Principal::Kind::User, .id = root, .name = "r@x"});
    REQUIRE_FALSE(turned);
    CHECK(turned.error().code() == ErrorCode::Invalid);
}

}  // namespace
}  // namespace xos::kernel
