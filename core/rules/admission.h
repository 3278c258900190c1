#pragma once

#include "core/rules/core_rule.h"

namespace xos::core {

/// What a Deployment says to those who want to acquire something there. Each answer is empty when
/// it is content, else the reason as the end of a sentence: `deployment "campus" does not …`.

/// Its access list admits the site of the Slice, or one of the Slice's users.
std::string why_not_admitted(View view, const Fields& fields, ObjectId slice, ObjectId deployment);
/// It offers the Image.
std::string why_no_image(View view, const Fields& fields, ObjectId image, ObjectId deployment);
/// It offers the Flavor: all do when the Flavor names none.
std::string why_no_flavor(View view, const Fields& fields, ObjectId flavor, ObjectId deployment);
/// It offers the template of the Network: all do when the template names none.
std::string why_no_network(View view, const Fields& fields, const Row& network,
                           ObjectId deployment);
/// All of it for an Instance there.
std::string why_no_instance(View view, const Fields& fields, const Row& instance,
                            ObjectId deployment);

}  // namespace xos::core
