#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include "tracer/call_memory.h"
#include "tracer/record_field.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer::fields {
namespace {

// A value of the type `dyn`: a tag, then the value.
enum DynamicTag : uint8_t { Number = 0, SignalOrText = 1 };

template <typename Value>
void add_dynamic(RecordContext& context, DynamicTag tag, Value value) {
    std::array<std::byte, 1 + sizeof value> bytes{static_cast<std::byte>(tag)};
    std::memcpy(bytes.data() + 1, &value, sizeof value);
    context.out.add_bytes(bytes);
}

// Credentials after the call, whether or not a rule asks for them elsewhere: the call changes nothing else.
template <uint64_t event::ProcessFacts::*member>
void write_capability(const Field&, RecordContext& context) {
    if (!context.at_exit()) return context.out.add_absent();
    const event::ProcessFacts& facts = context.evidence.facts_always(event::CredentialFacts);
    if (context.evidence.has(event::CredentialFacts))
        context.out.add_uint(facts.*member);
    else
        context.out.add_absent();
}

template <uint64_t event::ProcessFacts::*member>
void write_memory_figure(const Field&, RecordContext& context) {
    if (!context.at_exit()) return context.out.add_absent();
    const event::ProcessFacts& facts = context.evidence.facts(event::ResourceFacts);
    if (context.evidence.has(event::ResourceFacts))
        context.out.add_uint(facts.*member);
    else
        context.out.add_absent();
}

// prctl(2)
constexpr uint64_t set_name = 15, get_name = 16, get_child_subreaper = 37;

bool is_option(uint64_t value, uint64_t option) { return (value & UINT32_MAX) == option; }

void read_prctl(const Field& field, PendingCall& call) {
    if (is_option(call.stop.arguments[0], set_name)) keep_text(call, field.slot, call.stop.arguments[1]);
}

void write_prctl_text(const Field& field, RecordContext& context) {
    std::string& text = context.evidence.scratch;
    if (context.present(field.slot)) {
        context.out.add_text(context.call.memory[field.slot]);
    } else if (is_option(context.argument(0), get_name) && context.succeeded() &&
               read_string(context.call.stop.tid, context.argument(1), 16, text).readable) {
        context.out.add_text(text);
    } else {
        context.out.add_absent();
    }
}

void write_prctl_number(const Field&, RecordContext& context) {
    const uint64_t option = context.argument(0);
    if (is_option(option, set_name) || is_option(option, get_name)) return context.out.add_int(0);
    if (!is_option(option, get_child_subreaper)) return context.out.add_uint(context.argument(1));
    int32_t value = 0;
    const auto bytes = std::as_writable_bytes(std::span(&value, 1));
    const bool good =
        context.succeeded() && read_memory(context.call.stop.tid, context.argument(1), bytes) == bytes.size();
    if (good)
        context.out.add_int(value);
    else
        context.out.add_absent();
}

// ptrace(2): what is pointed to is told, and signals as signals; 0 for a failed call, as Falco has it.
constexpr uint64_t last_peek = 3, continue_request = 7, single_step = 9, detach = 17, syscall_request = 24;

void write_ptrace_address(const Field&, RecordContext& context) {
    const bool failed = context.at_exit() && !context.succeeded();
    add_dynamic(context, Number, failed ? uint64_t{0} : context.argument(2));
}

void write_ptrace_data(const Field&, RecordContext& context) {
    const uint64_t request = context.argument(0) & UINT32_MAX;
    const uint64_t data = context.argument(3);
    if (context.at_exit() && !context.succeeded()) return add_dynamic(context, Number, uint64_t{0});
    if (request == continue_request || request == single_step || request == detach || request == syscall_request) {
        return add_dynamic(context, SignalOrText, static_cast<uint8_t>(data));
    }
    if (request == 0 || request > last_peek) return add_dynamic(context, Number, data);
    uint64_t word = 0;
    const auto bytes = std::as_writable_bytes(std::span(&word, 1));
    if (context.succeeded()) read_memory(context.call.stop.tid, data, bytes);
    add_dynamic(context, Number, word);
}

// keyctl(2): how many arguments an operation has after its own number, and which of them are strings (bit 0 for the
// second register).
struct KeyOperation {
    uint8_t arguments;
    uint8_t strings;
};
constexpr std::array<KeyOperation, 33> key_operations = {{
    {2, 0}, {1, 1}, {3, 0}, {1, 0}, {3, 0}, {2, 0}, {3, 0}, {1, 0},  // GET_KEYRING_ID to CLEAR
    {2, 0}, {2, 0}, {4, 6}, {3, 0}, {4, 0}, {3, 0}, {1, 0}, {2, 0},  // LINK to SET_TIMEOUT
    {1, 0}, {3, 0}, {0, 0}, {4, 0}, {4, 0}, {1, 0}, {2, 0}, {4, 0},  // ASSUME_AUTHORITY to DH_COMPUTE
    {3, 4}, {4, 2}, {4, 2}, {4, 2}, {4, 2}, {3, 6}, {4, 0}, {2, 0},  // PKEY_QUERY to CAPABILITIES
    {3, 0},                                                          // WATCH_KEY
}};

KeyOperation key_operation(uint64_t number) {
    number &= UINT32_MAX;
    return number < key_operations.size() ? key_operations[number] : KeyOperation{0, 0};
}

bool is_key_string(const KeyOperation& operation, uint8_t position) { return (operation.strings >> position & 1) != 0; }

void read_key_argument(const Field& field, PendingCall& call) {
    if (is_key_string(key_operation(call.stop.arguments[0]), field.slot)) {
        keep_text(call, field.slot, call.stop.arguments[field.argument]);
    }
}

void write_key_argument(const Field& field, RecordContext& context) {
    const KeyOperation operation = key_operation(context.argument(0));
    if (field.slot >= operation.arguments) return add_dynamic(context, Number, int64_t{0});
    if (!is_key_string(operation, field.slot)) return add_dynamic(context, Number, context.argument(field.argument));
    std::string& value = context.evidence.scratch;
    value.assign(1, static_cast<char>(SignalOrText));
    if (context.present(field.slot)) {
        value.append(context.call.memory[field.slot]);
        value.push_back('\0');
    }
    context.out.add_bytes(std::as_bytes(std::span(value)));
}

// struct sembuf: three numbers of 16 bits.
constexpr size_t semaphore_size = 6;
constexpr uint64_t set_value = 16;  // SETVAL
constexpr uint8_t flags_part = 2;

void read_semaphores(const Field& field, PendingCall& call) {
    const uint64_t count = std::min<uint64_t>(call.stop.arguments[2] & UINT32_MAX, 2);
    keep_bytes(call, field.slot, call.stop.arguments[1], count * semaphore_size);
}

// `argument` is the operation's position and `second` the part of it; 0 for a failed call.
void write_semaphore_part(const Field& field, RecordContext& context) {
    const std::string& memory = context.call.memory[field.slot];
    const size_t at = field.argument * semaphore_size + field.second * sizeof(int16_t);
    int16_t value = 0;
    const bool failed = context.at_exit() && !context.succeeded();
    if (context.present(field.slot) && !failed && at + sizeof value <= memory.size()) {
        std::memcpy(&value, memory.data() + at, sizeof value);
    }
    if (field.second != flags_part) return context.out.add_int(value);
    context.out.add_uint(falco_semaphore_operation_flags(static_cast<uint16_t>(value), context.call.stop.abi));
}

void write_semaphore_value(const Field&, RecordContext& context) {
    constexpr uint64_t version = 0x100;  // IPC_64, which i386 adds
    const bool sets = (context.argument(2) & UINT32_MAX & ~version) == set_value;
    context.out.add_int(sets ? context.signed_argument(3) : 0);
}

// poll(2): descriptors and what happened on them, after the call.
struct PollEntry {
    int32_t fd;
    int16_t events, returned;
};
constexpr size_t most_polled = 64;

void write_poll_list(const Field& field, RecordContext& context) {
    if (!context.at_exit()) return context.out.add_absent();
    std::array<PollEntry, most_polled> entries;
    const size_t count = std::min<uint64_t>(context.argument(field.second), most_polled);
    const auto wanted = std::as_writable_bytes(std::span(entries).first(count));
    const auto got = read_memory(context.call.stop.tid, context.argument(field.argument), wanted) / sizeof(PollEntry);
    std::string& list = context.evidence.scratch;
    const auto append = [&](auto value) { list.append(reinterpret_cast<const char*>(&value), sizeof value); };
    list.clear();
    append(static_cast<uint16_t>(got));
    for (const PollEntry& entry : std::span(entries).first(got)) {
        append(int64_t{entry.fd});
        append(static_cast<int16_t>(falco_poll_events(static_cast<uint16_t>(entry.returned), context.call.stop.abi)));
    }
    context.out.add_bytes(std::as_bytes(std::span(list)));
}

// fsconfig(2): the value is a string, bytes or nothing, by the command.
constexpr uint64_t set_string = 1, set_binary = 2, set_path = 3, set_path_empty = 4;
constexpr uint8_t configuration_slot = 1;
constexpr size_t longest_configuration = 4096;

bool is_text_command(uint64_t command) {
    command &= UINT32_MAX;
    return command == set_string || command == set_path || command == set_path_empty;
}

void read_configuration(const Field& field, PendingCall& call) {
    const auto& arguments = call.stop.arguments;
    if (is_text_command(arguments[1])) {
        keep_text(call, field.slot, arguments[3]);
    } else if (is_option(arguments[1], set_binary)) {
        keep_bytes(call, field.slot, arguments[3],
                   std::min<uint64_t>(arguments[4] & UINT32_MAX, longest_configuration));
    }
}

void write_configuration_bytes(const Field& field, RecordContext& context) {
    if (context.present(field.slot) && !is_text_command(context.argument(1))) {
        context.out.add_bytes(std::as_bytes(std::span(context.call.memory[field.slot])));
    } else {
        context.out.add_absent();
    }
}

void write_configuration_text(const Field& field, RecordContext& context) {
    if (context.present(field.slot) && is_text_command(context.argument(1))) {
        context.out.add_text(context.call.memory[field.slot]);
    } else {
        context.out.add_absent();
    }
}

// quotactl(2): its third argument is a user, a group or a format, by the command.
constexpr uint64_t quota_on = 0x1, get_quota = 0x20, set_quota = 0x80, xfs_get_quota = 0x400, xfs_set_limit = 0x800;

uint64_t quota_command(const RecordContext& context) {
    return falco_quota_command(context.argument(0), context.call.stop.abi);
}

void write_quota_id(const Field&, RecordContext& context) {
    const bool names_one = (quota_command(context) & (get_quota | set_quota | xfs_get_quota | xfs_set_limit)) != 0;
    context.out.add_uint(names_one ? context.argument(2) & UINT32_MAX : 0);
}

void write_quota_format(const Field&, RecordContext& context) {
    constexpr uint64_t not_used = 1;
    const bool named = quota_command(context) == quota_on;
    context.out.add_uint(named ? falco_quota_format(context.argument(2), context.call.stop.abi) : not_used);
}

}  // namespace

