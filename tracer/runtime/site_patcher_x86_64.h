// Leads call sites of openat(2) into the runtime's code: what stands at a site is looked at, and changed by one store
// into a jump to a trampoline near it.
#pragma once

#include <sys/user.h>

#include <cstdint>
#include <optional>

#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/code_x86_64.h"
#include "tracer/runtime/runtime.h"

namespace bewit::tracer {

struct Site {
    SiteShape shape{};
    uint64_t address = 0;  // of what is replaced
};

// Of the tracer's thread. Every call is about a thread that stands at the entry of the site's call.
class SitePatcher {
public:
    // `code` must outlive this.
    explicit SitePatcher(const RuntimeCode& code) : code_(code) {}

    // The site of the call that returns to `behind_call`; nullopt where it has not the bytes of one, or where they
    // cannot be changed while others run. `alone`: nobody else runs in the thread's memory.
    static std::optional<Site> find(Tid tid, uint64_t behind_call, bool alone);

    // Room for a trampoline on the process's last page, in reach of a jump from `site`; nullopt: another page is
    // needed.
    static std::optional<uint64_t> free_slot(const RuntimeState& state, const Site& site);

    // Takes the site over, which counts as a slot in use. True: the thread, which has `registers`, was let go by the
    // new way. False: it was not, and the process is left alone from now on.
    bool patch(RuntimeState& state, const Site& site, uint64_t trampoline_address, user_regs_struct registers, Tid tid);

    // Sites taken over.
    uint64_t count() const { return count_; }

private:
    const RuntimeCode& code_;
    uint64_t count_ = 0;
};

}  // namespace bewit::tracer
