// Every pattern is a little nondeterministic automaton, whose places are numbered through. Their common subset construction gives the states; what a
// state says depends only on the patterns that fit when the name ends there, so that it is computed once for each set of those. For the classes of
// flags all is done 64 at a time: a word has a bit for each. At the end states that say the same for every continuation become one (Moore).
#include "engine/match/path_test_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>
#include <unordered_map>

#include "engine/match/kernel_names.h"
#include "engine/match/path_patterns.h"
#include "engine/match/register_tests.h"

namespace bewit::match {
namespace {

using Kind = PatternToken::Kind;
using Place = uint32_t;
using Places = std::vector<Place>;  // rising

struct NumbersHash {
    template <class Number>
    size_t operator()(const std::vector<Number>& numbers) const {
        uint64_t hash = 0xcbf29ce484222325;
        for (const Number number : numbers) hash = std::rotl((hash ^ number) * 0x9e3779b97f4a7c15, 29);
        return hash;
    }
};

constexpr size_t most_states = 12288;
constexpr uint64_t every_class = UINT64_MAX;
constexpr uint8_t no_byte = 1;  // of no plain name, and so of no pattern's

// ---- flags

class FlagClasses {
public:
    void look_at(const Clauses& clauses, uint8_t argument) {
        for (const Clause& clause : clauses.clauses()) {
            for (const RegisterTest& test : clause) {
                if (test.argument == argument && !test.high) seen_ |= test.mask;
            }
        }
    }
    void finish() {
        for (uint8_t bit = 0; bit < 32 && bits_.size() < 6; ++bit) {
            if ((seen_ >> bit & 1) == 0) continue;
            bits_.push_back(bit);
            known_ |= 1u << bit;
        }
    }
    const std::vector<uint8_t>& bits() const { return bits_; }

    // The classes with which one of the clauses may hold.
    uint64_t with(const Clauses& clauses, uint8_t argument) const {
        uint64_t result = 0;
        for (unsigned number = 0; number < 64; ++number) {
            const uint32_t flags = flags_of(number);
            const bool may = std::ranges::any_of(clauses.clauses(), [&](const Clause& clause) {
                return std::ranges::all_of(clause, [&](const RegisterTest& test) { return may_hold(test, argument, flags); });
            });
            if (may) result |= uint64_t{1} << number;
        }
        return result;
    }

private:
    uint32_t flags_of(unsigned number) const {
        uint32_t flags = 0;
        for (size_t i = 0; i < bits_.size(); ++i) flags |= (number >> i & 1u) << bits_[i];
        return flags;
    }
    bool may_hold(const RegisterTest& test, uint8_t argument, uint32_t flags) const {
        if (test.argument != argument || test.high) return true;
        const uint32_t mask = test.mask & known_;
        const bool same = (flags & mask) == (test.value & mask);
        return test.equal ? same : !same || mask != test.mask;
    }

    uint32_t seen_ = 0, known_ = 0;
    std::vector<uint8_t> bits_;
};

uint8_t flags_argument(event::Kind kind) { return open_arguments(kind)->flags.value_or(UINT8_MAX); }

// ---- patterns

struct Question {
    std::vector<size_t> patterns;
    bool negated = false, exact = false, of_given_name = false;
};

class Patterns {
public:
    size_t add(const Pattern& pattern) {
        const auto [place, is_new] = numbers_.try_emplace(pattern, patterns_.size());
        if (is_new) {
            first_.push_back(static_cast<Place>(at_.size()));
            for (uint32_t at = 0; at <= pattern.size(); ++at) at_.emplace_back(static_cast<uint32_t>(patterns_.size()), at);
            patterns_.push_back(pattern);
        }
        return place->second;
    }

    // The places before anything was read.
    Places begin() const {
        Places result;
        for (size_t i = 0; i < patterns_.size(); ++i) enter(result, i, 0);
        return tidy(std::move(result));
    }
    Places after(std::span<const Place> places, uint8_t byte) const {
        Places result;
        for (const Place place : places) {
            const auto& [pattern, at] = at_[place];
            if (at == patterns_[pattern].size()) continue;
            const PatternToken& token = patterns_[pattern][at];
            switch (token.kind) {
                case Kind::Byte:
                    if (byte == token.byte) enter(result, pattern, at + 1);
                    break;
                case Kind::AnyByte:
                    enter(result, pattern, at + 1);
                    break;
                case Kind::NotSlash:
                    if (byte != '/') enter(result, pattern, at + 1);
                    break;
                case Kind::Star:
                    enter(result, pattern, at);
                    break;
                case Kind::NotSlashes:
                    if (byte != '/') enter(result, pattern, at);
                    break;
            }
        }
        return tidy(std::move(result));
    }
    // The bytes that one of the places waits for in particular.
    void mark_awaited(std::span<const Place> places, std::array<bool, 256>& awaited) const {
        for (const Place place : places) {
            const auto& [pattern, at] = at_[place];
            if (at < patterns_[pattern].size() && patterns_[pattern][at].kind == Kind::Byte) awaited[patterns_[pattern][at].byte] = true;
        }
    }
    // The patterns that fit, when the text ends there.
    std::vector<uint32_t> fitting(std::span<const Place> places) const {
        std::vector<uint32_t> result;
        for (const Place place : places) {
            const auto& [pattern, at] = at_[place];
            if (at == patterns_[pattern].size()) result.push_back(pattern);
        }
        return result;
    }
    size_t size() const { return patterns_.size(); }
    // Bytes that patterns tell from others.
    std::set<uint8_t> bytes() const {
        std::set<uint8_t> result;
        for (const Pattern& pattern : patterns_) {
            for (const PatternToken& token : pattern) {
                if (token.kind == Kind::Byte) result.insert(token.byte);
            }
        }
        return result;
    }

private:
    static Places tidy(Places places) {
        std::ranges::sort(places);
        places.erase(std::unique(places.begin(), places.end()), places.end());
        return places;
    }
    void enter(Places& places, size_t pattern, size_t at) const {
        const Pattern& tokens = patterns_[pattern];
        for (;; ++at) {
            places.push_back(first_[pattern] + static_cast<Place>(at));
            const bool may_be_nothing = at < tokens.size() && (tokens[at].kind == Kind::Star || tokens[at].kind == Kind::NotSlashes);
            if (!may_be_nothing) return;
        }
    }

