// Rule files to a rule set.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/rule_set.h"

namespace bewit::rule {

// The engine version that rule files may require: 0.63.0 (`required_engine_version: 63` and "0.63.0").
inline constexpr std::string_view engine_version = "0.63.0";

struct LoadResult {
    std::string name;
    bool ok = true;  // no errors
    std::vector<Diagnostic> errors;    // at most one from the loader: a file ends at its first
    std::vector<Diagnostic> warnings;
};

// Files are added one after the other; each must be valid given those before it. Not thread-safe; throws nothing.
class Loader {
public:
    Loader();
    ~Loader();

    // `name` is what diagnostics call the file.
    LoadResult add(std::string_view name, std::string_view text);
    // Reads the file; LOAD_ERR_FILE_READ when that fails.
    LoadResult add_file(const std::string& path);

    // All files so far, lists and macros resolved. Valid until the next add.
    const RuleSet& rules() const;
    RuleSet take();

private:
    struct Collected;
    std::unique_ptr<Collected> collected_;
};

// One bare condition, as `bewit check --syntax --condition` and exceptions use it.
}  // namespace bewit::rule
