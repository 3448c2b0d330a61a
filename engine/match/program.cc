#include "engine/match/program.h"

#include <algorithm>
#include <unordered_map>

#include "engine/match/fuse.h"
#include "engine/match/numbers_hash.h"
#include "engine/match/specialiser.h"

namespace bewit::match {
namespace {

uint64_t hash_of(const std::vector<Program::Entry>& entries) {
    uint64_t hash = entries.size();
    for (const Program::Entry& entry : entries) hash = mix(hash, entry.rule ^ uint64_t{entry.root} << 32);
    return hash;
}

}  // namespace

Program::Program(const LeafTable& leaves, Graph& graph, std::span<const NodeId> roots,
                 std::span<const event::KindSet> kinds)
    : rows_(event::max_kinds) {
    Specialiser specialiser(leaves, graph);
    std::unordered_multimap<uint64_t, Row> known;
    std::vector<Entry> entries;
    for (const event::Kind kind : specialiser.kinds()) {
        const size_t i = event::index(kind);
        entries.clear();
        specialiser.begin(kind);
        for (uint32_t rule = 0; rule < roots.size(); ++rule) {
            if (!kinds[rule].test(i)) continue;
            const NodeId root = specialiser.specialised(roots[rule]);
            if (root != Graph::no) entries.push_back({rule, root});
        }
        const auto [first, last] = known.equal_range(hash_of(entries));
        const auto same = std::find_if(first, last, [&](const auto& one) {
            return std::ranges::equal(std::span(entries_).subspan(one.second.first, one.second.count), entries);
        });
        if (same != last) {
            rows_[i] = same->second;
            continue;
        }
        rows_[i] = {static_cast<uint32_t>(entries_.size()), static_cast<uint32_t>(entries.size())};
        entries_.insert(entries_.end(), entries.begin(), entries.end());
        known.emplace(hash_of(entries), rows_[i]);
    }
}

std::vector<NodeId> Program::roots() const {
    std::vector<NodeId> roots;
    roots.reserve(entries_.size());
    for (const Entry& entry : entries_) roots.push_back(entry.root);
    return roots;
}

void Program::fuse(LeafTable& leaves, Graph& graph) {
    Fuser fuser(leaves, graph);
    for (Entry& entry : entries_) entry.root = fuser.fused(entry.root);
}

}  // namespace bewit::match
