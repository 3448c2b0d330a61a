#include "kernel/words.h"

namespace bewit::kernel::words {
namespace {

using namespace event::encoding;

event::Abi abi_of(const bewit_sample& sample) {
    switch (sample.abi) {
        case BEWIT_ABI_I386:
            return event::Abi::I386;
        case BEWIT_ABI_AARCH64:
            return event::Abi::Aarch64;
        default:
            return event::Abi::X86_64;
    }
}

Parameter plain(bewit_op op, uint8_t argument = 0, uint8_t second = 0) {
    return {.op = op, .argument = argument, .second = second};
}

Parameter saved(bewit_op op, uint8_t argument, uint8_t second, bewit_save save) {
    return {.op = op, .argument = argument, .second = second, .save = save};
}

uint64_t translate_argument(const Parameter& parameter, const bewit_sample& sample, uint64_t) {
    return parameter.translate(sample.arguments[parameter.argument], abi_of(sample));
}

uint64_t translate_raw(const Parameter& parameter, const bewit_sample& sample, uint64_t raw) {
    return parameter.translate(raw, abi_of(sample));
}

Parameter raw_translated(Parameter parameter, Translate translate) {
    parameter.finish = translate_raw;
    parameter.translate = translate;
    return parameter;
}

uint64_t in_halves(uint64_t low, uint64_t high) { return (low & UINT32_MAX) | high << 32; }

constexpr uint64_t create = 0100;
constexpr uint8_t how_slot = 1;

// quotactl(2)
constexpr uint64_t quota_on = 0x1, names_one = 0x20 | 0x80 | 0x400 | 0x800;  // GETQUOTA, SETQUOTA, XGETQUOTA, XSETQLIM

uint64_t quota_command(const bewit_sample& sample) { return falco_quota_command(sample.arguments[0], abi_of(sample)); }

constexpr uint8_t option_slot = 0;
constexpr uint32_t socket_level = 1;

}  // namespace

Parameter absent() { return {}; }
Parameter zero() { return plain(BEWIT_ZERO); }
Parameter result() { return plain(BEWIT_RESULT); }
Parameter result_or_zero() { return plain(BEWIT_RESULT_OR_ZERO); }
Parameter signed32(uint8_t argument) { return plain(BEWIT_SIGNED, argument); }
Parameter unsigned32(uint8_t argument) { return plain(BEWIT_UNSIGNED, argument); }
Parameter word(uint8_t argument) { return plain(BEWIT_WORD, argument); }

Parameter position(uint8_t argument) {
    Parameter parameter = word(argument);
    parameter.finish = [](const Parameter& self, const bewit_sample& sample, uint64_t raw) {
        return sample.abi == BEWIT_ABI_I386 ? in_halves(raw, sample.arguments[self.argument + 1]) : raw;
    };
    return parameter;
}

Parameter split_position(uint8_t high) {
    Parameter parameter = word(high);
    parameter.finish = [](const Parameter& self, const bewit_sample& sample, uint64_t raw) {
        return in_halves(sample.arguments[self.argument + 1], raw);
    };
    return parameter;
}

Parameter translated(uint8_t argument, Translate translate) {
    return {.op = BEWIT_WORD, .argument = argument, .finish = translate_argument, .translate = translate};
}

Parameter text(uint8_t argument, uint8_t slot) {
    return saved(BEWIT_TEXT, slot, 0, {BEWIT_SAVE_TEXT, argument, 0, slot});
}
Parameter text_after(uint8_t argument) { return plain(BEWIT_AFTER_TEXT, argument); }
Parameter sent(uint8_t argument, uint8_t size_argument) {
    return saved(BEWIT_SAVED_BYTES, 0, 0, {BEWIT_SAVE_BYTES, argument, size_argument, 0});
}
Parameter received(uint8_t argument) { return plain(BEWIT_RECEIVED, argument); }
Parameter sent_vector(uint8_t argument, uint8_t count_argument) {
    return saved(BEWIT_SAVED_BYTES, 0, 0, {BEWIT_SAVE_VECTOR, argument, count_argument, 0});
}
Parameter vector_size() { return plain(BEWIT_SAVED_WORD, 1); }
Parameter received_vector(uint8_t argument, uint8_t count_argument) {
    return plain(BEWIT_RECEIVED_VECTOR, argument, count_argument);
}
Parameter integer_after(uint8_t argument, uint8_t index) { return plain(BEWIT_AFTER_INT, argument, index); }
Parameter first_of_words(uint8_t argument, uint8_t count, uint8_t slot) {
    return saved(BEWIT_SAVED_LONG, slot, 0, {BEWIT_SAVE_LONGS, argument, count, slot});
}
Parameter first_of_wide_words(uint8_t argument, uint8_t count, uint8_t slot) {
    return saved(BEWIT_SAVED_WORD, slot, 0,
                 {BEWIT_SAVE_FIXED, argument, static_cast<uint8_t>(count * sizeof(uint64_t)), slot});
}
Parameter word_of(uint8_t index, uint8_t slot) { return plain(BEWIT_SAVED_LONG, slot, index); }
Parameter wide_word_of(uint8_t index, uint8_t slot) { return plain(BEWIT_SAVED_WORD, slot, index); }
Parameter word_after(uint8_t argument, uint8_t index) { return plain(BEWIT_AFTER_LONG, argument, index); }
Parameter wide_word_after(uint8_t argument, uint8_t index) { return plain(BEWIT_AFTER_WORD, argument, index); }
Parameter time_span(uint8_t argument, uint8_t slot) {
    return saved(BEWIT_SAVED_TIME, slot, 0, {BEWIT_SAVE_LONGS, argument, 2, slot});
}
Parameter half_after(uint8_t argument, uint8_t index, Translate translate) {
    const Parameter parameter = plain(BEWIT_AFTER_HALF, argument, static_cast<uint8_t>(index));
    return translate == nullptr ? parameter : raw_translated(parameter, translate);
}

Parameter open_mode(uint8_t flags_argument, uint8_t mode_argument) {
    return {.op = BEWIT_UNSIGNED,
            .argument = mode_argument,
            .second = flags_argument,
            .finish = [](const Parameter& self, const bewit_sample& sample, uint64_t) {
                return falco_open_mode(sample.arguments[self.second], sample.arguments[self.argument]);
            }};
}

Parameter creation_mode(uint8_t argument) {
    return {.op = BEWIT_UNSIGNED,
            .argument = argument,
            .finish = [](const Parameter& self, const bewit_sample& sample, uint64_t) {
                return falco_open_mode(create, sample.arguments[self.argument]);
            }};
}

Parameter how_flags(uint8_t argument, uint8_t size_argument) {
    return raw_translated(saved(BEWIT_SAVED_WORD, how_slot, 0, {BEWIT_SAVE_HOW, argument, size_argument, how_slot}),
                          falco_open_flags);
}
// The kernel refuses a mode without a flag that gives it a meaning.
Parameter how_mode() {
    Parameter parameter = plain(BEWIT_SAVED_WORD, how_slot, 1);
    parameter.finish = [](const Parameter&, const bewit_sample&, uint64_t raw) { return falco_open_mode(create, raw); };
    return parameter;
}
Parameter how_resolve() { return raw_translated(plain(BEWIT_SAVED_WORD, how_slot, 2), falco_resolve_flags); }
Parameter opened_device() { return plain(BEWIT_OPENED_DEVICE); }
Parameter opened_inode() { return plain(BEWIT_OPENED_INODE); }
Parameter opened_path() { return plain(BEWIT_OPENED_PATH); }
Parameter inode_of(uint8_t argument, uint8_t index) { return plain(BEWIT_AFTER_INODE, argument, index); }

Parameter address(uint8_t argument, uint8_t size_argument) {
    return saved(BEWIT_ADDRESS, 0, 0, {BEWIT_SAVE_ADDRESS, argument, size_argument, 0});
}
Parameter accepted_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_ACCEPTED); }
Parameter accepted_queue(uint8_t figure) { return plain(BEWIT_QUEUE, figure); }
Parameter connected_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_CONNECTED, 0); }
Parameter sent_tuple(uint8_t address_argument, uint8_t size_argument) {
    return saved(BEWIT_TUPLE, BEWIT_TUPLE_SENT, 1, {BEWIT_SAVE_ADDRESS, address_argument, size_argument, 1});
}
Parameter received_tuple(uint8_t address_argument) {
    return plain(BEWIT_TUPLE, BEWIT_TUPLE_RECEIVED, address_argument);
}
Parameter outgoing_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_OUTGOING); }
Parameter incoming_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_INCOMING); }
Parameter sent_message(uint8_t argument) {
    return saved(BEWIT_SAVED_BYTES, 0, 0, {BEWIT_SAVE_MESSAGE, argument, 0, 0});
}
// The result of a call for several messages is their number.
Parameter first_sent_message(uint8_t argument) {
    return saved(BEWIT_SAVED_ALL, 0, 0, {BEWIT_SAVE_MESSAGE, argument, 0, 0});
}
Parameter sent_message_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_SENT, 2); }
Parameter received_message(uint8_t argument) {
    return saved(BEWIT_RECEIVED_MESSAGE, 0, 0, {BEWIT_SAVE_LONGS, argument, 7, 0});
}
Parameter first_received_message(uint8_t argument) {
    return saved(BEWIT_RECEIVED_MESSAGE, 0, 1, {BEWIT_SAVE_LONGS, argument, 7, 0});
}
Parameter first_received_size() { return plain(BEWIT_FIRST_SIZE); }
Parameter received_message_tuple() { return plain(BEWIT_TUPLE, BEWIT_TUPLE_RECEIVED_MESSAGE, 0); }
Parameter received_control() { return plain(BEWIT_RECEIVED_CONTROL); }
Parameter sent_option(uint8_t level_argument) {
    return saved(BEWIT_SENT_OPTION, 0, 0,
                 {BEWIT_SAVE_ADDRESS, static_cast<uint8_t>(level_argument + 2),
                  static_cast<uint8_t>(level_argument + 3), option_slot});
}
Parameter received_option(uint8_t /*level_argument*/) { return plain(BEWIT_RECEIVED_OPTION); }
Parameter option_name(uint8_t level_argument) {
    return {.op = BEWIT_WORD,
            .argument = level_argument,
            .finish = [](const Parameter& self, const bewit_sample& sample, uint64_t) {
                const bool known = static_cast<uint32_t>(sample.arguments[self.argument]) == socket_level;
                return known ? falco_socket_option(sample.arguments[self.argument + 1], abi_of(sample)) : uint64_t{0};
            }};
}

