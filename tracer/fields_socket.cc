// A tuple is the kernel's own: both names of the socket after the call. What the thread gave as an address counts only
// where the socket has none of its own, that is for a datagram on a socket that is not connected, and there it is what
// was read at the entry.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

#include "tracer/call_identity.h"
#include "tracer/call_memory.h"
#include "tracer/record_field.h"
#include "tracer/socket_address.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer::fields {
namespace {

constexpr size_t longest_address = sizeof(sockaddr_storage);
constexpr size_t socket_argument = 0;  // of every call on a socket

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

void add_or_absent(RecordContext& context, std::string_view bytes) {
    if (bytes.empty())
        context.out.add_absent();
    else
        context.out.add_bytes(bytes_of(bytes));
}

void read_address(const Field& field, PendingCall& call) {
    const auto& arguments = call.stop.arguments;
    const uint64_t size = std::min<uint64_t>(arguments[field.second] & UINT32_MAX, longest_address);
    keep_bytes(call, field.slot, arguments[field.argument], size);
}

void write_address(const Field& field, RecordContext& context) {
    std::string& bytes = context.evidence.scratch;
    bytes.clear();
    if (context.present(field.slot))
        append_sockaddr(parse_socket_address(bytes_of(context.call.memory[field.slot])), bytes);
    add_or_absent(context, bytes);
}

// `other_end`, as the thread named it, is used where the socket is not connected.
void write_tuple(RecordContext& context, int64_t fd, Direction direction, std::span<const std::byte> other_end) {
    std::string& bytes = context.evidence.scratch;
    bytes.clear();
    const event::Descriptor* socket = context.evidence.descriptor(fd);
    if (socket == nullptr || socket->socket_family == 0) return context.out.add_absent();
    append_socktuple(*socket, socket->connected ? SocketAddress{} : parse_socket_address(other_end), direction, bytes);
    add_or_absent(context, bytes);
}

std::span<const std::byte> kept_address(const Field& field, const RecordContext& context) {
    return bytes_of(context.present(field.slot) ? std::string_view(context.call.memory[field.slot])
                                                : std::string_view());
}

void write_accepted(const Field&, RecordContext& context) {
    if (context.succeeded())
        write_tuple(context, context.returned(), Direction::Inbound, {});
    else
        context.out.add_absent();
}

void write_connected(const Field& field, RecordContext& context) {
    const bool under_way = context.result && (*context.result == 0 || *context.result == -EINPROGRESS);
    if (!under_way) return context.out.add_absent();
    write_tuple(context, context.signed_argument(socket_argument), Direction::Outbound, kept_address(field, context));
}

void write_sent_tuple(const Field& field, RecordContext& context) {
    if (!context.succeeded()) return context.out.add_absent();
    write_tuple(context, context.signed_argument(socket_argument), Direction::Outbound, kept_address(field, context));
}

template <Direction direction>
void write_connection(const Field&, RecordContext& context) {
    if (context.succeeded())
        write_tuple(context, context.signed_argument(socket_argument), direction, {});
    else
        context.out.add_absent();
}

// The sender's address, where the kernel put it.
void write_received_from(RecordContext& context, uint64_t address) {
    std::array<std::byte, longest_address> bytes;
    const size_t size = address == 0 ? 0 : read_memory(context.call.stop.tid, address, bytes);
    write_tuple(context, context.signed_argument(socket_argument), Direction::Inbound, std::span(bytes).first(size));
}

void write_received_tuple(const Field& field, RecordContext& context) {
    if (!context.succeeded()) return context.out.add_absent();
    write_received_from(context, context.argument(field.argument));
}

// Field::second of calls that send or receive several messages.
constexpr uint8_t several = 1;

// Slots: 0 the data, 1 its size as a whole, 2 the address.
void read_sent_message(const Field& field, PendingCall& call) {
    MessageHeader header;
    if (!read_message_header(call.stop, call.stop.arguments[field.argument], header)) return;
    std::string& data = call.memory[0];
    data.clear();
    const std::array total = {gather(call.stop, header.vector, header.count, data_limit, data)};
    if (!data.empty()) call.present |= 1;
    keep_wide(call, 1, total);
    keep_bytes(call, 2, header.name, std::min<uint64_t>(header.name_size, longest_address));
}

void write_sent_message(const Field& field, RecordContext& context) {
    const std::string_view data = context.call.memory[field.slot];
    // The result of a call for several messages is their number.
    const bool partly = field.second != several && context.result && *context.result > 0;
    const size_t size = partly ? static_cast<size_t>(*context.result) : data.size();
    add_or_absent(context, context.present(field.slot) ? data.substr(0, size) : std::string_view());
}

// Where the kernel is to put what it receives, kept from the entry.
enum MessagePart : uint8_t { Name, Vector, Count, Control, ControlSize };

void read_received_message(const Field& field, PendingCall& call) {
    MessageHeader header;
    if (!read_message_header(call.stop, call.stop.arguments[field.argument], header)) return;
    const std::array values = {header.name, header.vector, header.count, header.control, header.control_size};
    keep_wide(call, field.slot, values);
}

uint64_t part(const RecordContext& context, MessagePart which) { return kept_wide(context.call, 0, which); }

// struct mmsghdr: a message header, then the number of bytes that came.
uint64_t first_size(const RecordContext& context) {
    constexpr size_t header_words = 7;
    const uint64_t address = context.argument(1) + header_words * word_size(context.call.stop);
    uint32_t size = 0;
    const auto bytes = std::as_writable_bytes(std::span(&size, 1));
    const bool any = context.result && *context.result > 0;
    return any && read_memory(context.call.stop.tid, address, bytes) == bytes.size() ? size : 0;
}

void write_first_received_size(const Field&, RecordContext& context) {
    if (context.at_exit())
        context.out.add_uint(first_size(context));
    else
        context.out.add_absent();
}

void write_received_message(const Field& field, RecordContext& context) {
    std::string& data = context.evidence.scratch;
    data.clear();
    if (context.succeeded() && context.present(field.slot)) {
        const uint64_t all = field.second == several ? first_size(context) : static_cast<uint64_t>(context.returned());
        const size_t size = std::min<uint64_t>(all, data_limit);
        if (size > 0) gather(context.call.stop, part(context, Vector), part(context, Count), size, data);
    }
    add_or_absent(context, data);
}

void write_received_message_tuple(const Field&, RecordContext& context) {
    if (!context.succeeded() || !context.present(0)) return context.out.add_absent();
    write_received_from(context, part(context, Name));
}

// The kernel shortens msg_controllen to what it wrote.
void write_received_control(const Field&, RecordContext& context) {
    constexpr uint64_t longest_control = 4096;
    std::string& control = context.evidence.scratch;
    control.clear();
    MessageHeader after;
    if (context.succeeded() && context.present(0) && part(context, Control) != 0 &&
        read_message_header(context.call.stop, context.argument(1), after)) {
        control.resize(std::min({after.control_size, part(context, ControlSize), longest_control}));
        control.resize(
            read_memory(context.call.stop.tid, part(context, Control), std::as_writable_bytes(std::span(control))));
    }
    add_or_absent(context, control);
}

// setsockopt(2), getsockopt(2): SOL_SOCKET's options by how their value is told. Tags of a value: .scap's.
enum OptionTag : char { TagUnknown = 0, TagErrno = 1, TagUint32 = 2, TagUint64 = 3, TagTime = 4 };
constexpr uint32_t socket_level = 1;
constexpr uint64_t longest_option = 128;

OptionTag option_tag(uint32_t level, uint32_t name) {
    if (level != socket_level) return TagUnknown;
    switch (name) {
        case 4:
            return TagErrno;  // SO_ERROR
        case 20:
        case 21:
        case 66:
        case 67:
            return TagTime;  // SO_RCVTIMEO, SO_SNDTIMEO, old and new
        case 57:
            return TagUint64;  // SO_COOKIE
        case 13:
        case 17:
        case 26:
        case 28:
        case 50:
        case 55:
        case 59:
            return TagUnknown;  // structures, names, programs
        default:
            return name <= 49 ? TagUint32 : TagUnknown;
    }
}

template <typename Integer>
Integer take(std::string_view& bytes) {
    Integer value{};
    const size_t size = std::min(bytes.size(), sizeof value);
    std::memcpy(&value, bytes.data(), size);
    bytes.remove_prefix(size);
    return value;
}

uint64_t time_value(std::string_view bytes) {
    constexpr uint64_t nanoseconds_per_second = 1'000'000'000, nanoseconds_per_microsecond = 1000;
    const bool wide = bytes.size() >= 16;
    const uint64_t seconds = wide ? take<uint64_t>(bytes) : take<uint32_t>(bytes);
    const uint64_t microseconds = wide ? take<uint64_t>(bytes) : take<uint32_t>(bytes);
    return seconds * nanoseconds_per_second + microseconds * nanoseconds_per_microsecond;
}

void write_option_value(const Field& field, RecordContext& context, std::string_view bytes) {
    if (bytes.empty()) return context.out.add_absent();
    const OptionTag tag = option_tag(static_cast<uint32_t>(context.argument(field.argument)),
                                     static_cast<uint32_t>(context.argument(field.argument + 1u)));
    std::array<char, longest_option + 16> room;
    size_t used = 0;
    const auto put = [&](const void* value, size_t size) {
        std::memcpy(room.data() + used, value, size);
        used += size;
    };
    put(&tag, 1);
    switch (tag) {
        case TagErrno: {
            const int64_t value = -int64_t{take<int32_t>(bytes)};
            put(&value, sizeof value);
            break;
        }
        case TagUint32: {
            const auto value = take<uint32_t>(bytes);
            put(&value, sizeof value);
            break;
        }
        case TagUint64: {
            const auto value = take<uint64_t>(bytes);
            put(&value, sizeof value);
            break;
        }
        case TagTime: {
            const uint64_t value = time_value(bytes);
            put(&value, sizeof value);
            break;
        }
        case TagUnknown:
            put(bytes.data(), bytes.size());
            break;
    }
    add_or_absent(context, std::string_view(room.data(), used));
}

void read_option(const Field& field, PendingCall& call) {
    const auto& arguments = call.stop.arguments;
    const uint64_t size = std::min<uint64_t>(arguments[field.argument + 3u] & UINT32_MAX, longest_option);
    keep_bytes(call, field.slot, arguments[field.argument + 2u], size);
}

void write_sent_option(const Field& field, RecordContext& context) {
    write_option_value(
        field, context,
        context.present(field.slot) ? std::string_view(context.call.memory[field.slot]) : std::string_view());
}

void write_received_option(const Field& field, RecordContext& context) {
    std::string& value = context.evidence.scratch;
    value.clear();
    uint32_t size = 0;
    const auto size_bytes = std::as_writable_bytes(std::span(&size, 1));
    const Tid tid = context.call.stop.tid;
    if (context.succeeded() &&
        read_memory(tid, context.argument(field.argument + 3u), size_bytes) == size_bytes.size()) {
        value.resize(std::min<uint64_t>(size, longest_option));
        value.resize(read_memory(tid, context.argument(field.argument + 2u), std::as_writable_bytes(std::span(value))));
    }
    write_option_value(field, context, value);
}

void write_option_name(const Field& field, RecordContext& context) {
    const bool known = static_cast<uint32_t>(context.argument(field.argument)) == socket_level;
    context.out.add_uint(known ? falco_socket_option(context.argument(field.argument + 1u), context.call.stop.abi) : 0);
}

}  // namespace

