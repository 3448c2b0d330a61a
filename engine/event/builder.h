// Writes one record at a time into a buffer that is allocated once.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/view.h"

namespace bewit::event {

// Parameters are added in the catalogue's order. What is not added is absent. A value that does not fit into the 64 KiB of
// a record, or into the 65535 bytes of a parameter, is cut and truncated() says so. Not thread-safe.
class Builder {
public:
    Builder();

    void begin(const EventInfo& info, uint64_t time_ns, Tid tid);
    // Encoded with the width of the parameter's type.
    void add_int(int64_t value);
    void add_uint(uint64_t value) { add_int(static_cast<int64_t>(value)); }
    // Adds the final NUL.
    void add_text(std::string_view value);
    void add_bytes(std::span<const std::byte> value);
    void add_absent();
    // The parameter that the next add_ call fills; nullptr when all are filled.
    const ParamInfo* next() const;

    // The finished record. Valid until the next begin().
    View finish();
    bool truncated() const { return truncated_; }

private:
    std::byte* reserve(size_t size);

    std::vector<std::byte> buffer_;
    const EventInfo* info_ = nullptr;
    size_t used_ = 0;
    size_t added_ = 0;
    size_t length_width_ = 2;
    bool truncated_ = false;
};

}  // namespace bewit::event
