#include "tracer/runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "tracer/net_tables.h"
#include "tracer/ptrace_request.h"
#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/remote_x86_64.h"
#include "tracer/runtime/open_layout.h"
#include "tracer/runtime/table.h"
#include "tracer/sealing_calls.h"
#include "tracer/tracee_table.h"
#include "tracer/tracee_memory.h"
#include "tracer/unique_fd.h"

extern "C" {
// tracer/runtime/open_x86_64.S
extern const std::byte bewit_runtime_begin[], bewit_runtime_framed[], bewit_runtime_kept[], bewit_runtime_reads[],
    bewit_runtime_read[], bewit_runtime_trusted[], bewit_runtime_left[], bewit_runtime_ask[], bewit_runtime_asking[],
    bewit_runtime_asked[], bewit_runtime_end[];
}

namespace bewit::tracer {
namespace {

using Stage = RuntimeState::Stage;

constexpr uint64_t page = 4096;
// Stops at one site: before the automaton is made, which takes a while, and then, when a process of its own has to get it.
constexpr uint32_t hot = 500, warm = 40;
constexpr uint64_t region = 0x5800'0000'0000,
                   region_pages = 0x0700'0000'0000 / page;  // where neither programs, heaps nor libraries are put
constexpr uint64_t syscall_size = 2;
constexpr size_t slots_in_page = page / trampoline_size;
static_assert(page == BEWIT_TABLE_PAGE);

constexpr bool has_error_of_its_own(int64_t result) {
    return result < 0 && result > -64 && (BEWIT_ERRORS_OF_ITS_OWN >> -result & 1) != 0;
}
static_assert(has_error_of_its_own(-EPERM) && has_error_of_its_own(-E2BIG) && has_error_of_its_own(-EAGAIN) && has_error_of_its_own(-EXDEV) &&
              has_error_of_its_own(-EINVAL) && has_error_of_its_own(-ENOSYS) && has_error_of_its_own(-ELOOP) && !has_error_of_its_own(-EEXIST));

// A call that was put in place of a thread's own.
struct Injected {
    Tid tid = Tid::None;
    user_regs_struct registers{};  // of the call that was replaced
    uint64_t address = 0;          // what is to be mapped
};

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

// Whether openat2(2) is there. A seccomp program that stands before bewit's may answer it with an error of its choice, or with death, as it may the
// calls that find out a directory, whose errors do no harm: that is tried in a child.
bool calls_work() {
    // "size was smaller than any valid size" (openat2(2)).
    const auto is_there = [] { return syscall(SYS_openat2, -1, nullptr, nullptr, 0) == -1 && errno == EINVAL; };
    if (prctl(PR_GET_SECCOMP) == SECCOMP_MODE_DISABLED) return is_there();
    const pid_t child = fork();
    if (child == 0) {
        std::array<char, 1> ignored{};
        syscall(SYS_getcwd, ignored.data(), ignored.size());
        syscall(SYS_readlink, "/", ignored.data(), ignored.size());
        _exit(is_there() ? 0 : 1);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

class X86Runtime final : public Runtime {
public:
    X86Runtime(const match::Interest& interest, uint64_t base)
        : interest_(interest), base_(base), relative_names_(is_no_event("getcwd") && is_no_event("readlink")) {}

    uint64_t trusted_address() const override { return at(bewit_runtime_trusted); }
    uint64_t sites() const override { return sites_; }

    bool at_entry(Tracee& tracee, TraceeTable& tracees, const SyscallStop& stop) override {
        if (seals(stop)) {
            seal(tracee, tracees.leader_of(tracee));
            return false;
        }
        if (stop.number != SYS_openat || stop.abi != event::Abi::X86_64 || given_up_ || injected_) return false;
        Tracee* leader = tracees.leader_of(tracee);
        if (leader == nullptr || tracee.stage != Tracee::Stage::Watched) return false;
        RuntimeState& state = leader->runtime;
        if (state.stage == Stage::Off || state.sealed || tracee.runtime.sealed) return false;
        RuntimeState::Place& place = state.place_of(stop.instruction_pointer);
        return ++place.stops >= (image_.empty() || place.refused ? hot : warm) && take_site(*leader, place, stop);
    }

    bool at_exit(const Tracee& tracee, TraceeTable& tracees, int64_t result) override {
        if (!injected_ || injected_->tid != tracee.tid) return false;
        const Injected injected = *injected_;
        injected_.reset();
        Tracee* leader = tracees.leader_of(tracee);
        if (leader != nullptr && static_cast<uint64_t>(result) == injected.address) mapped(leader->runtime, injected);
        repeat_call(tracee.tid, injected.registers);
        resume(tracee.tid, Resume::Run);
        return true;
    }

    void ended(Tid tid) override {
        if (injected_ && injected_->tid == tid) injected_.reset();
    }

    bool at_signal(const Tracee& tracee, TraceeTable& tracees, int signal) override {
        user_regs_struct registers{};
        if (image_.empty() || !get_registers(tracee.tid, registers)) return false;
        if (!is_inside(registers.rip)) {
            const Tracee* leader = tracees.leader_of(tracee);
            if (leader != nullptr && leave_trampoline(tracee.tid, leader->runtime, registers)) set_registers(tracee.tid, registers);
            return false;
        }
        siginfo_t info{};
        // What a process sends is not a fault (sigaction(2), si_code).
        const bool is_fault =
            (signal == SIGSEGV || signal == SIGBUS) && signal_info(tracee.tid, info) && info.si_code > 0;
        if (is_fault && registers.rip >= at(bewit_runtime_reads) && registers.rip < at(bewit_runtime_read)) {
            registers.rip = at(bewit_runtime_ask);
            set_registers(tracee.tid, registers);
            resume(tracee.tid, Resume::Run);
            return true;
        }
        if (leave(tracee.tid, registers)) set_registers(tracee.tid, registers);
        return false;
    }

private:
    // The runtime's own calls that are no secret: they must not look like the workload's.
    bool is_no_event(std::string_view call) const {
        const auto kind = event::find_kind(call);
        return kind && interest_.of(*kind).level == match::KindInterest::Level::Never;
    }

    uint64_t at(const std::byte* label) const { return base_ + static_cast<uint64_t>(label - bewit_runtime_begin); }

    bool is_inside(uint64_t pointer) const { return pointer >= base_ && pointer < at(bewit_runtime_end); }

    // From wherever in the runtime to the call, not yet made, or to the instruction behind it: what a signal handler,
    // an unwinder or longjmp(3) then finds is what it would find without the runtime.
    bool leave(Tid tid, user_regs_struct& registers) const {
        const uint64_t pointer = registers.rip;
        if (pointer < at(bewit_runtime_kept)) {
            if (pointer >= at(bewit_runtime_framed)) registers.rsp += BEWIT_FRAME;
            registers.rip = registers.rcx - jump_offset;
            return true;
        }
        if (pointer == at(bewit_runtime_left) || pointer == at(bewit_runtime_asked)) {
            registers.rip = registers.rcx;
            return true;
        }
        if (pointer >= at(bewit_runtime_asking)) {
            ask(registers, registers.rcx);
            return true;
        }
        std::array<uint64_t, 8> kept{};
        if (read_memory(tid, registers.rsp + BEWIT_FRAME_KEPT, std::as_writable_bytes(std::span(kept))) != sizeof kept)
            return false;
        const uint64_t behind = kept[0];
        registers.r9 = kept[1];
        registers.r8 = kept[2];
        registers.rbx = kept[3];
        registers.r10 = kept[4];
        registers.rdx = kept[5];
        registers.rsi = kept[6];
        registers.rdi = kept[7];
        registers.rcx = behind;
        registers.rsp += BEWIT_FRAME;
        if (pointer < at(bewit_runtime_trusted)) {
            registers.rip = behind - jump_offset;
            registers.orig_rax = static_cast<unsigned long long>(-1);
        } else if (pointer < at(bewit_runtime_ask) && !has_error_of_its_own(static_cast<int64_t>(registers.rax))) {
            // The kernel restarts or interrupts this call as it would have the other (signal(7)).
            registers.rip = behind;
            if (registers.orig_rax == SYS_openat2) registers.orig_rax = SYS_openat;
        } else {
            ask(registers, behind);
        }
        return true;
    }
    static bool leave_trampoline(Tid tid, const RuntimeState& state, user_regs_struct& registers) {
        const auto pages = std::span(state.near).first(state.pages);
        if (std::ranges::none_of(pages, [&](uint64_t near) { return registers.rip - near < page; })) return false;
        const uint64_t slot = registers.rip - registers.rip % trampoline_size;
        std::array<std::byte, trampoline_size> code{};
        if (read_memory(tid, slot, code) != code.size()) return false;
        registers.rip = behind_call(code) - jump_offset;
        return true;
    }
    static void ask(user_regs_struct& registers, uint64_t behind) {
        registers.rip = behind - syscall_size;
        registers.rax = SYS_openat;
        registers.orig_rax = static_cast<unsigned long long>(-1);
    }
    static bool seals(const SyscallStop& stop) {
        static const auto numbers = [] {
            std::array<decltype(event::syscall_numbers("")), sealing_calls.size()> found;
            std::ranges::transform(sealing_calls, found.begin(), [](const SealingCall& call) { return event::syscall_numbers(call.name); });
            return found;
        }();
        const auto abi = static_cast<size_t>(stop.abi);
        for (size_t i = 0; i < sealing_calls.size(); ++i) {
            const auto& operation = sealing_calls[i].operation;
            if (stop.number == numbers[i][abi] && (!operation || *operation == static_cast<uint32_t>(stop.arguments[0]))) return true;
        }
        return false;
    }

    // From now on every call asks. `tracee` may be any thread of its process, which may share its memory with others:
    // they ask, too.
    void seal(Tracee& tracee, Tracee* leader) {
        tracee.runtime.sealed = true;
        if (leader != nullptr) leader->runtime.sealed = true;
        const uint64_t disabled = base_ + page + offsetof(TableHeader, disabled);
        constexpr std::array<std::byte, 1> yes{std::byte{1}};
        if (!image_.empty()) write_code(tracee.tid, disabled, yes);
    }

    bool ready() {
        if (!image_.empty()) return true;
        if (!building_.valid() && !begin_building()) return false;
        if (building_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
        const match::PathTest test = building_.get();
        malloc_trim(0);  // what the making took is given back
        if (test.empty() || !calls_work()) {
            given_up_ = true;
            return false;
        }
        image_.assign(bewit_runtime_begin, bewit_runtime_end);
        image_.resize(page);
        const std::vector<std::byte> table = lay_out_table(test, base_ + page, relative_names_);
        image_.insert(image_.end(), table.begin(), table.end());
        return true;
    }

    // False where there is no thread to be had, which may be another time.
    bool begin_building() {
        try {
            building_ = std::async(std::launch::async, [this] {
                // The tracer may be held on one core at this moment; the kernel knows which ones there are.
                cpu_set_t all;
                std::fill_n(reinterpret_cast<unsigned char*>(&all), sizeof all, 0xff);
                sched_setaffinity(0, sizeof all, &all);
                return interest_.open_names();
            });
            return true;
        } catch (const std::system_error&) {
            return false;
        }
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

    bool take_site(Tracee& leader, RuntimeState::Place& candidate, const SyscallStop& stop) {
        RuntimeState& state = leader.runtime;
        const Tid tid = stop.tid;
        std::array<std::byte, site_before + site_after> code{};
        const uint64_t code_address = stop.instruction_pointer - site_before;
        const uint64_t site = stop.instruction_pointer - jump_offset;
        // Other threads see one store of an aligned word whole.
        const bool in_one_word = site % 8 + jump_size <= 8;
        const bool fits = (leader.others == 0 || in_one_word) && is_decidable(stop) &&
                          read_memory(tid, code_address, code) == code.size() && is_open_site(code);
        if (!fits) return refuse(candidate);
        if (!ready()) return building_.valid() ? false : refuse(candidate);
        user_regs_struct registers{};
        if (!get_registers(tid, registers)) return false;
        if (state.stage == Stage::None) return map(state, {tid, registers, base_}, image_.size());

        const std::string maps = maps_of(tid);
        if (!is_file_code(maps, site)) return refuse(candidate);
        const uint64_t place = state.pages == 0 ? 0 : state.near[state.pages - 1] + state.slots * trampoline_size;
        const auto jump_there = jump(site, place);
        if (state.pages == 0 || state.slots == slots_in_page || !jump_there) {
            const auto near = state.pages == state.near.size() ? std::nullopt : free_page_near(maps, site);
            return near ? map(state, {tid, registers, *near}, page) : refuse(candidate);
        }
        candidate.stops = 0;
        if (!write_code(tid, place, trampoline(stop.instruction_pointer, base_)) ||
            !write_code(tid, site, *jump_there)) {
            state.stage = Stage::Off;
            return false;
        }
        ++state.slots;
        ++sites_;
        // The call that stands here is not made: the thread goes on at the site's new beginning.
        registers.rip = site;
        registers.orig_rax = static_cast<unsigned long long>(-1);
        set_registers(tid, registers);
        resume(tid, Resume::Run);
        return true;
    }

    // Off it stays if the thread does not come back from the call.
    bool map(RuntimeState& state, const Injected& injected, size_t size) {
        constexpr uint64_t protection = PROT_READ | PROT_EXEC,
                           flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        if (!replace_call(injected.tid, injected.registers, SYS_mmap,
                          {injected.address, size, protection, flags, static_cast<uint64_t>(-1), 0}))
            return false;
        injected_ = injected;
        state.stage = Stage::Off;
        resume(injected.tid, Resume::ToSyscall);
        return true;
    }

    void mapped(RuntimeState& state, const Injected& injected) {
        if (injected.address == base_) {
            if (!write_code(injected.tid, base_, image_)) return;
        } else {
            state.near[state.pages++] = injected.address;
            state.slots = 0;
        }
        state.stage = Stage::Mapped;
    }

    const match::Interest& interest_;
    const uint64_t base_;
    const bool relative_names_;
    std::future<match::PathTest> building_;
    std::vector<std::byte> image_;                     // the code, then its table; empty until it is built
    std::optional<Injected> injected_;                 // one at a time, in the whole workload
    uint64_t sites_ = 0;
    bool given_up_ = false;
};

}  // namespace

std::unique_ptr<Runtime> Runtime::create(const match::Interest& interest) {
    const uint64_t base = random_address();
    if (!interest.open_names || base == 0) return nullptr;
    return std::make_unique<X86Runtime>(interest, base);
}

}  // namespace bewit::tracer
