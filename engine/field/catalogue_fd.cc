#include "engine/field/catalogue_data.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using event::WorkingDirectory;
using Print = event::PrintFormat;

constexpr Nature number{Scope::Event, Cost::Free, 0, AtEntry::Own};
constexpr Nature named{Scope::Descriptor, Cost::ProcRead, WorkingDirectory, AtEntry::Own};
constexpr Nature described{Scope::Descriptor, Cost::ProcRead, 0, AtEntry::Own};
constexpr Nature changed{Scope::Event, Cost::State, 0, AtEntry::Own};
constexpr Nature table{Scope::Event, Cost::ProcRead, event::ResourceFacts, AtEntry::Unknown};
constexpr Nature path{Scope::Event, Cost::UserMemory, WorkingDirectory, AtEntry::Own};
constexpr Nature polled{Scope::Event, Cost::ProcRead, 0, AtEntry::Unknown};

constexpr uint32_t either = FilterOnly | NoTransformer | NoRightSide | EitherEndpoint;
constexpr uint32_t network = FilterOnly | NoTransformer | NoRightSide;
constexpr uint32_t host_name = NoTransformer | NoRightSide;

constexpr Entry entries[] = {
    {"fd.num", Int64, Print::Id, number, fd_number,
     "Number of the descriptor; -1 when the call that should have made it failed."},
    {"fd.type", CharBuf, Print::Dec, described, fd_type,
     "What the descriptor refers to: file, directory, ipv4, ipv6, unix, pipe, event, ..."},
    {"fd.typechar", CharBuf, Print::Dec, described, fd_typechar,
     "The type as one letter: f file, d directory, 4 and 6 internet, u unix, p pipe, ..."},
    {"fd.name", CharBuf, Print::None, named, fd_name,
     "Path of a file, or both ends of a connection as ip:port->ip:port, client first."},
    {"fd.directory", CharBuf, Print::None, named, fd_directory, "Directory that holds the file; a directory itself."},
    {"fd.filename", CharBuf, Print::None, named, fd_filename, "Last component of a file's path."},
    {"fd.ip", IpAddr, Print::None, described, fd_either_ip, "Address of the client or of the server.", either},
    {"fd.cip", IpAddr, Print::None, described, fd_client_ip, "Address of the client."},
    {"fd.sip", IpAddr, Print::None, described, fd_server_ip, "Address of the server."},
    {"fd.lip", IpAddr, Print::None, described, fd_local_ip, "Address of the local end."},
    {"fd.rip", IpAddr, Print::None, described, fd_remote_ip, "Address of the remote end."},
    {"fd.port", Port, Print::Dec, described, fd_either_port, "Port of the client or of the server.", either},
    {"fd.cport", Port, Print::Dec, described, fd_client_port, "Port of the client."},
    {"fd.sport", Port, Print::Dec, described, fd_server_port, "Port of the server."},
    {"fd.lport", Port, Print::Dec, described, fd_local_port, "Port of the local end."},
    {"fd.rport", Port, Print::Dec, described, fd_remote_port, "Port of the remote end."},
    {"fd.l4proto", CharBuf, Print::None, described, fd_l4proto, "Transport protocol: tcp, udp, icmp or raw."},
    {"fd.sockfamily", CharBuf, Print::None, described, fd_socket_family, "ip or unix; absent for what is no socket."},
    {"fd.is_server", Bool, Print::None, described, fd_is_server,
     "Whether this process is the server of the connection."},
    {"fd.uid", CharBuf, Print::None, number, fd_uid, "Thread id and descriptor number in one."},
    {"fd.containername", CharBuf, Print::None, named, fd_container_name,
     "container.id and fd.name, joined by a colon."},
    {"fd.containerdirectory", CharBuf, Print::None, named, fd_container_directory,
     "container.id and fd.directory, joined by a colon."},
    {"fd.proto", Port, Print::None, described, fd_either_port,
     "Port of the client or of the server; the literal may be the name of a service.", either},
    {"fd.cproto", CharBuf, Print::None, described, fd_client_port_text, "Port of the client as text."},
    {"fd.sproto", CharBuf, Print::None, described, fd_server_port_text, "Port of the server as text."},
    {"fd.lproto", CharBuf, Print::None, described, fd_local_port_text, "Port of the local end as text."},
    {"fd.rproto", CharBuf, Print::None, described, fd_remote_port_text, "Port of the remote end as text."},
    {"fd.net", IpNet, Print::None, described, fd_either_ip,
     "Network that the client's or the server's address lies in.", either},
    {"fd.cnet", IpNet, Print::None, described, fd_client_ip, "Network that the client's address lies in.", network},
    {"fd.snet", IpNet, Print::None, described, fd_server_ip, "Network that the server's address lies in.", network},
    {"fd.lnet", IpNet, Print::None, described, fd_local_ip, "Network that the local address lies in.", network},
    {"fd.rnet", IpNet, Print::None, described, fd_remote_ip, "Network that the remote address lies in.", network},
    {"fd.connected", Bool, Print::None, described, fd_connected, "Whether the socket is connected."},
    {"fd.name_changed", Bool, Print::None, changed, fd_name_changed,
     "Whether the event gave the descriptor another fd.name, as a datagram to a new peer does."},
    {"fd.cip.name", CharBuf, Print::None, described, fd_client_ip_name,
     "Host name that stands for the client's address.", host_name},
    {"fd.sip.name", CharBuf, Print::None, described, fd_server_ip_name,
     "Host name that stands for the server's address.", host_name},
    {"fd.lip.name", CharBuf, Print::None, described, fd_local_ip_name, "Host name that stands for the local address.",
     host_name},
    {"fd.rip.name", CharBuf, Print::None, described, fd_remote_ip_name, "Host name that stands for the remote address.",
     host_name},
    {"fd.dev", Int32, Print::Hex, described, fd_device, "Device that holds the file."},
    {"fd.dev.major", Int32, Print::Dec, described, fd_device_major, "Major number of that device."},
    {"fd.dev.minor", Int32, Print::Dec, described, fd_device_minor, "Minor number of that device."},
    {"fd.ino", Int64, Print::Dec, described, fd_inode, "Inode number of the file."},
    {"fd.nameraw", CharBuf, Print::None, named, fd_name_raw,
     "Path as the program gave it, with repeated slashes made one."},
    {"fd.types", CharBuf, Print::Dec, table, fd_types, "Types of all open descriptors; with a number, of that one.",
     ListValued | ArgOptional | NoRightSide, IndexArgument},
    {"fd.is_upper_layer", Bool, Print::None, described, fd_upper_layer,
     "Whether the file lies in the container's writable layer."},
    {"fd.is_lower_layer", Bool, Print::None, described, fd_lower_layer,
     "Whether the file lies in a layer of the image."},
};

