// A checked, read-only look at one record (engine/event/record.h).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event/catalogue.h"
#include "engine/event/kernel_types.h"
#include "engine/event/record.h"

namespace bewit::event {

// One parameter: its description and its bytes. Absent values have no bytes.
struct Param {
    const ParamInfo* info = nullptr;
    std::span<const std::byte> bytes;

    bool present() const { return !bytes.empty(); }
    // Integer types by their own width and sign; 0 when absent, and for types that are no integers.
    int64_t as_int() const;
    uint64_t as_uint() const { return static_cast<uint64_t>(as_int()); }
    // CharBuf, FsPath and FsRelPath up to their NUL; of other types all bytes as they are. Empty when absent.
    std::string_view as_text() const;
};

// Non-owning: the bytes must outlive it. Copying is cheap.
class View {
public:
    // nullopt when the bytes are not one whole record of a known type, whose lengths add up and where a value of a
    // fixed width has that width or is absent.
    static std::optional<View> parse(std::span<const std::byte> bytes);

    uint64_t time_ns() const { return header_.ts_ns; }
    Tid tid() const { return static_cast<Tid>(header_.tid); }
    EventId id() const { return info_->id; }
    const EventInfo& info() const { return *info_; }
    Kind kind() const { return kind_; }
    std::string_view name() const { return kind_name(kind_); }
    std::span<const std::byte> bytes() const { return bytes_; }

    // Parameters present in the record: at most info().params.size().
    size_t param_count() const { return header_.nparams; }
    // An absent Param when the record has fewer.
    Param param(size_t position) const;
    Param param(std::string_view name) const;

    // The call's return value: the first parameter of every syscall but the generic ones and the few without parameters
    // (EventInfo::has_result()). nullopt for types that have no return value, and in a record made at the call's entry,
    // when it is not yet known.
    std::optional<int64_t> result() const;

private:
    friend class Builder;
    View(std::span<const std::byte> bytes, const EventInfo& info, const bewit_event_header& header);

    std::span<const std::byte> bytes_;
    const EventInfo* info_;
    bewit_event_header header_;
    Kind kind_;
};

}  // namespace bewit::event
