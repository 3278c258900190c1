#pragma once

#include "journal/engine.h"
#include "journal/sqlite.h"

#include <map>

namespace xos::journal {

/// A connection that reads a journal. Used by one thread at a time; each call sees the journal of
/// one moment. The functions are those of `Engine`.
class SqliteReader {
public:
    static Result<std::unique_ptr<SqliteReader>> open(const std::string& path,
                                                      const std::string& files);

    Result<Revision> for_each_object(const Engine::ObjectVisitor& visit);
    Result<void> for_each_change(Revision since, const Engine::VersionVisitor& visit);
    Result<std::vector<Version>> versions(ObjectId id, Engine::Page page);
    Result<std::optional<Version>> find_object(ObjectId id, Revision at);
    Result<void> for_each_object_at(std::string_view type, Revision at,
                                    const Engine::VersionVisitor& visit);
    Result<Revision> oldest();
    Result<Revision> revision_at(WallTime time);
    Result<std::string> get_schema(SchemaVersion version);
    Result<std::optional<SideRecord>> find_side(std::string_view kind, std::string_view key);
    Result<void> for_each_side(std::string_view kind, const Engine::SideVisitor& visit);
    Result<void> verify();

private:
    explicit SqliteReader(sqlite::Connection connection) : connection_(std::move(connection)) {}

    /// The statement for `sql`, a literal, prepared once.
    Result<sqlite::Rows> rows(const char* sql);
    Result<void> verify_documents(const char* sql, std::string_view table);

    // The connection is first: statements end before it.
    sqlite::Connection connection_;
    std::map<const char*, sqlite::Statement> statements_;
};

}  // namespace xos::journal
