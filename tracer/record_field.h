// Where one parameter of a record comes from. The table of all events (engine/event/call_table.inc) is written in the
// words that are declared here.
//
// A field is read at the call's entry (from the thread's memory into PendingCall::memory), and written into the record
// at the entry and again after the call. What is not known yet, or cannot be known, is absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/event/builder.h"
#include "tracer/decoder.h"
#include "tracer/evidence.h"
#include "tracer/flags.h"

namespace bewit::tracer {

// What a write function has at hand.
struct RecordContext {
    const PendingCall& call;
    std::optional<int64_t> result;  // empty at the entry
    event::Builder& out;
    Evidence& evidence;

    bool at_exit() const { return result.has_value(); }
    bool succeeded() const { return result && *result >= 0; }
    int64_t returned() const { return result.value_or(0); }  // 0 at the entry, too
    uint64_t argument(size_t number) const { return call.stop.arguments[number]; }
    int64_t signed_argument(size_t number) const { return static_cast<int32_t>(argument(number)); }
    bool present(uint8_t slot) const { return (call.present >> slot & 1) != 0; }
};

struct Field {
    // What add_ functions it may use: the catalogue's type must fit.
    enum class Shape : uint8_t { Number, Text, Bytes, None };

    using Write = void (*)(const Field& field, RecordContext& context);
    using Read = void (*)(const Field& field, PendingCall& call);

    Write write;
    Shape shape = Shape::Number;
    uint8_t argument = 0;  // register
    uint8_t second = 0;    // another register, or a position within what is read
    uint8_t slot = 0;      // of PendingCall::memory
    Read read = nullptr;
    Translate translate = nullptr;
};

// Data of at most this size is put into a record, as Falco does by default (its snaplen).
constexpr size_t data_limit = 80;

namespace fields {

// Registers and the result (fields_plain.cc). Numbers are of the width of the parameter's type.
Field absent();
Field zero();
Field result();
Field result_or_zero();            // 0 for a failed call
Field signed32(uint8_t argument);  // also descriptors and process ids
Field unsigned32(uint8_t argument);
Field word(uint8_t argument);
Field position(uint8_t argument);    // a file offset: two registers on i386
Field split_position(uint8_t high);  // always two, the high one first
Field translated(uint8_t argument, Translate translate);

// Memory (fields_memory.cc).
Field text(uint8_t argument, uint8_t slot = 0);                   // a NUL-terminated string
Field text_after(uint8_t argument);                               // that the kernel wrote
Field sent(uint8_t argument, uint8_t size_argument);              // data_limit bytes of what the thread hands over
Field received(uint8_t argument);                                 // of what it got
Field sent_vector(uint8_t argument, uint8_t count_argument);      // struct iovec; uses slots 0 and 1
Field vector_size();                                              // of sent_vector() or sent_message()
Field received_vector(uint8_t argument, uint8_t count_argument);  // uses slot 0
Field integer_after(uint8_t argument, uint8_t index = 0);         // an int that the kernel wrote; -1 for a failed call
Field first_of_words(uint8_t argument, uint8_t count, uint8_t slot = 0);  // of `count` longs that the thread hands over
Field first_of_wide_words(uint8_t argument, uint8_t count, uint8_t slot = 0);  // of 64 bits in every ABI
Field word_of(uint8_t index, uint8_t slot = 0);                                // another one of either
inline Field wide_word_of(uint8_t index, uint8_t slot = 0) { return word_of(index, slot); }
Field word_after(uint8_t argument, uint8_t index);  // a long that the kernel wrote
Field wide_word_after(uint8_t argument, uint8_t index);
Field time_span(uint8_t argument, uint8_t slot = 0);  // struct timespec, in nanoseconds
// 32 bits of a structure that the kernel completed.
Field half_after(uint8_t argument, uint8_t index, Translate translate = nullptr);

// Files (fields_file.cc).
Field open_mode(uint8_t flags_argument, uint8_t mode_argument);
Field creation_mode(uint8_t argument);                     // creat(2)'s
Field how_flags(uint8_t argument, uint8_t size_argument);  // struct open_how, slot 1
Field how_mode();
Field how_resolve();
Field opened_device();
Field opened_inode();
Field opened_path();
Field inode_of(uint8_t argument, uint8_t index);  // of the descriptor that integer_after() of the same is

// Sockets (fields_socket.cc); the socket is the first register.
Field address(uint8_t argument, uint8_t size_argument);               // uses slot 0
Field accepted_tuple();                                               // of the socket that the call returned
inline Field accepted_queue(uint8_t /*figure*/) { return absent(); }  // not to be seen from outside the kernel
Field connected_tuple();                                              // beside an address()
Field sent_tuple(uint8_t address_argument, uint8_t size_argument);    // uses slot 1
Field received_tuple(uint8_t address_argument);
Field outgoing_tuple();  // where no address can be given
Field incoming_tuple();
Field sent_message(uint8_t argument);        // struct msghdr; uses slots 0 to 2
Field first_sent_message(uint8_t argument);  // of several, struct mmsghdr; likewise
Field sent_message_tuple();
Field received_message(uint8_t argument);        // uses slot 0
Field first_received_message(uint8_t argument);  // likewise
Field first_received_size();                     // its size in bytes
Field received_message_tuple();
Field received_control();                   // of the second register's message
Field sent_option(uint8_t level_argument);  // level, name, value and size follow each other; uses slot 0
Field received_option(uint8_t level_argument);
Field option_name(uint8_t level_argument);

// What is like nothing else (fields_special.cc).
Field capability_inheritable();
Field capability_permitted();
Field capability_effective();
Field memory_size();
Field memory_resident();
Field memory_swapped();
Field prctl_text();
Field prctl_number();
Field ptrace_address();
Field ptrace_data();
Field key_argument(uint8_t number);                     // 2 to 5, slots 0 to 3
Field semaphore_part(uint8_t operation, uint8_t part);  // struct sembuf: 0 number, 1 operation, 2 flags; slot 0
Field semaphore_value();
Field poll_list(uint8_t argument, uint8_t count_argument);
Field configuration_bytes();  // fsconfig(2), slot 1
Field configuration_text();
Field quota_id();
Field quota_format();

}  // namespace fields
}  // namespace bewit::tracer
