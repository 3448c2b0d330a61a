// The subset construction over the patterns of all rules gives the states. What a state says depends only on the
// patterns that fit when the name ends there. A state keeps what can still decide something: comparisons that are
// decided are no places any more, and those that cannot change whether a rule may match are forgotten, so that rules
// about prefixes and rules about suffixes do not multiply. At the end states that say the same for every continuation
// become one (Moore).
#include "engine/match/path_test_builder.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/match/numbers_hash.h"
#include "engine/match/open_conditions.h"
#include "engine/match/path_patterns.h"

namespace bewit::match {
namespace {

using Place = NamePatterns::Place;
using Places = NamePatterns::Places;

// Where names and flags are all told apart, and where not: the second way has to do for rules that take more in the
// first.
constexpr size_t most_states = 12'000, most_coarse_states = 40'000;
// Leaves, and bytes of the names in them, beyond which no table is tried: each state takes time in proportion to them.
constexpr size_t most_leaves = 20'000;
constexpr size_t most_name_bytes = size_t{256} * 1024;
constexpr uint8_t no_byte = 1;  // of no plain name, and so of no pattern's

// What was read last, as far as it decides whether the name is in its plain form.
enum class Component : uint8_t { Nothing, Begins, Dot, DotDot, Plain };

// By state and class of bytes; it grows without being copied.
using Rows = std::deque<uint16_t>;

class Automaton {
public:
    // `coarse`: below directories where a rule may match every open for reading, those that write are not told apart.
    Automaton(OpenConditions& conditions, PathTest& test, bool coarse)
        : conditions_(conditions), patterns_(conditions.patterns()), test_(test), coarse_(coarse) {}

    // All but the table itself, which is rows(). False: too many states, or abandoned.
    bool build(const std::stop_token& abandoned) {
        make_classes();
        rows_.assign(test_.class_count, PathTest::ask);
        test_.absolute = test_.relative = {every_class};
        test_.start = number_of(Component::Nothing, patterns_.begin(), {});
        for (size_t i = 1; i < states_.size() + 1; ++i) {
            if (states_.size() > (coarse_ ? most_coarse_states : most_states) || abandoned.stop_requested())
                return false;
            add_row(i);
        }
        return true;
    }

    const Rows& rows() const { return rows_; }

private:
    // What can still decide something: the component, the places and the questions that are answered with yes, packed
    // (pack()).
    using Key = std::string;
    // Of absolute and of relative names: the classes of flags with which a rule may match.
    using Verdict = std::pair<uint64_t, uint64_t>;
    struct State {
        const Key* key = nullptr;
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
        places_.clear();
        always_.clear();
        if (state.settled == nullptr) unpack(*state.key);
        std::array<bool, 256> awaited{};
        patterns_.mark_awaited(places_, awaited);
        awaited['/'] = awaited['.'] = true;
        const uint16_t rest =
            state.component == Component::Nothing ? PathTest::ask : follow(state, Component::Plain, no_byte);
        for (uint16_t byte_class = 0; byte_class < test_.class_count; ++byte_class) {
            rows_.push_back(byte_class == 0 || awaited[models_[byte_class]] ? step(state, byte_class) : rest);
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
        if (state.settled != nullptr) return settle(component, *state.settled);
        return number_of(component, patterns_.after(places_, byte), always_);
    }

    // Rising numbers as their differences, in seven bits a byte, and between the two lists a zero, which no difference
    // is.
    static void pack(std::span<const uint32_t> numbers, Key& key) {
        uint32_t last = UINT32_MAX;
        for (const uint32_t number : numbers) {
            uint32_t difference = number - last;
            last = number;
            for (; difference >= 0x80; difference >>= 7) key.push_back(static_cast<char>(difference | 0x80));
            key.push_back(static_cast<char>(difference));
        }
    }

    void unpack(std::string_view key) {
        std::vector<uint32_t>* list = &places_;
        uint32_t last = UINT32_MAX, difference = 0;
        unsigned shift = 0;
        for (const char byte : key.substr(1)) {
            difference |= (static_cast<uint32_t>(byte) & 0x7f) << shift;
            shift += 7;
            if ((byte & 0x80) != 0) continue;
            if (difference == 0) {
                list = &always_;
                last = UINT32_MAX;
            } else {
                last += difference;
                list->push_back(last);
            }
            difference = shift = 0;
        }
    }

    // By question; `ends`: of a name that ends here.
    std::vector<Prospect> prospects(std::span<const Place> places, std::span<const uint32_t> always, bool ends) const {
        std::vector<Prospect> result(conditions_.questions(), Prospect::Never);
        for (const uint32_t question : always) result[question] = Prospect::Always;
        for (const Place place : places) {
            const bool fits = ends ? patterns_.fits(place) : patterns_.fits_for_good(place);
            if (ends && !fits) continue;
            const Prospect prospect = fits ? Prospect::Always : Prospect::Open;
            for (const uint32_t question : conditions_.questions_of(patterns_.pattern_of(place)))
                result[question] = std::max(result[question], prospect);
        }
        return result;
    }