Field address(uint8_t argument, uint8_t size_argument) {
    return {.write = write_address,
            .shape = Field::Shape::Bytes,
            .argument = argument,
            .second = size_argument,
            .read = read_address};
}

Field accepted_tuple() { return {.write = write_accepted, .shape = Field::Shape::Bytes}; }

Field connected_tuple() { return {.write = write_connected, .shape = Field::Shape::Bytes}; }

Field sent_tuple(uint8_t address_argument, uint8_t size_argument) {
    return {.write = write_sent_tuple,
            .shape = Field::Shape::Bytes,
            .argument = address_argument,
            .second = size_argument,
            .slot = 1,
            .read = read_address};
}

Field sent_message_tuple() { return {.write = write_sent_tuple, .shape = Field::Shape::Bytes, .slot = 2}; }

Field outgoing_tuple() { return {.write = write_connection<Direction::Outbound>, .shape = Field::Shape::Bytes}; }

Field incoming_tuple() { return {.write = write_connection<Direction::Inbound>, .shape = Field::Shape::Bytes}; }

Field received_tuple(uint8_t address_argument) {
    return {.write = write_received_tuple, .shape = Field::Shape::Bytes, .argument = address_argument};
}

Field sent_message(uint8_t argument) {
    return {.write = write_sent_message, .shape = Field::Shape::Bytes, .argument = argument, .read = read_sent_message};
}

Field received_message(uint8_t argument) {
    return {.write = write_received_message,
            .shape = Field::Shape::Bytes,
            .argument = argument,
            .read = read_received_message};
}

Field first_sent_message(uint8_t argument) {
    Field field = sent_message(argument);
    field.second = several;
    return field;
}

Field first_received_message(uint8_t argument) {
    Field field = received_message(argument);
    field.second = several;
    return field;
}

Field first_received_size() { return {.write = write_first_received_size}; }

Field received_message_tuple() { return {.write = write_received_message_tuple, .shape = Field::Shape::Bytes}; }

Field received_control() { return {.write = write_received_control, .shape = Field::Shape::Bytes}; }

Field sent_option(uint8_t level_argument) {
    return {.write = write_sent_option, .shape = Field::Shape::Bytes, .argument = level_argument, .read = read_option};
}

Field received_option(uint8_t level_argument) {
    return {.write = write_received_option, .shape = Field::Shape::Bytes, .argument = level_argument};
}

Field option_name(uint8_t level_argument) { return {.write = write_option_name, .argument = level_argument}; }

}  // namespace bewit::tracer::fields
