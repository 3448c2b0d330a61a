// Records that tell of a process: execve, execveat, clone, clone3, fork and vfork. They share their parameters, by
// name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/builder.h"
#include "engine/event/witness.h"

namespace bewit::tracer {

// What is known; the rest of the record is absent.
struct ProcessRecord {
    explicit ProcessRecord(Tid tid, std::optional<int64_t> result = {}) : tid(tid), result(result) {}

    Tid tid;
    std::optional<int64_t> result;
    std::optional<int64_t> pid, parent;
    std::optional<std::string_view> exe;                              // argv[0]
    std::optional<std::string_view> arguments, environment, cgroups;  // strings that end with a NUL each
    std::optional<std::string_view> filename;                         // as the call named it
    std::optional<uint32_t> flags;  // of clone or of the image, in the record's encoding
    // Groups that may be taken from `facts`.
    uint32_t known = 0;
    const event::ProcessFacts* facts = nullptr;

    bool has(uint32_t group) const { return (known & group) != 0; }
};

// Fills the records of one event type. Allocates nothing after construction.
class ProcessRecordWriter {
public:
    explicit ProcessRecordWriter(const event::EventInfo& info);

    event::View write(event::Builder& out, uint64_t time_ns, const ProcessRecord& record);

private:
    using Write = void (*)(const ProcessRecord& record, std::string& scratch, event::Builder& out);
    static Write writer_of(std::string_view parameter);

    const event::EventInfo& info_;
    std::vector<Write> writers_;
    std::string scratch_;
};

// The exe_* marks as a record has them.
uint32_t image_flags(const event::ProcessFacts& facts);

// The strings from `first` on, each with its NUL, into `out`.
void join_with_nul(const std::vector<std::string>& strings, size_t first, std::string& out);

}  // namespace bewit::tracer
