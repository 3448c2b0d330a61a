#include "engine/state/users.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace bewit::state {
namespace {

// Calls `each(line)` for every line, without its end ("\n" or "\r\n").
template <class Each>
void for_each_line(std::string_view text, Each&& each) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        each(line);
    }
}

// Splits at the colons; returns how many of `fields` were filled. The last one keeps further colons.
size_t split(std::string_view line, std::span<std::string_view> fields) {
    size_t count = 0;
    while (count + 1 < fields.size()) {
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) break;
        fields[count++] = line.substr(0, colon);
        line.remove_prefix(colon + 1);
    }
    fields[count++] = line;
    return count;
}

std::optional<uint32_t> parse_id(std::string_view text) {
    uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return id;
}

// `#` opens a comment in practice, `+` and `-` a reference to NIS (nsswitch.conf(5), compat).
bool is_name(std::string_view name) {
    return !name.empty() && std::string_view("#+-").find(name[0]) == std::string_view::npos;
}

}  // namespace

void Users::load_passwd(std::string_view text) {
    users_.clear();
    for_each_line(text, [this](std::string_view line) {
        std::array<std::string_view, 7> fields;
        if (split(line, fields) != fields.size() || !is_name(fields[0])) return;
        const auto uid = parse_id(fields[2]);
        const auto gid = parse_id(fields[3]);
        if (!uid || !gid) return;
        users_.try_emplace(*uid, User{.name = std::string(fields[0]),
                                      .home = std::string(fields[5]),
                                      .shell = std::string(fields[6]),
                                      .uid = *uid,
                                      .gid = *gid});
    });
}

void Users::load_group(std::string_view text) {
    groups_.clear();
    for_each_line(text, [this](std::string_view line) {
        std::array<std::string_view, 4> fields;
        if (split(line, fields) < 3 || !is_name(fields[0])) return;
        if (const auto gid = parse_id(fields[2])) groups_.try_emplace(*gid, fields[0]);
    });
}

void Users::set_user(User user) {
    const uint32_t uid = user.uid;
    users_.insert_or_assign(uid, std::move(user));
}

void Users::set_group(uint32_t gid, std::string_view name) { groups_.insert_or_assign(gid, std::string(name)); }

const User* Users::user(uint32_t uid) const {
    const auto found = users_.find(uid);
    return found == users_.end() ? nullptr : &found->second;
}

const std::string* Users::group(uint32_t gid) const {
    const auto found = groups_.find(gid);
    return found == groups_.end() ? nullptr : &found->second;
}

}  // namespace bewit::state