    uint16_t number_of(Component component, Places places, std::span<const uint32_t> always) {
        const std::vector<Prospect> now = prospects(places, always, false);
        const OpenConditions::Outlook& outlook = conditions_.outlook(now);
        if (coarse_ && (outlook.absolute.all & outlook.relative.all & without_flags) != 0) return PathTest::ask;
        if (outlook.absolute.decided() && outlook.relative.decided())
            return settle(component, {outlook.absolute.all, outlook.relative.all});

        std::erase_if(places, [&](Place place) {
            return std::ranges::none_of(conditions_.questions_of(patterns_.pattern_of(place)),
                                        [&](uint32_t question) { return outlook.relevant[question]; });
        });
        yes_.clear();
        for (uint32_t i = 0; i < now.size(); ++i) {
            if (now[i] == Prospect::Always) yes_.push_back(i);
        }
        key_.assign(1, static_cast<char>(component));
        pack(places, key_);
        key_.push_back('\0');
        pack(yes_, key_);
        if (const auto known = numbers_.find(key_); known != numbers_.end()) return known->second;
        const auto place = numbers_.try_emplace(key_).first;
        const OpenConditions::Outlook& end = conditions_.outlook(prospects(places, yes_, true));
        return place->second =
                   add({.key = &place->first, .component = component}, {end.absolute.all, end.relative.all});
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
    Rows rows_;
    std::vector<uint8_t> models_;
    std::unordered_map<Key, uint16_t> numbers_;
    std::map<std::pair<Component, Verdict>, uint16_t> settled_;
    std::vector<State> states_;  // by number less one

    // Of the row that is made; and of the state that is looked for.
    Places places_;
    std::vector<uint32_t> always_, yes_;
    Key key_;
};

// States that say the same, whatever follows, become one.
void minimise(PathTest& test, const Rows& rows) {
    const size_t count = test.absolute.size(), classes = test.class_count;
    std::vector<uint16_t> block(count);
    size_t blocks = 0;
    // Of states that `hash` and `equal` do not tell apart. State 0, `ask`, keeps its number.
    const auto refine = [&](auto hash, auto equal) {
        std::unordered_map<size_t, uint16_t, decltype(hash), decltype(equal)> known(0, hash, equal);
        std::vector<uint16_t> next(count);
        for (size_t i = 0; i < count; ++i)
            next[i] = known.try_emplace(i, static_cast<uint16_t>(known.size())).first->second;
        block = std::move(next);
        return known.size();
    };
    size_t refined = refine([&](size_t i) { return mix(mix(0, test.absolute[i]), test.relative[i]); },
                            [&](size_t a, size_t b) {
                                return test.absolute[a] == test.absolute[b] && test.relative[a] == test.relative[b];
                            });
    while (refined != blocks) {
        blocks = refined;
        const std::vector<uint16_t> former = block;
        const auto row = [&](size_t i) {
            const auto first = rows.begin() + static_cast<ptrdiff_t>(i * classes);
            return std::ranges::subrange(first, first + static_cast<ptrdiff_t>(classes));
        };
        refined = refine(
            [&](size_t i) {
                uint64_t hash = former[i];
                for (const uint16_t to : row(i)) hash = mix(hash, former[to]);
                return hash;
            },
            [&](size_t a, size_t b) {
                return former[a] == former[b] && std::ranges::equal(
                                                     row(a), row(b), {}, [&](uint16_t to) { return former[to]; },
                                                     [&](uint16_t to) { return former[to]; });
            });
    }
    test.start = block[test.start];
    test.next.assign(blocks * classes, PathTest::ask);
    std::vector<uint64_t> absolute(blocks), relative(blocks);
    for (size_t i = 0; i < count; ++i) {
        for (size_t c = 0; c < classes; ++c) test.next[block[i] * classes + c] = block[rows[i * classes + c]];
        absolute[block[i]] = test.absolute[i];
        relative[block[i]] = test.relative[i];
    }
    test.absolute = std::move(absolute);
    test.relative = std::move(relative);
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

PathTest build_path_test(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules, size_t limit,
                         const std::stop_token& abandoned) {
    if (is_too_large(leaves, graph, rules)) return {};
    OpenConditions conditions(leaves, graph, rules);
    for (const bool coarse : {false, true}) {
        PathTest test;
        test.flag_bits = conditions.flag_bits();
        Automaton automaton(conditions, test, coarse);
        if (!automaton.build(abandoned)) continue;
        minimise(test, automaton.rows());
        const size_t size = test.next.size() * sizeof(uint16_t) + test.absolute.size() * 2 * sizeof(uint64_t);
        if (size <= limit) return test;
    }
    return {};
}

}  // namespace bewit::match
