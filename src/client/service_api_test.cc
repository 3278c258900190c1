#include "client/service_api.h"

#include <doctest/doctest.h>

namespace xos::client {
namespace {

TEST_CASE("a batch of statuses is sent as the API reads it") {
    StatusItem failed{.id = ObjectId{7},
                      .goal_revision = Revision{3},
                      .state = StatusItem::State::Failed,
                      .code = "unavailable",
                      .text = "nobody answers"};
    StatusItem done{.id = ObjectId{8},
                    .goal_revision = Revision{4},
                    .state = StatusItem::State::Done,
                    .inputs = "abc",
                    .handle = "thing-8"};
    done.feedback.set("ip", "10.0.0.1");
    const StatusItem waiting{.id = ObjectId{9},
                             .goal_revision = Revision{4},
                             .state = StatusItem::State::Waiting,
                             .waiting_for = ObjectId{7}};
    CHECK(
        encode({.caught_up = Revision{5}, .items = {failed, done, waiting}}).format() ==
        R"({"caught_up":5,"items":[)"
        R"({"id":7,"goal_revision":3,"state":"failed","code":"unavailable","text":"nobody answers"},)"
        R"({"id":8,"goal_revision":4,"state":"done","inputs":"abc","handle":"thing-8","feedback":{"ip":"10.0.0.1"}},)"
        R"({"id":9,"goal_revision":4,"state":"waiting","waiting_for":7}]})");
}

TEST_CASE("an answer that says no becomes the error it stands for") {
    const Error error = error_of(
        422, R"({"title":"Invalid","detail":"2 mistakes","fields":{"name":"is taken","x":"?"}})");
    CHECK(error.code() == ErrorCode::Invalid);
    CHECK(error.message() == "2 mistakes");
    CHECK(error.details() == std::vector<ErrorDetail>{{"name", "is taken"}, {"x", "?"}});
    CHECK(error_of(503, "<html>").code() == ErrorCode::Unavailable);
    CHECK(error_of(503, "<html>").message() == "the server answered 503 (Service Unavailable)");
}

}  // namespace
}  // namespace xos::client
