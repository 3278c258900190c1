#include "core/first_start.h"

#include "base/check.h"
#include "core/rules/named_fields.h"

#include <string>

namespace xos::core {

namespace {

/// Collects operations that each make one object.
class Start {
public:
    explicit Start(const schema::Schema& schema) : schema_(schema) {}

    /// Stands for the object in later operations.
    ObjectId make(std::string_view type_name, const NamedValues& values) {
        const schema::Type* type = schema_.find_type("core." + std::string(type_name));
        XOS_CHECK(type, "the schema has no core type " + std::string(type_name));
        transaction_.operations.push_back({.kind = kernel::Operation::Kind::Create,
                                           .type = type->id,
                                           .id = {},
                                           .fields = named_fields(*type, values),
                                           .if_match = {},
                                           .place = {}});
        return kernel::made_by(transaction_.operations.size() - 1);
    }

    kernel::Transaction take() && { return std::move(transaction_); }

private:
    const schema::Schema& schema_;
    kernel::Transaction transaction_;
};

void make_roles(Start& start) {
    for (const char* role : {"admin", "pi", "tech", "default"})
        start.make("SiteRole", {{"role", role}});
    for (const char* role : {"admin", "access"})
        start.make("SliceRole", {{"role", role}});
}

void make_templates(Start& start) {
    start.make("NetworkTemplate",
               {{"name", "Private"},
                {"description", "Connects instances with each other and with nothing else"},
                {"visibility", "private"},
                {"translation", "none"},
                {"vtn_kind", "PRIVATE"}});
    start.make("NetworkTemplate",
               {{"name", "Public shared IPv4"},
                {"description", "Instances reach the outside by an address that they share"},
                {"visibility", "private"},
                {"translation", "NAT"},
                {"vtn_kind", "PUBLIC"}});
    start.make("NetworkTemplate",
               {{"name", "Public dedicated IPv4"},
                {"description", "Each instance has an address that the outside reaches"},
                {"visibility", "public"},
                {"translation", "none"},
                {"access", "direct"},
                {"vtn_kind", "PUBLIC"}});
}

void make_flavors(Start& start) {
    const auto make = [&](const char* name, std::int64_t order, std::int64_t cores) {
        start.make("Flavor", {{"name", name},
                              {"order", order},
                              {"default", order == 0},
                              {"cores", cores},
                              {"memory_mb", 512 * cores},
                              {"disk_gb", 10 * cores},
                              {"processes", 512 * cores}});
    };
    make("m1.small", 0, 1);
    make("m1.medium", 1, 2);
    make("m1.large", 2, 4);
}

}  // namespace

kernel::Transaction first_start(const schema::Schema& schema, std::string_view email,
                                std::string_view password_hash) {
    Start start(schema);
    make_roles(start);
    make_templates(start);
    make_flavors(start);
    const ObjectId site = start.make("Site", {{"name", "xos"},
                                              {"login_base", "xos"},
                                              {"abbreviated_name", "xos"},
                                              {"hosts_nodes", false}});
    start.make("DeploymentRole", {{"role", "admin"}});
    for (const char* role : {"admin", "access"})
        start.make("ServiceRole", {{"role", role}});
    start.make("XOSCore", {{"name", "XOS"}});
    start.make("User", {{"email", std::string(email)},
                        {"password", std::string(password_hash)},
                        {"firstname", "XOS"},
                        {"lastname", "Administrator"},
                        {"site", site},
                        {"is_admin", true}});
    return std::move(start).take();
}

}  // namespace xos::core
