#include "schema/xos_base.h"

namespace xos::schema {

// The order of the fields is that of `base_field` in the header.
std::string_view xos_base_source() {
    return R"xproto(
message XOSBase {
    option abstract = True;
    option description = "What every object has";

    required string created = 1 [content_type = "date", auto_now_add = True, bookkeeping_state = True, help_text = "When the object was made"];
    required string updated = 2 [content_type = "date", default = "now()", bookkeeping_state = True, help_text = "When its declarative state last changed"];
    optional string enacted = 3 [content_type = "date", bookkeeping_state = True, help_text = "When a back-end last made it real"];
    optional string policed = 4 [content_type = "date", bookkeeping_state = True, help_text = "When the rules last ran for it"];
    required int64 revision = 5 [default = 0, bookkeeping_state = True, help_text = "The commit that last changed it in any way"];
    required int64 goal_revision = 6 [default = 0, bookkeeping_state = True, help_text = "The commit that last changed what users want of it"];
    optional int64 synced_revision = 7 [bookkeeping_state = True, help_text = "The goal revision that is real in the back-end"];
    optional manytoone backend_owner->Service = 8 [on_delete = protect, db_index = True, bookkeeping_state = True, help_text = "The service that makes it real"];
    required int32 backend_code = 9 [default = 0, choices = "((0, 'In progress'), (1, 'Ok'), (2, 'Error'))", feedback_state = True, help_text = "Outcome: 0 in progress, 1 ok, 2 error"];
    optional string backend_status = 10 [text = True, feedback_state = True, help_text = "Outcome in words"];
    optional int64 backend_waiting_for = 11 [feedback_state = True, help_text = "Id of the object that it waits for"];
    optional string backend_since = 12 [content_type = "date", bookkeeping_state = True, help_text = "Since when the outcome is what it is"];
    optional string backend_handle = 13 [text = True, feedback_state = True, gui_hidden = True, help_text = "What the back-end calls it"];
    optional string backend_inputs = 14 [text = True, feedback_state = True, gui_hidden = True, help_text = "Hash of all that the last step read"];
    required bool deleted = 15 [default = False, bookkeeping_state = True, help_text = "Whether its deletion is wanted"];
    required bool write_protect = 16 [default = False, help_text = "Refuses updates and deletion"];
    required bool no_sync = 17 [default = False, help_text = "Keeps services from making it real"];
    required bool no_policy = 18 [default = False, help_text = "Keeps rules from changing it"];
    optional map metadata = 19 [db_index = True, help_text = "Free words of its users: name to value"];
    required bool lazy_blocked = 20 [default = False, gui_hidden = True, help_text = "Not made real until a rule unblocks it"];
    required bool xos_managed = 21 [default = True, gui_hidden = True, help_text = "False for what a service found in its back-end"];
}
)xproto";
}

}  // namespace xos::schema
