#pragma once

#include "client/api.h"
#include "shell/catalog.h"
#include "shell/credentials.h"
#include "shell/render.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace xos::shell {

/// One logged-in command: the server, its types, and how to show what it answers.
struct Session {
    Credentials credentials;
    std::unique_ptr<client::Api> api;
    std::unique_ptr<Catalog> catalog;
    Format format = Format::Table;
    int exit_code = 0;  ///< What the command ends with when all went well.

    static Result<Session> open(Format format);
};

/// Where an object stands in becoming real: "ready", "in progress", "error: …", "deleting".
std::string status_of(const Json& object);

/// Shows an answer as JSON or YAML, as the session wants.
void show_json(const Session& session, const Json& json);

/// The value of a field as text: links by natural key, as far as the catalog has read it.
std::string text_of(const Catalog& catalog, const schema::Field& field, const Json& value);
/// The objects that a field of `object` links to; none when it is no link.
std::vector<std::int64_t> linked_ids(const schema::Field& field, const Json& object);

/// Shows one object, with its links by natural key where it is shown to people.
Result<void> show_object(Session& session, const schema::Type& type, const Json& object);

/// Shows what a write would change: `plan` is what the API answers to `?plan=1`.
void show_plan(const Session& session, const Json& plan);

/// Writes to standard output.
void print(const std::string& text);

}  // namespace xos::shell
