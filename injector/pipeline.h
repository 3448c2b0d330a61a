// The engine in one piece: an event comes in, the state changes, rules are evaluated, alerts go out. Runs on the
// source's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/alert/template.h"
#include "engine/event/sink.h"
#include "engine/field/extract.h"
#include "engine/match/rules.h"
#include "engine/state/state.h"
#include "injector/alert_queue.h"
#include "injector/host_names.h"
#include "injector/metadata/metadata_watch.h"
#include "injector/metrics.h"

namespace bewit {

class Pipeline final : public event::Sink {
public:
    struct Settings {
        std::string hostname;
        // Appended to every rule's output, as Falco's `append_output` does: templates by position in Rules::selected().
        std::vector<alert::Template> outputs;
        std::map<std::string, std::string> static_fields;  // constants for output_fields
        MetadataWatch* metadata = nullptr;                 // facts of the container that come later
        HostNames* names = nullptr;                        // started with the first event
        Metrics* metrics = nullptr;                        // snapshots while events come
        bool resolve_names = false;  // of files that are opened: rules hold for the kernel's name, too
    };

    // All of them must outlive the pipeline.
    Pipeline(state::State& state, const match::Rules& rules, AlertQueue& alerts, Settings settings);

    bool wants_exit(const event::View& at_entry) override;
    void on_event(const event::View& event) override;
    // An alert, the next one a minute later at the earliest.
    void on_unreadable(const event::View& event) override;
    // A warning, once.
    void on_second_tracer(const event::View& event) override;

    // A snapshot now, whether it is due or not; nothing without metrics.
    void report(uint64_t now_ns);

    uint64_t events() const { return number_; }
    // Of these, those that rules may have missed, since something in them could not be read or looked at.
    uint64_t unreadable() const { return unreadable_; }
    // Alerts by rule, in the order of Rules::selected().
    const std::vector<uint64_t>& matches() const { return matches_; }

private:
    field::Context context_of(const event::View& event, bool at_entry);
    void take_metadata();
    bool may_match_elsewhere(field::Context& context);
    void match_elsewhere(field::Context& context);
    void tell_unreadable(const event::View& event);
    void raise(const match::CompiledRule& rule, const field::Context& matched);

    state::State& state_;
    const match::Rules& rules_;
    AlertQueue& alerts_;
    Settings settings_;
    alert::Template given_name_;  // appended where an alert was raised for another name
    field::Scratch scratch_;
    std::vector<uint64_t> matches_;
    std::string leads_to_;          // the name that was to be opened, where wants_exit() found another one for it
    std::vector<uint32_t> raised_;  // rules that the event has raised, by index
    uint64_t number_ = 0;
    uint64_t unreadable_ = 0, unreadable_told_ns_ = 0;
    uint64_t last_unreadable_ = 0;  // number of that event
    bool second_tracer_told_ = false;
    uint64_t first_time_ns_ = 0, previous_time_ns_ = 0;
};

}  // namespace bewit