    std::map<Pattern, size_t> numbers_;
    std::vector<Pattern> patterns_;
    std::vector<Place> first_;                          // by pattern
    std::vector<std::pair<uint32_t, uint32_t>> at_;     // by place: its pattern, and where in it
};

// ---- conditions

// With which classes of flags a node may be true and may be false.
struct May {
    uint64_t hold = every_class, fail = every_class;
};

class Conditions {
public:
    Conditions(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules) : leaves_(leaves), graph_(graph), rules_(rules), answers_(graph.size()), generations_(graph.size()) {
        for (const OpenRules& kind : rules) {
            const uint8_t argument = flags_argument(kind.kind);
            for (const LeafId id : leaves_of(kind)) {
                const Leaf& leaf = leaves.leaves()[id];
                flags_.look_at(registers_for(leaf, leaves.left_of(leaf), kind.kind, true), argument);
                flags_.look_at(registers_for(leaf, leaves.left_of(leaf), kind.kind, false), argument);
            }
        }
        flags_.finish();
        for (const OpenRules& kind : rules) {
            registers_.emplace_back();
            for (const LeafId id : leaves_of(kind)) look_at(id, kind.kind);
        }
    }

    const Patterns& patterns() const { return patterns_; }
    const std::vector<uint8_t>& flag_bits() const { return flags_.bits(); }

    // With which classes of flags a rule may match a name that these patterns fit.
    uint64_t may_match(const std::vector<uint32_t>& fitting, bool relative) {
        fits_.assign(patterns_.size(), false);
        for (const uint32_t pattern : fitting) fits_[pattern] = true;
        relative_ = relative;
        uint64_t result = 0;
        for (size_t kind = 0; kind < rules_.size(); ++kind) {
            ++generation_;
            for (const NodeId root : rules_[kind].roots) result |= of(root, kind).hold;
        }
        return result;
    }

private:
    std::set<LeafId> leaves_of(const OpenRules& kind) const {
        std::set<LeafId> result;
        for (const NodeId root : kind.roots) {
            const std::vector<LeafId> below = graph_.leaves_below(root);
            result.insert(below.begin(), below.end());
        }
        return result;
    }

    void look_at(LeafId id, event::Kind kind) {
        const Leaf& leaf = leaves_.leaves()[id];
        const field::Expression& left = leaves_.left_of(leaf);
        const std::optional<NameQuestion> question = name_question(leaf, left);
        if (!question) {
            const uint8_t argument = flags_argument(kind);
            registers_.back()[id] = {flags_.with(registers_for(leaf, left, kind, true), argument),
                                     flags_.with(registers_for(leaf, left, kind, false), argument)};
            return;
        }
        if (questions_.contains(id)) return;
        Question& kept = questions_[id];
        kept = {{}, question->negated, question->exact, question->of_given_name};
        for (const Pattern& pattern : question->patterns) kept.patterns.push_back(patterns_.add(pattern));
    }

    May of(NodeId id, size_t kind) {
        if (generations_[id] == generation_) return answers_[id];
        const Node& node = graph_[id];
        May result;
        switch (node.op) {
            case Node::Op::False:
                result = {0, every_class};
                break;
            case Node::Op::True:
                result = {every_class, 0};
                break;
            case Node::Op::Leaf:
                result = of_leaf(node.leaf, kind);
                break;
            case Node::Op::Not: {
                const May child = of(graph_.children(node).front(), kind);
                result = {child.fail, child.hold};
                break;
            }
            case Node::Op::And:
            case Node::Op::Or: {
                const bool all = node.op == Node::Op::And;
                result = all ? May{every_class, 0} : May{0, every_class};
                for (const NodeId child : graph_.children(node)) {
                    const May one = of(child, kind);
                    result = all ? May{result.hold & one.hold, result.fail | one.fail} : May{result.hold | one.hold, result.fail & one.fail};
                    if ((all ? result.hold : result.fail) == 0) break;
                }
                break;
            }
        }
        answers_[id] = result;
        generations_[id] = generation_;
        return result;
    }

