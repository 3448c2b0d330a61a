#include "tests/conformance/case_files.h"

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

namespace bewit::conformance {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::string& family) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(CASES) / family)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

std::string place_of(const std::string& file, const YAML::Node& node) {
    return file + ":" + std::to_string(node.Mark().line + 1);
}

void for_each_case(const std::string& family, const std::function<void(const YAML::Node&)>& run) {
    const std::vector<fs::path> files = files_of(family);
    REQUIRE_FALSE(files.empty());
    for (const fs::path& file : files) {
        const YAML::Node cases = YAML::LoadFile(file.string());
        REQUIRE_MESSAGE(cases.IsSequence(), file.string());
        for (const YAML::Node& one : cases) {
            const std::string place = place_of(family + "/" + file.filename().string(), one);
            CAPTURE(place);
            REQUIRE(one.IsMap());
            run(one);
        }
    }
}

std::vector<std::string> texts(const YAML::Node& node) {
    std::vector<std::string> result;
    if (!node || node.IsNull()) return result;
    if (node.IsScalar()) return {node.Scalar()};
    for (const YAML::Node& item : node) result.push_back(item.Scalar());
    return result;
}

std::string text_or(const YAML::Node& node, const std::string& otherwise) { return node ? node.Scalar() : otherwise; }

void check_keys(const YAML::Node& map, const std::vector<std::string>& known) {
    for (const auto& pair : map) {
        const std::string key = pair.first.Scalar();
        CHECK_MESSAGE(std::ranges::find(known, key) != known.end(), "unknown key: " << key);
    }
}

}  // namespace bewit::conformance