constexpr Entry paths[] = {
    {"fs.path.name", CharBuf, Print::None, path, path_name,
     "Absolute path that a successful call on one path worked on."},
    {"fs.path.nameraw", CharBuf, Print::None, path, path_name_raw, "That path as the program gave it."},
    {"fs.path.source", CharBuf, Print::None, path, path_source,
     "Absolute source path of a successful call on two paths; the new name for links."},
    {"fs.path.sourceraw", CharBuf, Print::None, path, path_source_raw, "That path as the program gave it."},
    {"fs.path.target", CharBuf, Print::None, path, path_target,
     "Absolute target path of a successful call on two paths; what links point to."},
    {"fs.path.targetraw", CharBuf, Print::None, path, path_target_raw, "That path as the program gave it."},
};

constexpr Entry lists[] = {
    {"fdlist.nums", CharBuf, Print::Id, polled, list_numbers, "Numbers of the descriptors that poll waits for."},
    {"fdlist.names", CharBuf, Print::None, polled, list_names, "Names of those descriptors."},
    {"fdlist.cips", CharBuf, Print::None, polled, list_client_ips, "Client addresses of those that are connections."},
    {"fdlist.sips", CharBuf, Print::None, polled, list_server_ips, "Server addresses of those that are sockets."},
    {"fdlist.cports", CharBuf, Print::Dec, polled, list_client_ports, "Client ports of those that are connections."},
    {"fdlist.sports", CharBuf, Print::Dec, polled, list_server_ports, "Server ports of those that are sockets."},
};

}  // namespace

std::span<const Entry> descriptor_entries() { return entries; }
std::span<const Entry> path_entries() { return paths; }
std::span<const Entry> fdlist_entries() { return lists; }

}  // namespace bewit::field
