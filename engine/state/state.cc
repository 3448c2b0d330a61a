#include "engine/state/state.h"

#include "engine/state/descriptors.h"
#include "engine/state/fact_reader.h"
#include "engine/state/process_table.h"
#include "engine/state/record_shape.h"
#include "engine/state/task_events.h"

namespace bewit::state {

struct State::Tables {
    Tables(event::Witness& witness, uint32_t wanted)
        : witness(witness),
          reader(witness, wanted),
          processes(reader),
          tasks(processes, reader),
          descriptors(witness, processes, reader) {}

    event::Witness& witness;
    FactReader reader;
    ProcessTable processes;
    TaskEvents tasks;
    Descriptors descriptors;
};

namespace {

void apply_to_users(const event::View& event, Change change, Users& users) {
    const auto id = [&event](std::string_view name) { return static_cast<uint32_t>(event.param(name).as_uint()); };
    const auto text = [&event](std::string_view name) { return std::string(event.param(name).as_text()); };
    switch (change) {
        case Change::UserAdded:
            return users.set_user({text("name"), text("home"), text("shell"), id("uid"), id("gid")});
        case Change::UserDeleted:
            return users.forget_user(id("uid"));
        case Change::GroupAdded:
            return users.set_group(id("gid"), event.param("name").as_text());
        case Change::GroupDeleted:
            return users.forget_group(id("gid"));
        default:
            return;
    }
}

}  // namespace

State::State(event::Witness& witness, uint32_t wanted) : tables_(std::make_unique<Tables>(witness, wanted)) {}
State::~State() = default;

void State::apply(const event::View& event) {
    Tables& tables = *tables_;
    tables.tasks.finish();
    tables.reader.next_event();
    tables.descriptors.begin(event);
    const Change change = shape_of(event.kind()).change;
    switch (change) {
        case Change::None:
            return;
        case Change::UserAdded:
        case Change::UserDeleted:
        case Change::GroupAdded:
        case Change::GroupDeleted:
            return apply_to_users(event, change, users_);
        case Change::DirectoryByDescriptor: {
            const Fd fd = static_cast<Fd>(event.param("fd").as_int());
            if (event.result().value_or(-1) < 0) return;
            const event::Descriptor* directory = tables.descriptors.kernel(event.tid(), fd);
            return tables.tasks.change_directory(event.tid(), directory == nullptr ? "" : directory->name);
        }
        default:
            return tables.tasks.apply(event, change);
    }
}

int64_t State::shown_number(const event::ProcessFacts& facts, int64_t number) const {
    if (!stands_for_init_ || number <= 0 || number != tables_->processes.entrypoint_number()) return number;
    const bool in_same_namespace = facts.vpid == raw(facts.pid);
    return in_same_namespace ? 1 : number;
}

void State::finish(const event::View&) {
    tables_->tasks.finish();
    tables_->descriptors.end();
}

Process* State::thread(Tid tid) { return tables_->processes.obtain(tid); }

Process* State::process(Tid tid) {
    Process* thread = tables_->processes.obtain(tid);
    return thread == nullptr ? nullptr : thread->leader;
}

Process* State::ancestor(Tid tid, unsigned n) {
    Process* process = this->process(tid);
    while (process != nullptr && n-- > 0) process = tables_->processes.parent_of(*process);
    return process;
}

const event::ProcessFacts& State::facts(Process& process, uint32_t groups) {
    return tables_->reader.facts(process, groups);
}

uint64_t State::image_key(const Process& process) const { return tables_->processes.image_key(process); }

const event::Descriptor* State::descriptor(Tid tid, Fd fd) { return tables_->descriptors.find(tid, fd); }

const event::Descriptor* State::kernel_descriptor(Tid tid, Fd fd) { return tables_->descriptors.kernel(tid, fd); }

event::NameLeads State::name_leads(Tid tid, Fd from, std::string_view name, std::string& to) {
    return tables_->witness.name(tid, from, name, to);
}

bool State::descriptor_name_changed() { return tables_->descriptors.name_changed(); }

std::string_view State::directory(Tid tid, Fd directory) { return tables_->descriptors.directory(tid, directory); }

size_t State::size() const { return tables_->processes.size(); }

}  // namespace bewit::state
