// Calls of i386 and x32, made from a 64-bit program. Only for x86-64.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

int int80(int number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
    long result = number;
    asm volatile("int $0x80"
                 : "+a"(result)
                 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                 : "memory", "r8", "r9", "r10", "r11");
    return static_cast<int>(result);
}

// Memory that a 32-bit pointer reaches.
struct Low {
    char* base =
        static_cast<char*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    size_t used = 0;

    template <typename Value>
    uint32_t put(const Value& value) {
        return put_bytes(&value, sizeof value);
    }
    uint32_t put_text(const char* text) { return put_bytes(text, std::strlen(text) + 1); }
    uint32_t put_bytes(const void* value, size_t size) {
        char* at = base + used;
        std::memcpy(at, value, size);
        used += (size + 7) & ~size_t{7};
        return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(at));
    }
};

}  // namespace

TEST_CASE("int $0x80 is decoded with i386's numbers") {
    const DecodedRun run([] {
        Low low;
        int80(5, low.put_text("/nonexistent/file"), O_WRONLY | O_CREAT, 0644);  // open
        int80(295, AT_FDCWD, low.put_text("relative"), O_RDONLY, 0);            // openat
        int80(213, 1234567);                                                    // setuid32
    });
    const event::View open = run.exit("open");
    CHECK(open.result().value() == -ENOENT);
    CHECK(open.param("name").as_text() == "/nonexistent/file");
    CHECK(open.param("flags").as_uint() == (falco::open_wronly | falco::open_creat));
    CHECK(open.param("mode").as_uint() == 0644);
    CHECK(run.exit("openat").param("dirfd").as_int() == AT_FDCWD);
    CHECK(run.exit("openat").param("name").as_text() == "relative");
    CHECK(run.exit("setuid").param("uid").as_uint() == 1234567);
}

TEST_CASE("socketcall is the call that it carries") {
    const DecodedRun run([] {
        Low low;
        const uint32_t socket_arguments[] = {AF_INET, SOCK_STREAM, 0};
        int80(102, 1, low.put(socket_arguments));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(4242);
        const uint32_t connect_arguments[] = {UINT32_MAX, low.put(address), sizeof address};
        int80(102, 3, low.put(connect_arguments));
        int80(102, 3, 8);
        int80(102, 99, low.put(connect_arguments));
    });
    CHECK(run.exit("socket").param("domain").as_uint() == AF_INET);
    CHECK(run.exit("socket").result().value() >= 0);
    const event::View connect = run.exit("connect");
    CHECK(connect.result().value() == -EBADF);
    CHECK(connect.param("fd").as_int() == -1);
    REQUIRE(connect.param("addr").bytes.size() == 7);
    CHECK(static_cast<int>(connect.param("addr").bytes[5]) == (4242 & 0xff));
    // Arguments that cannot be read, and a code that does not exist: the carrier itself.
    CHECK(run.exit("socketcall", 0).id() == event::EventId::Generic);
    CHECK(run.exit("socketcall", 1).id() == event::EventId::Generic);
}

TEST_CASE("ipc and the first mmap are the calls that they carry") {
    const DecodedRun run([] {
        Low low;
        int80(117, 2, 0x1234, 3, 01000);  // semget
        const uint32_t arguments[] = {0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX, 0};
        int80(90, low.put(arguments));
        int80(117, 21, 0, 0, 0, 0);  // shmat, a generic call
    });
    CHECK(run.exit("semget").param("key").as_int() == 0x1234);
    CHECK(run.exit("semget").param("nsems").as_int() == 3);
    CHECK(run.exit("semget").param("semflg").as_uint() == 0x2000);
    // The child has mapped the low memory itself first.
    CHECK(run.exit("mmap", 1).param("length").as_uint() == 8192);
    CHECK(run.exit("mmap", 1).param("prot").as_uint() == 1);
    CHECK(run.exit("mmap", 1).param("fd").as_int() == -1);
    CHECK(run.exit("shmat").name() == "shmat");
}

TEST_CASE("structures of 32 bits are read with their own layout") {
    const DecodedRun run([] {
        Low low;
        const uint32_t text = low.put_text("vector");
        const uint32_t vectors[] = {text, 3, text + 3, 3};
        int80(146, -1, low.put(vectors), 2);  // writev
        const uint32_t argv[] = {low.put_text("me"), low.put_text("too"), 0};
        int80(11, low.put_text("/nonexistent"), low.put(argv), 0);  // execve
        const uint32_t limit[] = {5, UINT32_MAX};
        int80(75, 99, low.put(limit));    // setrlimit
        int80(180, -1, 0, 8, 0x10, 0x2);  // pread64: the offset in two registers
    });
    CHECK(run.exit("writev").param("size").as_uint() == 6);
    CHECK(std::memcmp(run.exit("writev").param("data").bytes.data(), "vector", 6) == 0);
    CHECK(run.exit("execve").param("exe").as_text() == "me");
    CHECK(run.exit("execve").param("args").bytes.size() == 4);
    CHECK(run.exit("setrlimit").param("cur").as_int() == 5);
    CHECK(run.exit("setrlimit").param("max").as_int() == -1);
    CHECK(run.exit("pread").param("pos").as_uint() == 0x200000010);
}

TEST_CASE("x32 numbers are decoded, though this kernel may not have them") {
    const DecodedRun run([] {
        syscall(0x40000000 + 257, AT_FDCWD, "x32 name", O_RDONLY, 0);
        const uint32_t argv[] = {0};
        syscall(0x40000000 + 520, "/nonexistent", argv, nullptr);
        syscall(0x40000000 + 600);
    });
    CHECK(run.exit("openat").param("name").as_text() == "x32 name");
    CHECK(run.exit("execve").param("filename").as_text() == "/nonexistent");
    CHECK(run.exit("unknown").name() == "unknown");
}
