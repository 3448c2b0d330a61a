#include "injector/kernel_source.h"

#include "kmod/source.h"

namespace bewit {

tl::expected<std::unique_ptr<kernel::Source>, kernel::Failure> open_kernel_source(doctor::SourceKind kind,
                                                                                  const match::Interest& interest,
                                                                                  event::Witness& proc,
                                                                                  const kernel::Options& options) {
    if (kind == doctor::SourceKind::Kmod) return kmod::open(interest, proc, options);
    return ebpf::open(interest, proc, options);
}

}  // namespace bewit
