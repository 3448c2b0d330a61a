// Linear probing without tombstones: an erased slot is filled from behind, so that a workload which makes and ends
// threads for days does not slow its own look-ups down.
#include "tracer/tracee_table.h"

#include <utility>

namespace bewit::tracer {
namespace {

constexpr size_t initial_slots = 256;

}  // namespace

TraceeTable::TraceeTable() : slots_(initial_slots, nullptr) {}

// Tids are handed out in order: a multiplication spreads neighbours (Knuth, 6.4).
size_t TraceeTable::home(Tid tid) const {
    const uint64_t mixed = static_cast<uint64_t>(raw(tid)) * 0x9E37'79B9'7F4A'7C15u;
    return (mixed >> 32) & (slots_.size() - 1);
}

Tracee* TraceeTable::find(Tid tid) {
    for (size_t i = home(tid); slots_[i] != nullptr; i = (i + 1) & (slots_.size() - 1)) {
        if (slots_[i]->tid == tid) return slots_[i];
    }
    return nullptr;
}

void TraceeTable::place(Tracee* tracee) {
    size_t i = home(tracee->tid);
    while (slots_[i] != nullptr) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = tracee;
}

void TraceeTable::grow() {
    std::vector<Tracee*> old(slots_.size() * 2, nullptr);
    old.swap(slots_);
    for (Tracee* tracee : old) {
        if (tracee != nullptr) place(tracee);
    }
}

Tracee& TraceeTable::insert(Tid tid, Pid pid) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    if (free_.empty()) {
        all_.push_back(std::make_unique<Tracee>());
        free_.reserve(all_.capacity());
        free_.push_back(all_.back().get());
    }
    Tracee& tracee = *free_.back();
    free_.pop_back();
    tracee = Tracee{};
    tracee.tid = tid;
    tracee.pid = pid;
    tracee.serial = ++last_serial_;
    place(&tracee);
    ++size_;
    return tracee;
}

void TraceeTable::erase(Tracee& tracee) {
    const size_t mask = slots_.size() - 1;
    size_t hole = home(tracee.tid);
    while (slots_[hole] != &tracee) hole = (hole + 1) & mask;
    slots_[hole] = nullptr;
    for (size_t i = (hole + 1) & mask; slots_[i] != nullptr; i = (i + 1) & mask) {
        // An entry may move into the hole unless its home lies behind the hole on the way to it.
        const bool reaches_hole = ((i - home(slots_[i]->tid)) & mask) >= ((i - hole) & mask);
        if (!reaches_hole) continue;
        slots_[hole] = std::exchange(slots_[i], nullptr);
        hole = i;
    }
    free_.push_back(&tracee);
    --size_;
}

}  // namespace bewit::tracer
