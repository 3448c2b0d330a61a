// What the kernel says that a descriptor is.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "tests/unit/tracer/child.h"
#include "tests/unit/tracer/look.h"
#include "tracer/flags.h"
#include "tracer/socket_address.h"

using namespace bewit;
using namespace bewit::tracer;
using namespace bewit::tracer::test;
using event::DescriptorType;

namespace {

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t port_of(int socket) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin6_port);
}

int listening_socket(int family = AF_INET) {
    const int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (family == AF_INET) {
        const sockaddr_in address = loopback(0);
        REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    REQUIRE(listen(listener, 4) == 0);
    return listener;
}

event::Endpoint ipv4(std::array<uint8_t, 4> bytes, uint16_t port) {
    event::Endpoint endpoint{.address = {.family = AF_INET}, .port = port};
    std::ranges::copy(bytes, endpoint.address.bytes.begin());
    return endpoint;
}
constexpr std::array<uint8_t, 4> localhost = {127, 0, 0, 1};

event::Descriptor look_at_own(int fd) { return look(static_cast<Tid>(getpid()), fd); }

}  // namespace

TEST_CASE("files are files however they were opened, directories are directories when opened as such") {
    const int file = open("/bin/sleep", O_RDONLY | O_CLOEXEC);
    const event::Descriptor plain = look_at_own(file);
    CHECK(plain.type == DescriptorType::File);
    CHECK(plain.name == std::filesystem::canonical("/bin/sleep").string());
    struct stat status {};
    fstat(file, &status);
    CHECK(plain.inode == status.st_ino);
    CHECK(plain.device == static_cast<uint32_t>(status.st_dev));
    CHECK((plain.open_flags & 3) == falco::open_rdonly);
    CHECK((plain.open_flags & falco::open_cloexec) != 0);
    CHECK_FALSE(plain.connected);

    const int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(look_at_own(directory).type == DescriptorType::Directory);
    const int folder = open("/tmp", O_RDONLY | O_CLOEXEC);
    CHECK(look_at_own(folder).type == DescriptorType::File);
    const int device = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CHECK(look_at_own(device).type == DescriptorType::File);
    CHECK((look_at_own(device).open_flags & 3) == falco::open_wronly);
    for (const int fd : {file, directory, folder, device}) close(fd);
}

TEST_CASE("what has no path is told by its kind") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const event::Descriptor fifo = look_at_own(ends[0]);
    CHECK(fifo.type == DescriptorType::Fifo);
    CHECK(fifo.name == "pipe:[" + std::to_string(fifo.inode) + "]");

    const std::pair<int, DescriptorType> anonymous[] = {
        {eventfd(0, EFD_CLOEXEC), DescriptorType::Event},
        {epoll_create1(EPOLL_CLOEXEC), DescriptorType::EventPoll},
        {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), DescriptorType::Timer},
        {static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)), DescriptorType::Pidfd},
    };
    for (const auto& [fd, type] : anonymous) {
        REQUIRE(fd >= 0);
        CHECK(look_at_own(fd).type == type);
        close(fd);
    }
    const int memory = memfd_create("scratch", MFD_CLOEXEC);
    CHECK(look_at_own(memory).type == DescriptorType::Memfd);
    CHECK(look_at_own(memory).name == "memfd:scratch");
    for (const int fd : {ends[0], ends[1], memory}) close(fd);
}

TEST_CASE("a connected TCP socket of another process has both of its ends") {
    const int listener = listening_socket();
    const uint16_t port = port_of(listener);
    int client = -1;
    const Child child([&] {
        client = socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in to = loopback(port);
        REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
        REQUIRE(dup2(client, 100) == 100);
    });
    const event::Descriptor out = look(child.tid(), 100);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.l4proto == event::L4Proto::Tcp);
    CHECK(out.socket_family == AF_INET);
    CHECK(out.connected);
    CHECK(out.name.empty());
    CHECK(out.local.address == ipv4(localhost, 0).address);
    CHECK(out.remote == ipv4(localhost, port));

    const event::Descriptor server = look_at_own(listener);
    CHECK(server.type == DescriptorType::Ipv4Server);
    CHECK(server.local == ipv4(localhost, port));
    CHECK_FALSE(server.remote.address.valid());
    CHECK_FALSE(server.connected);
    close(listener);
}

TEST_CASE("an IPv6 socket that talks to an IPv4 address is IPv4") {
    const int listener = listening_socket();
    const uint16_t port = port_of(listener);
    const int client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
    to.sin6_addr.s6_addr[12] = 127;
    to.sin6_addr.s6_addr[15] = 1;
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const event::Descriptor out = look_at_own(client);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.socket_family == AF_INET6);
    CHECK(out.remote == ipv4(localhost, port));
    CHECK(out.local.address.family == AF_INET);
    // A tuple of 13 bytes, as of any IPv4 socket.
    std::string tuple;
    append_socktuple(out, {}, Direction::Outbound, tuple);
    CHECK(tuple.size() == 13);
    close(client);
    const int server = listening_socket(AF_INET6);
    CHECK(look_at_own(server).type == DescriptorType::Ipv6Server);
    close(server);
    close(listener);
}

TEST_CASE("an unconnected UDP socket has a local end only") {
    const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_in own = loopback(0);
    REQUIRE(bind(udp, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    const event::Descriptor out = look_at_own(udp);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.l4proto == event::L4Proto::Udp);
    CHECK(out.local == ipv4(localhost, port_of(udp)));
    CHECK_FALSE(out.remote.address.valid());
    CHECK_FALSE(out.connected);
    close(udp);
}

TEST_CASE("a unix socket is called by the path that it is connected to, or bound to") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "bewit-test-" + std::to_string(getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener, 4) == 0);
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    for (const int fd : {listener, client}) {
        const event::Descriptor out = look_at_own(fd);
        CHECK(out.type == DescriptorType::Unix);
        CHECK(out.socket_family == AF_UNIX);
        CHECK(out.name == name);
        CHECK(out.connected == (fd == client));
        CHECK(out.unix_source == out.inode);
        close(fd);
    }
    const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    CHECK(look_at_own(netlink).type == DescriptorType::Netlink);
    close(netlink);
}
