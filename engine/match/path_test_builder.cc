// The subset construction over the patterns of all rules gives the states. What a state says depends only on the patterns that fit when the name ends
// there. A state keeps what can still decide something: comparisons that are decided are no places any more, and those that cannot change whether a
// rule may match are forgotten, so that rules about prefixes and rules about suffixes do not multiply. At the end states that say the same for every
// continuation become one (Moore).
#include "engine/match/path_test_builder.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>

#include "engine/match/numbers_hash.h"
#include "engine/match/open_conditions.h"

namespace bewit::match {
namespace {

using Place = NamePatterns::Place;
using Places = NamePatterns::Places;

constexpr size_t most_states = 40000, most_looks = 4 * most_states;
constexpr uint8_t no_byte = 1;  // of no plain name, and so of no pattern's

// What was read last, as far as it decides whether the name is in its plain form.
enum class Component : uint8_t { Nothing, Begins, Dot, DotDot, Plain };

class Automaton {
public:
    Automaton(OpenConditions& conditions, PathTest& test) : conditions_(conditions), patterns_(conditions.patterns()), test_(test) {}

    // False: too many states.
    bool build() {
        make_classes();
        test_.next.assign(test_.class_count, PathTest::ask);
        test_.absolute = test_.relative = {every_class};
        test_.start = number_of(Component::Nothing, patterns_.begin(), {});
        for (size_t i = 1; i < states_.size() + 1; ++i) {
            if (states_.size() > most_states || numbers_.size() > most_looks) return false;
            add_row(i);
        }
        return true;
    }

private:
    struct State {
        Places places;
        std::vector<uint32_t> always;  // questions that are answered with yes, rising
        Component component{};
        // Of states without places and questions: what a name that goes on so says, whatever follows.
        bool settled = false;
        uint64_t absolute = 0, relative = 0;
    };

    // Class 0: bytes that lead to `ask`. The last one: bytes that no pattern knows.
    void make_classes() {
        std::set<uint8_t> special = patterns_.bytes();
        special.insert('/');
        special.insert('.');
        std::vector<uint8_t> models{0};
        for (unsigned byte = 0x20; byte < 0x7f; ++byte) {
            if (!special.contains(static_cast<uint8_t>(byte))) continue;
            test_.byte_class[byte] = static_cast<uint8_t>(models.size());
            models.push_back(static_cast<uint8_t>(byte));
        }
        uint8_t other = 0;
        for (unsigned byte = 0x20; byte < 0x7f; ++byte) {
            if (special.contains(static_cast<uint8_t>(byte))) continue;
            if (other == 0) models.push_back(static_cast<uint8_t>(byte));
            other = static_cast<uint8_t>(models.size() - 1);
            test_.byte_class[byte] = other;
        }
        models_ = models;
        test_.class_count = static_cast<uint16_t>(models.size());
    }

    // Most bytes are told from others by no pattern that is under way: for them one step is made for all.
    void add_row(size_t number) {
        const State& state = *states_[number - 1];
        std::array<bool, 256> awaited{};
        patterns_.mark_awaited(state.places, awaited);
        awaited['/'] = awaited['.'] = true;
        const uint16_t rest = state.component == Component::Nothing ? PathTest::ask : follow(state, Component::Plain, no_byte);
        for (uint16_t byte_class = 0; byte_class < test_.class_count; ++byte_class) {
            test_.next.push_back(byte_class == 0 || awaited[models_[byte_class]] ? step(state, byte_class) : rest);
        }
    }

    uint16_t step(const State& state, uint16_t byte_class) {
        if (byte_class == 0) return PathTest::ask;
        const uint8_t byte = models_[byte_class];
        Component next = Component::Plain;
        if (byte == '/') {
            if (state.component != Component::Nothing && state.component != Component::Plain) return PathTest::ask;
            next = Component::Begins;
        } else if (state.component == Component::Nothing) {
            return PathTest::ask;
        } else if (byte == '.') {
            if (state.component == Component::Begins) next = Component::Dot;
            if (state.component == Component::Dot) next = Component::DotDot;
        }
        return follow(state, next, byte);
    }

    uint16_t follow(const State& state, Component component, uint8_t byte) {
        if (state.settled) return settle(component, state.absolute, state.relative);
        return number_of(component, patterns_.after(state.places, byte), state.always);
    }

    // By question; `ends`: of a name that ends here.
    std::vector<uint8_t> prospects(const Places& places, const std::vector<uint32_t>& always, bool ends) const {
        std::vector<uint8_t> result(conditions_.questions(), static_cast<uint8_t>(Prospect::Never));
        for (const uint32_t question : always) result[question] = static_cast<uint8_t>(Prospect::Always);
        for (const Place place : places) {
            const bool fits = ends ? patterns_.fits(place) : patterns_.fits_for_good(place);
            if (ends && !fits) continue;
            const auto prospect = static_cast<uint8_t>(fits ? Prospect::Always : Prospect::Open);
            for (const uint32_t question : conditions_.questions_of(patterns_.pattern_of(place))) result[question] = std::max(result[question], prospect);
        }
        return result;
    }

