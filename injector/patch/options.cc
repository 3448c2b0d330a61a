#include "injector/patch/options.h"

#include <algorithm>

namespace bewit::patch {

bool name_matches(const std::string& pattern, const std::string& name) {
    // Backtracks to the last star only, so the time is bounded by the product of the lengths.
    size_t p = 0, n = 0, star = std::string::npos, resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p, ++n;
        } else if (star != std::string::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string::npos;
}

bool selected(const Options& options, const std::string& container) {
    const auto matches = [&](const std::string& pattern) { return name_matches(pattern, container); };
    if (std::any_of(options.exclude.begin(), options.exclude.end(), matches)) return false;
    return options.include.empty() || std::any_of(options.include.begin(), options.include.end(), matches);
}

std::vector<std::string> prefix_words(const Options& options) {
    std::vector<std::string> words = {options.shape == Shape::InImage ? options.program : options.directory + "/bewit",
                                      "run"};
    words.insert(words.end(), options.run_options.begin(), options.run_options.end());
    words.emplace_back("--");
    return words;
}

}  // namespace bewit::patch
