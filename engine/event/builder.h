// Writes one record at a time into a buffer that is allocated once.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/view.h"

namespace bewit::event {

// Parameters are added in the catalogue's order. What is not added is absent. A text or bytes that do not fit into the
// 64 KiB of a record, or into the 65535 bytes of a parameter, are cut and truncated() says so; values of a fixed width
// always have room. Nothing is allocated after construction. Not thread-safe.
class Builder {
public:
    Builder();

    // Starts a record, and forgets the one before it. Comes before all else.
    void begin(const EventInfo& info, uint64_t time_ns, Tid tid);
    // Encoded with the width of the parameter's type.
    void add_int(int64_t value);
    void add_uint(uint64_t value) { add_int(static_cast<int64_t>(value)); }
    // Adds the final NUL.
    void add_text(std::string_view value);
    // A type of fixed width wants bytes of that width.
    void add_bytes(std::span<const std::byte> value);
    void add_absent();
    // The parameter that the next add_ call fills; nullptr when all are filled.
    const ParamInfo* next() const;

    // The finished record. Valid until the next begin().
    View finish();
    bool truncated() const { return truncated_; }

private:
    size_t room() const;
    void append(std::span<const std::byte> value);
    void close_param(size_t length);

    std::vector<std::byte> buffer_;
    const EventInfo* info_ = nullptr;
    bewit_event_header header_{};
    size_t used_ = 0;
    size_t added_ = 0;
    size_t fixed_left_ = 0;  // bytes that the parameters of fixed width still to come will take
    size_t length_width_ = 2;
    bool truncated_ = false;
};

}  // namespace bewit::event
