#include "engine/event/syscalls.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <sys/syscall.h>

#include <algorithm>
#include <fstream>
#include <string>

using namespace bewit::event;

namespace {

constexpr Abi all_abis[] = {Abi::X86_64, Abi::I386, Abi::Aarch64};

std::string_view kind_text(Abi abi, std::string_view syscall) {
    const auto number = syscall_number(abi, syscall);
    if (!number) return "no such syscall";
    return kind_name(*syscall_kind(abi, *number));
}

}  // namespace

TEST_CASE("a table rises, and each number leads to its name and back") {
    for (Abi abi : all_abis) {
        int last = -1;
        for (const Syscall& syscall : syscalls(abi)) {
            CHECK(static_cast<int>(syscall.number) > last);
            last = syscall.number;
            CHECK(syscall_name(abi, syscall.number) == syscall.name);
            CHECK_MESSAGE(syscall_number(abi, syscall.name) == syscall.number, syscall.name);
            CHECK(syscall_kind(abi, syscall.number).has_value());
        }
    }
}

TEST_CASE("what is no syscall has no name and no kind") {
    for (Abi abi : all_abis) {
        for (uint32_t number : {472u, 511u, 1024u, 0x40000000u, UINT32_MAX}) {
            CHECK(syscall_name(abi, number).empty());
            CHECK_FALSE(syscall_kind(abi, number).has_value());
        }
        CHECK_FALSE(syscall_number(abi, "no_such_call").has_value());
        CHECK_FALSE(syscall_number(abi, "").has_value());
    }
    CHECK(syscall_name(Abi::X86_64, 350).empty());
    CHECK_FALSE(syscall_kind(Abi::X86_64, 350).has_value());
    CHECK(syscall_name(Abi::Aarch64, 245).empty());
    CHECK(syscall_name(Abi::I386, 17) == "break");
}

TEST_CASE("the native table agrees with the compiler's own headers") {
    std::ifstream headers(NATIVE_UNISTD);
    REQUIRE(headers.is_open());
    int checked = 0;
    for (std::string define, macro, value; headers >> define;) {
        if (define != "#define" || !(headers >> macro) || !macro.starts_with("__NR_")) continue;
        std::getline(headers, value);
        char* end = nullptr;
        const unsigned long number = std::strtoul(value.c_str(), &end, 10);
        if (end == value.c_str() || *end != '\0') continue;  // an alias, or a size of the table
        const std::string name = macro.substr(5);
        if (name == "syscalls" || name == "arch_specific_syscall") continue;
        CHECK_MESSAGE(syscall_number(native_abi(), name) == number, name);
        ++checked;
    }
    CHECK(checked > 280);
}

TEST_CASE("numbers that differ between the ABIs are each ABI's own") {
    CHECK(syscall_number(Abi::X86_64, "openat") == 257);
    CHECK(syscall_number(Abi::I386, "openat") == 295);
    CHECK(syscall_number(Abi::Aarch64, "openat") == 56);
    CHECK(syscall_number(Abi::X86_64, "execve") == 59);
    CHECK(syscall_number(Abi::I386, "execve") == 11);
    CHECK(syscall_number(Abi::Aarch64, "execve") == 221);
    CHECK(syscall_number(Abi::I386, "umount") == 22);
    CHECK(syscall_number(Abi::I386, "umount2") == 52);
    CHECK(syscall_number(Abi::X86_64, "umount2") == 166);
    CHECK(syscall_number(Abi::Aarch64, "umount2") == 39);
    CHECK(syscall_number(Abi::I386, "socketcall") == 102);
    CHECK_FALSE(syscall_number(Abi::Aarch64, "open").has_value());
    CHECK_FALSE(syscall_number(Abi::X86_64, "socketcall").has_value());
}

