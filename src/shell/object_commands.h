#pragma once

#include "shell/session.h"

#include <string>
#include <vector>

namespace xos::shell {

/// What the commands on objects have in common.
struct ObjectArguments {
    std::string type;
    std::string key;
    std::vector<std::string> assignments;  ///< "name=value", or filters of `ls`.
    std::string action;
    std::string order;
    std::string columns;  ///< Field names with commas; empty: the usual ones.
    std::int64_t limit = 1000;
    bool plan = false;
    bool wait = false;
    bool cascade = false;
};

Result<void> list_objects(Session& session, const ObjectArguments& arguments);
Result<void> get_object(Session& session, const ObjectArguments& arguments);
Result<void> create_object(Session& session, const ObjectArguments& arguments);
Result<void> set_object(Session& session, const ObjectArguments& arguments);
/// Asks for an operation that is no field, such as `retry`.
Result<void> act_on_object(Session& session, const ObjectArguments& arguments);
Result<void> remove_object(Session& session, const ObjectArguments& arguments);
Result<void> watch_objects(Session& session, const ObjectArguments& arguments);

}  // namespace xos::shell
