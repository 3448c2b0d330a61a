#include "tracer/proc_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bewit::tracer {
namespace {

constexpr std::string_view blanks = " \t";

// The next word of `text`, which is taken off it; empty at its end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

std::string_view last_word(std::string_view text) {
    std::string_view last;
    for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) last = word;
    return last;
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

template <typename Integer>
void to_integer(std::string_view word, Integer& value, int base = 10) {
    std::from_chars(word.data(), word.data() + word.size(), value, base);
}

template <typename Integer>
Integer take_integer(std::string_view& text) {
    Integer value{};
    to_integer(take_word(text), value);
    return value;
}

void skip_words(std::string_view& text, int count) {
    while (count-- > 0) take_word(text);
}

// Real, effective, saved, filesystem.
void parse_ids(std::string_view text, uint32_t& real, uint32_t& effective, uint32_t& filesystem) {
    real = take_integer<uint32_t>(text);
    effective = take_integer<uint32_t>(text);
    take_word(text);
    filesystem = take_integer<uint32_t>(text);
}

void parse_status_line(std::string_view name, std::string_view value, StatusText& status) {
    const auto first = [&] {
        std::string_view rest = value;
        return take_word(rest);
    };
    uint32_t real_gid = 0;
    if (name == "State")
        status.state = first().empty() ? '?' : first().front();
    else if (name == "Tgid")
        to_integer(first(), status.group);
    else if (name == "PPid")
        to_integer(first(), status.parent);
    else if (name == "TracerPid")
        to_integer(first(), status.tracer);
    else if (name == "Seccomp")
        to_integer(first(), status.seccomp);
    else if (name == "ShdPnd")
        to_integer(first(), status.signals_pending, 16);
    else if (name == "SigIgn")
        to_integer(first(), status.signals_ignored, 16);
    else if (name == "SigCgt")
        to_integer(first(), status.signals_caught, 16);
    else if (name == "NStgid")
        to_integer(last_word(value), status.inner_group);
    else if (name == "NSpid")
        to_integer(last_word(value), status.inner_thread);
    else if (name == "NSpgid")
        to_integer(last_word(value), status.inner_process_group);
    else if (name == "Uid")
        parse_ids(value, status.real_uid, status.effective_uid, status.filesystem_uid);
    else if (name == "Gid")
        parse_ids(value, real_gid, status.effective_gid, status.filesystem_gid);
    else if (name == "Groups")
        status.groups = value;
    else if (name == "CapInh")
        to_integer(first(), status.cap_inheritable, 16);
    else if (name == "CapPrm")
        to_integer(first(), status.cap_permitted, 16);
    else if (name == "CapEff")
        to_integer(first(), status.cap_effective, 16);
    else if (name == "VmSize")
        to_integer(first(), status.vm_size_kb);
    else if (name == "VmRSS")
        to_integer(first(), status.vm_rss_kb);
    else if (name == "VmSwap")
        to_integer(first(), status.vm_swap_kb);
}

// Strings are assigned to the elements that are there already.
class Refill {
public:
    explicit Refill(std::vector<std::string>& out) : out_(out) {}
    ~Refill() { out_.resize(used_); }
    std::string& next() {
        if (used_ == out_.size()) out_.emplace_back();
        out_[used_].clear();
        return out_[used_++];
    }
    bool empty() const { return used_ == 0; }

private:
    std::vector<std::string>& out_;
    size_t used_ = 0;
};

void add_cgroup(Refill& refill, std::string_view controller, std::string_view path) {
    std::string& entry = refill.next();
    entry.append(controller);
    entry.push_back('=');
    entry.append(path);
}

constexpr std::array<std::string_view, 5> version_2_controllers = {"cpuset", "cpu", "io", "memory", "pids"};

}  // namespace

std::optional<StatText> parse_stat(std::string_view text) {
    // The name may hold anything, parentheses too: what follows the last one is ours.
    const size_t open = text.find('(');
    const size_t close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
    StatText stat;
    stat.comm = text.substr(open + 1, close - open - 1);
    std::string_view rest = text.substr(close + 1);
    if (take_word(rest).empty()) return std::nullopt;  // the state
    stat.parent = take_integer<int64_t>(rest);
    stat.group = take_integer<int64_t>(rest);
    stat.session = take_integer<int64_t>(rest);
    stat.tty = static_cast<uint32_t>(take_integer<int32_t>(rest));
    skip_words(rest, 2);  // tpgid, flags
    stat.minor_faults = take_integer<uint64_t>(rest);
    skip_words(rest, 1);
    stat.major_faults = take_integer<uint64_t>(rest);
    skip_words(rest, 7);  // cmajflt to nice
    stat.threads = take_integer<uint64_t>(rest);
    skip_words(rest, 1);
    const std::string_view start = take_word(rest);
    if (start.empty()) return std::nullopt;
    to_integer(start, stat.start_ticks);
    return stat;
}

StatusText parse_status(std::string_view text) {
    StatusText status;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        const size_t colon = line.find(':');
        if (colon != std::string_view::npos) parse_status_line(line.substr(0, colon), line.substr(colon + 1), status);
    }
    return status;
}

bool holds_group(std::string_view groups, uint32_t gid) {
    for (std::string_view word = take_word(groups); !word.empty(); word = take_word(groups)) {
        uint32_t one = UINT32_MAX;
        to_integer(word, one);
        if (one == gid) return true;
    }
    return false;
}

void split_at_nul(std::string_view text, std::vector<std::string>& out) {
    Refill refill(out);
    while (!text.empty()) {
        const size_t size = text.find('\0');
        refill.next().assign(text.substr(0, size));
        text.remove_prefix(size == std::string_view::npos ? text.size() : size + 1);
    }
}

void parse_cgroups(std::string_view text, std::vector<std::string>& out) {
    Refill refill(out);
    std::string_view unified;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        const size_t first = line.find(':');
        const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        std::string_view controllers = line.substr(first + 1, second - first - 1);
        const std::string_view path = line.substr(second + 1);
        if (controllers.empty()) unified = path;
        while (!controllers.empty()) {
            std::string_view one = controllers.substr(0, controllers.find(','));
            controllers.remove_prefix(std::min(one.size() + 1, controllers.size()));
            if (one.starts_with("name=")) one.remove_prefix(5);
            add_cgroup(refill, one, path);
        }
    }
    if (!refill.empty() || unified.empty()) return;
    for (const std::string_view controller : version_2_controllers) add_cgroup(refill, controller, unified);
}

int64_t parse_open_files_limit(std::string_view text) {
    constexpr std::string_view name = "Max open files";
    const size_t at = text.find(name);
    if (at == std::string_view::npos) return -1;
    std::string_view rest = text.substr(at + name.size());
    const std::string_view soft = take_word(rest);
    if (soft == "unlimited") return INT64_MAX;
    int64_t limit = -1;
    to_integer(soft, limit);
    return limit;
}

}  // namespace bewit::tracer
