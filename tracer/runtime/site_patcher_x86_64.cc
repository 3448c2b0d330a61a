#include "tracer/runtime/site_patcher_x86_64.h"

#include <array>
#include <cstddef>

#include "tracer/ptrace_request.h"
#include "tracer/runtime/remote_x86_64.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer {

std::optional<Site> SitePatcher::find(Tid tid, uint64_t behind_call, bool alone) {
    const uint64_t address = behind_call - jump_offset;
    // Other threads see one store of an aligned word whole.
    const bool in_one_word = address % 8 + jump_size <= 8;
    if (!alone && !in_one_word) return std::nullopt;
    std::array<std::byte, site_before + site_after> code{};
    if (read_memory(tid, behind_call - site_before, code) != code.size()) return std::nullopt;
    const std::optional<SiteShape> shape = open_site(code);
    return shape ? std::optional(Site{*shape, address}) : std::nullopt;
}

std::optional<uint64_t> SitePatcher::free_slot(const RuntimeState& state, const Site& site) {
    constexpr size_t slots_in_page = page / trampoline_size;
    if (state.pages == 0 || state.slots == slots_in_page) return std::nullopt;
    const uint64_t place = state.near[state.pages - 1] + state.slots * trampoline_size;
    return jump(site.address, place) ? std::optional(place) : std::nullopt;
}

bool SitePatcher::patch(RuntimeState& state, const Site& site, uint64_t trampoline_address, user_regs_struct registers,
                        Tid tid) {
    const auto jump_there = jump(site.address, trampoline_address);
    if (!jump_there || !write_code(tid, trampoline_address, trampoline(site.shape, registers.rip, code_.base())) ||
        !write_code(tid, site.address, *jump_there)) {
        state.off = true;
        return false;
    }
    ++state.slots;
    ++count_;
    // The call that stands here is not made: the thread goes on at the site's new beginning.
    registers.rip = site.address;
    registers.orig_rax = no_call;
    set_registers(tid, registers);
    resume(tid, Resume::Run);
    return true;
}

}  // namespace bewit::tracer
