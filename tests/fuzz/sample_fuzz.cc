// Arbitrary bytes as what the kernel sent: refused, or a record and facts that are safe to read.
#include <cstdint>

#include "kernel/sample.h"

using namespace bewit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static kernel::Sample sample;
    const auto view = sample.take(std::as_bytes(std::span{data, size}), 0);
    if (!view) return 0;
    size_t sum = sample.working_directory().value_or("").size();
    for (size_t i = 0; i < view->param_count(); ++i) sum += view->param(i).bytes.size();
    for (int fd = 0; fd < 8; ++fd) {
        const kernel::DescriptorFact* fact = sample.descriptor(Fd{fd});
        if (fact == nullptr) continue;
        event::Descriptor out;
        kernel::describe(*fact, out);
        sum += out.name.size();
    }
    // Keeps the reads from being taken out.
    volatile size_t sink = sum;
    static_cast<void>(sink);
    return 0;
}
