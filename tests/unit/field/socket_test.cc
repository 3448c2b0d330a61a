#include <doctest/doctest.h>

#include <sys/socket.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

using event::Descriptor;
using event::DescriptorType;
using Role = Descriptor::Role;

Descriptor tcp(Role role, std::string_view local, uint16_t local_port, std::string_view remote, uint16_t remote_port) {
    Descriptor what;
    what.type = local.find(':') == std::string_view::npos ? DescriptorType::Ipv4 : DescriptorType::Ipv6;
    what.socket_family = what.type == DescriptorType::Ipv4 ? AF_INET : AF_INET6;
    what.l4proto = event::L4Proto::Tcp;
    what.role = role;
    what.connected = role != Role::None;
    what.local = endpoint(local, local_port);
    what.remote = endpoint(remote, remote_port);
    return what;
}

Machine& looking_at(Machine& machine, Descriptor what) {
    machine.open(3, std::move(what));
    machine.after("fstat", {{"res", 0}, {"fd", 3}});
    return machine;
}

TEST_CASE("a client sees itself as client and as the local end") {
    Machine machine;
    looking_at(machine, tcp(Role::Client, "10.0.0.1", 40000, "192.0.2.7", 443));
    CHECK(machine.compared("fd.name") == "10.0.0.1:40000->192.0.2.7:443");
    CHECK(machine.compared("fd.cip") == "10.0.0.1");
    CHECK(machine.compared("fd.sip") == "192.0.2.7");
    CHECK(machine.compared("fd.lip") == "10.0.0.1");
    CHECK(machine.compared("fd.rip") == "192.0.2.7");
    CHECK(machine.compared("fd.cport") == "40000");
    CHECK(machine.compared("fd.sport") == "443");
    CHECK(machine.compared("fd.lport") == "40000");
    CHECK(machine.compared("fd.rport") == "443");
    CHECK(machine.compared("fd.cproto") == "40000");
    CHECK(machine.compared("fd.rproto") == "443");
    CHECK(machine.compared("fd.l4proto") == "tcp");
    CHECK(machine.compared("fd.sockfamily") == "ip");
    CHECK(machine.compared("fd.connected") == "true");
    CHECK(machine.compared("fd.is_server") == "false");
    CHECK(machine.compared("fd.directory") == absent);
    CHECK(machine.compared("fd.filename") == absent);
}

TEST_CASE("fd.ip and its like give both ends, the client first") {
    Machine machine;
    looking_at(machine, tcp(Role::Client, "10.0.0.1", 40000, "192.0.2.7", 443));
    CHECK(machine.compared("fd.ip") == "(10.0.0.1,192.0.2.7)");
    CHECK(machine.compared("fd.net") == "(10.0.0.1,192.0.2.7)");
    CHECK(machine.compared("fd.port") == "(40000,443)");
    CHECK(machine.compared("fd.proto") == "(40000,443)");
    CHECK(machine.compared("fd.cnet") == "10.0.0.1");
    CHECK(machine.compared("fd.snet") == "192.0.2.7");
    CHECK(machine.compared("fd.lnet") == "10.0.0.1");
    CHECK(machine.compared("fd.rnet") == "192.0.2.7");
}

TEST_CASE("fields for conditions only are absent when shown") {
    Machine machine;
    looking_at(machine, tcp(Role::Client, "10.0.0.1", 40000, "192.0.2.7", 443));
    for (const std::string_view field : {"fd.ip", "fd.net", "fd.port", "fd.proto", "fd.cnet", "fd.snet", "fd.sip.name",
                                         "fd.cip.name", "fd.lip.name", "fd.rip.name"}) {
        CAPTURE(field);
        CHECK(machine.shown(field) == absent);
    }
    CHECK(machine.compared("fd.sip.name") == "192.0.2.7");
    CHECK(machine.compared("fd.cip.name") == "10.0.0.1");
    CHECK(machine.compared("fd.lip.name") == "10.0.0.1");
    CHECK(machine.compared("fd.rip.name") == "192.0.2.7");
}

