#include "kernel/shapes.h"

#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace xos::kernel {
namespace {

using journal::Column;
using journal::ColumnType;
using journal::Shape;

const Shape* find_shape(const std::vector<Shape>& shapes, std::string_view name) {
    const auto at = std::find_if(shapes.begin(), shapes.end(),
                                 [&](const Shape& shape) { return shape.name == name; });
    return at == shapes.end() ? nullptr : &*at;
}

std::optional<ColumnType> type_of(const Shape& shape, std::string_view name) {
    const auto at = std::find_if(shape.columns.begin(), shape.columns.end(),
                                 [&](const Column& column) { return column.name == name; });
    return at == shape.columns.end() ? std::nullopt : std::optional(at->type);
}

TEST_CASE("each type has a view with typed columns, those that nobody may read left out") {
    RunningKernel kernel;
    const auto shapes = shapes_of(kernel->schema());
    const Shape* slice = find_shape(shapes, "core.Slice");
    REQUIRE(slice);
    CHECK(slice->types == std::vector<std::string>{"core.Slice"});
    CHECK(type_of(*slice, "name") == ColumnType::Text);
    CHECK(type_of(*slice, "site_id") == ColumnType::Integer);
    CHECK(type_of(*slice, "size") == ColumnType::Integer);
    CHECK(type_of(*slice, "friends_ids") == ColumnType::Json);
    CHECK(type_of(*slice, "created") == ColumnType::Text);
    CHECK(type_of(*slice, "deleted") == ColumnType::Boolean);
    const Shape* user = find_shape(shapes, "core.User");
    REQUIRE(user);
    CHECK(type_of(*user, "email") == ColumnType::Text);
    CHECK(!type_of(*user, "password"));
}

}  // namespace
}  // namespace xos::kernel
