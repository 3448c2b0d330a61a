#include <doctest/doctest.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

constexpr int64_t at_fdcwd = -100;

TEST_CASE("calls on one path tell it when they succeeded") {
    Machine machine;
    machine.after("mkdir", {{"res", 0}, {"path", "a/../b"}});
    CHECK(machine.compared("fs.path.name") == "/srv/b");
    CHECK(machine.compared("fs.path.nameraw") == "a/../b");
    CHECK(machine.compared("fs.path.source") == absent);
    CHECK(machine.compared("fs.path.target") == absent);
    machine.after("mkdir", {{"res", -17}, {"path", "b"}});
    CHECK(machine.compared("fs.path.name") == absent);
    CHECK(machine.compared("fs.path.nameraw") == absent);
}

TEST_CASE("a failed open tells its path unless the error is EPERM") {
    Machine machine;
    machine.after("openat", {{"fd", -2}, {"dirfd", at_fdcwd}, {"name", "/x/./y"}});
    CHECK(machine.compared("fs.path.name") == "/x/y");
    machine.after("openat", {{"fd", -1}, {"dirfd", at_fdcwd}, {"name", "/x/./y"}});
    CHECK(machine.compared("fs.path.name") == absent);
    machine.after("open", {{"fd", 4}, {"name", "y"}});
    CHECK(machine.compared("fs.path.name") == "/srv/y");
}

TEST_CASE("paths start from the directory that the call names") {
    Machine machine;
    event::Descriptor directory = file("/data");
    directory.type = event::DescriptorType::Directory;
    machine.open(9, directory);
    machine.after("unlinkat", {{"res", 0}, {"dirfd", 9}, {"name", "x"}});
    CHECK(machine.compared("fs.path.name") == "/data/x");
    CHECK(machine.compared("evt.abspath") == "/data/x");
    machine.after("unlinkat", {{"res", 0}, {"dirfd", 44}, {"name", "x"}});
    CHECK(machine.compared("fs.path.name") == "<UNKNOWN>x");
    machine.after("fchmodat", {{"res", 0}, {"dirfd", 9}, {"filename", "/abs"}});
    CHECK(machine.compared("fs.path.name") == "/abs");
}

TEST_CASE("calls on a descriptor tell its name") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    machine.after("fchmod", {{"res", 0}, {"fd", 3}});
    CHECK(machine.compared("fs.path.name") == "/etc/shadow");
    machine.after("fchmod", {{"res", -1}, {"fd", 3}});
    CHECK(machine.compared("fs.path.name") == absent);
}

TEST_CASE("calls on two paths tell source and target, and links theirs the other way round") {
    Machine machine;
    machine.after("rename", {{"res", 0}, {"oldpath", "/a"}, {"newpath", "b"}});
    CHECK(machine.compared("fs.path.source") == "/a");
    CHECK(machine.compared("fs.path.target") == "/srv/b");
    CHECK(machine.compared("fs.path.targetraw") == "b");
    CHECK(machine.compared("fs.path.name") == absent);
    machine.after("link", {{"res", 0}, {"oldpath", "/etc/shadow"}, {"newpath", "/tmp/x"}});
    CHECK(machine.compared("fs.path.source") == "/tmp/x");
    CHECK(machine.compared("fs.path.target") == "/etc/shadow");
    machine.after("symlink", {{"res", 0}, {"target", "etc"}, {"linkpath", "/tmp/x"}});
    CHECK(machine.compared("fs.path.source") == "/tmp/x");
    CHECK(machine.compared("fs.path.target") == "/srv/etc");
    CHECK(machine.compared("fs.path.targetraw") == "etc");
    machine.after("symlinkat", {{"res", 0}, {"target", "etc"}, {"linkdirfd", at_fdcwd}, {"linkpath", "x"}});
    CHECK(machine.compared("fs.path.source") == "/srv/x");
    CHECK(machine.compared("fs.path.target") == "<UNKNOWN>etc");
    machine.after("mount", {{"res", 0}, {"dev", "/dev/sda"}, {"dir", "/mnt"}});
    CHECK(machine.compared("fs.path.source") == "/dev/sda");
    CHECK(machine.compared("fs.path.target") == "/mnt");
}

TEST_CASE("calls that are not of the table tell nothing") {
    Machine machine;
    machine.after("newfstatat", {{"res", 0}, {"dirfd", at_fdcwd}, {"path", "/x"}});
    CHECK(machine.compared("fs.path.name") == absent);
    machine.after("chdir", {{"res", 0}, {"path", "/x"}});
    CHECK(machine.compared("fs.path.name") == absent);
    CHECK(machine.compared("evt.abspath") == absent);
}

TEST_CASE("evt.abspath picks one of two paths") {
    Machine machine;
    machine.after("renameat",
                  {{"res", -2}, {"olddirfd", at_fdcwd}, {"oldpath", "a"}, {"newdirfd", at_fdcwd}, {"newpath", "b"}});
    CHECK(machine.compared("evt.abspath") == "/srv/a");
    CHECK(machine.compared("evt.abspath.src") == "/srv/a");
    CHECK(machine.compared("evt.abspath.dst") == "/srv/b");
    machine.after("symlinkat", {{"res", 0}, {"target", "t"}, {"linkdirfd", at_fdcwd}, {"linkpath", "l"}});
    CHECK(machine.compared("evt.abspath") == "/srv/l");
    machine.after("open_by_handle_at", {{"fd", 3}, {"path", "/the/file"}});
    CHECK(machine.compared("evt.abspath") == "/the/file");
    machine.after("open_by_handle_at", {{"fd", -2}, {"path", "/the/file"}});
    CHECK(machine.compared("evt.abspath") == absent);
    machine.after("openat", {{"fd", -14}, {"dirfd", at_fdcwd}});
    CHECK(machine.compared("evt.abspath") == absent);
}

}  // namespace
}  // namespace bewit::field::test
