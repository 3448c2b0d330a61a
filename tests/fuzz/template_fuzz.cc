// Output templates: any text compiles or is an error with a place inside it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/alert/template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto compiled = bewit::alert::Template::compile(text);
    if (!compiled && compiled.error().offset >= text.size()) std::abort();
    return 0;
}