Field capability_inheritable() { return {.write = write_capability<&event::ProcessFacts::cap_inheritable>}; }
Field capability_permitted() { return {.write = write_capability<&event::ProcessFacts::cap_permitted>}; }
Field capability_effective() { return {.write = write_capability<&event::ProcessFacts::cap_effective>}; }

Field memory_size() { return {.write = write_memory_figure<&event::ProcessFacts::vm_size_kb>}; }
Field memory_resident() { return {.write = write_memory_figure<&event::ProcessFacts::vm_rss_kb>}; }
Field memory_swapped() { return {.write = write_memory_figure<&event::ProcessFacts::vm_swap_kb>}; }

Field prctl_text() { return {.write = write_prctl_text, .shape = Field::Shape::Text, .read = read_prctl}; }
Field prctl_number() { return {.write = write_prctl_number}; }

Field ptrace_address() { return {.write = write_ptrace_address, .shape = Field::Shape::Bytes}; }
Field ptrace_data() { return {.write = write_ptrace_data, .shape = Field::Shape::Bytes}; }

Field key_argument(uint8_t number) {
    return {.write = write_key_argument,
            .shape = Field::Shape::Bytes,
            .argument = static_cast<uint8_t>(number - 1),
            .slot = static_cast<uint8_t>(number - 2),
            .read = read_key_argument};
}

Field semaphore_part(uint8_t operation, uint8_t part) {
    const bool first = operation == 0 && part == 0;
    return {.write = write_semaphore_part,
            .argument = operation,
            .second = part,
            .read = first ? read_semaphores : nullptr};
}

Field semaphore_value() { return {.write = write_semaphore_value}; }

Field poll_list(uint8_t argument, uint8_t count_argument) {
    return {.write = write_poll_list, .shape = Field::Shape::Bytes, .argument = argument, .second = count_argument};
}

Field configuration_bytes() {
    return {.write = write_configuration_bytes,
            .shape = Field::Shape::Bytes,
            .slot = configuration_slot,
            .read = read_configuration};
}

Field configuration_text() {
    return {.write = write_configuration_text, .shape = Field::Shape::Text, .slot = configuration_slot};
}

Field quota_id() { return {.write = write_quota_id}; }
Field quota_format() { return {.write = write_quota_format}; }

}  // namespace bewit::tracer::fields
