// What transformers do to values.
#pragma once

#include <string_view>
#include <vector>

#include "engine/field/expression_node.h"
#include "engine/field/extract.h"

namespace bewit::field {

// One of tolower, toupper, b64, basename and len, on a value of a type that it takes. False when there is no result.
bool transform(filter::Transformer transformer, Scratch& scratch, Value& value);

// The part behind the last slash.
std::string_view basename_of(std::string_view path);
// Appends the bytes that base64 stands for (RFC 4648, section 4), padding optional. False when it is none.
bool decode_base64(std::string_view text, std::string& out);

// Options and values as getopt(3) would find them in `arguments`: a letter for each option, `?` for one that is not
// known, and behind the letter its value if it takes one; "" stands for both where the value is missing. Long options
// are passed over; the search ends at `--` and at the first argument that is no option.
void find_options(std::span<const Value> arguments, const OptionLetters& letters, std::vector<Value>& found);
// The value of the last of the options that is `wanted`, or its letter if it takes none. False when it is not there.
bool find_option(std::span<const Value> arguments, const OptionLetters& letters, char wanted, Value& found);

}  // namespace bewit::field
