#include "journal/sqlite_views.h"

#include <map>
#include <string>

namespace xos::journal {

namespace {

std::string quoted(std::string_view text, char quote) {
    std::string result(1, quote);
    for (const char character : text)
        result.append(character == quote ? 2 : 1, character);
    return result + quote;
}

std::string identifier(std::string_view name) {
    return quoted(name, '"');
}

std::string literal(std::string_view text) {
    return quoted(text, '\'');
}

std::string expression(const Column& column) {
    const std::string path = literal("$.\"" + column.name + "\"");
    switch (column.type) {
        case ColumnType::Text: return "CAST(document ->> " + path + " AS TEXT)";
        case ColumnType::Integer: return "CAST(document ->> " + path + " AS INTEGER)";
        case ColumnType::Real: return "CAST(document ->> " + path + " AS REAL)";
        case ColumnType::Boolean: return "CAST(document ->> " + path + " AS BOOLEAN)";
        case ColumnType::Json: return "document -> " + path;
    }
    return "NULL";
}

bool is_fixed(std::string_view name) {
    return name == "id" || name == "leaf_model_name" || name == "revision";
}

std::string view(const Shape& shape) {
    std::string sql = "CREATE VIEW " + identifier(shape.name) +
                      " AS SELECT id, type AS leaf_model_name, revision";
    for (const Column& column : shape.columns) {
        if (!is_fixed(column.name))
            sql += ", " + expression(column) + " AS " + identifier(column.name);
    }
    sql += " FROM objects WHERE type IN (";
    for (std::size_t i = 0; i < shape.types.size(); ++i)
        sql += (i > 0 ? ", " : "") + literal(shape.types[i]);
    return sql + ")";
}

}  // namespace

Result<void> keep_views(sqlite::Connection& connection, std::span<const Shape> shapes) {
    std::map<std::string, std::string> wanted;
    for (const Shape& shape : shapes)
        wanted.emplace(shape.name, view(shape));

    auto transaction = TRY(sqlite::Transaction::begin(connection));
    std::string changes;
    {
        auto row = TRY(connection.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND name <> 'history'"));
        row.start();
        while (TRY(row.next())) {
            const std::string name(row.text(0));
            if (const auto found = wanted.find(name);
                found != wanted.end() && found->second == row.text(1))
                wanted.erase(found);
            else
                changes += "DROP VIEW " + identifier(name) + ";\n";
        }
    }
    for (const auto& [name, sql] : wanted)
        changes += sql + ";\n";
    if (changes.empty())
        return {};
    TRY(connection.execute(changes));
    return transaction.commit();
}

}  // namespace xos::journal
