#include <doctest/doctest.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include <string>

#include "engine/event/catalogue.h"

using namespace bewit::event;

namespace {

// The text of `value` in the parameter `param` of the event `event`.
std::string text(std::string_view event, std::string_view param, uint32_t value) {
    const EventInfo* info = find_event(event);
    REQUIRE(info != nullptr);
    const auto position = info->param(param);
    REQUIRE(position.has_value());
    std::string out;
    append_names(info->params[*position].type, info->params[*position].names, value, out);
    return out;
}

}  // namespace

TEST_CASE("flags are taken off in the order of the table") {
    CHECK(text("open", "flags", 0x1) == "O_RDONLY");
    CHECK(text("open", "flags", 0x3) == "O_RDWR");
    CHECK(text("open", "flags", 0x1001) == "O_RDONLY|O_CLOEXEC");
    CHECK(text("open", "flags", 0x4 | 0x2 | 0x100) == "O_TRUNC|O_CREAT|O_WRONLY");
    CHECK(text("open", "flags", 0x4 | 0x3 | 0x4000) == "O_CREAT|O_RDWR|O_F_CREATED");
}

TEST_CASE("a flag of value 0 is printed for 0 alone") {
    CHECK(text("open", "flags", 0) == "O_NONE");
    CHECK(text("mmap", "prot", 0) == "PROT_NONE");
    CHECK(text("mmap", "prot", 5) == "PROT_READ|PROT_EXEC");
}

TEST_CASE("bits that no flag has are not printed") {
    CHECK(text("open", "flags", 0x80000000u).empty());
    CHECK(text("open", "flags", 0x80000001u) == "O_RDONLY");
    CHECK(text("clone", "flags", 0).empty());
}

TEST_CASE("an enumeration prints every name of its value") {
    CHECK(text("socket", "domain", 1) == "AF_LOCAL|AF_UNIX");
    CHECK(text("socket", "domain", 16) == "AF_ROUTE|AF_NETLINK");
    CHECK(text("socket", "domain", 10) == "AF_INET6");
    CHECK(text("bpf", "cmd", 10) == "BPF_PROG_TEST_RUN|BPF_PROG_RUN");
    CHECK(text("bpf", "cmd", 5) == "BPF_PROG_LOAD");
    CHECK(text("bpf", "cmd", 99).empty());
    CHECK(text("ptrace", "request", 0) == "PTRACE_UNKNOWN");
}

TEST_CASE("a mode prints its bits, and stops at the name of the whole") {
    CHECK(text("chmod", "mode", 0755) == "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR");
    CHECK(text("chmod", "mode", 04000) == "S_ISUID");
    CHECK(text("fchmodat", "mode", 06111) == "S_IXOTH|S_IXGRP|S_IXUSR|S_ISGID|S_ISUID");
    CHECK(text("chmod", "mode", 0).empty());
    CHECK(text("mknod", "mode", 0x8000) == "S_IFREG");
    CHECK(text("mknod", "mode", 0x6000) == "S_IFCHR|S_IFBLK");
    CHECK(text("mknod", "mode", 0x61b6) == "S_IWOTH|S_IROTH|S_IWGRP|S_IRGRP|S_IWUSR|S_IRUSR|S_IFCHR");
}

TEST_CASE("names are appended to what the text already holds") {
    const EventInfo* open = find_event("open");
    std::string out = "flags=";
    append_names(open->params[2].type, open->params[2].names, 0x5, out);
    CHECK(out == "flags=O_CREAT|O_RDONLY");
}

TEST_CASE("errors have the names of the C library") {
    for (int number = 1; number <= EHWPOISON; ++number) {
        const char* expected = strerrorname_np(number);
        CHECK_MESSAGE(errno_name(number) == (expected == nullptr ? "" : std::string_view{expected}), number);
    }
    CHECK(errno_name(ENOENT) == "ENOENT");
    CHECK(errno_name(EAGAIN) == "EAGAIN");
    CHECK(errno_name(512) == "ERESTARTSYS");
    CHECK(errno_name(524) == "ENOTSUPP");
    for (int unknown : {0, -1, -2, 134, 511, 520, 531, INT32_MAX, INT32_MIN}) CHECK(errno_name(unknown).empty());
}

TEST_CASE("signals have the names of the C library") {
    for (int number = 1; number < 32; ++number) {
        if (number == SIGIO) continue;  // also SIGPOLL
        CHECK(signal_name(number) == "SIG" + std::string(sigabbrev_np(number)));
    }
    CHECK(signal_name(SIGIO) == "SIGIO");
    for (int unknown : {0, -1, 32, 64, 255}) CHECK(signal_name(unknown).empty());
}

TEST_CASE("categories have the texts of evt.category") {
    CHECK(category_name(Category::Unknown) == "unknown");
    CHECK(category_name(Category::File) == "file");
    CHECK(category_name(Category::Ipc) == "IPC");
    CHECK(category_name(Category::Time) == "time");
    CHECK(category_name(Category::IoRead) == "unknown");
    CHECK(category_name(Category::IoOther) == "unknown");
    CHECK(category_name(Category::Wait) == "wait");
    CHECK(category_name(Category::Scheduler) == "scheduler");
    CHECK(category_name(Category::Internal) == "internal");
}

TEST_CASE("types have the reference's names") {
    CHECK(type_name(ParamType::None) == "NONE");
    CHECK(type_name(ParamType::Int8) == "INT8");
    CHECK(type_name(ParamType::Uint64) == "UINT64");
    CHECK(type_name(ParamType::CharBuf) == "CHARBUF");
    CHECK(type_name(ParamType::SockTuple) == "SOCKTUPLE");
    CHECK(type_name(ParamType::FsRelPath) == "FSRELPATH");
    CHECK(type_name(ParamType::AbsTime) == "ABSTIME");
    CHECK(type_name(ParamType::Dyn) == "DYN");
    CHECK(type_name(ParamType::Gid) == "GID");
    CHECK(type_name(ParamType::SigSet) == "SIGSET");
    CHECK(type_name(ParamType::Flags32) == "FLAGS32");
    CHECK(type_name(ParamType::EnumFlags32) == "ENUMFLAGS32");
    CHECK(type_name(ParamType::Ipv6Addr) == "IPV6ADDR");
    CHECK(type_name(ParamType::Pid32) == "PID32");
    CHECK(type_name(ParamType::L4Proto) == "L4PROTO");
}
