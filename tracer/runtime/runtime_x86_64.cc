#include "tracer/runtime/runtime.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include <array>
#include <cstdio>
#include <optional>
#include <span>
#include <string>

#include "base/unique_fd.h"
#include "tracer/proc_reader.h"
#include "tracer/ptrace_request.h"
#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/code_x86_64.h"
#include "tracer/runtime/image_x86_64.h"
#include "tracer/runtime/mapper_x86_64.h"
#include "tracer/runtime/open_layout.h"
#include "tracer/runtime/remote_x86_64.h"
#include "tracer/runtime/site_history.h"
#include "tracer/runtime/site_patcher_x86_64.h"
#include "tracer/runtime/table.h"
#include "tracer/sealing_calls.h"
#include "tracer/tracee_memory.h"
#include "tracer/tracee_table.h"

namespace bewit::tracer {
namespace {

// Stops of the whole workload before the automaton is made, which takes a while; those at one site before it is taken,
// which costs about as many; and before a place that could not be taken is looked at again.
constexpr uint32_t worth_making = 128, worth_taking = 8, worth_another_look = 500;
constexpr uint64_t region = 0x5800'0000'0000,
                   region_pages = 0x0700'0000'0000 / page;  // where neither programs, heaps nor libraries are put
static_assert(page == BEWIT_TABLE_PAGE);

std::string maps_of(Tid tid) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/maps", static_cast<int>(raw(tid)));
    const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
    std::string text;
    if (file) read_all(file.get(), text);
    return text;
}

uint64_t random_address() {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) return 0;
    return region + number % region_pages * page;
}

class X86Runtime final : public Runtime {
public:
    X86Runtime(const match::Interest& interest, uint64_t base)
        : code_(base),
          relative_names_(is_no_event(interest, "getcwd") && is_no_event(interest, "readlink")),
          image_(interest, code_, relative_names_) {}

    uint64_t trusted_address() const override { return code_.trusted(); }
    uint64_t sites() const override { return patcher_.count(); }

    bool at_entry(Tracee& tracee, TraceeTable& tracees, const SyscallStop& stop) override {
        if (mapper_.serves(tracee.tid)) return arrived(tracees.leader_of(tracee), stop);
        if (seals(stop)) {
            seal(tracee, tracees.leader_of(tracee));
            return false;
        }
        if (stop.number != SYS_openat || stop.abi != event::Abi::X86_64 || image_.failed() || mapper_.busy())
            return false;
        Tracee* leader = tracees.leader_of(tracee);
        if (leader == nullptr || tracee.stage != Tracee::Stage::Watched) return false;
        RuntimeState& state = leader->runtime;
        if (state.off || state.sealed || tracee.runtime.sealed) return false;
        RuntimeState::Place& place = state.place_of(stop.instruction_pointer);
        ++place.stops;
        if (place.taken || ++stops_ < worth_making || !image_.ready()) return false;
        return is_worth_taking(place) && take_site(*leader, place, stop);
    }

    bool at_exit(const Tracee& tracee, TraceeTable& tracees, int64_t result) override {
        if (!mapper_.serves(tracee.tid)) return false;
        Tracee* leader = tracees.leader_of(tracee);
        if (mapper_.left_call(result) && leader != nullptr) leader->runtime.has_image = true;
        return true;
    }

    void ended(Tid tid, const Tracee* tracee) override {
        if (mapper_.serves(tid)) mapper_.gone();
        if (tracee == nullptr || image_.bytes().empty()) return;
        for (const RuntimeState::Place& place : tracee->runtime.places) {
            if (place.stops > 0 && place.stops < worth_taking && !place.taken && !place.refused)
                history_.was_not_worth(place.site);
        }
    }

    bool at_signal(const Tracee& tracee, TraceeTable& tracees, int signal) override {
        Tracee* leader = tracees.leader_of(tracee);
        if (mapper_.serves(tracee.tid)) {
            mapper_.interrupted();
            if (leader != nullptr) {
                leader->runtime.off = false;
                // With signals so close to each other there might be no end to it.
                refuse(leader->runtime.place_of(mapper_.registers().rip));
            }
            return false;
        }
        user_regs_struct registers{};
        if (image_.bytes().empty() || !get_registers(tracee.tid, registers)) return false;
        if (!code_.is_inside(registers.rip)) {
            if (leader != nullptr && RuntimeCode::leave_trampoline(tracee.tid, leader->runtime.near_pages(), registers))
                set_registers(tracee.tid, registers);
            return false;
        }
        siginfo_t info{};
        // What a process sends is not a fault (sigaction(2), si_code).
        const bool is_fault =
            (signal == SIGSEGV || signal == SIGBUS) && signal_info(tracee.tid, info) && info.si_code > 0;
        if (is_fault && code_.reads_name(registers.rip)) {
            registers.rip = code_.ask_address();
            set_registers(tracee.tid, registers);
            resume(tracee.tid, Resume::Run);
            return true;
        }
        if (code_.leave(tracee.tid, registers)) set_registers(tracee.tid, registers);
        return false;
    }

private:
    // The runtime's own calls that are no secret: they must not look like the workload's.
    static bool is_no_event(const match::Interest& interest, std::string_view call) {
        const auto kind = event::find_kind(call);
        return kind && interest.of(*kind).level == match::KindInterest::Level::Never;
    }

