#include "tracer/decoder.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "tracer/call_identity.h"
#include "tracer/decode_table.h"
#include "tracer/evidence.h"
#include "tracer/exec_call.h"
#include "tracer/flags.h"
#include "tracer/process_calls.h"
#include "tracer/process_record.h"
#include "tracer/record_field.h"

namespace bewit::tracer {
namespace {

uint32_t record_clone_flags(uint64_t flags) {
    return static_cast<uint32_t>(falco_clone_flags(flags, event::native_abi()));
}

// How the record of a kind is made.
struct Plan {
    const event::EventInfo* info = nullptr;  // null: generic
    std::span<const Field> fields;
    ProcessRecordWriter* process = nullptr;  // of births and execs
};

enum ExecCall : size_t { Execve, Execveat };
enum BirthCall : size_t { Clone };
static_assert(exec_calls[Execve] == "execve" && exec_calls[Execveat] == "execveat" && birth_calls[Clone] == "clone");

template <size_t... I>
std::array<ProcessRecordWriter, sizeof...(I)> writers_for(const std::array<std::string_view, sizeof...(I)>& calls,
                                                          std::index_sequence<I...>) {
    return {ProcessRecordWriter(*event::find_event(calls[I]))...};
}
template <size_t N>
std::array<ProcessRecordWriter, N> writers_for(const std::array<std::string_view, N>& calls) {
    return writers_for(calls, std::make_index_sequence<N>());
}

}  // namespace

struct Decoder::Impl {
    Impl(const match::Interest& interest, event::Witness& witness)
        : facts(interest.facts), evidence(witness, interest.facts) {
        for (const CallFields& call : decode_table()) {
            const auto kind = event::find_kind(call.event);
            if (kind) plans[event::index(*kind)] = {event::kind_event(*kind), call.fields, nullptr};
        }
        plan_process_calls(exec_calls, execs);
        plan_process_calls(birth_calls, births);
    }

    void plan_process_calls(std::span<const std::string_view> calls, std::span<ProcessRecordWriter> writers) {
        for (size_t i = 0; i < calls.size(); ++i) {
            const auto kind = event::find_kind(calls[i]);
            if (kind) plans[event::index(*kind)] = {event::kind_event(*kind), {}, &writers[i]};
        }
    }

    const Plan& plan_of(event::Kind kind) const { return plans[event::index(kind)]; }
    bool is_exec(const Plan& plan) const { return plan.process == &execs[Execve] || plan.process == &execs[Execveat]; }

    void read(PendingCall& call) const {
        const Plan& plan = plan_of(call.kind);
        for (const Field& field : plan.fields) {
            if (field.read != nullptr) field.read(field, call);
        }
        if (is_exec(plan)) {
            read_exec_call(call, plan.process == &execs[Execveat], (facts & event::EnvironmentFact) != 0);
        }
    }

    event::View record(const PendingCall& call, std::optional<int64_t> result) {
        const Plan& plan = plan_of(call.kind);
        evidence.begin(call.stop.tid);
        if (plan.info == nullptr) return generic(call);
        if (is_exec(plan)) return exec_attempt(*plan.process, call, result);
        if (plan.process != nullptr) return birth_attempt(*plan.process, call, result);
        builder.begin(*plan.info, nanoseconds_of(CLOCK_REALTIME), call.stop.tid);
        RecordContext context{.call = call, .result = result, .out = builder, .evidence = evidence};
        for (const Field& field : plan.fields) field.write(field, context);
        return builder.finish();
    }

    event::View generic(const PendingCall& call) {
        builder.begin(*event::find_event(event::EventId::Generic), nanoseconds_of(CLOCK_REALTIME), call.stop.tid);
        builder.add_uint(event::index(call.kind));
        builder.add_uint(call.stop.number);
        return builder.finish();
    }

    // What the caller asked for. What it is, and after a failure still is, is not looked at again: the state knows it.
    event::View exec_attempt(ProcessRecordWriter& writer, const PendingCall& call, std::optional<int64_t> result) {
        const auto kept = [&](uint8_t slot) -> std::optional<std::string_view> {
            if ((call.present >> slot & 1) == 0) return {};
            return call.memory[slot];
        };
        ProcessRecord record(call.stop.tid, result);
        record.filename = kept(ExecSlots::filename);
        record.environment = kept(ExecSlots::environment);
        if (const auto list = kept(ExecSlots::arguments)) {
            const ExecArguments arguments = split_arguments(*list);
            record.exe = arguments.exe;
            record.arguments = arguments.rest;
        }
        return writer.write(builder, nanoseconds_of(CLOCK_REALTIME), record);
    }

