// What a call opened is asked of the descriptor that it returned, never of the name that it was given.
#include <array>
#include <span>

#include "tracer/call_memory.h"
#include "tracer/record_field.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer::fields {
namespace {

constexpr uint8_t how_slot = 1;
constexpr size_t how_size = 24;  // struct open_how, version 0: flags, mode, resolve
constexpr uint64_t create = 0100;

void write_open_mode(const Field& field, RecordContext& context) {
    context.out.add_uint(falco_open_mode(context.argument(field.argument), context.argument(field.second)));
}

void write_creation_mode(const Field& field, RecordContext& context) {
    context.out.add_uint(falco_open_mode(create, context.argument(field.argument)));
}

// A longer structure of a newer kernel starts with the same members; a shorter one is refused by the kernel.
void read_how(const Field& field, PendingCall& call) {
    if (call.stop.arguments[field.second] >= how_size)
        keep_bytes(call, how_slot, call.stop.arguments[field.argument], how_size);
}

template <typename Value>
void write_from_how(RecordContext& context, Value value) {
    const auto how = [&](size_t index) { return kept_wide(context.call, how_slot, index); };
    if (context.present(how_slot))
        context.out.add_uint(value(how(0), how(1), how(2)));
    else
        context.out.add_absent();
}

// 0 for a failed call, as the drivers of Falco have it.
template <typename Value>
void write_opened(RecordContext& context, Value value) {
    if (!context.at_exit()) return context.out.add_absent();
    const struct stat* file = context.succeeded() ? context.evidence.file(context.returned()) : nullptr;
    context.out.add_uint(file == nullptr ? 0 : value(*file));
}

void write_opened_path(const Field&, RecordContext& context) {
    const std::string* name = context.succeeded() ? context.evidence.file_name(context.returned()) : nullptr;
    if (name == nullptr)
        context.out.add_absent();
    else
        context.out.add_text(*name);
}

void write_inode_of(const Field& field, RecordContext& context) {
    if (!context.at_exit()) return context.out.add_absent();
    int32_t fd = -1;
    const auto bytes = std::as_writable_bytes(std::span(&fd, 1));
    const uint64_t address = context.argument(field.argument) + field.second * sizeof fd;
    if (!context.succeeded() || read_memory(context.call.stop.tid, address, bytes) != bytes.size()) fd = -1;
    const struct stat* file = context.evidence.file(fd);
    context.out.add_uint(file == nullptr ? 0 : file->st_ino);
}

}  // namespace

Field open_mode(uint8_t flags_argument, uint8_t mode_argument) {
    return {.write = write_open_mode, .argument = flags_argument, .second = mode_argument};
}

Field creation_mode(uint8_t argument) { return {.write = write_creation_mode, .argument = argument}; }

Field how_flags(uint8_t argument, uint8_t size_argument) {
    return {.write =
                [](const Field&, RecordContext& context) {
                    write_from_how(context, [&](uint64_t flags, uint64_t, uint64_t) {
                        return falco_open_flags(flags, context.call.stop.abi);
                    });
                },
            .argument = argument,
            .second = size_argument,
            .slot = how_slot,
            .read = read_how};
}

Field how_mode() {
    return {.write = [](const Field&, RecordContext& context) {
        write_from_how(context, [](uint64_t flags, uint64_t mode, uint64_t) { return falco_open_mode(flags, mode); });
    }};
}

Field how_resolve() {
    return {.write = [](const Field&, RecordContext& context) {
        write_from_how(context, [&](uint64_t, uint64_t, uint64_t resolve) {
            return falco_resolve_flags(resolve, context.call.stop.abi);
        });
    }};
}

Field opened_device() {
    return {.write = [](const Field&, RecordContext& context) {
        write_opened(context, [](const struct stat& file) { return file.st_dev; });
    }};
}

Field opened_inode() {
    return {.write = [](const Field&, RecordContext& context) {
        write_opened(context, [](const struct stat& file) { return file.st_ino; });
    }};
}

Field opened_path() { return {.write = write_opened_path, .shape = Field::Shape::Text}; }

Field inode_of(uint8_t argument, uint8_t index) {
    return {.write = write_inode_of, .argument = argument, .second = index};
}

}  // namespace bewit::tracer::fields