    // From now on every call asks. `tracee` may be any thread of its process, which may share its memory with others:
    // they ask, too.
    void seal(Tracee& tracee, Tracee* leader) {
        tracee.runtime.sealed = true;
        if (leader != nullptr) leader->runtime.sealed = true;
        const uint64_t disabled = code_.base() + page + offsetof(TableHeader, disabled);
        constexpr std::array<std::byte, 1> yes{std::byte{1}};
        if (!image_.bytes().empty()) write_code(tracee.tid, disabled, yes);
    }

    bool is_decidable(const SyscallStop& stop) const {
        std::array<std::byte, 1> first{};
        return relative_names_ || (read_memory(stop.tid, stop.arguments[1], first) == 1 && first[0] == std::byte{'/'});
    }

    // Not now, perhaps later.
    static bool refuse(RuntimeState::Place& place) {
        place.stops = 0;
        place.refused = true;
        return false;
    }

    bool is_worth_taking(const RuntimeState::Place& place) {
        if (place.refused) return place.stops >= worth_another_look;
        if (place.stops == worth_taking) history_.was_worth(place.site);
        return place.stops >= worth_taking || (place.stops == 1 && history_.promises(place.site));
    }

    bool take_site(Tracee& leader, RuntimeState::Place& place, const SyscallStop& stop) {
        RuntimeState& state = leader.runtime;
        const Tid tid = stop.tid;
        const bool alone = leader.others == 0 && !state.shared;
        if (!is_decidable(stop)) return refuse(place);
        const std::optional<Site> site = SitePatcher::find(tid, stop.instruction_pointer, alone);
        if (!site) return refuse(place);
        const std::string maps = maps_of(tid);
        user_regs_struct registers{};
        if (!is_file_code(maps, site->address)) return refuse(place);
        if (!get_registers(tid, registers)) return false;
        if (const auto slot = SitePatcher::free_slot(state, *site)) {
            place.taken = patcher_.patch(state, *site, *slot, registers, tid);
            return place.taken;
        }

        const auto near = state.pages == state.near.size() ? std::nullopt : free_page_near(maps, site->address);
        if (!near) return refuse(place);
        if (!mapper_.begin(tid, registers, state.has_image ? std::span<const std::byte>() : image_.bytes(), *near))
            return false;
        state.off = true;
        arriving_ = *site;
        return true;
    }

    // The thread is let go in any case.
    bool arrived(Tracee* leader, const SyscallStop& stop) {
        const Tid tid = stop.tid;
        const Mapper::Arrival arrival = mapper_.entered_call(stop);
        if (arrival == Mapper::Arrival::Underway) return true;
        const user_regs_struct& registers = mapper_.registers();
        if (arrival == Mapper::Arrival::Mapped && leader != nullptr) {
            RuntimeState& state = leader->runtime;
            state.near[state.pages++] = mapper_.near();
            state.slots = 0;
            state.off = false;
            RuntimeState::Place& place = state.place_of(registers.rip);
            place.taken = patcher_.patch(state, arriving_, mapper_.near(), registers, tid);
            if (place.taken) return true;
        }
        repeat_call(tid, registers);
        resume(tid, Resume::Run);
        return true;
    }

    const RuntimeCode code_;
    const bool relative_names_;
    RuntimeImage image_;
    Mapper mapper_{code_};
    SitePatcher patcher_{code_};
    Site arriving_;  // what the mapper's thread has come for
    SiteHistory history_;
    uint64_t stops_ = 0;
};

}  // namespace

std::unique_ptr<Runtime> Runtime::create(const match::Interest& interest) {
    const uint64_t base = random_address();
    if (!interest.open_names || base == 0) return nullptr;
    return std::make_unique<X86Runtime>(interest, base);
}

}  // namespace bewit::tracer
