#include "core/models/reference.h"

#include "core/models/core_models.h"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <variant>

namespace xos::core {
namespace {

TEST_CASE("the reference of the core types is up to date") {
    const auto built = schema::Schema::build(core_models());
    const auto& schema = *std::get<std::shared_ptr<const schema::Schema>>(built);
    std::ifstream file(XOS_DOCS "/reference/types.md");
    std::stringstream page;
    page << file.rdbuf();
    CHECK_MESSAGE(page.str() == types_reference(schema),
                  "make it again: cmake --build build/dev --target reference");
}

}  // namespace
}  // namespace xos::core
