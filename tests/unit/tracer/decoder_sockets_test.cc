#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "decoded_run.h"
#include "tracer/flags.h"

using namespace bewit;
using namespace bewit::tracer;
using bewit::tracer::test::DecodedRun;

namespace {

template <typename... Arguments>
long call(long number, Arguments... arguments) {
    return syscall(number, arguments...);
}

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

struct Bound {
    int fd;
    uint16_t port = 0;
    explicit Bound(int type) : fd(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
    }
    ~Bound() { close(fd); }
};

std::vector<uint8_t> bytes(const event::Param& param) {
    std::vector<uint8_t> out;
    for (const std::byte byte : param.bytes) out.push_back(static_cast<uint8_t>(byte));
    return out;
}
std::string text(const event::Param& param) {
    return {reinterpret_cast<const char*>(param.bytes.data()), param.bytes.size()};
}

uint16_t port_at(const std::vector<uint8_t>& tuple, size_t at) {
    return static_cast<uint16_t>(tuple[at] | tuple[at + 1] << 8);
}

const std::vector<uint8_t> localhost = {127, 0, 0, 1};
std::vector<uint8_t> slice(const std::vector<uint8_t>& from, size_t at, size_t size) {
    REQUIRE(from.size() >= at + size);
    return {from.begin() + static_cast<long>(at), from.begin() + static_cast<long>(at + size)};
}

// 13 bytes: family, source and its port, destination and its port.
struct Tuple {
    std::vector<uint8_t> all;
    explicit Tuple(const event::Param& param) : all(bytes(param)) { REQUIRE(all.size() == 13); }
    std::vector<uint8_t> source() const { return slice(all, 1, 4); }
    uint16_t source_port() const { return port_at(all, 5); }
    std::vector<uint8_t> destination() const { return slice(all, 7, 4); }
    uint16_t destination_port() const { return port_at(all, 11); }
};

}  // namespace

