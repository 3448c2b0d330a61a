#include "tracer/net_tables.h"
#include "tracer/proc_reader.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

using namespace bewit;
using namespace bewit::tracer;
using event::DescriptorType;

namespace {

const NetTable& table(std::string_view path) {
    for (const NetTable& one : net_tables) {
        if (one.path == path) return one;
    }
    FAIL("no table ", path);
    return net_tables.front();
}

std::string own_table(const NetTable& one) {
    const int fd = open(("/proc/self/" + std::string(one.path)).c_str(), O_RDONLY | O_CLOEXEC);
    std::string text;
    read_all(fd, text);
    close(fd);
    return text;
}

uint64_t inode_of(int fd) {
    struct stat status {};
    fstat(fd, &status);
    return status.st_ino;
}

}  // namespace

TEST_CASE("a line of the tcp table gives both ends and whether it listens") {
    constexpr std::string_view text =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000 100 0 0 "
        "10 0\n"
        "   1: 0100007F:1F90 0200000A:D431 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000 20 4 30 "
        "10 -1\n";
    event::Descriptor listener, connection;
    REQUIRE(find_socket(table("net/tcp"), text, 111, listener));
    CHECK(listener.type == DescriptorType::Ipv4Server);
    CHECK(listener.local.port == 8080);
    CHECK_FALSE(listener.connected);
    CHECK_FALSE(listener.remote.address.valid());
    REQUIRE(find_socket(table("net/tcp"), text, 222, connection));
    CHECK(connection.type == DescriptorType::Ipv4);
    CHECK(connection.l4proto == event::L4Proto::Tcp);
    CHECK(connection.connected);
    CHECK(connection.remote.port == 0xd431);
    CHECK(connection.remote.address.bytes[0] == 10);
    CHECK(connection.remote.address.bytes[3] == 2);
    event::Descriptor none;
    CHECK_FALSE(find_socket(table("net/tcp"), text, 333, none));
    CHECK_FALSE(find_socket(table("net/tcp"), text, 0, none));
}

TEST_CASE("an IPv4-mapped line of the tcp6 table is IPv4, any other IPv6") {
    constexpr std::string_view text =
        "   0: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:9C40 01 00000000:00000000 "
        "00:00000000 "
        "00000000     0        0 5 1\n"
        "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 "
        "00:00000000 "
        "00000000     0        0 6 1\n";
    event::Descriptor mapped, wide;
    REQUIRE(find_socket(table("net/tcp6"), text, 5, mapped));
    CHECK(mapped.type == DescriptorType::Ipv4);
    CHECK(mapped.remote.address.family == AF_INET);
    CHECK(mapped.remote.port == 40000);
    REQUIRE(find_socket(table("net/tcp6"), text, 6, wide));
    CHECK(wide.type == DescriptorType::Ipv6Server);
    CHECK(wide.local.address.bytes[15] == 1);
    CHECK(wide.local.address.family == AF_INET6);
}

TEST_CASE("a unix socket's name may hold blanks, and an abstract one loses its @") {
    constexpr std::string_view text =
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 700 /run/my socket\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 701 @abstract\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 702\n";
    event::Descriptor out;
    REQUIRE(find_socket(table("net/unix"), text, 700, out));
    CHECK(out.type == DescriptorType::Unix);
    CHECK(out.name == "/run/my socket");
    CHECK_FALSE(out.connected);
    REQUIRE(find_socket(table("net/unix"), text, 701, out));
    CHECK(out.name == "abstract");
    CHECK(out.connected);
    REQUIRE(find_socket(table("net/unix"), text, 702, out));
    CHECK(out.name.empty());
}

TEST_CASE("the kernel's own tables hold this process's sockets") {
    const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(udp, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    // Not listed before it has an address.
    const sockaddr_nl any{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
    REQUIRE(bind(netlink, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    event::Descriptor out;
    REQUIRE(find_socket(table("net/udp"), own_table(table("net/udp")), inode_of(udp), out));
    CHECK(out.local.address.bytes[0] == 127);
    CHECK(out.type == DescriptorType::Ipv4);
    REQUIRE(find_socket(table("net/netlink"), own_table(table("net/netlink")), inode_of(netlink), out));
    CHECK(out.type == DescriptorType::Netlink);
    REQUIRE(find_socket(table("net/unix"), own_table(table("net/unix")), inode_of(pair[0]), out));
    CHECK(out.connected);
    for (const int fd : {udp, netlink, pair[0], pair[1]}) close(fd);
}
