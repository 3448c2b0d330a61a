#include "kernel/plans.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/event/syscalls.h"
#include "engine/event/witness.h"
#include "kernel/plan_table.h"

namespace bewit::kernel {
namespace {

using event::EventInfo;
using event::ParamType;

// Parameters of births and execs, by name: what is told of a thread as it is.
Parameter task_parameter(std::string_view name, bool is_exec) {
    using Named = std::pair<std::string_view, Parameter>;
    static const Named common[] = {
        {"res", {.op = BEWIT_RESULT}},
        {"tid", {.op = BEWIT_TID}},
        {"pid", {.op = BEWIT_PID}},
        {"ptid", {.op = BEWIT_PARENT}},
        {"comm", {.op = BEWIT_COMM}},
        {"uid", {.op = BEWIT_UID}},
        {"gid", {.op = BEWIT_GID}},
        {"vtid", {.op = BEWIT_VTID}},
        {"vpid", {.op = BEWIT_VPID}},
        {"fdlimit", {.op = BEWIT_FD_LIMIT}},
        {"pgft_maj", {.op = BEWIT_FAULTS, .argument = 0}},
        {"pgft_min", {.op = BEWIT_FAULTS, .argument = 1}},
        {"vm_size", {.op = BEWIT_MEMORY, .argument = 0}},
        {"vm_rss", {.op = BEWIT_MEMORY, .argument = 1}},
        {"vm_swap", {.op = BEWIT_MEMORY, .argument = 2}},
    };
    // What a birth inherits, the state has; an exec has it all anew.
    static const Named of_exec[] = {
        {"exe", {.op = BEWIT_ARGUMENTS, .argument = 0}},
        {"args", {.op = BEWIT_ARGUMENTS, .argument = 1}},
        {"env", {.op = BEWIT_ENVIRONMENT}},
        {"cwd", {.op = BEWIT_DIRECTORY}},
        {"cgroups", {.op = BEWIT_CGROUPS}},
        {"tty", {.op = BEWIT_TTY}},
        {"vpgid", {.op = BEWIT_VPGID}},
        {"pgid", {.op = BEWIT_PGID}},
        {"loginuid", {.op = BEWIT_LOGIN_UID}},
        {"flags", {.op = BEWIT_EXE_MARKS}},
        {"cap_inheritable", {.op = BEWIT_CAPABILITIES, .argument = 0}},
        {"cap_permitted", {.op = BEWIT_CAPABILITIES, .argument = 1}},
        {"cap_effective", {.op = BEWIT_CAPABILITIES, .argument = 2}},
        {"exe_ino", {.op = BEWIT_EXE_INODE}},
        {"exe_ino_ctime", {.op = BEWIT_EXE_CTIME}},
        {"exe_ino_mtime", {.op = BEWIT_EXE_MTIME}},
        {"trusted_exepath", {.op = BEWIT_EXE_PATH}},
        {"filename", {.op = BEWIT_FILENAME}},
    };
    for (const auto& [known, parameter] : common) {
        if (known == name) return parameter;
    }
    if (!is_exec) {
        if (name != "flags") return {};
        return {.op = BEWIT_CLONE_FLAGS, .finish = [](const Parameter&, const bewit_sample&, uint64_t raw) {
                    return event::encoding::falco_clone_flags(raw, event::native_abi());
                }};
    }
    for (const auto& [known, parameter] : of_exec) {
        if (known == name) return parameter;
    }
    return {};
}

// A call that failed, or the caller's side of a birth.
Parameter attempt_parameter(std::string_view name, bool is_exec, bool is_execveat) {
    const uint8_t first = is_execveat ? 1 : 0;
    if (name == "res") return {.op = BEWIT_RESULT};
    if (name == "tid") return {.op = BEWIT_TID};
    if (!is_exec) return name == "flags" ? task_parameter(name, false) : Parameter{};
    if (name == "exe")
        return {.op = BEWIT_LIST_HEAD, .argument = 1, .save = {BEWIT_SAVE_LIST, static_cast<uint8_t>(first + 1), 0, 1}};
    if (name == "args") return {.op = BEWIT_LIST_TAIL, .argument = 1};
    if (name == "filename") return words::text(first, 0);
    return {};
}

std::vector<Parameter> parameters_of(const EventInfo& info, Parameter (*of)(std::string_view, bool, bool), bool is_exec,
                                     bool is_execveat) {
    std::vector<Parameter> parameters;
    for (const event::ParamInfo& param : info.params) parameters.push_back(of(param.name, is_exec, is_execveat));
    return parameters;
}

std::vector<Parameter> task_parameters(const EventInfo& info, bool is_exec) {
    return parameters_of(
        info, [](std::string_view name, bool exec, bool) { return task_parameter(name, exec); }, is_exec, false);
}

bool is_birth(std::string_view name) {
    return name == "clone" || name == "clone3" || name == "fork" || name == "vfork";
}
bool is_exec(std::string_view name) { return name == "execve" || name == "execveat"; }

// nullopt: the call makes a generic record.
std::optional<std::vector<Parameter>> call_parameters(const EventInfo& info) {
    if (is_birth(info.name) || is_exec(info.name)) {
        std::vector<Parameter> parameters =
            parameters_of(info, attempt_parameter, is_exec(info.name), info.name == "execveat");
        // The flags stand in memory.
        if (info.name == "clone3") parameters.front().save = {BEWIT_SAVE_FIXED, 0, sizeof(uint64_t), 0};
        return parameters;
    }
    const auto table = plan_table();
    const auto found = std::ranges::find(table, info.name, &CallParameters::event);
    if (found == table.end()) return {};
    return found->parameters;
}

uint8_t category_of(const EventInfo& info) {
    const std::string_view name = info.name;
    if (is_birth(name)) return BEWIT_DROP_CLONE;
    if (is_exec(name)) return BEWIT_DROP_EXEC;
    if (name == "connect") return BEWIT_DROP_CONNECT;
    if (name == "open" || name == "openat" || name == "openat2" || name == "creat" || name == "open_by_handle_at")
        return BEWIT_DROP_OPEN;
    if (name == "close") return BEWIT_DROP_CLOSE;
    if (name == "procexit") return BEWIT_DROP_PROCESS;
    return info.category == event::Category::File ? BEWIT_DROP_FILE : BEWIT_DROP_OTHER;
}

bool is_path(ParamType type) { return type == ParamType::FsPath || type == ParamType::FsRelPath; }

void add_fact(bewit_plan& plan, bewit_op op, uint8_t argument, uint8_t second = 0) {
    if (plan.facts < BEWIT_MAX_FACTS) plan.fact[plan.facts++] = {static_cast<uint8_t>(op), argument, second, 0};
}

// Kernel state that the engine may ask for while it looks at the event: where relative names start, and what
// descriptors are.
void add_facts(bewit_plan& plan, const EventInfo& info, std::span<const Parameter> parameters) {
    uint8_t directory = BEWIT_NO_ARGUMENT;
    bool described = false;
    const bool closes = info.has(event::DestroysFd);
    for (size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        const bool is_fd = info.params[i].type == ParamType::Fd && parameter.op == BEWIT_SIGNED;
        const bool is_directory = is_fd && info.params[i].name.find("dir") != std::string_view::npos;
        if (is_directory) directory = parameter.argument;
        if (is_path(info.params[i].type) && parameter.op == BEWIT_TEXT)
            add_fact(plan, BEWIT_FACT_START, parameter.argument, directory);
        if (is_fd && !is_directory && !closes) {
            add_fact(plan, BEWIT_FACT_ARGUMENT, parameter.argument);
            described = true;
        }
        if (info.params[i].type == ParamType::Fd && parameter.op == BEWIT_AFTER_INT)
            add_fact(plan, BEWIT_FACT_AFTER, parameter.argument, parameter.second);
    }
    const bool gives = !info.params.empty() && info.params[0].type == ParamType::Fd && parameters[0].op == BEWIT_RESULT;
    if (gives || info.has(event::CreatesFd)) add_fact(plan, BEWIT_FACT_RESULT, 0);
    // Sockets of calls whose record does not name the descriptor.
    if (!described && info.has(event::UsesFd) && !info.has(event::CreatesFd) && directory == BEWIT_NO_ARGUMENT)
        add_fact(plan, BEWIT_FACT_ARGUMENT, 0);
}

bewit_plan make_plan(const EventInfo& info, std::span<const Parameter> parameters) {
    bewit_plan plan{};
    plan.event = static_cast<uint16_t>(info.id);
    plan.category = category_of(info);
    plan.fields = static_cast<uint8_t>(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        plan.field[i] = {static_cast<uint8_t>(parameter.op), parameter.argument, parameter.second,
                         static_cast<uint8_t>(event::type_width(info.params[i].type))};
        if (parameter.save.op != 0 && plan.saves < BEWIT_MAX_SAVES) plan.save[plan.saves++] = parameter.save;
    }
    return plan;
}

bewit_plan generic_plan(event::Kind kind) {
    const auto number = static_cast<uint16_t>(kind);
    const Parameter parameters[] = {
        {.op = BEWIT_KIND, .argument = static_cast<uint8_t>(number), .second = static_cast<uint8_t>(number >> 8)},
        {.op = BEWIT_NUMBER}};
    return make_plan(*event::find_event(event::EventId::Generic), parameters);
}

bewit_plan call_plan(event::Kind kind) {
    const EventInfo* info = event::kind_event(kind);
    if (info == nullptr) return generic_plan(kind);
    const auto parameters = call_parameters(*info);
    if (!parameters) return generic_plan(kind);
    bewit_plan plan = make_plan(*info, *parameters);
    if (!is_birth(info->name) && !is_exec(info->name)) add_facts(plan, *info, *parameters);
    return plan;
}

// More tests than there is room for are taken to hold: more is seen, nothing is missed.
bool write_tests(const std::vector<match::Clause>& clauses, bewit_tests& out) {
    out = {};
    for (const match::Clause& clause : clauses) {
        if (clause.empty() || out.count + clause.size() > BEWIT_MAX_TESTS) return false;
        for (const match::RegisterTest& test : clause) {
            out.test[out.count++] = {test.argument, test.equal, test.high, 0, test.mask, test.value};
        }
        out.test[out.count - 1].last = 1;
    }
    return out.count > 0;
}

uint8_t birth_number(std::string_view name) {
    if (name == "fork") return BEWIT_BIRTH_FORK;
    if (name == "vfork") return BEWIT_BIRTH_VFORK;
    return name == "clone3" ? BEWIT_BIRTH_CLONE3 : BEWIT_BIRTH_CLONE;
}

class Maker {
public:
    explicit Maker(const match::Interest& interest) : interest_(interest) {
        made_.calls.resize(BEWIT_CALLS);
        made_.plans.resize(BEWIT_PLANS);
        made_.tests.resize(BEWIT_PLANS);
    }