    // A clone that failed, or that is only asked for.
    event::View birth_attempt(ProcessRecordWriter& writer, const PendingCall& call, std::optional<int64_t> result) {
        ProcessRecord record(call.stop.tid, result);
        if (&writer == &births[Clone]) record.flags = record_clone_flags(call.stop.arguments[0]);
        return writer.write(builder, nanoseconds_of(CLOCK_REALTIME), record);
    }

    // The thread as it is now, as far as facts are wanted.
    ProcessRecord described(Tid tid) {
        ProcessRecord record(tid);
        record.facts = &evidence.facts(facts);
        for (uint32_t bit = 1; bit <= event::ResourceFacts; bit <<= 1) record.known |= evidence.has(bit) ? bit : 0;
        if (record.has(event::IdentityFacts)) {
            record.pid = raw(record.facts->pid);
            record.parent = raw(record.facts->parent);
        }
        if (record.has(event::ImageFacts)) record.flags = image_flags(*record.facts);
        return record;
    }

    ProcessRecordWriter& birth_writer(std::string_view name) {
        const auto* const known = std::ranges::find(birth_calls, name);
        return births[known == birth_calls.end() ? size_t{Clone} : static_cast<size_t>(known - birth_calls.begin())];
    }

    const uint32_t facts;
    Evidence evidence;
    event::Builder builder;
    std::array<ProcessRecordWriter, exec_calls.size()> execs = writers_for(exec_calls);
    std::array<ProcessRecordWriter, birth_calls.size()> births = writers_for(birth_calls);
    std::array<Plan, event::max_kinds> plans{};
};

Decoder::Decoder(const match::Interest& interest, event::Witness& witness)
    : impl_(std::make_unique<Impl>(interest, witness)) {}
Decoder::~Decoder() = default;

event::View Decoder::enter(const SyscallStop& stop, PendingCall& call) {
    call.stop = stop;
    call.present = call.truncated = 0;
    call.unreadable = false;
    call.kind = identify(call.stop);
    impl_->read(call);
    return impl_->record(call, {});
}

event::View Decoder::leave(const PendingCall& call, int64_t result) { return impl_->record(call, result); }

event::View Decoder::executed(Tid tid, Tid parent, const PendingCall* call) {
    impl_->evidence.begin(tid);
    ProcessRecord record = impl_->described(tid);
    record.result = 0;
    record.pid = raw(tid);  // whichever thread asked for the new image now is the leader
    record.parent = raw(parent);
    if (call != nullptr && (call->present & 1u << ExecSlots::filename) != 0) {
        record.filename = call->memory[ExecSlots::filename];
    }
    return impl_->execs[Execve].write(impl_->builder, nanoseconds_of(CLOCK_REALTIME), record);
}

event::View Decoder::cloned(Tid parent, Tid child, Pid child_pid, std::string_view kind_name, uint64_t flags) {
    ProcessRecord record(child, 0);
    record.pid = raw(child_pid);
    record.parent = raw(parent);
    record.flags = record_clone_flags(flags);
    return impl_->birth_writer(kind_name).write(impl_->builder, nanoseconds_of(CLOCK_REALTIME), record);
}

event::View Decoder::cloned_child(Tid parent, Tid child, std::string_view kind_name, uint64_t flags) {
    ProcessRecord record(parent, raw(child));
    record.flags = record_clone_flags(flags);
    return impl_->birth_writer(kind_name).write(impl_->builder, nanoseconds_of(CLOCK_REALTIME), record);
}

event::View Decoder::exited(Tid tid, const ExitFacts& facts) {
    event::Builder& out = impl_->builder;
    out.begin(*event::find_event("procexit"), nanoseconds_of(CLOCK_REALTIME), tid);
    out.add_int(facts.status);
    out.add_int(WIFEXITED(facts.status) ? WEXITSTATUS(facts.status) : 0);
    out.add_int(WIFSIGNALED(facts.status) ? WTERMSIG(facts.status) : 0);
    out.add_int(WIFSIGNALED(facts.status) && WCOREDUMP(facts.status));
    out.add_int(facts.reaper == Tid::None ? 0 : raw(facts.reaper));
    return out.finish();
}

event::View Decoder::signal_delivered(Tid tid, Tid sender, int signal) {
    event::Builder& out = impl_->builder;
    out.begin(*event::find_event("signaldeliver"), nanoseconds_of(CLOCK_REALTIME), tid);
    out.add_int(raw(sender));
    out.add_int(raw(tid));
    out.add_int(signal);
    return out.finish();
}

}  // namespace bewit::tracer
