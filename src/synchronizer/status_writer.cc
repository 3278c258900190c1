#include "synchronizer/status_writer.h"

namespace xos::synchronizer {

void StatusWriter::set(std::string_view field, Json value) {
    feedback_.insert_or_assign(std::string(field), std::move(value));
}

}  // namespace xos::synchronizer
