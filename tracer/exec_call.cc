#include "tracer/exec_call.h"

#include <algorithm>
#include <array>
#include <span>

#include "tracer/call_identity.h"
#include "tracer/call_memory.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer {
namespace {

constexpr size_t longest_list = 4096;

// The string goes to the list's end with its NUL. False when the list ends here: it is full, or the string cannot be
// read.
bool append_string(Tid tid, uint64_t address, std::string& piece, std::string& list) {
    const StringRead read = read_string(tid, address, longest_list - list.size(), piece);
    if (!read.readable) return false;
    list.append(piece).push_back('\0');
    return !read.truncated && list.size() < longest_list;
}

void read_list(PendingCall& call, uint8_t slot, uint64_t address, std::string& piece) {
    std::string& list = call.memory[slot];
    list.clear();
    if (address == 0) return;
    bool whole = false;
    const uint64_t size = word_size(call.stop);
    for (std::array<uint64_t, 16> pointers;; address += pointers.size() * size) {
        // Near the end of a mapping there may be fewer to read than fit.
        size_t count = pointers.size();
        while (count > 0 && !read_longs(call.stop, address, std::span(pointers).first(count))) count /= 2;
        const auto got = std::span(pointers).first(count);
        const auto end = std::ranges::find(got, uint64_t{0});
        const auto cut = std::ranges::find_if_not(
            got.begin(), end, [&](uint64_t pointer) { return append_string(call.stop.tid, pointer, piece, list); });
        whole = cut == end && end != got.end();
        if (whole || cut != end || count < pointers.size()) break;
    }
    const auto bit = static_cast<uint8_t>(1u << slot);
    call.present |= bit;
    if (!whole) call.truncated |= bit;
}

}  // namespace

void read_exec_call(PendingCall& call, bool is_execveat, bool with_environment) {
    const auto& arguments = call.stop.arguments;
    const size_t first = is_execveat ? 1 : 0;  // execveat's first register is a directory
    keep_text(call, ExecSlots::filename, arguments[first]);
    std::string& piece = call.memory.back();  // the slot that no list uses
    read_list(call, ExecSlots::arguments, arguments[first + 1], piece);
    if (with_environment) read_list(call, ExecSlots::environment, arguments[first + 2], piece);
}

ExecArguments split_arguments(std::string_view list) {
    const size_t end = list.find('\0');
    if (end == std::string_view::npos) return {list, {}};
    return {list.substr(0, end), list.substr(end + 1)};
}

}  // namespace bewit::tracer