TEST_CASE("a server sees the other end as client and as the remote end") {
    Machine machine;
    looking_at(machine, tcp(Role::Server, "10.0.0.1", 80, "192.0.2.7", 51000));
    CHECK(machine.compared("fd.name") == "192.0.2.7:51000->10.0.0.1:80");
    CHECK(machine.compared("fd.cip") == "192.0.2.7");
    CHECK(machine.compared("fd.sip") == "10.0.0.1");
    CHECK(machine.compared("fd.lip") == "10.0.0.1");
    CHECK(machine.compared("fd.rip") == "192.0.2.7");
    CHECK(machine.compared("fd.sport") == "80");
    CHECK(machine.compared("fd.lport") == "80");
    CHECK(machine.compared("fd.rport") == "51000");
    CHECK(machine.compared("fd.is_server") == "true");
    CHECK(machine.compared("fd.ip") == "(192.0.2.7,10.0.0.1)");
}

TEST_CASE("on the machine's own connections the client's end is the local one for both") {
    Machine machine;
    looking_at(machine, tcp(Role::Server, "127.0.0.1", 80, "127.0.0.1", 51000));
    CHECK(machine.compared("fd.lport") == "51000");
    CHECK(machine.compared("fd.rport") == "80");
    CHECK(machine.compared("fd.is_server") == "true");
    looking_at(machine, tcp(Role::Client, "127.0.0.1", 51000, "127.0.0.1", 80));
    CHECK(machine.compared("fd.lport") == "51000");
    CHECK(machine.compared("fd.is_server") == "true");
}

TEST_CASE("IPv6 has its own type and form") {
    Machine machine;
    looking_at(machine, tcp(Role::Client, "2001:db8::1", 40000, "2001:db8::2", 443));
    CHECK(machine.compared("fd.name") == "2001:db8::1:40000->2001:db8::2:443");
    CHECK(machine.compared("fd.sip") == "2001:db8::2");
    CHECK(machine.compared("fd.typechar") == "6");
}

