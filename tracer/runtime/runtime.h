// The runtime inside the workload: an openat(2) that no rule can care about does not stop.
//
// Where one call site of a process stops again and again, or did so in the processes before, the last `mov` before its
// `syscall` is replaced by a jump, by way of a page near it, into code at an address that the seccomp program knows.
// That code runs the Interest's automaton over the name (engine/match/path_test.h). Where no rule can match it makes
// the call itself, as openat2(2) with RESOLVE_NO_SYMLINKS, from the one instruction that the program lets through;
// otherwise the call is made at its own place and stops as ever. The `syscall` instruction itself stays as it was: a
// thread that is in the call, or a jump to it, finds it there. Only what is surely one is taken for a site, in code
// that is mapped from a file and cannot be written to; in a process of several threads only where one store of a word
// changes it. A signal finds the thread at the call or behind it, never in the runtime.
//
// What is given up (docs/security.md, row A12): code of an attacker inside the process can jump to that instruction and
// open a file unseen by this path. No other call takes it. `--interception strict` does without.
//
// A process that makes a sealing call (tracer/sealing_calls.h) gets none of this, or no more of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/match/interest.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

struct Tracee;
class TraceeTable;

// Of a process; kept with its leader.
struct RuntimeState {
    bool off = false;  // until the next execve(2), or until what is under way (tracer/runtime/mapper_x86_64.h) has done
                       // what it should
    bool has_image = false;
    bool shared = false;  // with a process that is no thread of it and runs at the same time: its memory
    bool sealed = false;  // it made one of the sealing calls (tracer/sealing_calls.h), whose effect stays
    uint8_t pages = 0;    // in use, of `near`
    uint8_t slots = 0;    // in use, of the last of them
    // Where openat(2) stopped: the instruction pointer behind it, how often, and whether it is no site to take over, or
    // taken.
    struct Place {
        uint64_t site = 0;
        uint32_t stops = 0;
        bool refused = false, taken = false;
    };
    std::array<Place, 6> places{};
    Place& place_of(uint64_t site);
    std::array<uint64_t, 4> near{};  // addresses of the pages near the sites
    std::span<const uint64_t> near_pages() const { return std::span(near).first(pages); }
};

// Of the tracer's thread. Every call is about a thread that stands in a ptrace-stop.
class Runtime {
public:
    // Null where there is nothing that names could decide, or no runtime for this architecture. `interest` must outlive
    // it.
    static std::unique_ptr<Runtime> create(const match::Interest& interest);
    virtual ~Runtime() = default;

    // Of the instruction whose calls of openat2(2) pass: the address behind it, as seccomp(2) gives it.
    virtual uint64_t trusted_address() const = 0;

    // At a stop at a call's entry. True: the thread was let go for another call; this one comes again, or the runtime
    // makes it.
    virtual bool at_entry(Tracee& tracee, TraceeTable& tracees, const SyscallStop& stop) = 0;
    // At the exit of a call. True: it was an injected one, and the thread was let go.
    virtual bool at_exit(const Tracee& tracee, TraceeTable& tracees, int64_t result) = 0;
    // Before a signal is delivered: the thread leaves the runtime. True: the signal came from the runtime's reading of
    // a name, and the thread was let go without it.
    virtual bool at_signal(const Tracee& tracee, TraceeTable& tracees, int signal) = 0;
    // The thread is gone, or its process has another image. `tracee`: what was known of it, or null.
    virtual void ended(Tid tid, const Tracee* tracee) = 0;

    // Call sites that no longer stop.
    virtual uint64_t sites() const = 0;

    // What a process that was made with `flags` (CLONE_*) has of its parent's, which learns that it shares its memory.
    static RuntimeState born(RuntimeState& parent, uint64_t flags);
    static void executed(RuntimeState& state);
};

}  // namespace bewit::tracer