    Plans make() && {
        const event::Abi native = event::native_abi();
        add_abi(native, native == event::Abi::Aarch64 ? BEWIT_ABI_AARCH64 : BEWIT_ABI_X86_64);
        if (native == event::Abi::X86_64) add_abi(event::Abi::I386, BEWIT_ABI_I386);
        add_unknown();
        add_process_events();
        if ((interest_.facts & event::WorkingDirectory) != 0) add_directories();
        return std::move(made_);
    }

private:
    void add_abi(event::Abi abi, uint32_t number) {
        for (const event::Syscall& call : event::syscalls(abi)) {
            const auto kind = event::syscall_kind(abi, call.number);
            if (kind && call.number < BEWIT_CALL_NUMBERS) add_call(number, call.number, *kind);
        }
        // A hole in the table is a call that the kernel does not have either; what is behind its end may be newer than
        // the table.
        first_unknown_[number] = event::syscalls(abi).back().number + 1u;
    }

    void add_call(uint32_t abi, uint16_t number, event::Kind kind) {
        const match::KindInterest& interest = interest_.of(kind);
        bewit_call& call = made_.calls[abi * BEWIT_CALL_NUMBERS + number];
        const uint16_t index = static_cast<uint16_t>(kind);
        const std::string_view name = event::kind_name(kind);
        bewit_plan& plan = made_.plans[index];
        if (plan.event == 0) plan = call_plan(kind);
        call.plan = index;
        call.level = static_cast<uint8_t>(interest.level);
        call.is_birth = is_birth(name);
        call.is_exec = is_exec(name);
        call.birth = birth_number(name);
        // Who was born by which call is asked at the birth.
        call.at_entry = plan.saves > 0 || call.is_birth;
        if (interest.level == match::KindInterest::Level::Tests && !write_tests(interest.clauses, made_.tests[index])) {
            call.level = static_cast<uint8_t>(match::KindInterest::Level::Always);
        }
        if (call.is_birth) call.level = static_cast<uint8_t>(match::KindInterest::Level::Always);
    }

