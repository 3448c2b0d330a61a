#include "kernel/sample.h"

#include <doctest/doctest.h>
#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>
#include <string>

#include "engine/event/builder.h"

using namespace bewit;
using namespace bewit::kernel;

namespace {

using Bytes = std::vector<std::byte>;

template <typename Value>
void append(Bytes& bytes, const Value& value) {
    const auto from = std::as_bytes(std::span(&value, 1));
    bytes.insert(bytes.end(), from.begin(), from.end());
}

void append(Bytes& bytes, std::string_view text) {
    const auto from = std::as_bytes(std::span(text.data(), text.size()));
    bytes.insert(bytes.end(), from.begin(), from.end());
    bytes.push_back(std::byte{0});
}

void append_fact(Bytes& facts, bewit_fact fact, int fd, const Bytes& bytes) {
    append(facts, bewit_fact_head{static_cast<uint16_t>(fact), static_cast<uint16_t>(bytes.size()), fd});
    facts.insert(facts.end(), bytes.begin(), bytes.end());
}

Bytes sample_of(const event::View& record, const bewit_sample& head, const Bytes& facts = {}) {
    bewit_sample whole = head;
    whole.size = static_cast<uint32_t>(sizeof whole + record.bytes().size() + facts.size());
    Bytes bytes;
    append(bytes, whole);
    bytes.insert(bytes.end(), record.bytes().begin(), record.bytes().end());
    bytes.insert(bytes.end(), facts.begin(), facts.end());
    return bytes;
}

// openat(AT_FDCWD, "secret", O_WRONLY|O_CREAT, 0644) = 5 as the kernel tells it: flags and mode are the registers'.
Bytes opened(const Bytes& facts = {}) {
    static event::Builder builder;
    builder.begin(*event::find_event("openat"), 1000, Tid{77});
    for (const int64_t value : {5, -100}) builder.add_int(value);
    builder.add_text("secret");
    for (const int64_t value : {0101, 0644, 8, 9}) builder.add_int(value);
    bewit_sample head{};
    head.arguments[2] = 0101;
    head.arguments[3] = 0644;
    return sample_of(builder.finish(), head, facts);
}

DescriptorFact file_fact(uint32_t magic, std::string_view path) {
    DescriptorFact fact{.fd = Fd{3}, .descriptor = {}, .path = path};
    fact.descriptor.mode = S_IFREG;
    fact.descriptor.magic = magic;
    fact.descriptor.inode = 42;
    return fact;
}

}  // namespace

TEST_CASE("flags get the encoding of records, and the time counts from the epoch") {
    Sample sample;
    const auto view = sample.take(opened(), 500);
    REQUIRE(view);
    CHECK(view->time_ns() == 1500);
    CHECK(view->param("flags").as_uint() == 6);  // O_WRONLY|O_CREAT as rules have it
    CHECK(view->param("mode").as_uint() == 0644);
    CHECK(view->param("name").as_text() == "secret");
    CHECK(view->result() == 5);
}

TEST_CASE("facts belong to the thread of the event") {
    Bytes facts, cwd, fd;
    append(cwd, std::string_view("/home/user"));
    append_fact(facts, BEWIT_FACT_CWD, -100, cwd);
    bewit_descriptor file{};
    file.mode = S_IFREG;
    append(fd, file);
    append(fd, std::string_view("/home/user/secret"));
    append_fact(facts, BEWIT_FACT_FD, 5, fd);
    Sample sample;
    REQUIRE(sample.take(opened(facts), 0));
    CHECK(sample.tid() == Tid{77});
    CHECK(sample.working_directory() == "/home/user");
    REQUIRE(sample.descriptor(Fd{5}) != nullptr);
    CHECK(sample.descriptor(Fd{5})->path == "/home/user/secret");
    CHECK(sample.descriptor(Fd{4}) == nullptr);
}

TEST_CASE("facts of one event are not those of the next") {
    Bytes facts, cwd;
    append(cwd, std::string_view("/home/user"));
    append_fact(facts, BEWIT_FACT_CWD, -100, cwd);
    Sample sample;
    REQUIRE(sample.take(opened(facts), 0));
    REQUIRE(sample.take(opened(), 0));
    CHECK(!sample.working_directory());
}

TEST_CASE("bytes that are cut anywhere are no sample") {
    Bytes facts, cwd;
    append(cwd, std::string_view("/"));
    append_fact(facts, BEWIT_FACT_CWD, -100, cwd);
    const Bytes whole = opened(facts);
    Sample sample;
    for (size_t size = 0; size < whole.size(); ++size) CHECK(!sample.take(std::span(whole).first(size), 0));
    CHECK(sample.take(whole, 0));
}

TEST_CASE("an IPv6 socket that speaks IPv4 is one of IPv4") {
    DescriptorFact fact{.fd = Fd{3}, .descriptor = {}, .path = {}};
    fact.descriptor.mode = S_IFSOCK;
    fact.descriptor.family = AF_INET6;
    fact.descriptor.type = SOCK_STREAM;
    fact.descriptor.protocol = 6;
    fact.descriptor.connected = 1;
    fact.descriptor.remote_port = 443;
    const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
    std::memcpy(fact.descriptor.remote, mapped, sizeof mapped);
    event::Descriptor out;
    describe(fact, out);
    CHECK(out.type == event::DescriptorType::Ipv4);
    CHECK(out.l4proto == event::L4Proto::Tcp);
    CHECK(out.remote.address.family == AF_INET);
    CHECK(out.remote.address.bytes[3] == 1);
    CHECK(out.remote.port == 443);
    CHECK(out.from_kernel);
}

TEST_CASE("what has no name in the file system is told by its kind") {
    const auto described = [](uint32_t magic, std::string_view path) {
        event::Descriptor out;
        describe(file_fact(magic, path), out);
        return out;
    };
    CHECK(described(ANON_INODE_FS_MAGIC, "/[eventfd]").type == event::DescriptorType::Event);
    CHECK(described(ANON_INODE_FS_MAGIC, "/[eventfd]").name == "anon_inode:[eventfd]");
    CHECK(described(0x50495045, "/").type == event::DescriptorType::Fifo);
    CHECK(described(0x50495045, "/").name == "pipe:[42]");
    CHECK(described(TMPFS_MAGIC, "/memfd:code").type == event::DescriptorType::Memfd);
    CHECK(described(TMPFS_MAGIC, "/etc/shadow").type == event::DescriptorType::File);
    CHECK(described(TMPFS_MAGIC, "/etc/shadow").name == "/etc/shadow");
}
