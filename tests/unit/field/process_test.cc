#include <doctest/doctest.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

TEST_CASE("fields of the process say what it is") {
    Machine machine;
    machine.after("close", {{"res", 0}, {"fd", 3}});
    CHECK(machine.compared("proc.name") == "cat");
    CHECK(machine.compared("proc.exe") == "cat");
    CHECK(machine.compared("proc.exepath") == "/usr/bin/cat");
    CHECK(machine.compared("proc.args") == "/etc/shadow -n");
    CHECK(machine.compared("proc.args[0]") == "/etc/shadow");
    CHECK(machine.compared("proc.args[1]") == "-n");
    CHECK(machine.compared("proc.args[2]") == "");
    CHECK(machine.compared("proc.cmdline") == "cat /etc/shadow -n");
    CHECK(machine.compared("proc.exeline") == "cat /etc/shadow -n");
    CHECK(machine.compared("proc.cmdnargs") == "2");
    CHECK(machine.compared("proc.cmdlenargs") == "13");
    CHECK(machine.compared("proc.pid") == "40");
    CHECK(machine.compared("proc.vpid") == "40");
    CHECK(machine.compared("proc.cwd") == "/srv/");
    CHECK(machine.compared("thread.tid") == "40");
    CHECK(machine.compared("thread.ismain") == "true");
    CHECK(machine.compared("thread.nametid") == "cat40");
}

TEST_CASE("the command line starts with the name, not with argv[0]") {
    Machine machine;
    machine.process(40).argv = {"/usr/bin/busybox", "cat", "x"};
    machine.after("close");
    CHECK(machine.compared("proc.cmdline") == "cat cat x");
    CHECK(machine.compared("proc.exeline") == "/usr/bin/busybox cat x");
}

TEST_CASE("a program without arguments has empty texts, not absent ones") {
    Machine machine;
    machine.process(40).argv = {"cat"};
    machine.after("close");
    CHECK(machine.compared("proc.args") == "");
    CHECK(machine.compared("proc.cmdline") == "cat");
    CHECK(machine.compared("proc.cmdnargs") == "0");
    machine.process(40).argv = {};
    CHECK(machine.compared("proc.exe") != std::string(absent));
}

TEST_CASE("a further thread has its own name and its process's image") {
    Machine machine;
    machine.tid = 41;
    machine.after("close");
    CHECK(machine.compared("proc.name") == "cat-worker");
    CHECK(machine.compared("proc.exepath") == "/usr/bin/cat");
    CHECK(machine.compared("proc.cmdline") == "cat-worker /etc/shadow -n");
    CHECK(machine.compared("thread.tid") == "41");
    CHECK(machine.compared("thread.vtid") == "41");
    CHECK(machine.compared("proc.pid") == "40");
    CHECK(machine.compared("thread.ismain") == "false");
    CHECK(machine.compared("proc.pname") == "sh");
}

TEST_CASE("nothing is known of a thread that the kernel does not know") {
    Machine machine;
    machine.tid = 999;
    machine.after("close");
    for (const std::string_view field : {"proc.name",
                                         "proc.exe",
                                         "proc.exepath",
                                         "proc.args",
                                         "proc.cmdline",
                                         "proc.pcmdline",
                                         "proc.pname",
                                         "proc.pexe",
                                         "proc.pexepath",
                                         "proc.aname",
                                         "proc.aname[2]",
                                         "proc.aexe[2]",
                                         "proc.aexepath[2]",
                                         "proc.env",
                                         "proc.env[HOME]",
                                         "proc.cwd",
                                         "proc.tty",
                                         "proc.vpid",
                                         "proc.sname",
                                         "proc.duration",
                                         "proc.is_exe_upper_layer",
                                         "proc.is_exe_from_memfd",
                                         "proc.is_vpgid_leader",
                                         "proc.exe_ino.ctime",
                                         "proc.exe_ino.mtime",
                                         "proc.exe_ino.ctime_duration_proc_start",
                                         "thread.cap_effective",
                                         "thread.cap_permitted",
                                         "user.name",
                                         "user.uid",
                                         "user.loginuid",
                                         "user.loginname",
                                         "group.gid",
                                         "group.name",
                                         "proc.pid",
                                         "proc.ppid",
                                         "proc.loginshellid",
                                         "thread.cgroups",
                                         "thread.cgroup.cpu",
                                         "proc.nthreads",
                                         "proc.vmsize",
                                         "thread.vmsize",
                                         "thread.totexectime"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    CHECK(machine.compared("thread.tid") == "999");
    CHECK(machine.compared("thread.exectime") == "0");
}

TEST_CASE("the environment is one text, and a variable is a text of its own") {
    Machine machine;
    machine.process(40).environment = {"A=1", "HTTP_PROXY=  http://x:1  ", "EMPTY="};
    machine.after("close");
    CHECK(machine.compared("proc.env") == "A=1 HTTP_PROXY=  http://x:1   EMPTY=");
    CHECK(machine.compared("proc.env[A]") == "1");
    CHECK(machine.compared("proc.env[HTTP_PROXY]") == "http://x:1");
    CHECK(machine.compared("proc.env[EMPTY]") == "");
    CHECK(machine.compared("proc.env[HTTP]") == "");
    CHECK(machine.compared("proc.env[0]") == machine.compared("proc.env"));
}

TEST_CASE("parents and ancestors are those of the process") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("proc.pname") == "sh");
    CHECK(machine.compared("proc.pexe") == "/bin/sh");
    CHECK(machine.compared("proc.pexepath") == "/usr/bin/sh");
    CHECK(machine.compared("proc.pcmdline") == "sh -c cat /etc/shadow");
    CHECK(machine.compared("proc.ppid") == "30");
    CHECK(machine.compared("proc.pvpid") == "30");
    CHECK(machine.compared("proc.aname[0]") == "cat");
    CHECK(machine.compared("proc.aname[1]") == "sh");
    CHECK(machine.compared("proc.aname[2]") == "nginx");
    CHECK(machine.compared("proc.aname[3]") == "init");
    CHECK(machine.compared("proc.aname[4]") == absent);
    CHECK(machine.compared("proc.aexe[2]") == "nginx:");
    CHECK(machine.compared("proc.aexepath[3]") == "/usr/bin/init");
    CHECK(machine.compared("proc.acmdline[2]") == "nginx worker process");
    CHECK(machine.compared("proc.aargs[2]") == "worker process");
    CHECK(machine.compared("proc.apid[2]") == "20");
    CHECK(machine.compared("proc.apid[9]") == absent);
    CHECK(machine.compared("proc.loginshellid") == "30");
}

