// Falco's own rule files, where they are at hand: BEWIT_UPSTREAM_RULES names their directory.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/unit/rule/loading.h"

namespace bewit::rule {

const std::array<const char*, 3> file_names = {"falco_rules.yaml", "falco-incubating_rules.yaml",
                                               "falco-sandbox_rules.yaml"};

// The directory; empty, with a message, when it is not there.
std::filesystem::path upstream_directory() {
    std::filesystem::path directory;
    if (const char* named = std::getenv("BEWIT_UPSTREAM_RULES")) {
        directory = named;
    } else if (const char* root = std::getenv("BEWIT_SOURCE_ROOT")) {
        directory = std::filesystem::path(root) / ".." / "shared" / "upstream-rules";
    }
    std::error_code ignored;
    if (!directory.empty() && std::filesystem::exists(directory / file_names[0], ignored)) return directory;
    MESSAGE("upstream's rule files are not here; BEWIT_UPSTREAM_RULES names their directory");
    return {};
}

// A name that nothing was put in for: an identifier among the elements of a list, or a macro.
void check_resolved(const Loader& loader) {
    for (const Macro& macro : loader.rules().macros) {
        CAPTURE(macro.name);
        CHECK(macro.compiled != nullptr);
    }
    for (const Rule& rule : loader.rules().rules) {
        CAPTURE(rule.name);
        CHECK_FALSE(rule.unknown_source);
        REQUIRE(rule.resolved != nullptr);
        const std::string text = filter::print(*rule.resolved);
        for (const List& list : loader.rules().lists) {
            CAPTURE(list.name);
            CHECK(text.find("(" + list.name + ")") == std::string::npos);
            CHECK(text.find("(" + list.name + ",") == std::string::npos);
            CHECK(text.find(", " + list.name + ",") == std::string::npos);
            CHECK(text.find(", " + list.name + ")") == std::string::npos);
        }
    }
}

TEST_CASE("each of upstream's files loads alone") {
    const auto directory = upstream_directory();
    if (directory.empty()) return;
    for (const char* name : file_names) {
        CAPTURE(std::string(name));
        Loader loader;
        const LoadResult result = loader.add_file(directory / name);
        CAPTURE(all_text(result));
        CHECK(result.ok);
        CHECK(result.errors.empty());
        CHECK(loader.rules().rules.size() > 20);
        check_resolved(loader);
    }
}

TEST_CASE("upstream's files load together, in any order") {
    const auto directory = upstream_directory();
    if (directory.empty()) return;
    const std::array<std::array<size_t, 3>, 3> orders = {{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}}};
    for (const auto& order : orders) {
        Loader loader;
        for (size_t i : order) {
            const LoadResult result = loader.add_file(directory / file_names[i]);
            CAPTURE(all_text(result));
            CHECK(result.ok);
        }
        CHECK(loader.rules().rules.size() > 90);
        CHECK(loader.rules().required_plugins.size() >= 1);
        CHECK_FALSE(loader.rules().required_engine_version.empty());
        check_resolved(loader);
    }
}

}  // namespace bewit::rule