    May of_leaf(LeafId id, size_t kind) {
        const auto found = questions_.find(id);
        if (found == questions_.end()) return registers_[kind].at(id);
        const Question& question = found->second;
        if (question.of_given_name && relative_) return {};
        const bool fits = std::ranges::any_of(question.patterns, [&](size_t pattern) { return fits_[pattern]; });
        const May may{fits ? every_class : 0, fits && question.exact ? 0 : every_class};
        return question.negated ? May{may.fail, may.hold} : may;
    }

    const LeafTable& leaves_;
    const Graph& graph_;
    std::span<const OpenRules> rules_;
    FlagClasses flags_;
    Patterns patterns_;
    std::unordered_map<LeafId, Question> questions_;
    std::vector<std::unordered_map<LeafId, May>> registers_;  // by position in rules_
    // Of the name that is looked at.
    std::vector<bool> fits_;
    bool relative_ = false;
    // By node: the answer, and for which question it was given.
    std::vector<May> answers_;
    std::vector<uint32_t> generations_;
    uint32_t generation_ = 0;
};

// ---- states

// What was read last, as far as it decides whether the name is in its plain form.
enum class Component : uint8_t { Nothing, Begins, Dot, DotDot, Plain };

class Automaton {
public:
    Automaton(Conditions& conditions, PathTest& test) : conditions_(conditions), patterns_(conditions.patterns()), test_(test) {}

    // False: too many states.
    bool build() {
        make_classes();
        test_.next.assign(test_.class_count, PathTest::ask);
        test_.absolute = test_.relative = {every_class};
        test_.start = number_of(Component::Nothing, patterns_.begin());
        for (size_t i = 1; i < states_.size() + 1; ++i) {
            if (states_.size() > most_states) return false;
            add_row(i);
        }
        return true;
    }

private:
    // The places, and behind them the component.
    using State = std::vector<uint32_t>;
    static std::span<const Place> places_of(const State& state) { return std::span(state).first(state.size() - 1); }

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
    void add_row(size_t state) {
        std::array<bool, 256> awaited{};
        patterns_.mark_awaited(places_of(*states_[state - 1]), awaited);
        awaited['/'] = awaited['.'] = true;
        const bool begun = static_cast<Component>(states_[state - 1]->back()) != Component::Nothing;
        const uint16_t rest = begun ? number_of(Component::Plain, patterns_.after(places_of(*states_[state - 1]), no_byte)) : PathTest::ask;
        for (uint16_t number = 0; number < test_.class_count; ++number) {
            test_.next.push_back(number == 0 || awaited[models_[number]] ? step(state, number) : rest);
        }
    }

    uint16_t step(size_t state, uint16_t byte_class) {
        if (byte_class == 0) return PathTest::ask;
        const uint8_t byte = models_[byte_class];
        const auto component = static_cast<Component>(states_[state - 1]->back());
        Component next = Component::Plain;
        if (byte == '/') {
            if (component != Component::Nothing && component != Component::Plain) return PathTest::ask;
            next = Component::Begins;
        } else if (component == Component::Nothing) {
            return PathTest::ask;
        } else if (byte == '.') {
            if (component == Component::Begins) next = Component::Dot;
            if (component == Component::Dot) next = Component::DotDot;
        }
        return number_of(next, patterns_.after(places_of(*states_[state - 1]), byte));
    }

    uint16_t number_of(Component component, State state) {
        state.push_back(static_cast<uint32_t>(component));
        const auto [place, is_new] = numbers_.try_emplace(std::move(state), static_cast<uint16_t>(states_.size() + 1));
        if (is_new) {
            states_.push_back(&place->first);
            test_.absolute.push_back(verdict(place->first, component, false));
            test_.relative.push_back(verdict(place->first, component, true));
        }
        return place->second;
    }

    uint64_t verdict(const State& state, Component component, bool relative) {
        if (component != Component::Plain) return every_class;
        std::vector<uint32_t> fitting = patterns_.fitting(places_of(state));
        const auto [known, is_new] = verdicts_[relative ? 1 : 0].try_emplace(std::move(fitting));
        if (is_new) known->second = conditions_.may_match(known->first, relative);
        return known->second;
    }

    Conditions& conditions_;
    const Patterns& patterns_;
    PathTest& test_;
    std::vector<uint8_t> models_;
    std::unordered_map<State, uint16_t, NumbersHash> numbers_;
    std::vector<const State*> states_;  // by number less one
    std::array<std::unordered_map<std::vector<uint32_t>, uint64_t, NumbersHash>, 2> verdicts_;
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
    Conditions conditions(leaves, graph, rules);
    test.flag_bits = conditions.flag_bits();
    if (!Automaton(conditions, test).build()) return {};
    minimise(test);
    const size_t size = test.next.size() * sizeof(uint16_t) + test.absolute.size() * 2 * sizeof(uint64_t);
    return size <= limit ? test : PathTest{};
}

}  // namespace bewit::match
