// What the kernel sent: one record, and facts that belong to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/descriptor.h"
#include "engine/event/kernel_types.h"
#include "engine/event/view.h"
#include "kernel/plan.h"
#include "kernel/plans.h"

namespace bewit::kernel {

struct DescriptorFact {
    Fd fd = Fd::None;
    bewit_descriptor descriptor{};
    std::string_view path;
};

// Keeps a copy, in which the record is completed; its memory is used again.
class Sample {
public:
    Sample();

    // The record with flags and codes in the encoding of records, and the time since the epoch: `boot_offset_ns` is
    // what CLOCK_REALTIME is ahead of CLOCK_BOOTTIME. nullopt when the bytes are no sample. Valid until the next
    // take().
    std::optional<event::View> take(std::span<const std::byte> bytes, uint64_t boot_offset_ns);

    // Facts of what take() returned last.
    Tid tid() const { return tid_; }
    // The thread, or the leader that answers for its process.
    bool is_of(Tid tid) const {
        return tid != Tid::None && (tid == tid_ || tid == leader_of(static_cast<Pid>(head_.pid)));
    }
    std::optional<std::string_view> working_directory() const { return working_directory_; }
    const DescriptorFact* descriptor(Fd fd) const;
    bool truncated() const { return (head_.marks & BEWIT_MARK_TRUNCATED) != 0; }

private:
    bool finish(std::span<std::byte> record);
    bool read_facts(std::span<const std::byte> facts);

    Touches touches_;
    std::vector<std::byte> buffer_;
    bewit_sample head_{};
    Tid tid_ = Tid::None;
    std::optional<std::string_view> working_directory_;
    std::vector<DescriptorFact> descriptors_;
};

// The same as the witness's word of a descriptor.
void describe(const DescriptorFact& fact, event::Descriptor& out);

}  // namespace bewit::kernel
