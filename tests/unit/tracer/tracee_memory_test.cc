#include "tracer/tracee_memory.h"

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

using namespace bewit;
using namespace bewit::tracer;

namespace {

constexpr size_t page = 4096;

// Two pages with nothing mapped behind them, at the same place in this process and in a stopped child of it.
class Tracee {
public:
    Tracee() {
        memory_ =
            static_cast<char*>(mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        std::memset(memory_, 'x', 2 * page);
        munmap(memory_ + 2 * page, page);
    }
    // The child sees the memory as it is now.
    void start() {
        child_ = fork();
        if (child_ == 0) {
            for (;;) pause();
        }
        REQUIRE(ptrace(PTRACE_SEIZE, child_, nullptr, PTRACE_O_EXITKILL) == 0);
        REQUIRE(ptrace(PTRACE_INTERRUPT, child_, nullptr, nullptr) == 0);
        int status = 0;
        REQUIRE(waitpid(child_, &status, 0) == child_);
        // What follows must come from the child.
        std::memset(memory_, '?', 2 * page);
    }
    ~Tracee() {
        if (child_ > 0) {
            kill(child_, SIGKILL);
            waitpid(child_, nullptr, 0);
        }
        munmap(memory_, 2 * page);
    }
    char* put(size_t offset, const std::string& text) {
        std::memcpy(memory_ + offset, text.c_str(), text.size() + 1);
        return memory_ + offset;
    }
    Tid tid() const { return static_cast<Tid>(child_); }
    uint64_t address(size_t offset) const { return reinterpret_cast<uint64_t>(memory_) + offset; }

private:
    char* memory_;
    pid_t child_ = 0;
};

// From here on process_vm_readv and process_vm_writev are refused to this process, as they are when the thread has
// changed its uid.
void refuse_fast_way() {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_process_vm_readv},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_process_vm_writev},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter = {std::size(program), program};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) _exit(100);
}

// Runs `body` with a tracee whose memory `prepare` has filled, both ways.
template <typename Prepare, typename Body>
void both_ways(Prepare prepare, Body body) {
    SUBCASE("with process_vm_readv") {
        Tracee tracee;
        prepare(tracee);
        tracee.start();
        body(tracee, [](bool good) { CHECK(good); });
    }
    SUBCASE("with PTRACE_PEEKDATA") {
        // In a process of its own: the filter is for ever. Its exit status is the number of the first check that fails.
        const pid_t tester = fork();
        if (tester == 0) {
            Tracee tracee;
            prepare(tracee);
            tracee.start();
            refuse_fast_way();
            int number = 0;
            body(tracee, [&](bool good) {
                ++number;
                if (!good) {
                    kill(static_cast<pid_t>(raw(tracee.tid())), SIGKILL);
                    _exit(number);
                }
            });
            kill(static_cast<pid_t>(raw(tracee.tid())), SIGKILL);
            _exit(number == 0 ? 101 : 0);
        }
        int status = 0;
        waitpid(tester, &status, 0);
        REQUIRE(WIFEXITED(status));
        INFO("number of the check that failed");
        CHECK(WEXITSTATUS(status) == 0);
    }
}

std::string bytes(Tid tid, uint64_t address, size_t size) {
    std::vector<std::byte> out(size);
    const size_t read = read_memory(tid, address, out);
    return {reinterpret_cast<const char*>(out.data()), read};
}

}  // namespace

TEST_CASE("a string is read up to its NUL, wherever it starts") {
    both_ways(
        [](Tracee& tracee) {
            tracee.put(3, "hello");
            tracee.put(64, "");
        },
        [](Tracee& tracee, auto check) {
            std::string text = "old";
            const StringRead read = read_string(tracee.tid(), tracee.address(3), 4096, text);
            check(read.readable);
            check(!read.truncated);
            check(text == "hello");
            const StringRead empty = read_string(tracee.tid(), tracee.address(64), 4096, text);
            check(empty.readable && !empty.truncated && text.empty());
        });
}

TEST_CASE("a string that runs into a page that is not there is what stands before it, marked truncated") {
    both_ways([](Tracee&) {},
              [](Tracee& tracee, auto check) {
                  std::string text;
                  const StringRead read = read_string(tracee.tid(), tracee.address(2 * page - 5), 4096, text);
                  check(read.readable);
                  check(read.truncated);
                  check(text == "xxxxx");
              });
}

TEST_CASE("a string that ends with the last readable byte is whole") {
    both_ways([](Tracee& tracee) { tracee.put(2 * page - 4, "end"); },
              [](Tracee& tracee, auto check) {
                  std::string text;
                  const StringRead read = read_string(tracee.tid(), tracee.address(2 * page - 4), 4096, text);
                  check(read.readable && !read.truncated);
                  check(text == "end");
              });
}

TEST_CASE("a string over a page border that can be read is whole") {
    both_ways([](Tracee& tracee) { tracee.put(page - 3, "border"); },
              [](Tracee& tracee, auto check) {
                  std::string text;
                  const StringRead read = read_string(tracee.tid(), tracee.address(page - 3), 4096, text);
                  check(read.readable && !read.truncated);
                  check(text == "border");
              });
}

TEST_CASE("a string longer than the limit is cut there, marked truncated") {
    both_ways([](Tracee&) {},
              [](Tracee& tracee, auto check) {
                  std::string text;
                  const StringRead read = read_string(tracee.tid(), tracee.address(100), 5000, text);
                  check(read.readable && read.truncated);
                  check(text == std::string(5000, 'x'));
              });
}

TEST_CASE("what is not mapped, and NULL, is not readable") {
    both_ways(
        [](Tracee&) {},
        [](Tracee& tracee, auto check) {
            std::string text = "old";
            for (const uint64_t address : {tracee.address(2 * page), uint64_t{0}, uint64_t{1}, ~uint64_t{0} - 7}) {
                const StringRead read = read_string(tracee.tid(), address, 4096, text);
                check(!read.readable && !read.truncated && text.empty());
            }
        });
}

TEST_CASE("bytes are read up to the first that cannot be read") {
    both_ways([](Tracee& tracee) { tracee.put(page - 2, "ab"); },
              [](Tracee& tracee, auto check) {
                  check(bytes(tracee.tid(), tracee.address(page - 2), 4) == std::string("ab\0x", 4));
                  check(bytes(tracee.tid(), tracee.address(page), 2 * page) ==
                        std::string(1, '\0') + std::string(page - 1, 'x'));
                  check(bytes(tracee.tid(), tracee.address(2 * page - 11), 100).size() == 11);
                  check(bytes(tracee.tid(), tracee.address(2 * page), 8).empty());
                  check(bytes(tracee.tid(), tracee.address(0), 0).empty());
              });
}

TEST_CASE("memory can be written, unaligned and over a page border, and nothing else changes") {
    both_ways([](Tracee&) {},
              [](Tracee& tracee, auto check) {
                  const std::string text = "written over";
                  check(write_memory(tracee.tid(), tracee.address(page - 5), std::as_bytes(std::span(text))));
                  check(bytes(tracee.tid(), tracee.address(page - 6), text.size() + 2) == "x" + text + "x");
                  check(!write_memory(tracee.tid(), 8, std::as_bytes(std::span(text))));
              });
}

TEST_CASE("a thread that is not there gives nothing") {
    std::string text;
    CHECK_FALSE(read_string(static_cast<Tid>(0x3fffffff), 4096, 64, text).readable);
    std::byte one[1];
    CHECK(read_memory(static_cast<Tid>(0x3fffffff), 4096, one) == 0);
}
