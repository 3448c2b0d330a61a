// In the place of ebpf/source.cc where libbpf, bpftool or clang were missing when the program was built.
#include "ebpf/source.h"

namespace bewit::ebpf {

tl::expected<std::unique_ptr<kernel::Source>, kernel::Failure> open(const match::Interest&, event::Witness&,
                                                                    const kernel::Options&) {
    return tl::unexpected(
        kernel::Failure{kernel::Failure::Step::NotBuiltIn, 0, "this program was built without its eBPF source"});
}

bool built_in() { return false; }

}  // namespace bewit::ebpf
