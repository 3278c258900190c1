#pragma once

#include "base/json.h"
#include "http/client.h"
#include "mutator.h"

#include <map>
#include <string>
#include <vector>

namespace xos::fuzz {

/// Makes requests to the API that are nearly right: real paths, types and fields with values that
/// are right, wrong, or damaged.
class RequestMaker {
public:
    /// `types` is the answer of modeldefs; `recipes` are texts to start from.
    RequestMaker(std::uint64_t seed, const Json& types, std::vector<std::string> recipes);

    http::Client::Call next();
    /// An object that is there, to be used in later requests.
    void learn(const Json& object);

private:
    struct Field {
        std::string name;
        std::string type;
        std::vector<std::string> options;
        std::string target;  ///< Of a link: the name of the type, without the app.
        bool writable = false;
        bool required = false;
    };
    struct Type {
        std::string name;
        std::string path;
        std::vector<Field> fields;
    };

    std::string target();
    std::string method(const std::string& target);
    std::string object_path();
    std::string query(const Type& type);
    std::string body(const std::string& target);
    std::string text();
    Json value(const Field& field);
    Json any_value(int depth);
    Json fields(const Type& type);
    Json transaction();
    Json status();
    std::string id(const std::string& type);
    std::int64_t known_id(const std::string& type);

    bool wild(std::size_t of) { return !careful_ && mutator_.chance(of); }

    Mutator mutator_;
    bool careful_ = false;  // The request being made has no mistake but by what it refers to.
    std::vector<Type> types_;
    std::vector<std::string> recipes_;
    std::map<std::string, std::vector<std::int64_t>> ids_;  // By type.
    std::vector<std::string> names_;  // Texts that were values before: they meet again.
};

/// A request as a person would repeat it.
std::string describe(const http::Client::Call& call);

}  // namespace xos::fuzz
