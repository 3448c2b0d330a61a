#include "injector/pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/field/resolved_name.h"
#include "injector/internal_alert.h"
#include "injector/message.h"

namespace bewit {

Pipeline::Pipeline(state::State& state, const match::Rules& rules, AlertQueue& alerts, Settings settings)
    : state_(state),
      rules_(rules),
      alerts_(alerts),
      settings_(std::move(settings)),
      given_name_(alert::Template::compile(" bewit_path_given=%bewit.path.given").value()),
      matches_(rules.selected().size()) {}

field::Context Pipeline::context_of(const event::View& event, bool at_entry) {
    scratch_.clear();
    return {.event = event,
            .state = state_,
            .scratch = scratch_,
            .number = number_,
            .at_entry = at_entry,
            .hostname = settings_.hostname,
            .first_time_ns = first_time_ns_,
            .previous_time_ns = previous_time_ns_};
}

void Pipeline::take_metadata() {
    if (settings_.metadata == nullptr) return;
    if (number_ == 0) settings_.metadata->start();  // the workload exists by now
    if (!settings_.metadata->pending()) return;
    if (auto found = settings_.metadata->take()) state_.container() = std::move(*found);
}

bool Pipeline::wants_exit(const event::View& at_entry) {
    const match::KindInterest& interest = rules_.interest().of(at_entry.kind());
    if (interest.for_state) return true;
    take_metadata();
    leads_to_.clear();
    // Changes nothing in the state, but what it was last told of the thread may no longer hold.
    state_.apply(at_entry);
    field::Context context = context_of(at_entry, true);
    ++context.number;
    const bool may_match = rules_.may_match(context) || (settings_.resolve_names && may_match_elsewhere(context));
    state_.finish(at_entry);
    return may_match;
}

bool Pipeline::may_match_elsewhere(field::Context& context) {
    switch (field::name_before_open_leads(context, leads_to_)) {
        case event::NameLeads::AsGiven:
            return false;
        case event::NameLeads::Unknown:
            leads_to_.clear();
            return true;
        case event::NameLeads::Elsewhere:
            break;
    }
    context.resolved = leads_to_;
    return rules_.may_match(context);
}

// Falco's verdict comes first; it is the one that counts for a rule that holds for both names.
void Pipeline::match_elsewhere(field::Context& context) {
    if (context.event.result()) {
        const std::optional<std::string_view> other = field::other_name_after_open(context);
        if (!other) return tell_unreadable(context.event);
        context.resolved = *other;
    } else {
        context.resolved = leads_to_;
    }
    if (context.resolved.empty()) return;
    rules_.match(context, [&](const match::CompiledRule& rule) {
        if (std::ranges::find(raised_, rule.index) == raised_.end()) raise(rule, context);
    });
}

void Pipeline::on_event(const event::View& event) {
    take_metadata();
    if (number_ == 0 && settings_.names != nullptr) settings_.names->start();
    if (++number_ == 1) first_time_ns_ = event.time_ns();
    state_.apply(event);
    field::Context context = context_of(event, false);
    raised_.clear();
    rules_.match(context, [&](const match::CompiledRule& rule) {
        raised_.push_back(rule.index);
        raise(rule, context);
    });
    if (settings_.resolve_names && (raised_.empty() || rules_.matching() == match::RuleMatching::All))
        match_elsewhere(context);
    leads_to_.clear();
    state_.finish(event);
    previous_time_ns_ = event.time_ns();
    if (settings_.metrics != nullptr && settings_.metrics->due(previous_time_ns_)) report(previous_time_ns_);
}

void Pipeline::on_unreadable(const event::View& event) { tell_unreadable(event); }

void Pipeline::tell_unreadable(const event::View& event) {
    // What could not be read at the entry can often not be looked at afterwards, either: one call all the same.
    if (std::exchange(last_unreadable_, number_) == number_) return;
    constexpr uint64_t minute = 60'000'000'000;
    ++unreadable_;
    const bool is_due = unreadable_told_ns_ == 0 || event.time_ns() >= unreadable_told_ns_ + minute;
    if (!is_due) return;
    unreadable_told_ns_ = event.time_ns();
    const auto number = std::to_string(raw(event.tid()));
    const std::string sentence = fmt::format(
        "{} calls so far had names, structures or files that bewit could not read or look at, the last one {} by "
        "thread {}: rules may have missed what they did",
        unreadable_, event::kind_name(event.kind()), number);
    alerts_.push(internal_alert("unreadable", sentence,
                                {{"evt.type", std::string(event::kind_name(event.kind()))},
                                 {"thread.tid", number},
                                 {"calls", std::to_string(unreadable_)}}));
}

void Pipeline::on_second_tracer(const event::View& event) {
    if (std::exchange(second_tracer_told_, true)) return;
    warning(
        fmt::format("thread {} wanted a process to be traced and got EPERM: a process has one tracer, and that is "
                    "bewit (docs/transparency.md)",
                    raw(event.tid())));
}

void Pipeline::report(uint64_t now_ns) {
    if (settings_.metrics == nullptr) return;
    MetricsCounts counts{.events = number_, .alerts_dropped = alerts_.counts().dropped};
    for (const match::CompiledRule& rule : rules_.selected())
        counts.matches.emplace_back(rule.rule->name, matches_[rule.index]);
    if (auto alert = settings_.metrics->take(now_ns, counts)) alerts_.push(std::move(*alert));
}

void Pipeline::raise(const match::CompiledRule& rule, const field::Context& matched) {
    field::Context context = matched;
    context.shown = true;
    const size_t position = rule.index;
    ++matches_[position];
    alert::Alert alert;
    alert.time_ns = context.event.time_ns();
    alert.rule = rule.rule->name;
    alert.priority = rule.rule->priority;
    alert.source = rule.rule->source;
    alert.tags.assign(rule.rule->tags.begin(), rule.rule->tags.end());
    settings_.outputs[position].fill(context, alert.message);
    settings_.outputs[position].fields(context, alert.output_fields);
    alert.output_fields["evt.time"] = alert.time_ns;
    if (!context.resolved.empty()) {
        given_name_.fill(context, alert.message);
        given_name_.fields(context, alert.output_fields);
    }
    for (const auto& [name, value] : settings_.static_fields) alert.output_fields[name] = value;
    alert.hostname = settings_.hostname;
    alert.uuid = alert::new_uuid(alert.time_ns);
    alerts_.push(std::move(alert));
}

}  // namespace bewit
