// Names of users and groups, from the container's own passwd(5) and group(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bewit::state {

struct User {
    std::string name, home, shell;
    uint32_t uid = 0, gid = 0;
};

class Users {
public:
    // Replaces what is known with the text of a passwd or group file. Lines that are not of its form are skipped:
    // comments, NIS references (`+name`), ids that are not numbers. Of several lines with one id the first counts, as
    // in getpwuid(3).
    void load_passwd(std::string_view text);
    void load_group(std::string_view text);
    // One entry, as captures carry them; replaces what was known of the id.
    void set_user(User user);
    void set_group(uint32_t gid, std::string_view name);
    void forget_user(uint32_t uid) { users_.erase(uid); }
    void forget_group(uint32_t gid) { groups_.erase(gid); }
    // nullptr when unknown.
    const User* user(uint32_t uid) const;
    const std::string* group(uint32_t gid) const;

private:
    std::unordered_map<uint32_t, User> users_;
    std::unordered_map<uint32_t, std::string> groups_;
};

}  // namespace bewit::state
