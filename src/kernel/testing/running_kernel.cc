#include "kernel/testing/running_kernel.h"

#include "base/check.h"

#include <cstdio>
#include <future>

namespace xos::kernel {

std::string_view small_model() {
    return R"xproto(
policy admin_policy < ctx.user.is_admin >
policy user_policy < ctx.user.is_admin | obj = ctx.user >
policy own_fields_policy < ctx.user.is_admin >
policy short_policy < not (obj.note = "bad") >

message User::user_policy (XOSBase) {
    option grants = True;
    required string email = 1 [max_length = 40, unique = True, tosca_key = True, write_policy = "own_fields_policy"];
    optional string password = 2 [max_length = 200, hashed = True];
    required bool is_admin = 3 [default = False, write_policy = "own_fields_policy"];
    required bool is_active = 4 [default = True, write_policy = "own_fields_policy"];
    optional string phone = 5 [max_length = 10];
}
message Service::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True];
}
message Site::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True];
}
message Slice::admin_policy (XOSBase) {
    option validators = "short_policy:slice {obj.name} has a bad note";
    required string name = 1 [max_length = 30, unique = True];
    required manytoone site->Site:slices = 2;
    optional manytoone creator->User:slices = 3 [on_delete = "clear"];
    optional string note = 4 [text = True];
    optional string kind = 5 [max_length = 10, choices = "(('vm', 'VM'), ('container', 'Container'))"];
    optional int32 size = 6 [min_value = 1, max_value = 5];
    manytomany friends->Slice:friend_of = 7 [on_delete = "clear"];
}
message Instance::admin_policy (XOSBase) {
    option actions = "reboot";
    required string name = 1 [max_length = 30, unique_with = "slice"];
    required manytoone slice->Slice:instances = 2 [on_delete = "cascade"];
    optional string ip = 3 [max_length = 39, feedback_state = True];
}
)xproto";
}

RunningKernel::RunningKernel(std::string_view model, Rules rules,
                             std::vector<std::pair<std::string, std::string>> observes)
    : observes_(std::move(observes)), rules_(std::move(rules)) {
    auto built = schema::Schema::build({{"test.xproto", "core", std::string(model)}});
    if (const auto* problems = std::get_if<schema::Problems>(&built)) {
        std::fputs(schema::format(*problems).c_str(), stderr);
        XOS_CHECK(false, "the test's model has mistakes");
    }
    schema_ = std::get<std::shared_ptr<const schema::Schema>>(built);
    start();
}

RunningKernel::~RunningKernel() {
    stop();
}

Result<std::unique_ptr<Kernel>> RunningKernel::try_open(Sealing sealing) {
    std::vector<Observation> observations;
    for (const auto& [service, type] : observes_)
        observations.push_back({service, schema_->find_type(type)->id, std::nullopt});
    return Kernel::open({.schema = schema_,
                         .journal = journal_,
                         .clock = clock_,
                         .rules = std::exchange(rules_, {}),
                         .access = access::Access(),
                         .observations = std::move(observations),
                         .sealing = std::move(sealing),
                         .retry_pause = std::chrono::milliseconds(1)});
}

void RunningKernel::start() {
    auto opened = try_open(sealing_);
    XOS_CHECK(opened.has_value(), "the test's kernel does not open");
    XOS_CHECK((*opened)->seal_anew().has_value(), "the test's secrets cannot be sealed anew");
    kernel_ = std::move(opened).value();
    thread_ = std::thread([this] { kernel_->run(); });
}

void RunningKernel::stop() {
    held_.reset();
    kernel_->stop();
    thread_.join();
    kernel_.reset();
}

void RunningKernel::use(Sealing sealing) {
    stop();
    sealing_ = std::move(sealing);
    start();
}

void RunningKernel::restart() {
    stop();
    start();
}

model::View RunningKernel::view() {
    held_ = kernel_->snapshot();
    return held_->view();
}

model::FieldIndex RunningKernel::field(std::string_view type, std::string_view field) const {
    const auto index = this->type(type).find_field_index(field);
    XOS_CHECK(index.has_value(), "the test names a field that is not there");
    return *index;
}

Operation RunningKernel::create(std::string_view type, const Fields& fields) const {
    Operation operation{.kind = Operation::Kind::Create, .type = this->type(type).id};
    for (const auto& [name, value] : fields)
        operation.fields.emplace_back(field(type, name), value);
    return operation;
}

Operation RunningKernel::update(std::string_view type, ObjectId id, const Fields& fields) const {
    Operation operation = create(type, fields);
    operation.kind = Operation::Kind::Update;
    operation.id = id;
    return operation;
}

Operation RunningKernel::remove(std::string_view type, ObjectId id,
                                Operation::Cascade cascade) const {
    return {
        .kind = Operation::Kind::Delete, .type = this->type(type).id, .id = id, .cascade = cascade};
}

Result<Committed> RunningKernel::commit(std::vector<Operation> operations, Principal principal) {
    return kernel_->commit(
        {.principal = std::move(principal), .operations = std::move(operations)});
}

ObjectId RunningKernel::make(std::string_view type, const Fields& fields) {
    auto made = commit({create(type, fields)});
    if (!made)
        std::fprintf(stderr, "%s\n", made.error().message().c_str());
    XOS_CHECK(made.has_value(), "the test's object cannot be made");
    return made->outcome.ids[0];
}

Result<void> RunningKernel::report(ObjectId service, const StatusItem& item) {
    const Principal principal{.kind = Principal::Kind::Service, .id = service, .name = "service"};
    std::promise<Result<StatusResult>> promise;
    kernel_->submit_status(
        {.principal = principal, .items = {item}},
        [&](Result<StatusResult> result) { promise.set_value(std::move(result)); });
    auto result = TRY(promise.get_future().get());
    if (result.refusals[0])
        return *result.refusals[0];
    return {};
}

}  // namespace xos::kernel
