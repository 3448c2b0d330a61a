// Arbitrary bytes as a configuration file and as -o: refused with one sentence, or values of the types that the
// catalogue promises.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/config_tree.h"

namespace {

using namespace bewit;

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const ConfigTree& tree, const ConfigTree::Outcome& outcome) {
    require(outcome || !outcome.error().empty());
    for (const ConfigKey& key : config_keys()) {
        const ConfigValue* value = tree.find(key.path);
        if (value == nullptr) continue;
        require(complaint(key, value->node).empty());
        require(!value->origin.empty());
    }
    for (const std::string& warning : tree.warnings()) require(!warning.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    ConfigTree tree;
    check(tree, tree.apply_text(text, "fuzz.yaml"));
    check(tree, tree.apply_text(text, "again.yaml", true));
    check(tree, tree.apply_setting(text));
    return 0;
}
