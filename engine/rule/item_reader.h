// Values out of one item of a rule file, with the checks and the sentences that Falco has for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/report.h"

namespace bewit::rule {

// How a value may be missing.
enum class Presence : uint8_t { Required, Optional, OptionalOrEmpty };

// Functions return false when they reported an error. What is absent and may be leaves `out` as it was.
class ItemReader {
public:
    // `context` is the item's own step; both must outlive the reader.
    ItemReader(const YamlNode& item, const Context& context, Report& report)
        : item_(item), context_(context), report_(report) {}

    const YamlNode& item() const { return item_; }
    const Context& context() const { return context_; }
    Report& report() const { return report_; }
    bool has(std::string_view key) const { return item_.find(key) != nullptr; }

    bool read(std::string_view key, std::string& out, Presence presence = Presence::Required) const;
    bool read(std::string_view key, bool& out, Presence presence = Presence::Required) const;
    bool read(std::string_view key, uint32_t& out, Presence presence = Presence::Required) const;
    // A sequence of scalars.
    bool read(std::string_view key, std::vector<std::string>& out, Presence presence = Presence::Required) const;

    // Warns of keys that are not among `known`.
    bool warn_of_unknown_keys(const std::vector<std::string_view>& known) const;

    bool fail(Code code, std::string message, std::string remedy = {}) const {
        return report_.fail(code, std::move(message), &context_, std::move(remedy));
    }
    void warn(Code code, std::string message, std::string remedy = {}) const {
        report_.warn(code, std::move(message), &context_, std::move(remedy));
    }

private:
    // The scalar under `key`; null when an error was reported, or when there is none and may be.
    struct Scalar {
        const YamlNode* node = nullptr;
        bool ok = true;
    };
    Scalar scalar(std::string_view key, Presence presence) const;
    bool missing(std::string_view key, std::string_view value) const;
    bool undecodable(std::string_view key, const YamlNode& node, std::string remedy) const;

    const YamlNode& item_;
    const Context& context_;
    Report& report_;
};

// YAML's truth values: y, yes, true, on and their opposites, in lower case, Capitalised or in UPPER CASE.
bool decode_bool(std::string_view text, bool& out);
// Decimal, 0x... or 0... (octal).
bool decode_number(std::string_view text, uint32_t& out);

// A map's key, or an operation, as text. Everything but a scalar (and null, which is "null") is reported.
bool decode_word(const YamlNode& node, const Context& context, Report& report, std::string& out);

}  // namespace bewit::rule