TEST_CASE("calls newer than the common numbering are the same everywhere") {
    for (Abi abi : all_abis) {
        CHECK(syscall_number(abi, "pidfd_send_signal") == 424);
        CHECK(syscall_number(abi, "clone3") == 435);
        CHECK(syscall_number(abi, "openat2") == 437);
        CHECK(syscall_number(abi, "fchmodat2") == 452);
        CHECK(syscall_number(abi, "mseal") == 462);
        CHECK(syscall_number(abi, "file_setattr") == 469);
        CHECK(syscall_number(abi, "rseq_slice_yield") == 471);
    }
    CHECK(syscall_number(Abi::X86_64, "uretprobe") == 335);
}

TEST_CASE("a call whose event is called otherwise makes that event") {
    CHECK(kind_text(Abi::X86_64, "pread64") == "pread");
    CHECK(kind_text(Abi::X86_64, "pwrite64") == "pwrite");
    CHECK(kind_text(Abi::X86_64, "prlimit64") == "prlimit");
    CHECK(kind_text(Abi::X86_64, "openat") == "openat");
    CHECK(kind_text(Abi::X86_64, "umount2") == "umount2");
    CHECK(kind_text(Abi::X86_64, "getrandom") == "getrandom");
    CHECK(kind_text(Abi::Aarch64, "pread64") == "pread");
    CHECK(kind_text(Abi::X86_64, "fchmodat2") == "fchmodat");
    CHECK(kind_text(Abi::Aarch64, "newfstatat") == "newfstatat");
    CHECK(kind_text(Abi::Aarch64, "clone3") == "clone3");
}

TEST_CASE("the 32-bit variants make the event of the call that they widen") {
    const std::pair<std::string_view, std::string_view> expected[] = {
        {"_llseek", "llseek"},        {"fcntl64", "fcntl"},         {"setuid32", "setuid"},
        {"setgid32", "setgid"},       {"getegid32", "getegid"},     {"setresuid32", "setresuid"},
        {"getresgid32", "getresgid"}, {"setreuid32", "setreuid"},   {"chown32", "chown"},
        {"fchown32", "fchown"},       {"lchown32", "lchown"},       {"sendfile64", "sendfile"},
        {"ugetrlimit", "getrlimit"},  {"umount", "umount"},         {"umount2", "umount2"},
        {"mmap2", "mmap2"},           {"stat64", "stat64"},         {"fstatat64", "fstatat64"},
        {"futex_time64", "futex"},    {"ppoll_time64", "ppoll"},    {"recvmmsg_time64", "recvmmsg"},
        {"truncate64", "truncate"},   {"_newselect", "_newselect"}, {"waitpid", "waitpid"}};
    for (const auto& entry : expected) CHECK_MESSAGE(kind_text(Abi::I386, entry.first) == entry.second, entry.first);
}

TEST_CASE("a call that the catalogue does not name is of the kind unknown") {
    CHECK(kind_text(Abi::I386, "ulimit") == "unknown");
    CHECK(kind_text(Abi::X86_64, "tuxcall") == "unknown");
}

TEST_CASE("of the 64-bit ABIs only calls that no kernel implements are unknown") {
    for (Abi abi : {Abi::X86_64, Abi::Aarch64}) {
        for (const Syscall& syscall : syscalls(abi)) {
            if (kind_name(*syscall_kind(abi, syscall.number)) != "unknown") continue;
            const bool dead = syscall.name == "tuxcall" || syscall.name == "security" || syscall.name == "putpmsg" ||
                              syscall.name == "afs_syscall" || syscall.name == "vserver";
            CHECK_MESSAGE(dead, syscall.name);
        }
    }
}

TEST_CASE("an ABI is told apart by its audit number") {
    CHECK(audit_arch(Abi::X86_64) == AUDIT_ARCH_X86_64);
    CHECK(audit_arch(Abi::I386) == AUDIT_ARCH_I386);
    CHECK(audit_arch(Abi::Aarch64) == AUDIT_ARCH_AARCH64);
    CHECK(abi_name(Abi::X86_64) == "x86_64");
    CHECK(abi_name(Abi::I386) == "i386");
    CHECK(abi_name(Abi::Aarch64) == "aarch64");
}
