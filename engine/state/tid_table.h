// From a thread id to the thread: open addressing with linear probing, so that a lookup is one or two cache lines and a
// fork allocates nothing once the table has its size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/event/kernel_types.h"

namespace bewit::state {

struct Process;

// Does not own what it points to. Grows when half full and never shrinks: its size follows the most threads that ever
// lived at once.
class TidTable {
public:
    TidTable() : slots_(first_capacity) {}

    Process* find(Tid tid) const { return slots_[position_of(tid)].process; }
    // `tid` must not be in the table.
    void insert(Tid tid, Process* process) {
        if ((size_ + 1) * 2 > slots_.size()) grow();
        slots_[position_of(tid)] = {tid, process};
        ++size_;
    }
    void erase(Tid tid);
    size_t size() const { return size_; }
    template <class Each>
    void for_each(Each&& each) const {
        for (const Slot& slot : slots_)
            if (slot.process != nullptr) each(slot.process);
    }

private:
    struct Slot {
        Tid tid = Tid::None;
        Process* process = nullptr;
    };
    static constexpr size_t first_capacity = 256;  // a power of two, as ever after

    size_t home_of(Tid tid) const {
        // Fibonacci hashing: neighbouring ids, as the kernel gives them out, are spread.
        return static_cast<size_t>((static_cast<uint64_t>(raw(tid)) * 0x9e3779b97f4a7c15u) >> 32) & (slots_.size() - 1);
    }
    // Where `tid` is, or the free slot where it would go.
    size_t position_of(Tid tid) const {
        size_t position = home_of(tid);
        while (slots_[position].process != nullptr && slots_[position].tid != tid) position = next(position);
        return position;
    }
    size_t next(size_t position) const { return (position + 1) & (slots_.size() - 1); }
    void grow();

    std::vector<Slot> slots_;
    size_t size_ = 0;
};

inline void TidTable::erase(Tid tid) {
    size_t hole = position_of(tid);
    if (slots_[hole].process == nullptr) return;
    // Entries behind the hole move up, unless that would put them before their home: no tombstones, no slow decay.
    for (size_t position = next(hole); slots_[position].process != nullptr; position = next(position)) {
        const size_t mask = slots_.size() - 1;
        const size_t distance = (position - home_of(slots_[position].tid)) & mask;
        if (distance >= ((position - hole) & mask)) {
            slots_[hole] = slots_[position];
            hole = position;
        }
    }
    slots_[hole] = {};
    --size_;
}

inline void TidTable::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
        if (slot.process != nullptr) slots_[position_of(slot.tid)] = slot;
}

}  // namespace bewit::state
