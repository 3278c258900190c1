# Writes OUTPUT: the function core_models() with the text of each file of the list MODELS.
set(code "// Generated from core/models/*.xproto.
#include \"core/models/core_models.h\"

namespace xos::core {

std::vector<schema::Source> core_models() {
    std::vector<schema::Source> models;
")
foreach(model ${MODELS})
    get_filename_component(name ${model} NAME)
    file(READ ${model} text)
    string(APPEND code "    models.push_back({\"${name}\", \"core\", R\"xproto(${text})xproto\"});\n")
endforeach()
string(APPEND code "    return models;
}

}  // namespace xos::core
")
file(WRITE ${OUTPUT} "${code}")
