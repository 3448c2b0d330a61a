#include "injector/monitor.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "engine/match/selection.h"
#include "injector/alert_outputs.h"
#include "injector/container_facts.h"
#include "injector/exit_status.h"
#include "injector/internal_alert.h"
#include "injector/message.h"
#include "injector/text_file.h"

namespace bewit {
namespace {

constexpr auto drain_limit = std::chrono::seconds(5);

uint64_t now_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace

tl::expected<void, std::string> Monitor::prepare(const CommandLine& line) {
    auto configuration = read_configuration(line);
    if (!configuration) return tl::unexpected(configuration.error());
    configuration_ = std::move(*configuration);
    for (const std::string& text : configuration_.warnings) warning(text);
    HostNames::Settings names;
    if (configuration_.resolve_names) names.look_up = look_up_address;
    names_ = std::make_unique<HostNames>(std::move(names));
    configuration_.selection.names = names_.get();
    setup_ = set_up_rules(configuration_);
    for (const rule::LoadResult& result : setup_->results) {
        for (const rule::Diagnostic& diagnostic : result.warnings) note(rule::to_text(diagnostic));
    }
    if (!setup_->ok() && configuration_.on_error == OnError::Stop) {
        return tl::unexpected("the rules have errors, nothing was started; `bewit check` shows them all\n" +
                              errors_of(*setup_));
    }
    if (!setup_->ok()) warning("the rules have errors; `bewit check` shows them all\n" + errors_of(*setup_));
    if (setup_->ok()) warn_of_selection();
    if (setup_->ok() && setup_->rules->selected().empty())
        warning("no rule is loaded and selected: nothing can raise an alert");
    auto sinks = open_outputs(configuration_);
    if (!sinks) return tl::unexpected(sinks.error());
    alerts_ = std::make_unique<AlertQueue>(
        std::move(*sinks),
        AlertQueue::Settings{
            .format = configuration_.format, .shape = configuration_.shape, .capacity = configuration_.queue_capacity});
    return {};
}

// What selects nothing is mostly misspelt.
void Monitor::warn_of_selection() const {
    for (const std::string& name : empty_directories(configuration_.rules))
        warning(fmt::format("{} has no rule file: none is called *.yaml or *.yml", name));
    for (const std::string& sentence : match::without_rules(setup_->set, configuration_.selection))
        warning(sentence + ": nothing is selected by that");
}

Pipeline& Monitor::start(event::Witness& witness, Scope scope) {
    state_ = std::make_unique<state::State>(witness, interest().facts);
    if (scope != Scope::Host && getpid() == 1) state_->stand_for_init();
    state_->container() = scope == Scope::Host ? state::Container{} : find_container(configuration_);
    if (scope != Scope::Host) metadata_ = watch_metadata(configuration_, state_->container());
    if (configuration_.metrics.enabled) metrics_ = std::make_unique<Metrics>(configuration_.metrics, host_name());
    state_->users().load_passwd(read_text_file("/etc/passwd").value_or(""));
    state_->users().load_group(read_text_file("/etc/group").value_or(""));
    pipeline_ = std::make_unique<Pipeline>(*state_, *setup_->rules, *alerts_,
                                           Pipeline::Settings{.hostname = host_name(),
                                                              .outputs = std::move(setup_->outputs),
                                                              .static_fields = configuration_.static_fields,
                                                              .metadata = metadata_.get(),
                                                              .names = names_.get(),
                                                              .metrics = metrics_.get(),
                                                              .resolve_names = scope != Scope::Host});
    return *pipeline_;
}

void Monitor::tell(const std::string& subject, const std::string& sentence,
                   const std::map<std::string, std::string>& facts) {
    alerts_->push(internal_alert(subject, sentence, facts));
}

void Monitor::tell_unwatched(const std::string& reason) {
    warning("the workload runs unwatched: " + reason);
    tell("workload is not watched", "The workload runs unwatched: " + reason, {{"reason", reason}});
}

int Monitor::give_up(const std::string& reason) {
    if (configuration_.on_error == OnError::Stop) {
        close();
        error(reason);
        return failed;
    }
    tell_unwatched(reason);
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : ending_signals) sigaddset(&ends, signal);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    for (int received = 0; sigwait(&ends, &received) != 0;) {
    }
    close();
    return 0;
}

void Monitor::close() {
    if (pipeline_) pipeline_->report(now_ns());
    alerts_->close(drain_limit);
    if (const uint64_t dropped = alerts_->counts().dropped; dropped != 0)
        warning(fmt::format("{} alerts could not be delivered", dropped));
}

std::vector<std::pair<std::string, uint64_t>> Monitor::matches() const {
    std::vector<std::pair<std::string, uint64_t>> found;
    if (!pipeline_) return found;
    for (const match::CompiledRule& rule : setup_->rules->selected()) {
        if (const uint64_t count = pipeline_->matches()[rule.index]; count != 0)
            found.emplace_back(rule.rule->name, count);
    }
    return found;
}

}  // namespace bewit
