// Sockets have two ends and two views of them: client and server, local and remote. Which end is ours is the
// descriptor's role; while nobody knows it, the fields of the first view and of the second are absent alike.
#include <sys/socket.h>

#include <iterator>

#include <fmt/format.h>

#include "engine/field/descriptor_text.h"
#include "engine/field/event_descriptor.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

using event::Address;
using event::Descriptor;
using event::DescriptorType;
using event::Endpoint;

bool has_role(const Descriptor& what) { return what.role != Descriptor::Role::None; }
bool is_connection(const Descriptor& what) {
    return what.type == DescriptorType::Ipv4 || what.type == DescriptorType::Ipv6;
}

bool is_loopback(const Address& address) {
    if (address.family == AF_INET) return address.bytes[0] == 127;
    Address one;
    one.family = AF_INET6;
    one.bytes.back() = 1;
    return address == one;
}

// An address of this machine, as far as the socket itself tells.
bool is_own_address(const Address& address, const Descriptor& what) {
    return address.valid() && (is_loopback(address) || address == what.local.address);
}

struct View {
    bool present = false;
    Endpoint endpoint;
};
using Pick = View(const Descriptor&);

View client_of(const Descriptor& what) {
    if (!is_connection(what) || !has_role(what)) return {};
    return {true, connection_of(what).client};
}

View server_address_of(const Descriptor& what) {
    if (!what.is_inet() || !has_role(what)) return {};
    return {true, connection_of(what).server};
}

// The port of a socket that listens is known before it has a role.
View server_port_of(const Descriptor& what) {
    if (!what.is_inet() || (!is_listener(what) && !has_role(what))) return {};
    return {true, connection_of(what).server};
}

// The client's end counts as local when its address is one of this machine, so on a connection of the machine with
// itself either process sees the client as local.
View local_of(const Descriptor& what) {
    if (!is_connection(what) || !has_role(what)) return {};
    const Connection connection = connection_of(what);
    const bool client_is_local =
        is_own_address(connection.client.address, what) || what.role == Descriptor::Role::Client;
    return {true, client_is_local ? connection.client : connection.server};
}

View remote_of(const Descriptor& what) {
    if (!is_connection(what) || !has_role(what)) return {};
    const Connection connection = connection_of(what);
    const bool client_is_local =
        is_own_address(connection.client.address, what) || what.role == Descriptor::Role::Client;
    return {true, client_is_local ? connection.server : connection.client};
}

// Before the call, of a descriptor that it makes: a file has no such thing, nor has no descriptor at all.
Presence nothing_of_files(const Context& context) {
    return effect_of(context.event.kind()).open != OpenForm::None ? Presence::Absent : Presence::Unknown;
}

template <class Give>
Presence give_socket(Context& context, Give&& give_it) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return nothing_of_files(context);
    return subject.what != nullptr ? give_it(*subject.what) : Presence::Absent;
}

Presence give_address(Context& context, Value& value, Pick* pick) {
    return give_socket(context, [&](const Descriptor& what) {
        const View view = pick(what);
        return view.present ? give(value, Value::of_address(view.endpoint.address)) : Presence::Absent;
    });
}

Presence give_port(Context& context, Value& value, Pick* pick) {
    return give_socket(context, [&](const Descriptor& what) {
        const View view = pick(what);
        return view.present ? give_uint(value, view.endpoint.port) : Presence::Absent;
    });
}

Presence give_port_text(Context& context, Value& value, Pick* pick) {
    return give_socket(context, [&](const Descriptor& what) {
        const View view = pick(what);
        if (!view.present) return Presence::Absent;
        std::string& out = context.scratch.text();
        fmt::format_to(std::back_inserter(out), "{}", view.endpoint.port);
        return give_text(value, out);
    });
}

// Whoever knows names compares addresses; nobody looks a name up for an address.
Presence give_name_of(Context& context, Value& value, Pick* pick) {
    return context.shown ? Presence::Absent : give_address(context, value, pick);
}

