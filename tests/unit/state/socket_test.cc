#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

using event::DescriptorType;
using event::L4Proto;
using Role = Descriptor::Role;

class Sockets : public SmallWorld {
public:
    // What the kernel says of descriptor 5 of process 20: a socket that is not connected.
    Descriptor& socket(L4Proto l4proto, uint64_t inode, DescriptorType type = DescriptorType::Ipv4) {
        Descriptor& socket = witness.descriptors[{Tid{20}, Fd{5}}];
        socket = Descriptor{};
        socket.type = type;
        socket.l4proto = l4proto;
        socket.inode = inode;
        socket.socket_family = type == DescriptorType::Unix ? AF_UNIX : AF_INET;
        return socket;
    }
    // Sends a datagram; whether the name changed.
    bool send(std::string_view from, std::string_view to) {
        bool changed = false;
        happens("sendto", 20, {{"res", 4}, {"fd", 5}, {"size", 4}, {"tuple", tuple(from, to)}}, [&] {
            seen = *descriptor(20, 5);
            changed = state.descriptor_name_changed();
        });
        return changed;
    }
    bool receive(std::string_view from, std::string_view to) {
        bool changed = false;
        happens("recvfrom", 20, {{"res", 4}, {"tuple", tuple(from, to)}, {"fd", 5}, {"size", 4}}, [&] {
            seen = *descriptor(20, 5);
            changed = state.descriptor_name_changed();
        });
        return changed;
    }
    Descriptor seen;
};

TEST_CASE("connect makes a client, connected to where the record says") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100);
    const auto check = [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK(found->type == DescriptorType::Ipv4);
        CHECK(found->l4proto == L4Proto::Tcp);
        CHECK(found->role == Role::Client);
        CHECK(found->connected);
        CHECK(found->remote == endpoint("93.184.216.34:443"));
        CHECK(world.state.descriptor_name_changed());
    };
    SUBCASE("when it succeeded") {
        world.happens("connect", 20, {{"res", 0}, {"tuple", tuple("10.0.0.2:40000", "93.184.216.34:443")}, {"fd", 5}},
                      [&] {
                          check();
                          CHECK(world.descriptor(20, 5)->local == endpoint("10.0.0.2:40000"));
                      });
    }
    SUBCASE("while it goes on, with the address alone") {
        world.happens("connect", 20, {{"res", -115}, {"fd", 5}, {"addr", address("93.184.216.34:443")}}, check);
    }
    SUBCASE("before it is made") {
        world.happens("connect", 20, {{"fd", 5}, {"addr", address("93.184.216.34:443")}}, check);
    }
}

TEST_CASE("a connect that failed changes nothing") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100);
    world.happens("connect", 20, {{"res", -111}, {"fd", 5}, {"addr", address("10.0.0.1:80")}}, [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK_FALSE(found->connected);
        CHECK_FALSE(found->remote.address.valid());
        CHECK(found->role == Role::None);
        CHECK_FALSE(world.state.descriptor_name_changed());
    });
}

TEST_CASE("what a connect said is remembered where the kernel cannot tell") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100);
    world.happens("connect", 20, {{"res", -115}, {"fd", 5}, {"addr", address("10.0.0.1:80")}},
                  [&] { world.descriptor(20, 5); });
    world.happens("getsockopt", 20, {{"res", 0}, {"fd", 5}}, [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK(found->connected);
        CHECK(found->role == Role::Client);
        CHECK(found->remote == endpoint("10.0.0.1:80"));
        CHECK_FALSE(world.state.descriptor_name_changed());
    });
}

TEST_CASE("accept makes a server: the record's source is the other end") {
    Sockets world;
    world.happens("accept4", 20, {{"fd", 5}, {"tuple", tuple("10.0.0.9:50000", "10.0.0.2:80")}, {"flags", 0}}, [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK(found->type == DescriptorType::Ipv4);
        CHECK(found->l4proto == L4Proto::Tcp);
        CHECK(found->role == Role::Server);
        CHECK(found->connected);
        CHECK(found->local == endpoint("10.0.0.2:80"));
        CHECK(found->remote == endpoint("10.0.0.9:50000"));
        CHECK(world.state.descriptor_name_changed());
    });
    // An accept that failed accepted nobody.
    world.happens("accept", 20, {{"fd", -11}}, [&] { CHECK(world.descriptor(20, -11) == nullptr); });
}

TEST_CASE("bind to a port makes a listening name and a server") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100);
    world.happens("bind", 20, {{"res", 0}, {"addr", address("0.0.0.0:80")}, {"fd", 5}}, [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK(found->type == DescriptorType::Ipv4Server);
        CHECK(found->role == Role::Server);
        CHECK(found->local == endpoint("0.0.0.0:80"));
        CHECK_FALSE(found->connected);
        CHECK(world.state.descriptor_name_changed());
    });
    world.happens("bind", 20, {{"res", 0}, {"addr", address("[::1]:0")}, {"fd", 5}},
                  [&] { CHECK(world.descriptor(20, 5)->type == DescriptorType::Ipv4); });
}

