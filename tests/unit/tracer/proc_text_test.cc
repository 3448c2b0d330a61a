#include "tracer/proc_text.h"

#include <doctest/doctest.h>

using namespace bewit::tracer;

TEST_CASE("a stat line is read behind the last parenthesis, whatever the name holds") {
    const auto stat = parse_stat(
        "42 (a) S (b)) R 7 41 40 34816 42 4194304 11 12 13 14 0 0 0 0 20 0 3 0 98765 1000 200 18446744073709551615 1 "
        "1\n");
    REQUIRE(stat);
    CHECK(stat->comm == "a) S (b)");
    CHECK(stat->parent == 7);
    CHECK(stat->group == 41);
    CHECK(stat->session == 40);
    CHECK(stat->tty == 34816);
    CHECK(stat->minor_faults == 11);
    CHECK(stat->major_faults == 13);
    CHECK(stat->threads == 3);
    CHECK(stat->start_ticks == 98765);
}

TEST_CASE("text that is no whole stat line is refused") {
    for (const char* text : {"", "42", "42 (a", "42 a) R 7", ")(", "42 (a) R 7 41 40 0 -1", "42 (a)"}) {
        INFO(text);
        CHECK_FALSE(parse_stat(text));
    }
}

TEST_CASE("a status gives numbers of the innermost namespace, effective ids and capabilities") {
    const StatusText status = parse_status(
        "Name:\tUid:\t9\nTgid:\t300\nPid:\t301\nPPid:\t1\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t20 30 \n"
        "NStgid:\t300\t12\t1\nNSpid:\t301\t13\t2\nNSpgid:\t299\t11\t0\nVmSize:\t   5000 kB\nVmRSS:\t    600 "
        "kB\nVmSwap:\t      7 kB\n"
        "CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:\t00000000a80425fb\n");
    CHECK(status.group == 300);
    CHECK(status.inner_group == 1);
    CHECK(status.inner_thread == 2);
    CHECK(status.inner_process_group == 0);
    CHECK(status.effective_uid == 2);
    CHECK(status.filesystem_uid == 4);
    CHECK(status.effective_gid == 6);
    CHECK(status.filesystem_gid == 8);
    CHECK(holds_group(status.groups, 30));
    CHECK_FALSE(holds_group(status.groups, 3));
    CHECK(status.vm_size_kb == 5000);
    CHECK(status.vm_rss_kb == 600);
    CHECK(status.vm_swap_kb == 7);
    CHECK(status.cap_inheritable == 1);
    CHECK(status.cap_permitted == 0x1ffffffffff);
    CHECK(status.cap_effective == 0xa80425fb);
}

TEST_CASE("a status gives what the tracer itself goes by") {
    const StatusText status = parse_status(
        "Name:\tState:\nState:\tZ (zombie)\nTgid:\t300\nPPid:\t17\nTracerPid:\t5\nUid:\t1\t2\t3\t4\nSeccomp:\t2\n"
        "ShdPnd:\t0000000000000100\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180014003\n");
    CHECK(status.state == 'Z');
    CHECK(status.parent == 17);
    CHECK(status.tracer == 5);
    CHECK(status.seccomp == 2);
    CHECK(status.real_uid == 1);
    CHECK(status.signals_pending == 0x100);
    CHECK(status.signals_ignored == 0x1000);
    CHECK(status.signals_caught == 0x180014003);
}

TEST_CASE("a status without a line says so") {
    const StatusText status = parse_status("Name:\tsh\nState:\n");
    CHECK(status.state == '?');
    CHECK(status.parent == -1);
    CHECK(status.tracer == -1);
    CHECK(status.seccomp == -1);
    CHECK(status.signals_ignored == 0);
}

TEST_CASE("a list keeps empty strings and a last one without its NUL") {
    std::vector<std::string> out = {"left", "over", "from", "before", "!"};
    split_at_nul(std::string_view("sh\0-c\0\0cut", 10), out);
    CHECK(out == std::vector<std::string>{"sh", "-c", "", "cut"});
    split_at_nul("", out);
    CHECK(out.empty());
}

TEST_CASE("cgroups of version 1 are told by controller") {
    std::vector<std::string> out;
    parse_cgroups("9:name=systemd:/s\n4:cpu,cpuacct:/a:b\nbroken\n0::/\n", out);
    CHECK(out == std::vector<std::string>{"systemd=/s", "cpu=/a:b", "cpuacct=/a:b"});
}

TEST_CASE("a cgroup of version 2 alone stands for its usual controllers") {
    std::vector<std::string> out;
    parse_cgroups("0::/ecs/task\n", out);
    CHECK(out == std::vector<std::string>{"cpuset=/ecs/task", "cpu=/ecs/task", "io=/ecs/task", "memory=/ecs/task",
                                          "pids=/ecs/task"});
}

TEST_CASE("the limit of open files is the soft one") {
    CHECK(parse_open_files_limit(
              "Max processes  1 2 processes\nMax open files            1024                 20000 files\n") == 1024);
    CHECK(parse_open_files_limit("Max open files            unlimited            unlimited            files\n") ==
          INT64_MAX);
    CHECK(parse_open_files_limit("Max processes  1 2\n") == -1);
}
