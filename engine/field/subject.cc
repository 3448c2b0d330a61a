#include "engine/field/subject.h"

namespace bewit::field {
namespace {

// argv without its first element, which a program may have been started without.
std::span<const std::string> arguments_of(const event::ProcessFacts& facts) {
    const std::span<const std::string> argv(facts.argv);
    return argv.empty() ? argv : argv.subspan(1);
}

void append_joined(std::span<const std::string> words, std::string& out) {
    for (size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += ' ';
        out += words[i];
    }
}

std::string_view trim_blanks(std::string_view text) {
    const size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

state::Process* thread_of(Context& context) { return context.state.thread(context.event.tid()); }
state::Process* leader_of(Context& context) { return context.state.process(context.event.tid()); }
state::Process* parent_of(Context& context) { return context.state.ancestor(context.event.tid(), 1); }

std::string_view comm_of(Context& context, state::Process& process) {
    return facts_of(context, process, event::CommFact).comm;
}

std::string_view exe_of(Context& context, state::Process& process) {
    const event::ProcessFacts& facts = facts_of(context, process, event::ImageFacts);
    return facts.argv.empty() ? std::string_view() : std::string_view(facts.argv.front());
}

std::string_view exe_path_of(Context& context, state::Process& process) {
    return facts_of(context, process, event::ImageFacts).exe_path;
}

std::string_view args_of(Context& context, state::Process& process) {
    const auto arguments = arguments_of(facts_of(context, process, event::ImageFacts));
    if (arguments.size() == 1) return arguments.front();
    std::string& out = context.scratch.text();
    append_joined(arguments, out);
    return out;
}

std::string_view cmdline_of(Context& context, state::Process& process) {
    std::string& out = context.scratch.text();
    out += comm_of(context, process);
    for (const std::string& argument : arguments_of(facts_of(context, process, event::ImageFacts))) {
        out += ' ';
        out += argument;
    }
    return out;
}

std::string_view environment_of(Context& context, state::Process& process) {
    std::string& out = context.scratch.text();
    append_joined(facts_of(context, process, event::EnvironmentFact).environment, out);
    return out;
}

std::string_view variable_of(Context& context, state::Process& process, std::string_view name) {
    for (const std::string_view variable : facts_of(context, process, event::EnvironmentFact).environment) {
        if (variable.size() > name.size() && variable[name.size()] == '=' && variable.starts_with(name)) {
            return trim_blanks(variable.substr(name.size() + 1));
        }
    }
    return {};
}

uint64_t start_of(Context& context, state::Process& process) {
    if (process.clone_time_ns != 0) return process.clone_time_ns;
    return facts_of(context, process, event::IdentityFacts).start_time_ns;
}

}  // namespace bewit::field
