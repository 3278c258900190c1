#pragma once

#include "base/json_members.h"
#include "journal/engine.h"
#include "model/row.h"

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::kernel {

/// The text under which the journal keeps a schema.
std::string schema_text(const schema::Schema& schema);

/// Reads documents of the journal as objects of today's schema, whichever they were written with:
/// fields that came later take their default, those that went are left out, and values are brought
/// into the present type of their field where that loses nothing. Nothing has to be rewritten when
/// the schema changes. Not thread-safe; what it is made with must outlive it.
class Documents {
public:
    Documents(const schema::Schema& schema, journal::Engine& journal,
              journal::SchemaVersion present)
        : schema_(schema), journal_(journal), present_(present) {}

    /// Internal, naming the field, when a value cannot be what the field wants today.
    Result<model::FieldValues> read(const schema::Type& type, journal::SchemaVersion version,
                                    std::string_view document);
    /// Whether secrets in documents of that version are sealed.
    Result<bool> has_sealed(journal::SchemaVersion version);

private:
    struct Past {
        bool sealed = true;
        std::shared_ptr<const schema::Schema> schema;  ///< Nothing when it cannot be read today.
    };
    using Known = std::vector<bool>;  // Of each field of a type: it was there then.

    Result<const Past*> past(journal::SchemaVersion version);
    Result<const Known*> known_fields(const schema::Type& type, journal::SchemaVersion version);
    /// Sets the values that the document has, and says in `given_` which these are.
    Result<void> read_members(const schema::Type& type, journal::SchemaVersion version,
                              std::string_view document, model::FieldValues& values);

    const schema::Schema& schema_;
    journal::Engine& journal_;
    const journal::SchemaVersion present_;
    JsonMembers members_;
    std::vector<bool> given_;  // Of each field of the type that is being read.
    std::map<journal::SchemaVersion, Past> pasts_;
    std::map<std::pair<journal::SchemaVersion, std::uint32_t>, Known> known_;
};

}  // namespace xos::kernel
