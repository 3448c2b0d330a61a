#include "tests/unit/match/upstream.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "engine/rule/loader.h"

namespace bewit::match {

std::optional<rule::RuleSet> upstream(std::string_view file_name) {
    const char* folder = std::getenv("BEWIT_UPSTREAM_RULES");
    const std::filesystem::path path =
        std::filesystem::path(folder != nullptr ? folder : SOURCE_ROOT "/../shared/upstream-rules") / file_name;
    if (!std::filesystem::exists(path)) {
        MESSAGE("skipped: no " << path.string() << "; BEWIT_UPSTREAM_RULES names the folder");
        return std::nullopt;
    }
    rule::Loader loader;
    const rule::LoadResult result = loader.add_file(path.string());
    for (const rule::Diagnostic& error : result.errors) MESSAGE(rule::to_text(error));
    REQUIRE(result.ok);
    return loader.take();
}

}  // namespace bewit::match
