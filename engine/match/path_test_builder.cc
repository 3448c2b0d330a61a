// The subset construction over the patterns of all rules gives the states. What a state says depends only on the patterns that fit when the name ends
// there. A state keeps what can still decide something: comparisons that are decided are no places any more, and those that cannot change whether a
// rule may match are forgotten, so that rules about prefixes and rules about suffixes do not multiply. At the end states that say the same for every
// continuation become one (Moore).
#include "engine/match/path_test_builder.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <unordered_map>

#include "engine/match/numbers_hash.h"
#include "engine/match/open_conditions.h"
#include "engine/match/path_patterns.h"

namespace bewit::match {
namespace {

using Place = NamePatterns::Place;
using Places = NamePatterns::Places;

constexpr size_t most_states = 40000;
// Leaves, and bytes of the names in them, beyond which no table is tried: each state takes time in proportion to them.
constexpr size_t most_leaves = 20'000;
constexpr size_t most_name_bytes = size_t{256} * 1024;
constexpr uint8_t no_byte = 1;  // of no plain name, and so of no pattern's

// What was read last, as far as it decides whether the name is in its plain form.
enum class Component : uint8_t { Nothing, Begins, Dot, DotDot, Plain };

class Automaton {
public:
    // `coarse`: below directories where a rule may match every open for reading, those that write are not told apart.
    Automaton(OpenConditions& conditions, PathTest& test, bool coarse) : conditions_(conditions), patterns_(conditions.patterns()), test_(test), coarse_(coarse) {}

    // False: too many states, or abandoned.
    bool build(const std::stop_token& abandoned) {
        make_classes();
        test_.next.assign(test_.class_count, PathTest::ask);
        test_.absolute = test_.relative = {every_class};
        test_.start = number_of(Component::Nothing, patterns_.begin(), {});
        for (size_t i = 1; i < states_.size() + 1; ++i) {
            if (states_.size() > most_states || abandoned.stop_requested()) return false;
            add_row(i);
        }
        return true;
    }

private:
    // What can still decide something: the places, and behind `component` the questions that are answered with yes, rising.
    using Key = std::vector<uint32_t>;
    // Of absolute and of relative names: the classes of flags with which a rule may match.
    using Verdict = std::pair<uint64_t, uint64_t>;
    struct State {
        const Key* key = nullptr;
        size_t places = 0;                 // at the beginning of the key
        const Verdict* settled = nullptr;  // instead of a key: whatever follows, the name says this
        Component component{};
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
        const State state = states_[number - 1];
        std::array<bool, 256> awaited{};
        patterns_.mark_awaited(places_of(state), awaited);
        awaited['/'] = awaited['.'] = true;
        const uint16_t rest = state.component == Component::Nothing ? PathTest::ask : follow(number, Component::Plain, no_byte);
        for (uint16_t byte_class = 0; byte_class < test_.class_count; ++byte_class) {
            test_.next.push_back(byte_class == 0 || awaited[models_[byte_class]] ? step(number, byte_class) : rest);
        }
    }

    uint16_t step(size_t number, uint16_t byte_class) {
        if (byte_class == 0) return PathTest::ask;
        const State& state = states_[number - 1];
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
        return follow(number, next, byte);
    }

    uint16_t follow(size_t number, Component component, uint8_t byte) {
        const State& state = states_[number - 1];
        if (state.settled != nullptr) return settle(component, *state.settled);
        return number_of(component, patterns_.after(places_of(state), byte), always_of(state));
    }

    static std::span<const Place> places_of(const State& state) { return state.settled != nullptr ? std::span<const Place>() : std::span(*state.key).first(state.places); }
    static std::span<const uint32_t> always_of(const State& state) { return std::span(*state.key).subspan(state.places + 1); }

    // By question; `ends`: of a name that ends here.
    std::vector<Prospect> prospects(std::span<const Place> places, std::span<const uint32_t> always, bool ends) const {
        std::vector<Prospect> result(conditions_.questions(), Prospect::Never);
        for (const uint32_t question : always) result[question] = Prospect::Always;
        for (const Place place : places) {
            const bool fits = ends ? patterns_.fits(place) : patterns_.fits_for_good(place);
            if (ends && !fits) continue;
            const Prospect prospect = fits ? Prospect::Always : Prospect::Open;
            for (const uint32_t question : conditions_.questions_of(patterns_.pattern_of(place))) result[question] = std::max(result[question], prospect);
        }
        return result;
    }

