#include <doctest/doctest.h>

#include "tests/unit/state/world.h"

namespace bewit::state::testing {
namespace {

using event::DescriptorType;

constexpr int64_t read_only = 1;
constexpr int64_t directory_flag = 0x400;
constexpr int64_t at_fdcwd = -100;

// 20 works in /home/joe, and its descriptor 4 is /srv/www.
class Files : public SmallWorld {
public:
    Files() {
        witness.processes[Tid{20}].facts.cwd = "/home/joe";
        Descriptor directory;
        directory.type = DescriptorType::Directory;
        directory.name = "/srv/www";
        witness.descriptors[{Tid{20}, Fd{4}}] = directory;
        // What the kernel would say of the descriptor that is opened below.
        Descriptor resolved;
        resolved.type = DescriptorType::File2;
        resolved.name = "/real/place";
        resolved.from_kernel = true;
        witness.descriptors[{Tid{20}, Fd{7}}] = resolved;
    }
    // The name of what the event opened.
    std::string opened(std::string_view kind, Params params) {
        std::string name;
        happens(kind, 20, std::move(params), [&] {
            const Descriptor* found = descriptor(20, 7);
            REQUIRE(found != nullptr);
            name = found->name;
        });
        return name;
    }
};

TEST_CASE("an open file has its name as the program gave it, made absolute; the kernel's where that cannot be") {
    Files world;
    CHECK(world.opened("open", {{"fd", 7}, {"name", "/etc//./passwd"}}) == "/etc/passwd");
    CHECK(world.opened("open", {{"fd", 7}, {"name", "../x/link"}}) == "/home/x/link");
    CHECK(world.opened("creat", {{"fd", 7}, {"name", "new"}}) == "/home/joe/new");
    CHECK(world.opened("openat", {{"fd", 7}, {"dirfd", at_fdcwd}, {"name", "a"}}) == "/home/joe/a");
    CHECK(world.opened("openat", {{"fd", 7}, {"dirfd", 4}, {"name", "../a"}}) == "/srv/a");
    CHECK(world.opened("openat", {{"fd", 7}, {"dirfd", 5}, {"name", "a"}}) == "/real/place");
    CHECK(world.opened("openat", {{"fd", 7}, {"dirfd", 5}, {"name", "/a"}}) == "/a");
    CHECK(world.opened("openat2", {{"fd", 7}, {"dirfd", 4}, {"name", "a"}}) == "/srv/www/a");
    CHECK(world.opened("open_by_handle_at", {{"fd", 7}, {"mountfd", 4}, {"path", "/by/handle"}}) == "/by/handle");
    CHECK(world.opened("open", {{"fd", 7}}) == "/real/place");
}

TEST_CASE("an absolute name needs no look at the machine") {
    Files world;
    world.opened("openat", {{"fd", 7}, {"dirfd", 4}, {"name", "/etc/passwd"}});
    CHECK(world.witness.asked.empty());
    CHECK(world.witness.descriptors_asked == 0);
}

TEST_CASE("the rest of the descriptor is the record's") {
    Files world;
    world.happens(
        "openat", 20,
        {{"fd", 7}, {"dirfd", at_fdcwd}, {"name", "a//b"}, {"flags", read_only}, {"mode", 0}, {"dev", 5}, {"ino", 6}},
        [&] {
            const Descriptor* found = world.descriptor(20, 7);
            REQUIRE(found != nullptr);
            CHECK(found->type == DescriptorType::File2);
            CHECK(found->name_raw == "a//b");
            CHECK(found->open_flags == read_only);
            CHECK(found->device == 5);
            CHECK(found->inode == 6);
            CHECK_FALSE(found->from_kernel);
            CHECK(world.state.descriptor_name_changed());
        });
}

TEST_CASE("a directory is what was opened as one, and a file everything else") {
    Files world;
    world.happens("open", 20, {{"fd", 7}, {"name", "/etc"}, {"flags", read_only | directory_flag}},
                  [&] { CHECK(world.descriptor(20, 7)->type == DescriptorType::Directory); });
    world.happens("open", 20, {{"fd", 7}, {"name", "/dev/null"}, {"flags", read_only}},
                  [&] { CHECK(world.descriptor(20, 7)->type == DescriptorType::File2); });
}

TEST_CASE("creat tells the layer of the file in bits of its own") {
    Files world;
    world.happens("creat", 20, {{"fd", 7}, {"name", "/a"}, {"creat_flags", 1}},
                  [&] { CHECK(world.descriptor(20, 7)->open_flags == 0x8000); });
    world.happens("creat", 20, {{"fd", 7}, {"name", "/a"}, {"creat_flags", 2}},
                  [&] { CHECK(world.descriptor(20, 7)->open_flags == 0x10000); });
}

TEST_CASE("a call that failed, or has not been made yet, has the name that it asked for") {
    Files world;
    for (const Params& params : {Params{{"fd", -13}, {"name", "x"}}, Params{{"name", "x"}}}) {
        world.happens("open", 20, params, [&] {
            for (const int32_t fd : {-13, -1}) {
                const Descriptor* found = world.descriptor(20, fd);
                REQUIRE(found != nullptr);
                CHECK(found->name == "/home/joe/x");
                CHECK(found->type == DescriptorType::File2);
            }
            CHECK_FALSE(world.state.descriptor_name_changed());
            CHECK(world.descriptor(20, -100) == nullptr);
        });
    }
}

TEST_CASE("the kernel's own word on the opened file can be had") {
    Files world;
    world.happens("open", 20, {{"fd", 7}, {"name", "/link"}}, [&] {
        CHECK(world.descriptor(20, 7)->name == "/link");
        REQUIRE(world.state.kernel_descriptor(Tid{20}, Fd{7}) != nullptr);
        CHECK(world.state.kernel_descriptor(Tid{20}, Fd{7})->name == "/real/place");
    });
    // In any other event it is the only one.
    world.happens("fchmod", 20, {{"res", 0}, {"fd", 7}, {"mode", 0}}, [&] {
        CHECK(world.descriptor(20, 7)->name == "/real/place");
        CHECK_FALSE(world.state.descriptor_name_changed());
    });
}

TEST_CASE("other descriptors are the witness's, asked for once an event") {
    Files world;
    const Descriptor* first = nullptr;
    world.happens("close", 20, {{"res", 0}, {"fd", 4}}, [&] {
        first = world.descriptor(20, 4);
        REQUIRE(first != nullptr);
        CHECK(first->name == "/srv/www");
        // Answers stay valid while others are asked for.
        for (int32_t fd = 100; fd < 140; ++fd) CHECK(world.descriptor(20, fd) == nullptr);
        CHECK(world.descriptor(20, 4) == first);
        CHECK(first->name == "/srv/www");
        CHECK(world.descriptor(20, 100) == nullptr);
        CHECK(world.descriptor(20, -9) == nullptr);
    });
    CHECK(world.witness.descriptors_asked == 41);
    world.happens("close", 20, {{"res", 0}, {"fd", 4}}, [&] { world.descriptor(20, 4); });
    CHECK(world.witness.descriptors_asked == 42);
}

TEST_CASE("the directory of a relative path is the working directory or the descriptor's name") {
    Files world;
    world.happens("unlinkat", 20, {{"res", 0}, {"dirfd", 4}, {"name", "a"}}, [&] {
        CHECK(world.state.directory(Tid{20}, Fd::WorkingDirectory) == "/home/joe");
        CHECK(world.state.directory(Tid{20}, Fd{4}) == "/srv/www");
        CHECK(world.state.directory(Tid{20}, Fd{5}) == "<UNKNOWN>");
        CHECK(world.state.directory(Tid{99}, Fd::WorkingDirectory) == "<UNKNOWN>");
        CHECK(world.state.directory(Tid{10}, Fd::WorkingDirectory) == "<UNKNOWN>");
    });
}

TEST_CASE("a thread opens from its process's working directory") {
    Files world;
    world.thread(20, 21);
    world.happens("open", 21, {{"fd", 9}, {"name", "x"}},
                  [&] { CHECK(world.descriptor(21, 9)->name == "/home/joe/x"); });
}

}  // namespace
}  // namespace bewit::state::testing
