#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "decoded_run.h"
#include "tracer/flags.h"

using namespace bewit;
using namespace bewit::tracer;
using bewit::tracer::test::DecodedRun;

namespace {

// A directory of its own, gone with it.
struct Folder {
    std::string path = "/tmp/bewit-test-XXXXXX";
    Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path); }
};

template <typename... Arguments>
long call(long number, Arguments... arguments) {
    return syscall(number, arguments...);
}

constexpr const char* missing = "/nonexistent/file";

}  // namespace

TEST_CASE("openat tells name, flags and mode at the entry, and the file that the kernel opened after the call") {
    const Folder folder;
    const std::string path = folder.path + "/new";
    const DecodedRun run(
        [&] { call(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640); });
    const event::View entry = run.entry("openat");
    CHECK_FALSE(entry.result());
    CHECK(entry.param("dirfd").as_int() == AT_FDCWD);
    CHECK(entry.param("name").as_text() == path);
    CHECK(entry.param("flags").as_uint() ==
          (falco::open_rdwr | falco::open_creat | falco::open_excl | falco::open_cloexec));
    CHECK(entry.param("mode").as_uint() == 0640);
    CHECK_FALSE(entry.param("dev").present());
    CHECK_FALSE(entry.param("ino").present());

    struct stat file {};
    REQUIRE(stat(path.c_str(), &file) == 0);
    const event::View exit = run.exit("openat");
    CHECK(exit.result().value() >= 0);
    CHECK(exit.param("name").as_text() == path);
    CHECK(exit.param("dev").as_uint() == file.st_dev);
    CHECK(exit.param("ino").as_uint() == file.st_ino);
    CHECK(exit.time_ns() >= entry.time_ns());
}

TEST_CASE("a mode without O_CREAT means nothing, and a directory is not taken for O_TMPFILE") {
    const DecodedRun run([&] { call(SYS_openat, AT_FDCWD, "/tmp", O_RDONLY | O_DIRECTORY, 0777); });
    CHECK(run.entry("openat").param("flags").as_uint() == (falco::open_rdonly | falco::open_directory));
    CHECK(run.entry("openat").param("mode").as_uint() == 0);
    const Folder folder;
    const DecodedRun unnamed([&] { call(SYS_openat, AT_FDCWD, folder.path.c_str(), O_WRONLY | O_TMPFILE, 0700); });
    CHECK(unnamed.entry("openat").param("flags").as_uint() ==
          (falco::open_wronly | falco::open_directory | falco::open_tmpfile));
    CHECK(unnamed.entry("openat").param("mode").as_uint() == 0700);
}

TEST_CASE("a call that fails has its errno and no file") {
    const DecodedRun run([] { call(SYS_openat, AT_FDCWD, missing, O_RDONLY); });
    const event::View exit = run.exit("openat");
    CHECK(exit.result().value() == -ENOENT);
    CHECK(exit.param("name").as_text() == missing);
    CHECK(exit.param("ino").present());
    CHECK(exit.param("ino").as_uint() == 0);
}

TEST_CASE("a name that cannot be read is absent, an empty one is not, a long one is cut and marked") {
    const std::string longest(5000, 'n');
    const DecodedRun run([&] {
        call(SYS_openat, AT_FDCWD, 8L, O_RDONLY);
        call(SYS_openat, AT_FDCWD, nullptr, O_RDONLY);
        call(SYS_openat, AT_FDCWD, "", O_RDONLY);
        call(SYS_openat, AT_FDCWD, longest.c_str(), O_RDONLY);
    });
    CHECK_FALSE(run.entry("openat", 0).param("name").present());
    CHECK(run.exit("openat", 0).result().value() == -EFAULT);
    CHECK_FALSE(run.entry("openat", 1).param("name").present());
    CHECK(run.entry("openat", 2).param("name").present());
    CHECK(run.entry("openat", 2).param("name").as_text() == "");
    CHECK(run.call("openat", 2).truncated == 0);
    CHECK(run.entry("openat", 3).param("name").as_text() == std::string(4096, 'n'));
    CHECK(run.call("openat", 3).truncated == 1);
}

