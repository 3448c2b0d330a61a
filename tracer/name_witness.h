// Where the name of a file leads that a thread is about to open: looked at from where the thread stands, with nothing
// opened (openat2(2), O_PATH).
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "engine/event/witness.h"
#include "tracer/proc_reader.h"

namespace bewit::tracer {

// Not thread-safe. `proc` must outlive it.
class NameWitness {
public:
    explicit NameWitness(ProcReader& proc);

    // As event::Witness::name() has it. Unknown before Linux 5.6, which has no openat2(2); of names that lead through
    // the links of /proc that are files in themselves (symlink(7), "magic links") or to /proc, which looks different
    // from there; and where the thread has another root. What a thread changes between this look and its own call is
    // not seen. The root of a thread that nobody may look into is taken to be bewit's own.
    event::NameLeads look(Tid tid, Fd from, std::string_view name, std::string& to);
    // As event::Witness has it: a look behind the root then takes 1.4 microseconds instead of 5.8.
    void share_root(bool shared) { root_is_shared_ = shared; }

private:
    struct Start {
        int directory;       // or AT_FDCWD
        uint64_t scope = 0;  // RESOLVE_*, openat2(2)
        bool known = true;
    };
    Start start(Tid tid, bool absolute, Fd from);
    event::NameLeads look_from(const Start& begin, Tid tid, std::string& to);
    UniqueFd look_at(int start, uint64_t flags, uint64_t resolve) const;
    bool is_own_root(const UniqueFd& root) const;
    bool shares_root(Tid tid);

    ProcReader& proc_;
    UniqueFd root_;  // bewit's own
    struct stat root_status_ {};
    bool root_is_shared_ = false;
    // Of the look under way.
    UniqueFd opened_;
    std::string name_;  // with its NUL
};

}  // namespace bewit::tracer
