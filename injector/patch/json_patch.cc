#include "injector/patch/json_patch.h"

#include "injector/patch/alignment.h"
#include "injector/patch/container.h"

namespace bewit::patch {
namespace {

class Operations {
public:
    // Recursion ends where the reader of documents sets its limit.
    void compare(const Json& present, const Json& wanted, const std::string& path) {
        if (present == wanted) return;
        if (present.is_object() && wanted.is_object()) return compare_maps(present, wanted, path);
        if (present.is_array() && wanted.is_array()) return compare_lists(present, wanted, path);
        list_.push_back({{"op", "replace"}, {"path", path}, {"value", wanted}});
    }

    Json take() { return std::move(list_); }

private:
    void add(const std::string& path, const Json& value) {
        list_.push_back({{"op", "add"}, {"path", path}, {"value", value}});
    }
    void remove(const std::string& path) { list_.push_back({{"op", "remove"}, {"path", path}}); }

    void compare_maps(const Json& present, const Json& wanted, const std::string& path) {
        // Mostly the keys are the same, in the same order: to look each up would take quadratic time.
        auto guess = wanted.begin();
        for (const auto& [key, value] : present.items()) {
            const auto found = guess != wanted.end() && guess.key() == key ? guess : wanted.find(key);
            if (found == wanted.end()) {
                remove(path + "/" + escaped(key));
                continue;
            }
            compare(value, *found, path + "/" + escaped(key));
            guess = std::next(found);
        }
        auto known = present.begin();
        for (const auto& [key, value] : wanted.items()) {
            const auto found = known != present.end() && known.key() == key ? known : present.find(key);
            if (found == present.end()) {
                add(path + "/" + escaped(key), value);
            } else {
                known = std::next(found);
            }
        }
    }

    void compare_lists(const Json& present, const Json& wanted, const std::string& path) {
        const auto& items = present.get_ref<const Json::array_t&>();
        size_t at = 0;
        for (const Alignment& step : align(items, wanted)) {
            const std::string place = path + "/" + std::to_string(at);
            switch (step.kind) {
                case Alignment::Kind::Kept:
                    compare(items[step.index], *step.wanted, place);
                    ++at;
                    break;
                case Alignment::Kind::Removed:
                    remove(place);
                    break;
                case Alignment::Kind::Added:
                    add(place, *step.wanted);
                    ++at;
                    break;
            }
        }
    }

    Json list_ = Json::array();
};

}  // namespace

Json json_patch(const Json& present, const Json& wanted) {
    Operations operations;
    operations.compare(present, wanted, "");
    return operations.take();
}

}  // namespace bewit::patch