    void add_unknown() {
        const auto unknown = event::find_kind("unknown");
        if (!unknown) return;
        made_.plans[BEWIT_PLAN_UNKNOWN] = generic_plan(*unknown);
        if (interest_.of(*unknown).level == match::KindInterest::Level::Never) return;
        for (uint32_t abi = 0; abi < BEWIT_ABIS; ++abi) {
            for (uint32_t number = first_unknown_[abi]; number < BEWIT_CALL_NUMBERS; ++number) {
                bewit_call& call = made_.calls[abi * BEWIT_CALL_NUMBERS + number];
                call.plan = BEWIT_PLAN_UNKNOWN;
                call.level = static_cast<uint8_t>(match::KindInterest::Level::Always);
            }
        }
    }

    void add_process_events() {
        const EventInfo& execve = *event::find_event("execve");
        std::vector<Parameter> image = task_parameters(execve, true);
        const auto environment = execve.param("env");
        if (environment && (interest_.facts & event::EnvironmentFact) == 0) image[*environment] = {};
        made_.plans[BEWIT_PLAN_EXECUTED] = make_plan(execve, image);
        for (const std::string_view name : {"clone", "fork", "vfork", "clone3"}) {
            const EventInfo& info = *event::find_event(name);
            made_.plans[BEWIT_PLAN_BORN + birth_number(name)] = make_plan(info, task_parameters(info, false));
        }
        const Parameter ended[] = {{.op = BEWIT_STATUS, .argument = 0},
                                   {.op = BEWIT_STATUS, .argument = 1},
                                   {.op = BEWIT_STATUS, .argument = 2},
                                   {.op = BEWIT_STATUS, .argument = 3},
                                   {.op = BEWIT_REAPER}};
        made_.plans[BEWIT_PLAN_EXITED] = make_plan(*event::find_event("procexit"), ended);
        const Parameter signal[] = {{.op = BEWIT_SENDER}, {.op = BEWIT_PID}, {.op = BEWIT_SIGNAL}};
        made_.plans[BEWIT_PLAN_SIGNAL] = make_plan(*event::find_event("signaldeliver"), signal);
        const auto delivered = event::find_kind("signaldeliver");
        made_.signals = delivered && interest_.of(*delivered).level != match::KindInterest::Level::Never;
    }

