#include "engine/field/value.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <iterator>

#include <fmt/format.h>

namespace bewit::field {
namespace {

using event::PrintFormat;

// Negative numbers print as their two's complement where the format is not decimal, as printf(3) does.
template <class Integer>
void append_integer(Integer value, PrintFormat format, std::string& out) {
    const auto end = std::back_inserter(out);
    switch (format) {
        case PrintFormat::Hex:
            fmt::format_to(end, "{:X}", static_cast<uint64_t>(value));
            return;
        case PrintFormat::Oct:
            fmt::format_to(end, "{:#o}", static_cast<uint64_t>(value));
            return;
        case PrintFormat::TenPad:
            fmt::format_to(end, "{:09}", value);
            return;
        default:
            fmt::format_to(end, "{}", value);
            return;
    }
}

void append_list(std::span<const Value> list, PrintFormat format, std::string& out) {
    out += '(';
    for (size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        append_text(list[i], format, out);
    }
    out += ')';
}

}  // namespace

void append_address(const event::Address& address, std::string& out) {
    if (!address.valid()) return;
    char buffer[INET6_ADDRSTRLEN];
    if (inet_ntop(address.family, address.bytes.data(), buffer, sizeof(buffer)) != nullptr) out += buffer;
}

void append_printable(std::string_view bytes, std::string& out) {
    for (const char byte : bytes) out += byte >= ' ' && byte <= '~' ? byte : '.';
}

void append_text(const Value& value, PrintFormat format, std::string& out) {
    using Form = Value::Form;
    switch (value.form) {
        case Form::None:
            return;
        case Form::Int:
            append_integer(value.i, format, out);
            return;
        case Form::Uint:
            append_integer(value.u, format, out);
            return;
        case Form::Double:
            fmt::format_to(std::back_inserter(out), "{:.1f}", value.d);
            return;
        case Form::Bool:
            out += value.b ? "true" : "false";
            return;
        case Form::Text:
            out += value.text;
            return;
        case Form::Bytes:
            append_printable(value.text, out);
            return;
        case Form::Address:
            append_address(value.address, out);
            return;
        case Form::List:
            append_list(value.list, format, out);
            return;
    }
}

}  // namespace bewit::field
