#include "base/testing/temporary_directory.h"

#include "base/check.h"

#include <cstdlib>
#include <filesystem>

namespace xos {

TemporaryDirectory::TemporaryDirectory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent ? parent : "/tmp") + "/xos-test-XXXXXX";
    XOS_CHECK(::mkdtemp(path_.data()) != nullptr, "cannot make a temporary folder");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace xos
