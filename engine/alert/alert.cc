#include "engine/alert/alert.h"

#include <sys/random.h>

#include <array>
#include <ctime>

#include <fmt/format.h>

namespace bewit::alert {
namespace {

constexpr uint64_t ns_per_second = 1'000'000'000;

std::string clock_time(uint64_t time_ns) {
    const time_t seconds = static_cast<time_t>(time_ns / ns_per_second);
    tm broken{};
    localtime_r(&seconds, &broken);
    return fmt::format("{:02}:{:02}:{:02}.{:09}", broken.tm_hour, broken.tm_min, broken.tm_sec,
                       time_ns % ns_per_second);
}

std::string line_of(const Alert& alert, const Shape& shape) {
    return fmt::format("{}: {} {}", shape.iso_time ? iso_time(alert.time_ns) : clock_time(alert.time_ns),
                       rule::priority_name(alert.priority), alert.message);
}

std::string dump(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// DEL and the C1 control characters (U+0080 to U+009F) are legal in JSON, yet a terminal obeys them.
std::string without_terminal_controls(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<uint8_t>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
        if (byte == 0x7f) {
            out += "\\u007f";
        } else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) {
            out += fmt::format("\\u{:04x}", next);
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::string to_json(const Alert& alert, const Shape& shape) {
    nlohmann::json object = {
        {"hostname", alert.hostname},
        {"priority", std::string(rule::priority_name(alert.priority))},
        {"rule", alert.rule},
        {"source", alert.source},
        {"time", iso_time(alert.time_ns)},
        {"uuid", alert.uuid},
    };
    if (shape.output) object["output"] = line_of(alert, shape);
    if (shape.message) object["message"] = alert.message;
    if (shape.output_fields) object["output_fields"] = alert.output_fields;
    if (shape.tags) object["tags"] = alert.tags;
    return without_terminal_controls(dump(object));
}

std::string to_text(const Alert& alert, const Shape& shape) {
    const std::string quoted = dump(nlohmann::json(line_of(alert, shape)));
    return without_terminal_controls(std::string_view(quoted).substr(1, quoted.size() - 2));
}

std::string iso_time(uint64_t time_ns) {
    const time_t seconds = static_cast<time_t>(time_ns / ns_per_second);
    tm broken{};
    gmtime_r(&seconds, &broken);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", broken.tm_year + 1900, broken.tm_mon + 1,
                       broken.tm_mday, broken.tm_hour, broken.tm_min, broken.tm_sec, time_ns % ns_per_second);
}

std::string new_uuid(uint64_t time_ns) {
    std::array<uint8_t, 16> bytes{};
    // 16 bytes never come short once the kernel's pool is ready (getrandom(2)); before that the zeros stay, and the
    // time still differs.
    [[maybe_unused]] const auto got = getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);
    const uint64_t milliseconds = time_ns / 1'000'000;
    for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(milliseconds >> (40 - 8 * i));
    bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x70);
    bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
    std::string text;
    for (size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes[i]);
    }
    return text;
}

}  // namespace bewit::alert
