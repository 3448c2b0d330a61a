#include "tests/unit/match/upstream.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "engine/rule/loader.h"

namespace bewit::match {

std::optional<rule::RuleSet> upstream(std::string_view file_name) { return upstream({file_name}); }

std::optional<rule::RuleSet> upstream(std::initializer_list<std::string_view> file_names) {
    const char* folder = std::getenv("BEWIT_UPSTREAM_RULES");
    rule::Loader loader;
    for (const std::string_view name : file_names) {
        const std::filesystem::path path =
            std::filesystem::path(folder != nullptr ? folder : SOURCE_ROOT "/../shared/upstream-rules") / name;
        if (!std::filesystem::exists(path)) {
            MESSAGE("skipped: no " << path.string() << "; BEWIT_UPSTREAM_RULES names the folder");
            return std::nullopt;
        }
        const rule::LoadResult result = loader.add_file(path.string());
        for (const rule::Diagnostic& error : result.errors) MESSAGE(rule::to_text(error));
        REQUIRE(result.ok);
    }
    return loader.take();
}

}  // namespace bewit::match