TEST_CASE("connect tells at the entry what was asked for, and after the call what the kernel connected") {
    const Bound listener(SOCK_STREAM);
    REQUIRE(listen(listener.fd, 4) == 0);
    const DecodedRun run([&] {
        const long fd = call(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in to = loopback(listener.port);
        call(SYS_connect, fd, &to, sizeof to);
    });
    const event::View socket = run.exit("socket");
    CHECK(socket.param("domain").as_uint() == AF_INET);
    CHECK(socket.param("type").as_uint() == (SOCK_STREAM | SOCK_CLOEXEC));
    CHECK(socket.param("flags").as_uint() == falco::open_cloexec);

    const event::View entry = run.entry("connect");
    CHECK(entry.param("fd").as_int() == socket.result().value());
    CHECK_FALSE(entry.param("tuple").present());
    const std::vector<uint8_t> address = bytes(entry.param("addr"));
    REQUIRE(address.size() == 7);
    CHECK(address[0] == AF_INET);
    CHECK(slice(address, 1, 4) == localhost);
    CHECK(port_at(address, 5) == listener.port);

    const event::View exit = run.exit("connect");
    CHECK(exit.result().value() == 0);
    const Tuple tuple(exit.param("tuple"));
    CHECK(tuple.source() == localhost);
    CHECK(tuple.source_port() != 0);
    CHECK(tuple.destination() == localhost);
    CHECK(tuple.destination_port() == listener.port);
}

TEST_CASE("a connection that is refused has the address and no tuple") {
    uint16_t closed_port;
    {
        const Bound gone(SOCK_STREAM);
        closed_port = gone.port;
    }
    const DecodedRun run([&] {
        const long fd = call(SYS_socket, AF_INET, SOCK_STREAM, 0);
        const sockaddr_in to = loopback(closed_port);
        call(SYS_connect, fd, &to, sizeof to);
    });
    CHECK(run.exit("connect").result().value() == -ECONNREFUSED);
    CHECK_FALSE(run.exit("connect").param("tuple").present());
    CHECK(bytes(run.exit("connect").param("addr")).size() == 7);
}

TEST_CASE("a connection that is under way has a tuple with the address that was asked for") {
    // A listener whose queue is full lets a connection wait.
    const Bound listener(SOCK_STREAM);
    REQUIRE(listen(listener.fd, 0) == 0);
    const DecodedRun run([&] {
        const sockaddr_in to = loopback(listener.port);
        for (int i = 0; i < 3; ++i) {
            const long fd = call(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            call(SYS_connect, fd, &to, sizeof to);
        }
    });
    const event::View exit = run.exit("connect", 2);
    REQUIRE(exit.result().value() == -EINPROGRESS);
    const Tuple tuple(exit.param("tuple"));
    CHECK(tuple.destination() == localhost);
    CHECK(tuple.destination_port() == listener.port);
}

TEST_CASE("accept tells who connected first, then to whom") {
    const Bound listener(SOCK_STREAM);
    REQUIRE(listen(listener.fd, 4) == 0);
    const Bound client(SOCK_STREAM);
    const sockaddr_in to = loopback(listener.port);
    REQUIRE(connect(client.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const DecodedRun run([&] { call(SYS_accept4, listener.fd, nullptr, nullptr, SOCK_NONBLOCK); });
    const event::View exit = run.exit("accept4");
    CHECK(exit.result().value() >= 0);
    const Tuple tuple(exit.param("tuple"));
    CHECK(tuple.source_port() == client.port);
    CHECK(tuple.destination_port() == listener.port);
    CHECK(exit.param("flags").as_uint() == falco::open_nonblock);
    CHECK_FALSE(exit.param("queuelen").present());
}

TEST_CASE("a datagram's tuple holds the address that was given, or the one that is connected to") {
    const Bound receiver(SOCK_DGRAM);
    const Bound other(SOCK_DGRAM);
    const DecodedRun run([&] {
        const sockaddr_in to = loopback(receiver.port);
        const long fd = call(SYS_socket, AF_INET, SOCK_DGRAM, 0);
        call(SYS_sendto, fd, "ping", 4, 0, &to, sizeof to);
        call(SYS_connect, fd, &to, sizeof to);
        call(SYS_sendto, fd, "more", 4, 0, nullptr, 0);
        char buffer[100];
        sockaddr_in from{};
        socklen_t size = sizeof from;
        call(SYS_recvfrom, receiver.fd, buffer, sizeof buffer, 0, &from, &size);
    });
    const event::View first = run.exit("sendto", 0);
    CHECK(text(first.param("data")) == "ping");
    CHECK(first.param("size").as_uint() == 4);
    CHECK(Tuple(first.param("tuple")).destination() == localhost);
    CHECK(Tuple(first.param("tuple")).destination_port() == receiver.port);
    const Tuple second(run.exit("sendto", 1).param("tuple"));
    CHECK(second.destination_port() == receiver.port);
    CHECK(second.source_port() != 0);
    const event::View received = run.exit("recvfrom");
    CHECK(text(received.param("data")) == "ping");
    const Tuple incoming(received.param("tuple"));
    CHECK(incoming.source() == localhost);
    CHECK(incoming.source_port() == second.source_port());
    CHECK(incoming.destination_port() == receiver.port);
}

TEST_CASE("messages are gathered from their vectors") {
    const Bound receiver(SOCK_DGRAM);
    const DecodedRun run([&] {
        sockaddr_in to = loopback(receiver.port);
        const long fd = call(SYS_socket, AF_INET, SOCK_DGRAM, 0);
        char first[] = "hello ", second[] = "world";
        iovec vectors[] = {{first, 6}, {second, 5}};
        msghdr message{};
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
        message.msg_iov = vectors;
        message.msg_iovlen = 2;
        call(SYS_sendmsg, fd, &message, 0);
        char buffer[100];
        iovec room[] = {{buffer, 3}, {buffer + 50, 50}};
        msghdr in{};
        sockaddr_in from{};
        in.msg_name = &from;
        in.msg_namelen = sizeof from;
        in.msg_iov = room;
        in.msg_iovlen = 2;
        call(SYS_recvmsg, receiver.fd, &in, 0);
        mmsghdr several[2]{};
        several[0].msg_hdr = several[1].msg_hdr = message;
        call(SYS_sendmmsg, fd, several, 2, 0);
        mmsghdr incoming[2]{};
        incoming[0].msg_hdr = incoming[1].msg_hdr = in;
        call(SYS_recvmmsg, receiver.fd, incoming, 2, 0, nullptr);
    });
    const event::View sent = run.exit("sendmsg");
    CHECK(text(sent.param("data")) == "hello world");
    CHECK(sent.param("size").as_uint() == 11);
    CHECK(Tuple(sent.param("tuple")).destination_port() == receiver.port);
    const event::View received = run.exit("recvmsg");
    CHECK(received.param("size").as_uint() == 11);
    CHECK(text(received.param("data")) == "hello world");
    CHECK(Tuple(received.param("tuple")).destination_port() == receiver.port);
    CHECK(Tuple(received.param("tuple")).source_port() != 0);
    CHECK_FALSE(received.param("msgcontrol").present());
    const event::View several = run.exit("sendmmsg");
    CHECK(several.result().value() == 2);
    CHECK(text(several.param("data")) == "hello world");
    CHECK(several.param("size").as_uint() == 11);
    const event::View incoming = run.exit("recvmmsg");
    CHECK(incoming.result().value() == 2);
    CHECK(incoming.param("size").as_uint() == 11);
    CHECK(text(incoming.param("data")) == "hello world");
}

TEST_CASE("a descriptor that is passed along shows in the message's control data") {
    const DecodedRun run([] {
        int pair[2];
        call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
        char byte = 'x';
        iovec vector{&byte, 1};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
        msghdr message{};
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &pair[0], sizeof(int));
        call(SYS_sendmsg, pair[0], &message, 0);
        message.msg_controllen = sizeof control;
        call(SYS_recvmsg, pair[1], &message, 0);
    });
    const event::View pair = run.exit("socketpair");
    CHECK(pair.param("fd2").as_int() == pair.param("fd1").as_int() + 1);
    CHECK(pair.param("source").as_uint() != 0);
    CHECK(pair.param("peer").as_uint() != pair.param("source").as_uint());
    CHECK(run.exit("recvmsg").param("msgcontrol").bytes.size() == CMSG_LEN(sizeof(int)) + 4);
}

TEST_CASE("unix sockets are told by path, abstract ones without their NUL") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "bewit-decoder-" + std::to_string(getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener, 4) == 0);
    const DecodedRun run([&] {
        const long fd = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
        call(SYS_connect, fd, &address, size);
    });
    close(listener);
    CHECK(text(run.exit("connect").param("addr")) == std::string(1, AF_UNIX) + name + '\0');
    const std::string tuple = text(run.exit("connect").param("tuple"));
    REQUIRE(tuple.size() == 17 + name.size() + 1);
    CHECK(tuple.substr(17) == name + '\0');
}

TEST_CASE("an address that cannot be read, or of a family without a form, is absent") {
    const DecodedRun run([] {
        const long fd = call(SYS_socket, AF_INET, SOCK_STREAM, 0);
        call(SYS_bind, fd, 8L, 16);
        sockaddr_storage strange{};
        strange.ss_family = AF_PACKET;
        call(SYS_bind, fd, &strange, sizeof strange);
    });
    CHECK_FALSE(run.entry("bind", 0).param("addr").present());
    CHECK_FALSE(run.entry("bind", 1).param("addr").present());
}

TEST_CASE("socket options carry their value by its kind") {
    const DecodedRun run([] {
        const long fd = call(SYS_socket, AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        call(SYS_setsockopt, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        const timeval time = {2, 500000};
        call(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
        int error = 0;
        socklen_t size = sizeof error;
        call(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size);
    });
    const event::View keep = run.exit("setsockopt", 0);
    CHECK(keep.param("level").as_uint() == 1);
    CHECK(keep.param("optname").as_uint() == 9);
    CHECK(bytes(keep.param("val")) == std::vector<uint8_t>{2, 1, 0, 0, 0});
    const auto time = bytes(run.exit("setsockopt", 1).param("val"));
    REQUIRE(time.size() == 9);
    CHECK(time[0] == 4);
    uint64_t nanoseconds = 0;
    std::memcpy(&nanoseconds, time.data() + 1, sizeof nanoseconds);
    CHECK(nanoseconds == 2'500'000'000);
    CHECK(bytes(run.exit("getsockopt").param("val")) == std::vector<uint8_t>{1, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(run.exit("getsockopt").param("optlen").as_uint() == 4);
    CHECK_FALSE(run.entry("getsockopt").param("val").present());
}
