// Arbitrary bytes as one record: refused, or safe to read to the last parameter.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/event/view.h"

namespace {

using namespace bewit::event;

// Reads a parameter in every way that there is.
size_t read(const Param& param) {
    size_t sum = param.as_text().size() + static_cast<size_t>(param.as_int());
    for (std::byte byte : param.bytes) sum += std::to_integer<size_t>(byte);
    std::string names;
    append_names(param.info->type, param.info->names, static_cast<uint32_t>(param.as_uint()), names);
    return sum + names.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto view = View::parse(std::as_bytes(std::span{data, size}));
    if (!view) return 0;

    size_t bytes = BEWIT_EVENT_HEADER_SIZE;
    size_t sum = view->name().size() + static_cast<size_t>(view->result().value_or(0));
    for (size_t i = 0; i < view->info().params.size(); ++i) {
        const Param param = view->param(i);
        bytes += param.bytes.size();
        sum += read(param);
    }
    if (bytes > size || index(view->kind()) >= kind_count()) std::abort();
    // Keeps the reads from being taken out.
    volatile size_t sink = sum;
    static_cast<void>(sink);
    return 0;
}