TEST_CASE("without a number all ancestors are compared, the parent first, and joined when shown") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("proc.aname") == "(sh,nginx,init)");
    CHECK(machine.shown("proc.aname") == "sh nginx init");
    CHECK(machine.compared("proc.aexepath") == "(/usr/bin/sh,/usr/bin/nginx,/usr/bin/init)");
    CHECK(machine.compared("proc.aexe") == "(/bin/sh,nginx:,/sbin/init)");
    CHECK(machine.compared("proc.apid") == "(30,20,10)");
    CHECK(machine.shown("proc.apid") == "40");
    CHECK(machine.shown("proc.acmdline") == "sh -c cat /etc/shadow nginx worker process init");
    // The first of them has no arguments, and the blank before them stays.
    CHECK(machine.compared("proc.aargs") == "-c cat /etc/shadow worker process ");
}

TEST_CASE("the first process has no ancestors") {
    Machine machine;
    machine.tid = 10;
    machine.after("close");
    for (const std::string_view field : {"proc.pname", "proc.pexe", "proc.pexepath", "proc.pcmdline", "proc.ppid",
                                         "proc.pvpid", "proc.aname", "proc.aexe", "proc.apid", "proc.aname[1]",
                                         "proc.aexepath[2]", "proc.aargs", "proc.ppid.ts", "proc.ppid.duration"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    CHECK(machine.shown("proc.aname") == absent);
    CHECK(machine.compared("proc.name") == "init");
}

TEST_CASE("an ancestor's environment is looked for by number or by name") {
    Machine machine;
    machine.process(20).environment = {"ONLY_HERE=yes"};
    machine.after("close");
    CHECK(machine.compared("proc.aenv[2]") == "ONLY_HERE=yes");
    CHECK(machine.compared("proc.aenv[0]") == "HOME=/home/of/cat PATH=/bin:/usr/bin");
    CHECK(machine.compared("proc.aenv[ONLY_HERE]") == "yes");
    CHECK(machine.compared("proc.aenv[HOME]") == "/home/of/sh");
    CHECK(machine.compared("proc.aenv[NOWHERE]") == "");
    CHECK(machine.compared("proc.aenv[8]") == absent);
    CHECK(machine.shown("proc.aenv") == "HOME=/home/of/cat PATH=/bin:/usr/bin");
    CHECK(machine.compared("proc.aenv") ==
          "(HOME=/home/of/sh PATH=/bin:/usr/bin,ONLY_HERE=yes,HOME=/home/of/init PATH=/bin:/usr/bin)");
}

TEST_CASE("leaders of sessions and groups have names, and unknown ones an empty text") {
    Machine machine;
    machine.process(40).sid = 30;
    machine.process(40).pgid = machine.process(40).vpgid = 20;
    machine.after("close");
    CHECK(machine.compared("proc.sid") == "30");
    CHECK(machine.compared("proc.sname") == "sh");
    CHECK(machine.compared("proc.sid.exe") == "/bin/sh");
    CHECK(machine.compared("proc.sid.exepath") == "/usr/bin/sh");
    CHECK(machine.compared("proc.pgid.name") == "nginx");
    CHECK(machine.compared("proc.vpgid.name") == "nginx");
    CHECK(machine.compared("proc.vpgid.exe") == "nginx:");
    CHECK(machine.compared("proc.pgid.exepath") == "/usr/bin/nginx");
    CHECK(machine.compared("proc.is_sid_leader") == "false");

    Machine other;
    other.process(40).sid = 777;
    other.after("close");
    CHECK(other.compared("proc.sname") == "");
}

TEST_CASE("in a pid namespace of its own, the session's leader is the oldest ancestor of the session") {
    Machine machine;
    machine.process(40).sid = machine.process(30).sid = machine.process(20).sid = 1;
    machine.process(10).sid = 5;
    machine.process(40).vpid = 3;
    machine.after("close");
    CHECK(machine.compared("proc.sname") == "nginx");
    CHECK(machine.compared("proc.vpid") == "3");
}

TEST_CASE("leaders know that they are") {
    Machine machine;
    machine.process(40).sid = machine.process(40).pgid = machine.process(40).vpgid = 40;
    machine.after("close");
    CHECK(machine.compared("proc.is_sid_leader") == "true");
    CHECK(machine.compared("proc.is_vpgid_leader") == "true");
    CHECK(machine.compared("proc.is_pgid_leader") == "true");
    CHECK(machine.compared("proc.vpgid") == "40");
    CHECK(machine.compared("proc.pgid") == "40");
}

TEST_CASE("unknown ids inside the namespace are absent") {
    Machine machine;
    machine.process(40).vpid = machine.process(40).vtid = -1;
    machine.after("close");
    CHECK(machine.compared("proc.vpid") == absent);
    CHECK(machine.compared("thread.vtid") == absent);
}

TEST_CASE("times count from the start of the process") {
    Machine machine;
    machine.process(40).start_time_ns = machine.time_ns - 5'000'000'000;
    machine.process(30).start_time_ns = machine.time_ns - 9;
    machine.after("close");
    CHECK(machine.compared("proc.duration") == "5000000000");
    CHECK(machine.compared("proc.pid.ts") == std::to_string(machine.time_ns - 5'000'000'000));
    CHECK(machine.compared("proc.ppid.duration") == "9");
    CHECK(machine.compared("proc.ppid.ts") == std::to_string(machine.time_ns - 9));
}

TEST_CASE("a process without a known start has no duration") {
    Machine machine;
    machine.process(40).start_time_ns = 0;
    machine.after("close");
    CHECK(machine.compared("proc.duration") == absent);
    CHECK(machine.compared("proc.pid.ts") == absent);
}

TEST_CASE("what is known of the executable") {
    Machine machine;
    auto& facts = machine.process(40);
    facts.exe_inode = 12;
    facts.exe_ctime_ns = facts.start_time_ns - 100;
    facts.exe_mtime_ns = 77;
    facts.exe_upper_layer = facts.exe_from_memfd = facts.exe_writable = true;
    machine.state.container().start_time_ns = facts.start_time_ns - 40;
    machine.after("close");
    CHECK(machine.compared("proc.exe_ino") == "12");
    CHECK(machine.compared("proc.exe_ino.ctime") == std::to_string(facts.exe_ctime_ns));
    CHECK(machine.compared("proc.exe_ino.mtime") == "77");
    CHECK(machine.compared("proc.exe_ino.ctime_duration_proc_start") == "100");
    CHECK(machine.compared("proc.exe_ino.ctime_duration_pidns_start") == "60");
    CHECK(machine.compared("proc.pidns_init_start_ts") == std::to_string(facts.start_time_ns - 40));
    CHECK(machine.compared("proc.is_exe_upper_layer") == "true");
    CHECK(machine.compared("proc.is_exe_lower_layer") == "false");
    CHECK(machine.compared("proc.is_exe_from_memfd") == "true");
    CHECK(machine.compared("proc.is_exe_writable") == "true");
}

TEST_CASE("zeroes of the executable's inode mean that nothing is known") {
    Machine machine;
    machine.after("close");
    for (const std::string_view field :
         {"proc.exe_ino", "proc.exe_ino.ctime", "proc.exe_ino.mtime", "proc.pidns_init_start_ts",
          "proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.ctime_duration_pidns_start"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    CHECK(machine.compared("proc.is_exe_upper_layer") == "false");
}

TEST_CASE("an executable that changed after the start has no age") {
    Machine machine;
    machine.process(40).exe_ctime_ns = machine.process(40).start_time_ns + 1;
    machine.after("close");
    CHECK(machine.compared("proc.exe_ino.ctime_duration_proc_start") == absent);
}

TEST_CASE("users and groups have the names of the container's own files") {
    Machine machine;
    machine.state.users().load_passwd("root:x:0:0::/root:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\n");
    machine.state.users().load_group("root:x:0:\nweb:x:33:\n");
    machine.process(40).uid = machine.process(40).gid = 33;
    machine.process(40).login_uid = 0;
    machine.after("close");
    CHECK(machine.compared("user.uid") == "33");
    CHECK(machine.compared("user.name") == "www");
    CHECK(machine.compared("user.homedir") == "/var/www");
    CHECK(machine.compared("user.shell") == "/usr/sbin/nologin");
    CHECK(machine.compared("group.gid") == "33");
    CHECK(machine.compared("group.name") == "web");
    CHECK(machine.compared("user.loginuid") == "0");
    CHECK(machine.compared("user.loginname") == "root");
}

TEST_CASE("without passwd, 0 is root and nobody else has a name") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("user.name") == "root");
    CHECK(machine.compared("user.homedir") == "/root");
    CHECK(machine.compared("user.shell") == "<NA>");
    CHECK(machine.compared("group.name") == "root");
    CHECK(machine.compared("user.loginuid") == "-1");
    CHECK(machine.compared("user.loginname") == "<NA>");

    Machine other;
    other.process(40).uid = other.process(40).gid = other.process(40).login_uid = 1000;
    other.after("close");
    CHECK(other.compared("user.name") == "<NA>");
    CHECK(other.compared("user.homedir") == "<NA>");
    CHECK(other.compared("group.name") == "<NA>");
    CHECK(other.compared("user.loginname") == "<NA>");
}

TEST_CASE("capabilities are named, and their order is the kernel's") {
    Machine machine;
    machine.process(40).cap_effective = (1ull << 21) | (1ull << 16) | 1;
    machine.process(40).cap_permitted = ~0ull;
    machine.after("close");
    CHECK(machine.compared("thread.cap_effective") == "CAP_CHOWN CAP_SYS_MODULE CAP_SYS_ADMIN");
    CHECK(machine.compared("thread.cap_inheritable") == "");
    const std::string all = machine.compared("thread.cap_permitted");
    CHECK(std::count(all.begin(), all.end(), ' ') == 40);
    CHECK(all.ends_with("CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE"));
}

TEST_CASE("the terminal is a number, 0 without one") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("proc.tty") == "0");
    Machine other;
    other.process(40).tty = 34816;
    other.after("close");
    CHECK(other.compared("proc.tty") == "34816");
}

TEST_CASE("resources are the process's") {
    Machine machine;
    auto& facts = machine.process(40);
    facts.fd_count = 5;
    facts.fd_limit = 20;
    facts.vm_size_kb = 100;
    facts.vm_rss_kb = 50;
    facts.vm_swap_kb = 7;
    facts.faults_major = 3;
    facts.faults_minor = 4;
    facts.threads = 2;
    machine.after("close");
    CHECK(machine.compared("proc.fdopencount") == "5");
    CHECK(machine.compared("proc.fdlimit") == "20");
    CHECK(machine.compared("proc.fdusage") == "25.0");
    CHECK(machine.compared("proc.vmsize") == "100");
    CHECK(machine.compared("proc.vmrss") == "50");
    CHECK(machine.compared("proc.vmswap") == "7");
    CHECK(machine.compared("thread.pfmajor") == "3");
    CHECK(machine.compared("thread.pfminor") == "4");
    CHECK(machine.compared("proc.nthreads") == "2");
    CHECK(machine.compared("proc.nchilds") == "1");
    CHECK(machine.compared("thread.vmsize") == "100");
    CHECK(machine.compared("thread.vmrss.b") == "51200");
    machine.tid = 41;
    machine.after("close");
    CHECK(machine.compared("thread.vmsize") == "0");
    CHECK(machine.compared("proc.vmsize") == "100");
}

TEST_CASE("a limit that is not known gives no usage") {
    Machine machine;
    machine.process(40).fd_count = 5;
    machine.after("close");
    CHECK(machine.compared("proc.fdusage") == "0.0");
}

TEST_CASE("control groups are listed and found by name") {
    Machine machine;
    machine.process(40).cgroups = {"cpu=/a", "memory=/b/c"};
    machine.after("close");
    CHECK(machine.compared("thread.cgroups") == "cpu=/a memory=/b/c");
    CHECK(machine.compared("thread.cgroup.memory") == "/b/c");
    CHECK(machine.compared("thread.cgroup[cpu]") == "/a");
    CHECK(machine.compared("thread.cgroup.mem") == "/");
    Machine other;
    other.after("close");
    CHECK(other.compared("thread.cgroups") == absent);
}

}  // namespace
}  // namespace bewit::field::test