TEST_CASE("a listening socket serves, without any call having been seen") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100, DescriptorType::Ipv6Server);
    world.happens("listen", 20, {{"res", 0}, {"fd", 5}}, [&] { CHECK(world.descriptor(20, 5)->role == Role::Server); });
}

TEST_CASE("a datagram's destination is a new name exactly when it differs from the one before") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    CHECK_FALSE(world.seen.connected);
    CHECK(world.seen.l4proto == L4Proto::Udp);
    CHECK(world.seen.role == Role::Client);
    CHECK_FALSE(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    CHECK_FALSE(world.send("10.0.0.2:40000", "8.8.8.8:53"));
    CHECK(world.send("0.0.0.0:40000", "8.8.4.4:53"));
    CHECK(world.send("0.0.0.0:40000", "8.8.4.4:54"));
    // The answer comes from where the question went.
    CHECK_FALSE(world.receive("8.8.4.4:54", "10.0.0.2:40000"));
    CHECK(world.seen.remote == endpoint("8.8.4.4:54"));
    CHECK(world.seen.local == endpoint("10.0.0.2:40000"));
}

TEST_CASE("a datagram that was not sent is no new name, and is not remembered") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    world.happens("sendto", 20, {{"res", -1}, {"fd", 5}, {"tuple", tuple("0.0.0.0:40000", "8.8.8.8:53")}}, [&] {
        CHECK(world.descriptor(20, 5) != nullptr);
        CHECK_FALSE(world.state.descriptor_name_changed());
    });
    // Nor one that is about to be.
    world.happens("sendto", 20, {{"fd", 5}, {"tuple", tuple("0.0.0.0:40000", "8.8.8.8:53")}},
                  [&] { CHECK(world.descriptor(20, 5)->remote == endpoint("8.8.8.8:53")); });
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
}

TEST_CASE("the name is asked for without the descriptor having been looked at") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    bool changed = false;
    world.happens("sendmsg", 20, {{"res", 4}, {"fd", 5}, {"tuple", tuple("0.0.0.0:40000", "8.8.8.8:53")}},
                  [&] { changed = world.state.descriptor_name_changed(); });
    CHECK(changed);
}

TEST_CASE("another socket in the place of a closed one begins anew") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    world.socket(L4Proto::Udp, 101);
    CHECK(world.send("0.0.0.0:40001", "8.8.8.8:53"));
}

TEST_CASE("a socket is the same in another descriptor and in another process") {
    Sockets world;
    const Descriptor socket = world.socket(L4Proto::Udp, 100);
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    world.fork(20, 30);
    world.witness.descriptors[{Tid{30}, Fd{9}}] = socket;
    world.happens("sendto", 30, {{"res", 4}, {"fd", 9}, {"tuple", tuple("0.0.0.0:40000", "8.8.8.8:53")}},
                  [&] { CHECK_FALSE(world.state.descriptor_name_changed()); });
}

TEST_CASE("where the kernel cannot be asked, the descriptor is known by process and number") {
    Sockets world;
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    CHECK(world.seen.type == DescriptorType::Ipv4);
    CHECK(world.seen.l4proto == L4Proto::Udp);
    CHECK_FALSE(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    world.happens("accept", 20, {{"fd", 5}, {"tuple", tuple("8.8.8.8:53", "10.0.0.2:80")}},
                  [&] { CHECK(world.state.descriptor_name_changed()); });
}

TEST_CASE("a bound datagram socket serves whoever writes to it") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    world.happens("bind", 20, {{"res", 0}, {"addr", address("0.0.0.0:5353")}, {"fd", 5}},
                  [&] { world.descriptor(20, 5); });
    CHECK(world.receive("10.0.0.9:5353", "10.0.0.2:5353"));
    CHECK(world.seen.role == Role::Server);
    CHECK(world.seen.type == DescriptorType::Ipv4);
    CHECK(world.receive("10.0.0.8:5353", "10.0.0.2:5353"));
    CHECK_FALSE(world.send("10.0.0.2:5353", "10.0.0.8:5353"));
}

TEST_CASE("a stream's ends are the kernel's, whatever a call names") {
    Sockets world;
    Descriptor& socket = world.socket(L4Proto::Tcp, 100);
    socket.local = endpoint("10.0.0.2:443");
    socket.remote = endpoint("10.0.0.9:50000");
    CHECK(world.send("10.0.0.2:443", "1.2.3.4:5"));
    CHECK(world.seen.remote == endpoint("10.0.0.9:50000"));
    CHECK(world.seen.connected);
    CHECK(world.seen.role == Role::Server);
    CHECK_FALSE(world.send("10.0.0.2:443", "10.0.0.9:50000"));
}

