#include "tracer/attacher.h"

#include <sys/prctl.h>

#include "tracer/attachment.h"
#include "tracer/seccomp_filter.h"
#include "tracer/trace_loop.h"
#include "tracer/workload.h"

namespace bewit::tracer {

struct Attacher::Impl {
    Impl(AttachOptions options, const match::Interest& interest, event::Sink& sink, event::Witness& witness,
         Unwatched unwatched)
        : options(std::move(options)),
          unwatched(std::move(unwatched)),
          workload{.interest = interest,
                   .sink = sink,
                   .witness = witness,
                   .statistics = statistics,
                   .entrypoint_alive = false} {}

    AttachOptions options;
    Unwatched unwatched;
    Statistics statistics;
    Workload workload;
};

Attacher::Attacher(AttachOptions options, const match::Interest& interest, event::Sink& sink, event::Witness& witness,
                   Unwatched unwatched)
    : impl_(std::make_unique<Impl>(std::move(options), interest, sink, witness, std::move(unwatched))) {}

Attacher::~Attacher() = default;

tl::expected<void, StartError> Attacher::run() {
    // Nobody of the same user may look into bewit or write into it (ptrace(2), "Ptrace access mode checking").
    prctl(PR_SET_DUMPABLE, 0);
    Attachment attachment(impl_->options, impl_->workload, impl_->unwatched);
    TraceLoop loop(impl_->workload, attachment, compile_filter(impl_->workload.interest, {}));
    return loop.run_attached();
}

const Statistics& Attacher::statistics() const { return impl_->statistics; }

}  // namespace bewit::tracer