Parameter capability_inheritable() { return plain(BEWIT_CAPABILITIES, 0); }
Parameter capability_permitted() { return plain(BEWIT_CAPABILITIES, 1); }
Parameter capability_effective() { return plain(BEWIT_CAPABILITIES, 2); }
Parameter memory_size() { return plain(BEWIT_MEMORY, 0); }
Parameter memory_resident() { return plain(BEWIT_MEMORY, 1); }
Parameter memory_swapped() { return plain(BEWIT_MEMORY, 2); }
Parameter prctl_text() { return saved(BEWIT_PRCTL_TEXT, 0, 0, {BEWIT_SAVE_NAME, 1, 0, 0}); }
Parameter prctl_number() { return plain(BEWIT_PRCTL_NUMBER); }
Parameter ptrace_address() { return plain(BEWIT_PTRACE_ADDRESS); }
Parameter ptrace_data() { return plain(BEWIT_PTRACE_DATA); }
Parameter key_argument(uint8_t number) {
    const auto reg = static_cast<uint8_t>(number - 1), slot = static_cast<uint8_t>(number - 2);
    return saved(BEWIT_KEY, slot, reg, {BEWIT_SAVE_KEY, reg, slot, slot});
}
Parameter semaphore_part(uint8_t operation, uint8_t part) {
    constexpr uint8_t flags_part = 2;
    Parameter parameter = plain(BEWIT_SEMAPHORE, operation, static_cast<uint8_t>(part * sizeof(int16_t)));
    if (operation == 0 && part == 0) parameter.save = {BEWIT_SAVE_SEMAPHORES, 1, 2, 0};
    return part == flags_part ? raw_translated(parameter, falco_semaphore_operation_flags) : parameter;
}
Parameter semaphore_value() { return plain(BEWIT_SEMAPHORE_VALUE); }
Parameter poll_list(uint8_t argument, uint8_t count_argument) {
    return {.op = BEWIT_POLL_LIST,
            .argument = argument,
            .second = count_argument,
            .translate = falco_poll_events,
            .poll_list = true};
}
Parameter configuration_bytes() { return saved(BEWIT_CONFIGURATION_BYTES, 1, 0, {BEWIT_SAVE_CONFIGURATION, 3, 0, 1}); }
Parameter configuration_text() { return plain(BEWIT_CONFIGURATION_TEXT, 1); }
Parameter quota_id() {
    return {
        .op = BEWIT_UNSIGNED, .argument = 2, .finish = [](const Parameter&, const bewit_sample& sample, uint64_t raw) {
            return (quota_command(sample) & names_one) != 0 ? raw : uint64_t{0};
        }};
}
Parameter quota_format() {
    return {.op = BEWIT_UNSIGNED, .argument = 2, .finish = [](const Parameter&, const bewit_sample& sample, uint64_t) {
                constexpr uint64_t not_used = 1;
                return quota_command(sample) == quota_on ? falco_quota_format(sample.arguments[2], abi_of(sample))
                                                         : not_used;
            }};
}

}  // namespace bewit::kernel::words
