// Where the name of a file leads that a thread is about to open: looked at from where the thread stands, with nothing opened (openat2(2), O_PATH).
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

    // As event::Witness::name() has it. Unknown before Linux 5.6, which has no openat2(2); of names that lead through the links of /proc that are files in
    // themselves (symlink(7), "magic links") or to /proc, which looks different from there; and where the thread has another root. What a thread
    // changes between this look and its own call is not seen. The root of a thread that nobody may look into is taken to be bewit's own.
    event::NameLeads look(Tid tid, Fd from, std::string_view name, std::string& to);

private:
    bool is_own_root(const UniqueFd& root) const;

    ProcReader& proc_;
    UniqueFd root_;  // bewit's own
    struct stat root_status_ {};
    std::string name_;  // with its NUL
};

}  // namespace bewit::tracer