TEST_CASE("a name that runs into a page that is not there is told as far as it goes") {
    const DecodedRun run([] {
        char* memory =
            static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        munmap(memory + 4096, 4096);
        std::memset(memory, '/', 4096);
        call(SYS_openat, AT_FDCWD, memory + 4093, O_RDONLY);
    });
    CHECK(run.entry("openat").param("name").as_text() == "///");
    CHECK(run.call("openat").truncated == 1);
}

TEST_CASE("openat2 is decoded from its structure") {
    const DecodedRun run([] {
        open_how how{};
        how.flags = O_RDONLY | O_CLOEXEC;
        how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
        call(SYS_openat2, AT_FDCWD, "some/name", &how, sizeof how);
        call(SYS_openat2, AT_FDCWD, "some/name", 8L, sizeof how);
    });
    const event::View entry = run.entry("openat2");
    CHECK(entry.param("name").as_text() == "some/name");
    CHECK(entry.param("flags").as_uint() == (falco::open_rdonly | falco::open_cloexec));
    CHECK(entry.param("mode").as_uint() == 0);
    CHECK(entry.param("resolve").as_uint() == (8 | 1));
    CHECK_FALSE(run.entry("openat2", 1).param("flags").present());
}

TEST_CASE("calls on two names keep both") {
    const DecodedRun run([] {
        call(SYS_linkat, AT_FDCWD, "old", 5, "new", AT_SYMLINK_FOLLOW);
        call(SYS_symlinkat, "/etc/shadow", AT_FDCWD, "/nowhere/link");
        call(SYS_renameat2, 3, "from", 4, "to", 1);
    });
    const event::View link = run.exit("linkat");
    CHECK(link.param("oldpath").as_text() == "old");
    CHECK(link.param("newdir").as_int() == 5);
    CHECK(link.param("newpath").as_text() == "new");
    CHECK(link.param("flags").as_uint() == 0x400);
    const event::View symlink = run.exit("symlinkat");
    CHECK(symlink.param("target").as_text() == "/etc/shadow");
    CHECK(symlink.param("linkdirfd").as_int() == AT_FDCWD);
    CHECK(symlink.param("linkpath").as_text() == "/nowhere/link");
    const event::View rename = run.exit("renameat2");
    CHECK(rename.param("olddirfd").as_int() == 3);
    CHECK(rename.param("oldpath").as_text() == "from");
    CHECK(rename.param("newdirfd").as_int() == 4);
    CHECK(rename.param("newpath").as_text() == "to");
    CHECK(rename.param("flags").as_uint() == 1);
}

TEST_CASE("modes, directories and removals are told in Falco's encoding") {
    const DecodedRun run([] {
        call(SYS_fchmodat, AT_FDCWD, missing, 06755);
        call(SYS_mkdirat, AT_FDCWD, missing, 0700);
        call(SYS_unlinkat, AT_FDCWD, missing, AT_REMOVEDIR);
        call(SYS_mknodat, AT_FDCWD, missing, S_IFIFO | 0600, 0x103);
        call(SYS_fchownat, AT_FDCWD, missing, 12, -1, AT_SYMLINK_NOFOLLOW);
    });
    CHECK(run.entry("fchmodat").param("mode").as_uint() == 06755);
    CHECK(run.entry("mkdirat").param("mode").as_uint() == 0700);
    CHECK(run.entry("unlinkat").param("flags").as_uint() == 0x200);
    CHECK(run.entry("mknodat").param("mode").as_uint() == (0x1000 | 0600));
    CHECK(run.entry("mknodat").param("dev").as_uint() == 0x103);
    CHECK(run.entry("fchownat").param("uid").as_uint() == 12);
    CHECK(run.entry("fchownat").param("gid").as_uint() == UINT32_MAX);
    CHECK(run.entry("fchownat").param("flags").as_uint() == 0x400);
}