template <class Make>
Presence give_both(Context& context, Value& value, Make&& make) {
    return give_socket(context, [&](const Descriptor& what) {
        if (!what.is_inet()) return Presence::Absent;
        const Connection connection = connection_of(what);
        const Value ends[] = {make(connection.client), make(connection.server)};
        const std::span<const Value> both(ends);
        return give(value, Value::of_list(context.scratch.keep(is_listener(what) ? both.last(1) : both)));
    });
}

}  // namespace

Presence fd_either_ip(const Field&, Context& context, Value& value) {
    return give_both(context, value, [](const Endpoint& end) { return Value::of_address(end.address); });
}
Presence fd_either_port(const Field&, Context& context, Value& value) {
    return give_both(context, value, [](const Endpoint& end) { return Value::of_uint(end.port); });
}

Presence fd_client_ip(const Field&, Context& context, Value& value) { return give_address(context, value, client_of); }
Presence fd_server_ip(const Field&, Context& context, Value& value) {
    return give_address(context, value, server_address_of);
}
Presence fd_local_ip(const Field&, Context& context, Value& value) { return give_address(context, value, local_of); }
Presence fd_remote_ip(const Field&, Context& context, Value& value) { return give_address(context, value, remote_of); }

Presence fd_client_port(const Field&, Context& context, Value& value) { return give_port(context, value, client_of); }
Presence fd_server_port(const Field&, Context& context, Value& value) {
    return give_port(context, value, server_port_of);
}
Presence fd_local_port(const Field&, Context& context, Value& value) { return give_port(context, value, local_of); }
Presence fd_remote_port(const Field&, Context& context, Value& value) { return give_port(context, value, remote_of); }

Presence fd_client_port_text(const Field&, Context& context, Value& value) {
    return give_port_text(context, value, client_of);
}
Presence fd_server_port_text(const Field&, Context& context, Value& value) {
    return give_port_text(context, value, server_port_of);
}
Presence fd_local_port_text(const Field&, Context& context, Value& value) {
    return give_port_text(context, value, local_of);
}
Presence fd_remote_port_text(const Field&, Context& context, Value& value) {
    return give_port_text(context, value, remote_of);
}

Presence fd_client_ip_name(const Field&, Context& context, Value& value) {
    return give_name_of(context, value, client_of);
}
Presence fd_server_ip_name(const Field&, Context& context, Value& value) {
    return give_name_of(context, value, server_address_of);
}
Presence fd_local_ip_name(const Field&, Context& context, Value& value) {
    return give_name_of(context, value, local_of);
}
Presence fd_remote_ip_name(const Field&, Context& context, Value& value) {
    return give_name_of(context, value, remote_of);
}

Presence fd_l4proto(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) {
        const bool opens = effect_of(context.event.kind()).open != OpenForm::None;
        return opens ? give_maybe(value, Value::of_text("<NA>")) : Presence::Unknown;
    }
    return subject.what != nullptr ? give_text(value, l4proto_text(*subject.what)) : Presence::Absent;
}

Presence fd_socket_family(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!keeps_type(subject)) return nothing_of_files(context);
    if (subject.what == nullptr) return Presence::Absent;
    if (subject.what->is_inet()) return give_text(value, "ip");
    return subject.what->type == DescriptorType::Unix ? give_text(value, "unix") : Presence::Absent;
}

Presence fd_is_server(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return Presence::Unknown;
    if (subject.what == nullptr) return Presence::Absent;
    const Descriptor& what = *subject.what;
    if (is_listener(what)) return give_bool(value, true);
    const bool connected = is_connection(what) && has_role(what);
    return give_bool(value, connected && is_own_address(connection_of(what).server.address, what));
}

Presence fd_connected(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return Presence::Unknown;
    return subject.what != nullptr ? give_bool(value, subject.what->connected) : Presence::Absent;
}

Presence fd_name_changed(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    const bool given = effect_of(context.event.kind()).role == DescriptorRole::Given;
    if (context.at_entry && (!subject.known || !given || !subject.number_known)) return Presence::Unknown;
    if (subject.what == nullptr) return Presence::Absent;
    return give_bool(value, !context.at_entry && context.state.descriptor_name_changed());
}

}  // namespace bewit::field
