#include "tracer/runtime/call_site_x86_64.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace bewit::tracer {
namespace {

constexpr uint64_t reach = 0x7000'0000;      // of a jump, less what a page and a site may add
constexpr uint64_t smallest_gap = 64 << 20;  // what may grow into it is far then
constexpr uint64_t lowest = 1 << 20, highest = 0x7fff'f000'0000;

struct Mapping {
    uint64_t first = 0, behind = 0;
    std::string_view permissions, path;
};

uint64_t hexadecimal(std::string_view& text) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return value;
}

std::string_view next_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

// FIRST-BEHIND PERMISSIONS OFFSET DEVICE INODE PATH
bool next_mapping(std::string_view& maps, Mapping& mapping) {
    if (maps.empty()) return false;
    const size_t length = std::min(maps.find('\n'), maps.size());
    std::string_view line = maps.substr(0, length);
    maps.remove_prefix(std::min(length + 1, maps.size()));
    mapping.first = hexadecimal(line);
    line.remove_prefix(std::min<size_t>(1, line.size()));
    mapping.behind = hexadecimal(line);
    mapping.permissions = next_word(line);
    for (int skipped = 0; skipped < 3; ++skipped) next_word(line);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    mapping.path = line;
    return true;
}

template <size_t size>
void put(std::array<std::byte, size>& out, size_t at, std::initializer_list<uint8_t> bytes) {
    std::ranges::transform(bytes, out.begin() + static_cast<ptrdiff_t>(at),
                           [](uint8_t byte) { return std::byte{byte}; });
}

// With one of these before it, b8 is the rest of another instruction: a prefix, or an opcode with a displacement.
bool is_inside_instruction(std::byte before) {
    constexpr std::array<uint8_t, 10> opcodes{0x0f, 0x03, 0x2b, 0x39, 0x3b, 0x63, 0x89, 0x8b, 0x8d, 0xc7};
    const auto byte = std::to_integer<uint8_t>(before);
    const bool is_prefix = byte >= 0x40 && byte <= 0x4f;
    return is_prefix || std::ranges::find(opcodes, byte) != opcodes.end();
}

}  // namespace

std::optional<SiteShape> open_site(std::span<const std::byte, site_before + site_after> code) {
    constexpr std::array<uint8_t, 5> number{0xb8, 0x01, 0x01, 0x00, 0x00};
    constexpr std::array<uint8_t, 8> directory{0x48, 0x89, 0xfe, 0xbf, 0x9c, 0xff, 0xff, 0xff};
    constexpr std::array<uint8_t, 2 + site_after> call{0x0f, 0x05, 0x48, 0x3d};
    const auto has = [&](size_t at, const auto& bytes) {
        return std::memcmp(code.data() + at, bytes.data(), bytes.size()) == 0;
    };
    constexpr size_t at_call = site_before - 2;
    if (!has(at_call, call)) return std::nullopt;
    const bool is_directory = has(at_call - directory.size(), directory);
    const size_t at_number = at_call - (is_directory ? directory.size() : 0) - number.size();
    if (!has(at_number, number) || is_inside_instruction(code[at_number - 1])) return std::nullopt;
    return is_directory ? SiteShape::Directory : SiteShape::Number;
}

std::optional<std::array<std::byte, jump_size>> jump(uint64_t from, uint64_t to) {
    const auto distance = static_cast<int64_t>(to - (from + jump_size));
    if (distance < std::numeric_limits<int32_t>::min() || distance > std::numeric_limits<int32_t>::max())
        return std::nullopt;
    const auto relative = static_cast<int32_t>(distance);
    std::array<std::byte, jump_size> code{std::byte{0xe9}};
    std::memcpy(code.data() + 1, &relative, sizeof relative);
    return code;
}

std::array<std::byte, trampoline_size> trampoline(SiteShape shape, uint64_t behind_call, uint64_t runtime) {
    std::array<std::byte, trampoline_size> code;
    code.fill(std::byte{0xcc});
    put(code, 0, {0x48, 0xb9});  // movabs $behind_call, %rcx
    std::memcpy(code.data() + 2, &behind_call, sizeof behind_call);
    put(code, 10, {0x49, 0xbb});  // movabs $runtime, %r11
    std::memcpy(code.data() + 12, &runtime, sizeof runtime);
    size_t end = 20;
    if (shape == SiteShape::Directory) {
        put(code, end, {0xbf, 0x9c, 0xff, 0xff, 0xff});  // mov $AT_FDCWD, %edi
        end += 5;
    }
    put(code, end, {0x41, 0xff, 0xe3});  // jmp *%r11
    return code;
}

uint64_t behind_call(std::span<const std::byte, trampoline_size> trampoline) {
    uint64_t address = 0;
    std::memcpy(&address, trampoline.data() + 2, sizeof address);
    return address;
}

bool is_file_code(std::string_view maps, uint64_t address) {
    Mapping mapping;
    while (next_mapping(maps, mapping)) {
        if (address >= mapping.first && address < mapping.behind)
            return mapping.permissions == "r-xp" && mapping.path.starts_with('/');
    }
    return false;
}

std::optional<uint64_t> free_page_near(std::string_view maps, uint64_t site) {
    const uint64_t from = site > reach + lowest ? site - reach : lowest, to = std::min(site + reach, highest);
    uint64_t best = 0, best_size = smallest_gap, gap = 0;
    const auto consider = [&](uint64_t first, uint64_t behind) {
        first = std::max(first, from);
        behind = std::min(behind, to);
        if (behind <= first || behind - first < best_size) return;
        best_size = behind - first;
        best = (first + best_size / 2) & ~(page - 1);
    };
    Mapping mapping;
    while (next_mapping(maps, mapping)) {
        if (mapping.first > gap) consider(gap, mapping.first);
        gap = std::max(gap, mapping.behind);
    }
    consider(gap, highest);
    return best == 0 ? std::nullopt : std::optional(best);
}

}  // namespace bewit::tracer
