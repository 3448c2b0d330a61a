#include "engine/rule/version.h"

#include <charconv>

#include <fmt/format.h>

namespace bewit::rule {

std::optional<Version> Version::parse(std::string_view text) {
    Version version;
    for (size_t i = 0; i < version.parts.size(); ++i) {
        if (i > 0) {
            if (!text.starts_with('.')) return std::nullopt;
            text.remove_prefix(1);
        }
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version.parts[i]);
        if (failure != std::errc()) return std::nullopt;
        text.remove_prefix(static_cast<size_t>(end - text.data()));
    }
    return version;
}

std::string Version::text() const { return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]); }

}  // namespace bewit::rule
