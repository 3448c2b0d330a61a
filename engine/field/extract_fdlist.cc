#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "engine/field/descriptor_text.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/poll_list.h"

namespace bewit::field {
namespace {

using event::Descriptor;
using event::DescriptorType;

bool is_connection(const Descriptor& what) {
    return what.type == DescriptorType::Ipv4 || what.type == DescriptorType::Ipv6;
}

// Appends the text for one descriptor; nothing where it has none. `what` may be nullptr.
using Append = void(Context& context, int64_t number, const Descriptor* what, std::string& out);

Presence give_list(Context& context, Value& value, Append* append) {
    const auto position = context.event.info().param("fds");
    if (!position || context.event.info().params[*position].type != event::ParamType::FdList) return Presence::Absent;
    std::string& out = context.scratch.text();
    std::string& item = context.scratch.text();
    for_each_polled(context.event.param(*position).bytes, [&](int64_t number, int16_t) {
        item.clear();
        append(context, number, descriptor_numbered(context, number), item);
        if (item.empty()) return;
        if (!out.empty()) out += ',';
        out += item;
    });
    return out.empty() ? Presence::Absent : give_text(value, out);
}

void append_number(Context&, int64_t number, const Descriptor*, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_name(Context& context, int64_t, const Descriptor* what, std::string& out) {
    const std::string_view name = what != nullptr ? name_of(*what, context.scratch.text()) : std::string_view();
    out += name.empty() ? std::string_view("<NA>") : name;
}

void append_client_ip(Context&, int64_t, const Descriptor* what, std::string& out) {
    if (what != nullptr && is_connection(*what)) append_address(connection_of(*what).client.address, out);
}

void append_server_ip(Context&, int64_t, const Descriptor* what, std::string& out) {
    if (what != nullptr && what->is_inet()) append_address(connection_of(*what).server.address, out);
}

void append_port(uint16_t port, std::string& out) { fmt::format_to(std::back_inserter(out), "{}", port); }

void append_client_port(Context&, int64_t, const Descriptor* what, std::string& out) {
    if (what != nullptr && is_connection(*what)) append_port(connection_of(*what).client.port, out);
}

void append_server_port(Context&, int64_t, const Descriptor* what, std::string& out) {
    if (what != nullptr && is_connection(*what)) append_port(connection_of(*what).server.port, out);
}

}  // namespace

Presence list_numbers(const Field&, Context& context, Value& value) { return give_list(context, value, append_number); }
Presence list_names(const Field&, Context& context, Value& value) { return give_list(context, value, append_name); }
Presence list_client_ips(const Field&, Context& context, Value& value) {
    return give_list(context, value, append_client_ip);
}
Presence list_server_ips(const Field&, Context& context, Value& value) {
    return give_list(context, value, append_server_ip);
}
Presence list_client_ports(const Field&, Context& context, Value& value) {
    return give_list(context, value, append_client_port);
}
Presence list_server_ports(const Field&, Context& context, Value& value) {
    return give_list(context, value, append_server_port);
}

}  // namespace bewit::field
