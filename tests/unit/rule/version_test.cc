#include "tests/unit/rule/loading.h"

namespace bewit::rule {

TEST_CASE("the engine version that a file asks for is compared by its parts") {
    for (const char* version : {"63", "0.63.0", "62", "0", "0.0.0", "0.62.99", "0x3f", "0.31.0-rc1"}) {
        CAPTURE(version);
        Loader loader;
        const LoadResult result = loader.add("f", "- required_engine_version: " + std::string(version) + "\n");
        CHECK(result.ok);
    }
    const ErrorCase cases[] = {
        {"a later minor version is too new", "- required_engine_version: 64\n", Code::ErrValidate,
         "Rules require engine version 0.64.0, but engine version is 0.63.0", 1, 3},
        {"a later patch is too new", "- required_engine_version: 0.63.1\n", Code::ErrValidate,
         "Rules require engine version 0.63.1, but engine version is 0.63.0", 1, 3},
        {"another major version is another engine", "- required_engine_version: 1.0.0\n", Code::ErrValidate,
         "Rules require engine version 1.0.0, but engine version is 0.63.0", 1, 3},
        {"two parts are no version", "- required_engine_version: 0.31\n", Code::ErrYamlValidate,
         "Unable to parse engine version '0.31' as a semver string. Expected \"x.y.z\" semver format.", 1, 3},
        {"words are no version", "- required_engine_version: latest\n", Code::ErrYamlValidate,
         "Unable to parse engine version 'latest' as a semver string. Expected \"x.y.z\" semver format.", 1, 3},
        {"a negative number is no version", "- required_engine_version: -3\n", Code::ErrYamlValidate,
         "Unable to parse engine version '-3' as a semver string. Expected \"x.y.z\" semver format.", 1, 3},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("the highest version that a file asked for is remembered") {
    Loader loader;
    CHECK(loader.rules().required_engine_version.empty());
    load(loader,
         {"- required_engine_version: 0.9.2\n- required_engine_version: 31\n", "- required_engine_version: 0.10.0\n"});
    CHECK(loader.rules().required_engine_version == "0.31.0");
}

TEST_CASE("plugins are asked for by entries of name, version and alternatives") {
    const ErrorCase cases[] = {
        {"the entries are a sequence", "- required_plugin_versions: x\n", Code::ErrYamlValidate,
         "Value of required_plugin_versions must be a sequence", 1, 29},
        {"an entry is a map", "- required_plugin_versions:\n  - x\n", Code::ErrYamlValidate,
         "Plugin version must be a mapping", 2, 5},
        {"an entry has a name", "- required_plugin_versions:\n  - version: 1.0.0\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'name'", 2, 5},
        {"an entry has a version", "- required_plugin_versions:\n  - name: container\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'version'", 2, 5},
        {"alternatives are a sequence",
         "- required_plugin_versions:\n  - {name: container, version: 0.4.0, alternatives: x}\n", Code::ErrYamlValidate,
         "Value of plugin version alternatives must be a sequence", 2, 5},
        {"an alternative is a map",
         "- required_plugin_versions:\n  - {name: container, version: 0.4.0, alternatives: [x]}\n",
         Code::ErrYamlValidate, "Plugin version alternative must be a mapping", 2, 54},
        {"a version has three parts", "- required_plugin_versions:\n  - {name: container, version: 1.0}\n",
         Code::ErrValidate, "Invalid required version '1.0' for plugin 'container'", 2, 5},
        {"a plugin is asked for once in an entry",
         "- required_plugin_versions:\n  - {name: container, version: 1.0.0, alternatives: [{name: container, version: "
         "2.0.0}]}\n",
         Code::ErrValidate, "Defined multiple alternative version requirements for plugin 'container'", 2, 5},
        {"a plugin that is not ours is missed by name",
         "- required_plugin_versions:\n  - {name: k8saudit, version: 0.7.0}\n", Code::ErrValidate,
         "Plugin requirement not satisfied, must load one of: k8saudit (>= 0.7.0)", 2, 5},
        {"all alternatives are told",
         "- required_plugin_versions:\n  - name: k8saudit\n    version: 0.7.0\n    alternatives:\n      - name: "
         "k8saudit-eks\n        version: 0.4.0\n",
         Code::ErrValidate,
         "Plugin requirement not satisfied, must load one of: k8saudit (>= 0.7.0), k8saudit-eks (>= 0.4.0)", 2, 5},
        {"every entry must be satisfied",
         "- required_plugin_versions:\n  - {name: container, version: 0.4.0}\n  - {name: json, version: 0.7.0}\n",
         Code::ErrValidate, "Plugin requirement not satisfied, must load one of: json (>= 0.7.0)", 3, 5},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("the container plugin is part of the engine, alone or as an alternative") {
    Loader loader;
    load(loader, {"- required_plugin_versions:\n  - {name: container, version: 0.4.0}\n"
                  "  - {name: k8smeta, version: 0.1.0, alternatives: [{name: container, version: 9.0.0}]}\n"});
    REQUIRE(loader.rules().required_plugins.size() == 2);
    CHECK(loader.rules().required_plugins[1].alternatives.size() == 2);
    CHECK(loader.rules().required_plugins[1].alternatives[1].name == "container");
}

TEST_CASE("an error in a condition is told before a plugin that is missing") {
    check_error({"conditions first",
                 "- required_plugin_versions: [{name: json, version: 0.7.0}]\n- macro: m\n  condition: and\n",
                 Code::ErrValidate, "Undefined macro 'and' used in filter.", 3, 14});
}

}  // namespace bewit::rule
