#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

constexpr uint64_t second = 1'000'000'000;

std::tm local_time(uint64_t time_ns) {
    const std::time_t seconds = static_cast<std::time_t>(time_ns / second);
    std::tm result{};
    localtime_r(&seconds, &result);
    return result;
}

void append_date(const std::tm& time, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday);
}

void append_clock(const std::tm& time, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", time.tm_hour, time.tm_min, time.tm_sec);
}

void append_fraction(uint64_t time_ns, std::string& out) {
    fmt::format_to(std::back_inserter(out), ".{:09}", time_ns % second);
}

Presence give_local(Context& context, Value& value, bool with_date, bool with_fraction) {
    std::string& out = context.scratch.text();
    const uint64_t time_ns = context.event.time_ns();
    const std::tm time = local_time(time_ns);
    if (with_date) {
        append_date(time, out);
        out += ' ';
    }
    append_clock(time, out);
    if (with_fraction) append_fraction(time_ns, out);
    return give_text(value, out);
}

uint64_t since(const Context& context, uint64_t start_ns) {
    const uint64_t now = context.event.time_ns();
    return start_ns == 0 || start_ns > now ? 0 : now - start_ns;
}

}  // namespace

Presence time_of_day(const Field&, Context& context, Value& value) { return give_local(context, value, false, true); }
Presence time_of_day_s(const Field&, Context& context, Value& value) {
    return give_local(context, value, false, false);
}
Presence date_time(const Field&, Context& context, Value& value) { return give_local(context, value, true, true); }
Presence date_time_s(const Field&, Context& context, Value& value) { return give_local(context, value, true, false); }

Presence time_iso8601(const Field&, Context& context, Value& value) {
    std::string& out = context.scratch.text();
    const uint64_t time_ns = context.event.time_ns();
    const std::time_t seconds = static_cast<std::time_t>(time_ns / second);
    std::tm time{};
    gmtime_r(&seconds, &time);
    append_date(time, out);
    out += 'T';
    append_clock(time, out);
    append_fraction(time_ns, out);
    out += "+0000";
    return give_text(value, out);
}

Presence raw_time(const Field&, Context& context, Value& value) { return give_uint(value, context.event.time_ns()); }
Presence raw_time_s(const Field&, Context& context, Value& value) {
    return give_uint(value, context.event.time_ns() / second);
}
Presence raw_time_ns(const Field&, Context& context, Value& value) {
    return give_uint(value, context.event.time_ns() % second);
}

Presence relative_time(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.first_time_ns));
}
Presence relative_time_s(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.first_time_ns) / second);
}
Presence relative_time_ns(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.first_time_ns) % second);
}

Presence delta_time(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.previous_time_ns));
}
Presence delta_time_s(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.previous_time_ns) / second);
}
Presence delta_time_ns(const Field&, Context& context, Value& value) {
    return give_uint(value, since(context, context.previous_time_ns) % second);
}

Presence time_distance(const Field& field, Context& context, Value& value) {
    const uint64_t now = context.event.time_ns();
    const uint64_t then = static_cast<uint64_t>(field.index);
    return give_uint(value, now > then ? now - then : then - now);
}

}  // namespace bewit::field
