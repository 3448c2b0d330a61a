// The threads of the workload by their tid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tracer/tracee.h"

namespace bewit::tracer {

// A hash table whose entries stay where they are and are used again: nothing is allocated once it has been as large as
// it gets. Not thread-safe.
class TraceeTable {
public:
    TraceeTable();

    // nullptr when there is none.
    Tracee* find(Tid tid);
    // Of its thread group; nullptr while it is not known, or when it is gone.
    Tracee* leader_of(const Tracee& tracee) { return find(static_cast<Tid>(raw(tracee.pid))); }
    // A fresh entry with a serial of its own; `tid` must not be there yet.
    Tracee& insert(Tid tid, Pid pid);
    void erase(Tracee& tracee);

    size_t size() const { return size_; }
    // `visit` must not insert or erase.
    template <typename Visit>
    void for_each(Visit visit) {
        for (Tracee* tracee : slots_) {
            if (tracee != nullptr) visit(*tracee);
        }
    }

private:
    size_t home(Tid tid) const;
    void place(Tracee* tracee);
    void grow();

    std::vector<Tracee*> slots_;  // open addressing, linear probing; a power of two, at most half full
    std::vector<std::unique_ptr<Tracee>> all_;
    std::vector<Tracee*> free_;
    size_t size_ = 0;
    uint64_t last_serial_ = 0;
};

}  // namespace bewit::tracer