TEST_CASE("roles that no call told follow from the ports") {
    Sockets world;
    Descriptor& socket = world.socket(L4Proto::Tcp, 100);
    const auto role = [&](std::string_view local, std::string_view remote) {
        socket.local = endpoint(local);
        socket.remote = endpoint(remote);
        Role found = Role::None;
        world.happens("read", 20, {{"res", 1}, {"fd", 5}}, [&] { found = world.descriptor(20, 5)->role; });
        return found;
    };
    CHECK(role("10.0.0.2:443", "10.0.0.9:50000") == Role::Server);
    CHECK(role("10.0.0.2:50000", "10.0.0.9:443") == Role::Client);
    CHECK(role("10.0.0.2:123", "10.0.0.9:123") == Role::Client);
    socket.remote = {};
    world.happens("read", 20, {{"res", 1}, {"fd", 5}}, [&] {
        CHECK(world.descriptor(20, 5)->role == Role::None);
        CHECK_FALSE(world.descriptor(20, 5)->connected);
    });
}

TEST_CASE("IPv4 in IPv6 is IPv4") {
    Sockets world;
    world.socket(L4Proto::Tcp, 100, DescriptorType::Ipv6);
    world.happens("connect", 20,
                  {{"res", 0}, {"tuple", tuple("[::ffff:10.0.0.2]:40000", "[::ffff:10.0.0.1]:80")}, {"fd", 5}}, [&] {
                      const Descriptor* found = world.descriptor(20, 5);
                      CHECK(found->type == DescriptorType::Ipv4);
                      CHECK(found->local == endpoint("10.0.0.2:40000"));
                      CHECK(found->remote == endpoint("10.0.0.1:80"));
                  });
    world.socket(L4Proto::Udp, 101, DescriptorType::Ipv6);
    CHECK(world.send("[::]:40000", "[::ffff:8.8.8.8]:53"));
    CHECK(world.seen.type == DescriptorType::Ipv4);
    CHECK(world.seen.local.address.family == AF_INET);
    world.socket(L4Proto::Udp, 102, DescriptorType::Ipv6);
    CHECK(world.send("[fe80::2]:40000", "[2001:db8::1]:53"));
    CHECK(world.seen.type == DescriptorType::Ipv6);
    CHECK(world.seen.remote == endpoint("[2001:db8::1]:53"));
}

TEST_CASE("unix sockets have a path and two ends") {
    Sockets world;
    world.socket(L4Proto::NotApplicable, 100, DescriptorType::Unix);
    const Params connect{{"res", 0}, {"tuple", unix_tuple(0xaa, 0xbb, "/run/x.sock")}, {"fd", 5}};
    world.happens("connect", 20, connect, [&] {
        const Descriptor* found = world.descriptor(20, 5);
        REQUIRE(found != nullptr);
        CHECK(found->type == DescriptorType::Unix);
        CHECK(found->name == "/run/x.sock");
        CHECK(found->unix_source == 0xaa);
        CHECK(found->unix_peer == 0xbb);
        CHECK(found->role == Role::Client);
        CHECK(found->connected);
        CHECK(world.state.descriptor_name_changed());
    });
    world.happens("connect", 20, connect, [&] { CHECK_FALSE(world.state.descriptor_name_changed()); });
}

TEST_CASE("addresses that are cut short are no addresses") {
    Sockets world;
    world.socket(L4Proto::Udp, 100);
    const std::vector<std::byte> whole = tuple("0.0.0.0:40000", "8.8.8.8:53");
    for (size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        world.happens("sendto", 20, {{"res", 4}, {"fd", 5}, {"tuple", cut}}, [&] {
            REQUIRE(world.descriptor(20, 5) != nullptr);
            CHECK_FALSE(world.descriptor(20, 5)->remote.address.valid());
            CHECK_FALSE(world.state.descriptor_name_changed());
        });
    }
}

TEST_CASE("a socket that is in use is not the one that gives way") {
    Sockets world;
    for (uint64_t inode = 1; inode <= 20'000; ++inode) {
        world.socket(L4Proto::Udp, inode);
        world.send("0.0.0.0:40000", "8.8.8.8:53");
        world.socket(L4Proto::Udp, 7'000'000);
        CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53") == (inode == 1));
    }
}

TEST_CASE("more sockets than are remembered: the latest are") {
    Sockets world;
    for (uint64_t inode = 1; inode <= 20'000; ++inode) {
        world.socket(L4Proto::Udp, inode);
        world.send("0.0.0.0:40000", "8.8.8.8:53");
    }
    CHECK_FALSE(world.send("0.0.0.0:40000", "8.8.8.8:53"));
    world.socket(L4Proto::Udp, 1);
    CHECK(world.send("0.0.0.0:40000", "8.8.8.8:53"));
}

}  // namespace
}  // namespace bewit::state::testing
