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
    // Replaces what is known with the text of a passwd or group file. Lines that are not of its form are skipped.
    void load_passwd(std::string_view text);
    void load_group(std::string_view text);
    // nullptr when unknown.
    const User* user(uint32_t uid) const;
    const std::string* group(uint32_t gid) const;

private:
    std::unordered_map<uint32_t, User> users_;
    std::unordered_map<uint32_t, std::string> groups_;
};

}  // namespace bewit::state
