// Values of the configuration by key, each with its origin: sources are applied one after the other, later ones win.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>
#include <tl/expected.hpp>

#include "injector/config_catalogue.h"

namespace bewit {

struct ConfigValue {
    YAML::Node node;
    std::string origin;  // "default", "PATH:LINE", "environment NAME", "-o", an option
    bool from_file = false;
};

class ConfigTree {
public:
    // Every function's error is one sentence with the place; what was applied before it stays.
    using Outcome = tl::expected<void, std::string>;

    // YAML text; `name` as places call it. `${NAME}` in a text is the environment's, as in Falco; `$${` is not.
    // `append`: lists are added to, where a key has one already.
    Outcome apply_text(const std::string& text, const std::string& name, bool append = false);
    // BEWIT_ and the key's path in capitals, dots as underscores: BEWIT_HTTP_OUTPUT_URL. The value is YAML.
    Outcome apply_environment();
    // `KEY=VALUE`; the value is YAML; `KEY[]=VALUE` adds to a list, `KEY[N]=VALUE` replaces one of it; the list is the
    // default where nobody said anything.
    Outcome apply_setting(const std::string& setting);

    void set(std::string_view path, const YAML::Node& node, std::string origin, bool from_file = false);
    // Null when nobody said anything.
    const ConfigValue* find(std::string_view path) const;

    // Unknown keys, by name and place.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void apply(const YAML::Node& node, const std::string& path, const std::string& name, const std::string& origin,
               bool append);

    std::map<std::string, ConfigValue, std::less<>> values_;
    std::vector<std::string> warnings_;
};

// What is wrong with `node` as a value of this key; empty when nothing is.
std::string complaint(const ConfigKey& key, const YAML::Node& node);

}  // namespace bewit
