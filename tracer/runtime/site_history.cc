#include "tracer/runtime/site_history.h"

#include <algorithm>

namespace bewit::tracer {
namespace {

constexpr int enough = 2, lowest = -2, highest = 4;
constexpr uint8_t between_trials = 16;

}  // namespace

bool SiteHistory::promises(uint64_t site) {
    return score_[site % score_.size()] >= enough && ++asked_ % between_trials != 0;
}

void SiteHistory::change(uint64_t site, int by) {
    int8_t& score = score_[site % score_.size()];
    score = static_cast<int8_t>(std::clamp(score + by, lowest, highest));
}

}  // namespace bewit::tracer
