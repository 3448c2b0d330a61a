// What a server asks for before it answers: the WWW-Authenticate header (RFC 9110, 11.6.1).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bewit::image {

struct Challenge {
    std::string scheme;                             // in lower case: "bearer", "basic"
    std::map<std::string, std::string> parameters;  // names in lower case; quotes and their escapes taken out
};

// The challenges of one header, in order. What comes behind the first malformed byte is left out.
std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace bewit::image
