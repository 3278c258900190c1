#include "api/testing/test_models.h"

namespace xos::api {

namespace {

constexpr std::string_view kModels = R"xproto(
policy admin_policy < ctx.user.is_admin & (ctx.write_access -> not ctx.user.is_readonly) >
policy nobody_policy < False >
policy user_policy < *admin_policy(obj) | (obj = ctx.user & not ctx.create & not ctx.delete) >
policy own_field_policy < *admin_policy(obj) | obj = ctx.user >
policy token_policy <
    *admin_policy(obj) | (obj.user = ctx.user & (ctx.write_access -> ctx.delete))
>

message User::user_policy (XOSBase) {
    option grants = True;
    required string email = 1 [max_length = 255, unique = True, tosca_key = True, write_policy = "admin_policy"];
    optional string password = 2 [hashed = True, write_policy = "own_field_policy"];
    optional string phone = 3 [max_length = 10, write_policy = "own_field_policy"];
    required manytoone site->Site:users = 4 [write_policy = "admin_policy", help_text = "Home site"];
    required bool is_active = 5 [default = True, write_policy = "admin_policy"];
    required bool is_admin = 6 [default = False, write_policy = "admin_policy"];
    required bool is_readonly = 7 [default = False, write_policy = "admin_policy"];
}
message Token::token_policy (XOSBase) {
    option grants = True;
    option history = False;
    optional manytoone user->User:tokens = 1 [on_delete = cascade, immutable = True];
    optional manytoone service->Service:tokens = 2 [on_delete = cascade, immutable = True];
    optional string name = 3 [max_length = 200];
    required string kind = 4 [default = "api", immutable = True, choices = "(('session', 'Session'), ('api', 'API'), ('service', 'Service'))"];
    required string digest = 5 [unique = True, bookkeeping_state = True, history = False, read_policy = "nobody_policy", write_policy = "nobody_policy"];
    optional string expires = 6 [content_type = "date"];
    required bool read_only = 7 [default = False, immutable = True];
}
message Service::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True];
    required bool enabled = 2 [default = True];
    optional string api_key = 3 [secret = True];
}
message Site::admin_policy (XOSBase) {
    required string login_base = 1 [unique = True, tosca_key = True];
    optional string location = 2;
}
message Slice::admin_policy (XOSBase) {
    option description = "A distributed container of resources";
    required string name = 1 [max_length = 80, unique = True, db_index = True, help_text = "Name; starts with the site's login_base"];
    required bool enabled = 2 [default = True];
    optional string description = 3 [text = True];
    required manytoone site->Site:slices = 4 [on_delete = protect];
    required int32 max_instances = 5 [default = 10, min_value = 0];
    optional manytoone creator->User:slices = 6 [allocated = True, on_delete = clear];
    required string default_isolation = 7 [default = "vm", choices = "(('vm', 'Virtual machine'), ('container', 'Container'))"];
    manytomany friends->Slice:friend_of = 8 [on_delete = clear];
}
message Instance::admin_policy (XOSBase) {
    option actions = "reboot";
    required manytoone slice->Slice:instances = 1 [on_delete = cascade, immutable = True, tosca_key = True];
    required string name = 2 [max_length = 30, tosca_key = True];
    optional manytoone image->Image:instances = 3 [on_delete = protect];
    optional string ip = 4 [max_length = 39, feedback_state = True];
}
message Controller::admin_policy (XOSBase) {
    required string name = 1 [unique = True];
    optional string admin_password = 2 [secret = True];
}
message Image::admin_policy (XOSBase) {
    option content = True;
    required string name = 1 [unique = True];
}
)xproto";

}  // namespace

std::string_view test_models() {
    return kModels;
}

}  // namespace xos::api