TEST_CASE("descriptors are signed, and pipes tell both ends after the call") {
    const DecodedRun run([] {
        int ends[2];
        call(SYS_close, -1);
        call(SYS_dup3, 1, 77, O_CLOEXEC);
        call(SYS_fcntl, 77, F_DUPFD_CLOEXEC, 90);
        call(SYS_pipe2, ends, O_NONBLOCK);
    });
    CHECK(run.exit("close").param("fd").as_int() == -1);
    CHECK(run.exit("close").result().value() == -EBADF);
    CHECK(run.exit("dup3").result().value() == 77);
    CHECK(run.exit("dup3").param("oldfd").as_int() == 1);
    CHECK(run.exit("dup3").param("newfd").as_int() == 77);
    CHECK(run.exit("dup3").param("flags").as_uint() == falco::open_cloexec);
    CHECK(run.exit("fcntl").result().value() >= 90);
    CHECK(run.exit("fcntl").param("cmd").as_uint() == 0x1a);
    const event::View pipe = run.exit("pipe2");
    CHECK(pipe.param("fd2").as_int() == pipe.param("fd1").as_int() + 1);
    CHECK(pipe.param("ino").as_uint() != 0);
    CHECK(pipe.param("flags").as_uint() == falco::open_nonblock);
    CHECK_FALSE(run.entry("pipe2").param("fd1").present());
}

TEST_CASE("data is told up to 80 bytes, and no more than the call moved") {
    const std::string long_text(200, 'd');
    const DecodedRun run([&] {
        int ends[2];
        call(SYS_pipe2, ends, O_NONBLOCK);
        call(SYS_write, ends[1], long_text.data(), long_text.size());
        char buffer[300];
        call(SYS_read, ends[0], buffer, 10);
        call(SYS_read, ends[0], buffer, sizeof buffer);
        call(SYS_read, ends[0], buffer, sizeof buffer);
        char first[] = "one ", second[] = "two";
        const iovec vectors[] = {{first, 4}, {second, 3}};
        call(SYS_writev, ends[1], vectors, 2);
        iovec room[] = {{buffer, 2}, {buffer + 100, 50}};
        call(SYS_readv, ends[0], room, 2);
    });
    const auto data = [](const event::View& view) {
        const auto bytes = view.param("data").bytes;
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    CHECK(data(run.exit("write")) == std::string(80, 'd'));
    CHECK(run.exit("write").param("size").as_uint() == 200);
    CHECK(data(run.entry("write")) == std::string(80, 'd'));
    CHECK(data(run.exit("read", 0)) == std::string(10, 'd'));
    CHECK(data(run.exit("read", 1)) == std::string(80, 'd'));
    CHECK(run.exit("read", 2).result().value() == -EAGAIN);
    CHECK_FALSE(run.exit("read", 2).param("data").present());
    CHECK_FALSE(run.entry("read", 0).param("data").present());
    CHECK(data(run.exit("writev")) == "one two");
    CHECK(run.exit("writev").param("size").as_uint() == 7);
    CHECK(data(run.exit("readv")) == "one two");
    CHECK(run.exit("readv").param("size").as_uint() == 7);
}

TEST_CASE("a mount keeps its three names and its flags") {
    const DecodedRun run([] { call(SYS_mount, "none", "/nonexistent", "tmpfs", 0xc0ed0000 | 0x6, nullptr); });
    CHECK(run.entry("mount").param("dev").as_text() == "none");
    CHECK(run.entry("mount").param("dir").as_text() == "/nonexistent");
    CHECK(run.entry("mount").param("type").as_text() == "tmpfs");
    CHECK(run.entry("mount").param("flags").as_uint() == 6);
}
