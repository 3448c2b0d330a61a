// What every source of events needs around it: the configuration, the compiled rules, the state, the pipeline, and the
// way out for alerts.
#pragma once

#include <signal.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "engine/event/witness.h"
#include "engine/state/state.h"
#include "injector/alert_queue.h"
#include "injector/configuration.h"
#include "injector/host_names.h"
#include "injector/pipeline.h"
#include "injector/rule_setup.h"

namespace bewit {

// What asks `attach` and `host` to end.
inline constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// One use, on one thread: prepare(), then start(), then close(). What goes to the user meanwhile are warnings on
// stderr.
class Monitor {
public:
    // Configuration and rules, and the sinks opened. The error is for the user; nothing was started. With `on_error:
    // continue`, rules with errors are no failure: ok() is false then.
    tl::expected<void, std::string> prepare(const CommandLine& line);
    // Whether there are rules that can run.
    bool ok() const { return setup_ != nullptr && setup_->ok(); }

    const Configuration& configuration() const { return configuration_; }
    // Needs ok().
    const match::Interest& interest() const { return setup_->rules->interest(); }
    // What the events are of: this container, or the machine, whose processes are `host` to the rules.
    enum class Scope : uint8_t { Container, Host };
    // The engine, ready for events: the source's facts come from `witness`, which must outlive this. Needs ok(); once.
    Pipeline& start(event::Witness& witness, Scope scope = Scope::Container);
    // Makes a thread known that began before the events did. After start().
    void introduce(Tid tid) { state_->thread(tid); }

    // bewit's own word about itself: rule `bewit internal: SUBJECT`, source `internal`, the facts as output fields.
    void tell(const std::string& subject, const std::string& sentence,
              const std::map<std::string, std::string>& facts = {});
    // Says that the workload is not watched, and why: as a warning and as an alert.
    void tell_unwatched(const std::string& reason);
    // For sources of processes that run anyhow, which cannot be watched. Says so as `on_error` demands: an error, and
    // the exit status is 1; or as tell_unwatched() does, and then stays until one of ending_signals asks it to end,
    // since a container that ends can take its task with it: 0.
    int give_up(const std::string& reason);
    // Waits until the alerts are delivered, a few seconds at most, and says how many were not.
    void close();

    // Calls of which something could not be read, or looked at when they were over.
    uint64_t unreadable() const { return pipeline_ ? pipeline_->unreadable() : 0; }
    AlertQueue::Counts alerts() const { return alerts_->counts(); }
    // Each rule that matched, and how often.
    std::vector<std::pair<std::string, uint64_t>> matches() const;

private:
    void warn_of_selection() const;

    Configuration configuration_;
    std::unique_ptr<HostNames> names_;  // before the rules that ask it
    std::unique_ptr<RuleSetup> setup_;
    std::unique_ptr<AlertQueue> alerts_;
    std::unique_ptr<state::State> state_;
    std::unique_ptr<MetadataWatch> metadata_;
    std::unique_ptr<Metrics> metrics_;
    std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace bewit
