// What the conditions of rules say of an open by its name and flags, all else unknown.
//
// Kleene's logic, for 64 classes of flags at a time. While a name is read, some comparisons of it are decided whatever
// follows and others are not; from that follows which of them still matter, and what can no longer be otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/match/flag_classes.h"
#include "engine/match/graph.h"
#include "engine/match/leaf.h"
#include "engine/match/name_patterns.h"
#include "engine/match/numbers_hash.h"
#include "engine/match/path_test_builder.h"

namespace bewit::match {

// Whether one of a comparison's patterns fits: certainly not, not known yet, certainly.
enum class Prospect : uint8_t { Never, Open, Always };

class OpenConditions {
public:
    // `leaves`, `graph` and `rules` must outlive this.
    OpenConditions(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules);

    const NamePatterns& patterns() const { return patterns_; }
    const std::vector<uint8_t>& flag_bits() const { return flags_.bits(); }
    // Comparisons of the name, numbered.
    size_t questions() const { return questions_.size(); }
    // Those that have a pattern.
    const std::vector<uint32_t>& questions_of(size_t pattern) const { return questions_of_[pattern]; }

    // The classes of flags with which a rule may match every name of that prospect, and those with which it may match
    // one of them.
    struct Reach {
        uint64_t all = 0, some = 0;
        bool decided() const { return all == some; }
    };
    struct Outlook {
        Reach absolute, relative;    // as the name in the call is an absolute one or not
        std::vector<bool> relevant;  // by question: its answer still decides something
    };
    // Prospects by question. The reference is good until the next call.
    const Outlook& outlook(const std::vector<Prospect>& prospects);

private:
    struct Question {
        std::vector<size_t> patterns;
        bool negated = false, exact = false, of_given_name = false;
    };
    // With which classes a node may be true and may be false.
    struct May {
        uint64_t hold = every_class, fail = every_class;
    };
    // Of a node: at least, and at most.
    struct Bounds {
        May least, most;
    };

    void look_at(LeafId id, event::Kind kind);
    Reach judge(const std::vector<Prospect>& prospects, bool relative, std::vector<bool>& relevant);
    const Bounds& bounds_of(NodeId id, size_t kind);
    Bounds bounds_of_leaf(LeafId id, size_t kind) const;
    void mark(NodeId id, size_t kind, May undecided, std::vector<bool>& relevant);

    const LeafTable& leaves_;
    const Graph& graph_;
    std::span<const OpenRules> rules_;
    FlagClasses flags_;
    NamePatterns patterns_;
    std::vector<Question> questions_;
    std::unordered_map<LeafId, size_t> question_of_;
    std::vector<std::vector<uint32_t>> questions_of_;         // by pattern
    std::vector<std::unordered_map<LeafId, May>> registers_;  // by position in rules_
    std::unordered_map<std::vector<Prospect>, Outlook, NumbersHash> outlooks_;

    // Of the judgement that is under way, by position in rules_ and node; valid where the generation is this one.
    struct Known {
        Bounds bounds;
        May marked;
        uint32_t generation = 0;
    };
    std::vector<std::vector<Known>> known_;
    uint32_t generation_ = 0;
    const std::vector<Prospect>* prospects_ = nullptr;
    bool relative_ = false;
};

}  // namespace bewit::match
