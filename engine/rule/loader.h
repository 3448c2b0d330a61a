// Rule files to a rule set.
#pragma once

#include <cstdint>
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
    bool ok = true;                  // no errors
    std::vector<Diagnostic> errors;  // at most one from the loader, unless it was asked for all
    std::vector<Diagnostic> warnings;
};

// Files are added one after the other; each must be valid given those before it. A file that is not keeps what it said
// before its first error. Not thread-safe; throws nothing.
//
// What a file can cost is bounded: 16 MiB of text, 100 levels of YAML, and what aliases, lists and macros expand to
// (load_limits.h). Beyond that there is an error.
class Loader {
public:
    // Falco ends a file at its first error. `All` goes on to the items that do not depend on it, for at most 100 errors
    // a file.
    enum class Errors : uint8_t { First, All };

    explicit Loader(Errors errors = Errors::First);
    ~Loader();

    // `name` is what diagnostics call the file.
    LoadResult add(std::string_view name, std::string_view text);
    // Reads the file; LOAD_ERR_FILE_READ when that fails.
    LoadResult add_file(const std::string& path);

    // All files so far, lists and macros resolved. Valid until the next add.
    const RuleSet& rules() const;
    // Leaves an empty set behind.
    RuleSet take();

private:
    struct State;
    std::unique_ptr<State> state_;
    Errors errors_;
};

}  // namespace bewit::rule