    // A rule asks for the working directory of whoever does something.
    void add_directories() {
        for (bewit_plan& plan : made_.plans) {
            if (plan.event != 0) add_fact(plan, BEWIT_FACT_DIRECTORY, 0);
        }
    }

    const match::Interest& interest_;
    std::array<uint32_t, BEWIT_ABIS> first_unknown_{};
    Plans made_;
};

}  // namespace

Plans make_plans(const match::Interest& interest) { return Maker(interest).make(); }

Touches::Touches() {
    for (const EventInfo& info : event::all_events()) {
        const auto parameters = call_parameters(info);
        if (!parameters) continue;
        std::vector<Touch> touches;
        for (size_t i = 0; i < parameters->size(); ++i) {
            const Parameter& parameter = (*parameters)[i];
            if (parameter.finish == nullptr && !parameter.poll_list) continue;
            touches.push_back(
                {static_cast<uint8_t>(i), static_cast<uint8_t>(event::type_width(info.params[i].type)), parameter});
        }
        const auto id = static_cast<size_t>(info.id);
        if (by_event_.size() <= id) by_event_.resize(id + 1);
        by_event_[id] = std::move(touches);
    }
}

const std::vector<Touch>& Touches::of(uint16_t event_id) const {
    static const std::vector<Touch> none;
    return event_id < by_event_.size() ? by_event_[event_id] : none;
}

}  // namespace bewit::kernel
