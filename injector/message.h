// bewit's own words to its user: lines of text on stderr, never mixed into a line of JSON.
#pragma once

#include <cstdint>
#include <string_view>

namespace bewit {

enum class Verbosity : uint8_t { Quiet, Normal, Verbose };

// Process-wide; set once, before threads start.
void set_verbosity(Verbosity verbosity);

// Each writes one line with a single write(2): `bewit: error: ...`. Errors are always shown, warnings unless quiet,
// notes only when verbose.
void error(std::string_view text);
void warning(std::string_view text);
void note(std::string_view text);

// What was asked for by an option, as it is.
void write_report(std::string_view text);

}  // namespace bewit
