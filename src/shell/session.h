#pragma once

#include "client/api.h"
#include "shell/catalog.h"
#include "shell/credentials.h"
#include "shell/render.h"

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

    static Result<Session> open(Format format);
};

/// Where an object stands in becoming real: "ready", "in progress", "error: …", "deleting".
std::string status_of(const Json& object);

/// Shows one object, with its links by natural key where it is shown to people.
Result<void> show_object(Session& session, const schema::Type& type, const Json& object);

/// Shows what a write would change: `plan` is what the API answers to `?plan=1`.
void show_plan(const Session& session, const Json& plan);

/// Writes to standard output.
void print(const std::string& text);

}  // namespace xos::shell
