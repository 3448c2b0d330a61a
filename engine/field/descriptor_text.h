// Descriptors, addresses and connections as text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/event/descriptor.h"

namespace bewit::field {

// `fd.type`: "file", "ipv4", ...; "<NA>" for what has no name.
std::string_view type_text(event::DescriptorType type);
// `fd.typechar`: 'f', '4', ...
char type_letter(event::DescriptorType type);
// The text of one letter; lives for the whole program.
std::string_view letter_text(char letter);
// `fd.l4proto`: "tcp", ...; "<NA>" where it is unknown, and while nobody knows which end of the connection the socket
// is.
std::string_view l4proto_text(const event::Descriptor& what);
// The letter that stands for it in `<4t>`, 0 for none.
char l4proto_letter(const event::Descriptor& what);

// Who called whom. Addresses are of the socket's family even where nothing is known: all zeroes then.
struct Connection {
    event::Endpoint client, server;
};
// Of a socket that only listens: its own address at both ends.
Connection connection_of(const event::Descriptor& what);
bool is_listener(const event::Descriptor& what);

// "192.0.2.1:80"
void append_endpoint(const event::Endpoint& endpoint, std::string& out);
// "192.0.2.1:1234->192.0.2.2:80"
void append_connection(const Connection& connection, std::string& out);

// `fd.name`. `storage` is used where the name has to be put together; the result lives as long as both arguments.
std::string_view name_of(const event::Descriptor& what, std::string& storage);

// Parameters of type socktuple and sockaddr (scap format): "a:p->b:q", "src->dst path", "a:p", a path.
void append_socket_tuple(std::span<const std::byte> bytes, std::string& out);
void append_socket_address(std::span<const std::byte> bytes, std::string& out);

}  // namespace bewit::field