    uint16_t number_of(Component component, Places places, std::span<const uint32_t> always) {
        const std::vector<Prospect> now = prospects(places, always, false);
        const OpenConditions::Outlook& outlook = conditions_.outlook(now);
        if (coarse_ && (outlook.absolute.all & outlook.relative.all & without_flags) != 0) return PathTest::ask;
        if (outlook.absolute.decided() && outlook.relative.decided()) return settle(component, {outlook.absolute.all, outlook.relative.all});

        std::erase_if(places, [&](Place place) {
            return std::ranges::none_of(conditions_.questions_of(patterns_.pattern_of(place)), [&](uint32_t question) { return outlook.relevant[question]; });
        });
        const size_t place_count = places.size();
        Key key = std::move(places);
        key.push_back(UINT32_MAX - static_cast<uint32_t>(component));
        for (uint32_t i = 0; i < now.size(); ++i) {
            if (now[i] == Prospect::Always) key.push_back(i);
        }
        const auto [known, is_new] = numbers_.try_emplace(std::move(key));
        if (!is_new) return known->second;
        const State state{.key = &known->first, .places = place_count, .component = component};
        const OpenConditions::Outlook& end = conditions_.outlook(prospects(places_of(state), always_of(state), true));
        return known->second = add(state, {end.absolute.all, end.relative.all});
    }

    uint16_t settle(Component component, Verdict verdict) {
        const auto [place, is_new] = settled_.try_emplace({component, verdict});
        if (is_new) place->second = add({.settled = &place->first.second, .component = component}, verdict);
        return place->second;
    }

    uint16_t add(const State& state, Verdict verdict) {
        const bool plain = state.component == Component::Plain;
        test_.absolute.push_back(plain ? verdict.first : every_class);
        test_.relative.push_back(plain ? verdict.second : every_class);
        states_.push_back(state);
        return static_cast<uint16_t>(states_.size());
    }

    OpenConditions& conditions_;
    const NamePatterns& patterns_;
    PathTest& test_;
    bool coarse_;
    std::vector<uint8_t> models_;
    std::unordered_map<Key, uint16_t, NumbersHash> numbers_;
    std::map<std::pair<Component, Verdict>, uint16_t> settled_;
    std::vector<State> states_;  // by number less one
};

// States that say the same, whatever follows, become one.
void minimise(PathTest& test) {
    const size_t count = test.absolute.size();
    std::vector<uint16_t> block(count);
    size_t blocks = 0;
    const auto refine = [&](auto&& signature_of) {
        using Signature = decltype(signature_of(size_t{}));
        std::unordered_map<Signature, uint16_t, NumbersHash> known;
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
            std::vector<uint16_t> signature{former[i]};
            signature.reserve(test.class_count + size_t{1});
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

bool is_too_large(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules) {
    for (const OpenRules& kind : rules) {
        size_t bytes = 0;
        const std::vector<LeafId> below = graph.leaves_below(kind.roots);
        for (const LeafId id : below) {
            const Leaf& leaf = leaves.leaves()[id];
            if (!asks_name(leaf, leaves.left_of(leaf))) continue;
            for (const std::string& literal : leaf.literals) bytes += literal.size() + 1;
        }
        if (below.size() > most_leaves || bytes > most_name_bytes) return true;
    }
    return false;
}

}  // namespace

PathTest build_path_test(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules, size_t limit, const std::stop_token& abandoned) {
    if (is_too_large(leaves, graph, rules)) return {};
    OpenConditions conditions(leaves, graph, rules);
    for (const bool coarse : {false, true}) {
        PathTest test;
        test.flag_bits = conditions.flag_bits();
        if (!Automaton(conditions, test, coarse).build(abandoned)) continue;
        minimise(test);
        const size_t size = test.next.size() * sizeof(uint16_t) + test.absolute.size() * 2 * sizeof(uint64_t);
        if (size <= limit) return test;
    }
    return {};
}

}  // namespace bewit::match
