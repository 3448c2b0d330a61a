#include "tracer/call_identity.h"
#include "tracer/record_field.h"

namespace bewit::tracer::fields {
namespace {

void write_result(const Field&, RecordContext& context) {
    if (context.result)
        context.out.add_int(*context.result);
    else
        context.out.add_absent();
}

void write_result_or_zero(const Field&, RecordContext& context) {
    if (!context.at_exit())
        context.out.add_absent();
    else
        context.out.add_int(context.succeeded() ? context.returned() : 0);
}

uint64_t in_halves(uint64_t low, uint64_t high) { return (low & UINT32_MAX) | high << 32; }

void write_position(const Field& field, RecordContext& context) {
    const uint64_t first = context.argument(field.argument);
    const bool halved = context.call.stop.abi == event::Abi::I386;
    context.out.add_uint(halved ? in_halves(first, context.argument(field.argument + 1u)) : first);
}

}  // namespace

Field absent() {
    return {.write = [](const Field&, RecordContext& context) { context.out.add_absent(); },
            .shape = Field::Shape::None};
}

Field zero() {
    return {.write = [](const Field&, RecordContext& context) { context.out.add_int(0); }};
}

Field result() { return {.write = write_result}; }

Field result_or_zero() { return {.write = write_result_or_zero}; }

Field signed32(uint8_t argument) {
    return {.write = [](const Field& field,
                        RecordContext& context) { context.out.add_int(context.signed_argument(field.argument)); },
            .argument = argument};
}

Field unsigned32(uint8_t argument) {
    return {
        .write = [](const Field& field,
                    RecordContext& context) { context.out.add_uint(context.argument(field.argument) & UINT32_MAX); },
        .argument = argument};
}

Field word(uint8_t argument) {
    return {.write = [](const Field& field,
                        RecordContext& context) { context.out.add_uint(context.argument(field.argument)); },
            .argument = argument};
}

Field position(uint8_t argument) { return {.write = write_position, .argument = argument}; }

Field split_position(uint8_t high) {
    return {.write =
                [](const Field& field, RecordContext& context) {
                    context.out.add_uint(
                        in_halves(context.argument(field.argument + 1u), context.argument(field.argument)));
                },
            .argument = high};
}

Field translated(uint8_t argument, Translate translate) {
    return {.write =
                [](const Field& field, RecordContext& context) {
                    context.out.add_uint(field.translate(context.argument(field.argument), context.call.stop.abi));
                },
            .argument = argument,
            .translate = translate};
}

}  // namespace bewit::tracer::fields