    uint16_t number_of(Component component, Places places, std::vector<uint32_t> always) {
        const auto [looked_up, is_new] = numbers_.try_emplace(key_of(component, places, always));
        uint16_t& number = looked_up->second;  // stays where it is when others are added
        if (!is_new) return number;
        const std::vector<uint8_t> now = prospects(places, always, false);
        const OpenConditions::Outlook& outlook = conditions_.outlook(now);
        // Below some directories a rule may match every open for reading: there is no need to know more of those that write.
        if ((outlook.absolute.all & outlook.relative.all & without_flags) != 0) return number = PathTest::ask;
        if (outlook.absolute.decided() && outlook.relative.decided()) return number = settle(component, outlook.absolute.all, outlook.relative.all);

        always.clear();
        for (uint32_t i = 0; i < now.size(); ++i) {
            if (now[i] == static_cast<uint8_t>(Prospect::Always)) always.push_back(i);
        }
        std::erase_if(places, [&](Place place) {
            return std::ranges::none_of(conditions_.questions_of(patterns_.pattern_of(place)), [&](uint32_t question) { return outlook.relevant[question]; });
        });
        const auto [kept, is_other] = numbers_.try_emplace(key_of(component, places, always));
        if (&kept->second != &number && !is_other) return number = kept->second;
        State state{.places = std::move(places), .always = std::move(always), .component = component};
        const OpenConditions::Outlook& end = conditions_.outlook(prospects(state.places, state.always, true));
        state.absolute = end.absolute.all;
        state.relative = end.relative.all;
        return number = kept->second = add(std::move(state));
    }

    uint16_t settle(Component component, uint64_t absolute, uint64_t relative) {
        const auto [place, is_new] = settled_.try_emplace({component, absolute, relative});
        if (is_new) place->second = add({.places = {}, .always = {}, .component = component, .settled = true, .absolute = absolute, .relative = relative});
        return place->second;
    }

    uint16_t add(State state) {
        const bool plain = state.component == Component::Plain;
        test_.absolute.push_back(plain ? state.absolute : every_class);
        test_.relative.push_back(plain ? state.relative : every_class);
        states_.push_back(std::make_unique<State>(std::move(state)));
        return static_cast<uint16_t>(states_.size());
    }

    static std::vector<uint32_t> key_of(Component component, const Places& places, const std::vector<uint32_t>& always) {
        std::vector<uint32_t> key(places);
        key.push_back(UINT32_MAX - static_cast<uint32_t>(component));
        key.insert(key.end(), always.begin(), always.end());
        return key;
    }

    OpenConditions& conditions_;
    const NamePatterns& patterns_;
    PathTest& test_;
    std::vector<uint8_t> models_;
    std::unordered_map<std::vector<uint32_t>, uint16_t, NumbersHash> numbers_;  // by key_of() of what was looked at
    std::map<std::tuple<Component, uint64_t, uint64_t>, uint16_t> settled_;
    std::vector<std::unique_ptr<State>> states_;  // by number less one
};

// States that say the same, whatever follows, become one.
void minimise(PathTest& test) {
    const size_t count = test.absolute.size();
    std::vector<uint16_t> block(count);
    size_t blocks = 0;
    const auto refine = [&](auto&& signature_of) {
        std::unordered_map<std::vector<uint64_t>, uint16_t, NumbersHash> known;
        std::vector<uint16_t> next(count);
        // State 0, `ask`, keeps its number.
        for (size_t i = 0; i < count; ++i) next[i] = known.try_emplace(signature_of(i), static_cast<uint16_t>(known.size())).first->second;
        block = std::move(next);
        return known.size();
    };
    size_t refined = refine([&](size_t i) { return std::vector<uint64_t>{test.absolute[i], test.relative[i]}; });
    while (refined != blocks) {
        blocks = refined;
        const std::vector<uint16_t> former = block;
        refined = refine([&](size_t i) {
            std::vector<uint64_t> signature{former[i]};
            for (size_t c = 0; c < test.class_count; ++c) signature.push_back(former[test.next[i * test.class_count + c]]);
            return signature;
        });
    }
    PathTest small = test;
    small.start = block[test.start];
    small.next.assign(blocks * test.class_count, 0);
    small.absolute.assign(blocks, 0);
    small.relative.assign(blocks, 0);
    for (size_t i = 0; i < count; ++i) {
        for (size_t c = 0; c < test.class_count; ++c) small.next[size_t{block[i]} * test.class_count + c] = block[test.next[i * test.class_count + c]];
        small.absolute[block[i]] = test.absolute[i];
        small.relative[block[i]] = test.relative[i];
    }
    test = std::move(small);
}

}  // namespace

PathTest build_path_test(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules, size_t limit) {
    PathTest test;
    OpenConditions conditions(leaves, graph, rules);
    test.flag_bits = conditions.flag_bits();
    if (!Automaton(conditions, test).build()) return {};
    minimise(test);
    const size_t size = test.next.size() * sizeof(uint16_t) + test.absolute.size() * 2 * sizeof(uint64_t);
    return size <= limit ? test : PathTest{};
}

}  // namespace bewit::match
