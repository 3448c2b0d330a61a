#include "injector/kernel_source.h"

#include "kmod/source.h"

namespace bewit {

tl::expected<std::unique_ptr<ebpf::Source>, ebpf::Failure> open_kernel_source(doctor::SourceKind kind, const match::Interest& interest, event::Witness& proc,
                                                                              const ebpf::Options& options) {
    if (kind == doctor::SourceKind::Kmod) return kmod::open(interest, proc, options);
    return ebpf::Source::open(interest, proc, options);
}

}  // namespace bewit