TEST_CASE("a socket that nobody has connected has no ends, no role and no protocol") {
    Machine machine;
    Descriptor fresh;
    fresh.type = DescriptorType::Ipv4;
    fresh.socket_family = AF_INET;
    fresh.l4proto = event::L4Proto::Tcp;
    looking_at(machine, fresh);
    CHECK(machine.compared("fd.name") == "");
    CHECK(machine.compared("fd.typechar") == "4");
    CHECK(machine.compared("fd.l4proto") == "<NA>");
    CHECK(machine.compared("fd.connected") == "false");
    CHECK(machine.compared("fd.is_server") == "false");
    CHECK(machine.compared("fd.ip") == "(0.0.0.0,0.0.0.0)");
    for (const std::string_view field : {"fd.cip", "fd.sip", "fd.lip", "fd.rip", "fd.cport", "fd.sport", "fd.lport",
                                         "fd.rport", "fd.snet", "fd.sip.name"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    fresh.l4proto = event::L4Proto::Raw;
    looking_at(machine, fresh);
    CHECK(machine.compared("fd.l4proto") == "raw");
}

TEST_CASE("a socket that listens has its own address alone") {
    Machine machine;
    Descriptor listener;
    listener.type = DescriptorType::Ipv4Server;
    listener.socket_family = AF_INET;
    listener.l4proto = event::L4Proto::Tcp;
    listener.role = Role::Server;
    listener.local = endpoint("0.0.0.0", 8080);
    looking_at(machine, listener);
    CHECK(machine.compared("fd.name") == "0.0.0.0:8080");
    CHECK(machine.compared("fd.ip") == "(0.0.0.0)");
    CHECK(machine.compared("fd.port") == "(8080)");
    CHECK(machine.compared("fd.sip") == "0.0.0.0");
    CHECK(machine.compared("fd.sport") == "8080");
    CHECK(machine.compared("fd.cip") == absent);
    CHECK(machine.compared("fd.lip") == absent);
    CHECK(machine.compared("fd.rport") == absent);
    CHECK(machine.compared("fd.is_server") == "true");
    CHECK(machine.compared("fd.l4proto") == "tcp");
}

TEST_CASE("unix sockets show their pointers and path") {
    Machine machine;
    Descriptor what;
    what.type = DescriptorType::Unix;
    what.socket_family = AF_UNIX;
    what.name = "/run/docker.sock";
    looking_at(machine, what);
    CHECK(machine.compared("fd.name") == "/run/docker.sock");
    CHECK(machine.compared("fd.sockfamily") == "unix");
    CHECK(machine.compared("fd.l4proto") == "<NA>");
    CHECK(machine.compared("fd.ip") == absent);
    CHECK(machine.compared("fd.port") == absent);
    what.unix_source = 0xffff8880;
    what.unix_peer = 0x12;
    looking_at(machine, what);
    CHECK(machine.compared("fd.name") == "ffff8880->12 /run/docker.sock");
}

TEST_CASE("files are no sockets") {
    Machine machine;
    looking_at(machine, file("/x"));
    for (const std::string_view field :
         {"fd.ip", "fd.net", "fd.port", "fd.sip", "fd.cport", "fd.sockfamily", "fd.rnet", "fd.lip.name"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
}

TEST_CASE("connect gives the socket its ends") {
    Machine machine;
    Descriptor fresh;
    fresh.type = DescriptorType::Ipv4;
    fresh.socket_family = AF_INET;
    fresh.l4proto = event::L4Proto::Tcp;
    fresh.inode = 5;
    machine.open(3, fresh);
    machine.after("connect", {{"res", 0}, {"tuple", inet_tuple("10.0.0.1", 40000, "169.254.169.254", 80)}, {"fd", 3}});
    CHECK(machine.compared("fd.num") == "3");
    CHECK(machine.compared("fd.sip") == "169.254.169.254");
    CHECK(machine.compared("fd.snet") == "169.254.169.254");
    CHECK(machine.compared("fd.sport") == "80");
    CHECK(machine.compared("fd.connected") == "true");
    CHECK(machine.compared("fd.name_changed") == "true");
    CHECK(machine.compared("fd.l4proto") == "tcp");
}

TEST_CASE("accept gives the new descriptor its ends, and none when it failed") {
    Machine machine;
    machine.after("accept4", {{"fd", 7}, {"tuple", inet_tuple("192.0.2.7", 51000, "10.0.0.1", 80)}});
    CHECK(machine.compared("fd.num") == "7");
    CHECK(machine.compared("fd.cip") == "192.0.2.7");
    CHECK(machine.compared("fd.sport") == "80");
    machine.after("accept4", {{"fd", -11}});
    CHECK(machine.compared("fd.num") == "-1");
    CHECK(machine.compared("fd.name") == "NULL");
    CHECK(machine.compared("fd.typechar") == "4");
    CHECK(machine.compared("fd.cip") == absent);
}

TEST_CASE("a datagram to the same peer changes no name") {
    Machine machine;
    Descriptor udp;
    udp.type = DescriptorType::Ipv4;
    udp.socket_family = AF_INET;
    udp.l4proto = event::L4Proto::Udp;
    udp.inode = 6;
    machine.open(3, udp);
    const auto send = [&](std::string_view peer) {
        machine.after("sendto", {{"res", 1}, {"fd", 3}, {"tuple", inet_tuple("10.0.0.1", 5353, peer, 53)}});
        return machine.compared("fd.name_changed") + " " + machine.compared("fd.sip");
    };
    CHECK(send("192.0.2.7") == "true 192.0.2.7");
    CHECK(send("192.0.2.7") == "false 192.0.2.7");
    CHECK(send("192.0.2.8") == "true 192.0.2.8");
}

}  // namespace
}  // namespace bewit::field::test
