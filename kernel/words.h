// The words in which the table of all events (engine/event/call_table.inc) says where the parameters of a record come
// from: for the kernel an operation (kernel/plan.h), and for what the kernel leaves undone a function that puts the
// finishing touch to the value.
#pragma once

#include "engine/event/encoding.h"
#include "kernel/plan.h"

namespace bewit::kernel {

struct Parameter {
    // The value as records have it. `raw` is what the kernel wrote.
    using Finish = uint64_t (*)(const Parameter& parameter, const bewit_sample& sample, uint64_t raw);

    bewit_op op = BEWIT_ABSENT;
    uint8_t argument = 0, second = 0;
    bewit_save save{};  // op 0: nothing is saved for it
    Finish finish = nullptr;
    event::encoding::Translate translate = nullptr;
    bool poll_list = false;  // its entries are finished instead
};

namespace words {

using event::encoding::Translate;

// Registers and the result.
Parameter absent();
Parameter zero();
Parameter result();
Parameter result_or_zero();
Parameter signed32(uint8_t argument);
Parameter unsigned32(uint8_t argument);
Parameter word(uint8_t argument);
Parameter position(uint8_t argument);
Parameter split_position(uint8_t high);
Parameter translated(uint8_t argument, Translate translate);

// Memory.
Parameter text(uint8_t argument, uint8_t slot = 0);
Parameter text_after(uint8_t argument);
Parameter sent(uint8_t argument, uint8_t size_argument);
Parameter received(uint8_t argument);
Parameter sent_vector(uint8_t argument, uint8_t count_argument);
Parameter vector_size();
Parameter received_vector(uint8_t argument, uint8_t count_argument);
Parameter integer_after(uint8_t argument, uint8_t index);
Parameter first_of_words(uint8_t argument, uint8_t count, uint8_t slot = 0);
Parameter first_of_wide_words(uint8_t argument, uint8_t count, uint8_t slot = 0);
Parameter word_of(uint8_t index, uint8_t slot = 0);
Parameter wide_word_of(uint8_t index, uint8_t slot = 0);
Parameter word_after(uint8_t argument, uint8_t index);
Parameter wide_word_after(uint8_t argument, uint8_t index);
Parameter time_span(uint8_t argument, uint8_t slot = 0);
Parameter half_after(uint8_t argument, uint8_t index, Translate translate = nullptr);

// Files.
Parameter open_mode(uint8_t flags_argument, uint8_t mode_argument);
Parameter creation_mode(uint8_t argument);
Parameter how_flags(uint8_t argument, uint8_t size_argument);
Parameter how_mode();
Parameter how_resolve();
Parameter opened_device();
Parameter opened_inode();
Parameter opened_path();
Parameter inode_of(uint8_t argument, uint8_t index);

// Sockets.
Parameter address(uint8_t argument, uint8_t size_argument);
Parameter accepted_tuple();
Parameter accepted_queue(uint8_t figure);
Parameter connected_tuple();
Parameter sent_tuple(uint8_t address_argument, uint8_t size_argument);
Parameter received_tuple(uint8_t address_argument);
Parameter outgoing_tuple();
Parameter incoming_tuple();
Parameter sent_message(uint8_t argument);
Parameter first_sent_message(uint8_t argument);
Parameter sent_message_tuple();
Parameter received_message(uint8_t argument);
Parameter first_received_message(uint8_t argument);
Parameter first_received_size();
Parameter received_message_tuple();
Parameter received_control();
Parameter sent_option(uint8_t level_argument);
Parameter received_option(uint8_t level_argument);
Parameter option_name(uint8_t level_argument);

// The rest.
Parameter capability_inheritable();
Parameter capability_permitted();
Parameter capability_effective();
Parameter memory_size();
Parameter memory_resident();
Parameter memory_swapped();
Parameter prctl_text();
Parameter prctl_number();
Parameter ptrace_address();
Parameter ptrace_data();
Parameter key_argument(uint8_t number);
Parameter semaphore_part(uint8_t operation, uint8_t part);
Parameter semaphore_value();
Parameter poll_list(uint8_t argument, uint8_t count_argument);
Parameter configuration_bytes();
Parameter configuration_text();
Parameter quota_id();
Parameter quota_format();

}  // namespace words
}  // namespace bewit::kernel
