#include "tracer/proc_witness.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "tracer/flags.h"
#include "tracer/socket_address.h"

using namespace bewit;
using namespace bewit::tracer;
using event::DescriptorType;

namespace {

// A child that runs `body` and then waits to be looked at.
class Child {
public:
    explicit Child(const std::function<void()>& body) {
        int ready[2];
        REQUIRE(pipe(ready) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            body();
            REQUIRE(write(ready[1], "!", 1) == 1);
            for (;;) pause();
        }
        close(ready[1]);
        char byte;
        REQUIRE(read(ready[0], &byte, 1) == 1);
        close(ready[0]);
    }
    ~Child() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Tid tid() const { return static_cast<Tid>(pid_); }

private:
    pid_t pid_;
};

// A child that became `program`, once its /proc/PID/exe says so.
class Program {
public:
    Program(const std::function<void()>& exec) {
        int gate[2];
        REQUIRE(pipe2(gate, O_CLOEXEC) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            exec();
            _exit(127);
        }
        close(gate[1]);
        // Closed by the exec.
        char byte;
        REQUIRE(read(gate[0], &byte, 1) == 0);
        close(gate[0]);
    }
    ~Program() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Tid tid() const { return static_cast<Tid>(pid_); }

private:
    pid_t pid_;
};

constexpr uint32_t everything = event::IdentityFacts | event::CommFact | event::ImageFacts | event::EnvironmentFact |
                                event::CredentialFacts | event::WorkingDirectory | event::LoginUidFact |
                                event::CgroupFacts | event::ResourceFacts;

std::string sleep_program() {
    return std::filesystem::canonical("/bin/sleep");
}

void run_sleep(const char* path) {
    char name[] = "my sleep", time[] = "1000", variable[] = "BELL=rings", empty[] = "EMPTY=";
    char* argv[] = {name, time, nullptr};
    char* environment[] = {variable, empty, nullptr};
    execve(path, argv, environment);
}

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t port_of(int socket) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin6_port);
}

int listening_socket(int family = AF_INET) {
    const int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (family == AF_INET) {
        const sockaddr_in address = loopback(0);
        REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    REQUIRE(listen(listener, 4) == 0);
    return listener;
}

event::Endpoint ipv4(std::array<uint8_t, 4> bytes, uint16_t port) {
    event::Endpoint endpoint{.address = {.family = AF_INET}, .port = port};
    std::ranges::copy(bytes, endpoint.address.bytes.begin());
    return endpoint;
}
constexpr std::array<uint8_t, 4> localhost = {127, 0, 0, 1};

event::Descriptor look(Tid tid, int fd) {
    ProcWitness witness;
    event::Descriptor out;
    out.name = "left over";
    out.connected = true;
    REQUIRE(witness.descriptor(tid, static_cast<Fd>(fd), out));
    CHECK(out.from_kernel);
    return out;
}
event::Descriptor look_at_own(int fd) {
    return look(static_cast<Tid>(getpid()), fd);
}

}  // namespace

TEST_CASE("a program's argv, environment, name and file are what it was executed with") {
    const Program program([] { run_sleep("/bin/sleep"); });
    ProcWitness witness;
    event::ProcessFacts facts;
    const uint32_t wanted = event::ImageFacts | event::EnvironmentFact | event::CommFact;
    CHECK(witness.process(program.tid(), wanted, facts) == wanted);
    CHECK(facts.argv == std::vector<std::string>{"my sleep", "1000"});
    CHECK(facts.environment == std::vector<std::string>{"BELL=rings", "EMPTY="});
    CHECK(facts.comm == "sleep");
    CHECK(facts.exe_path == sleep_program());
    struct stat file {};
    REQUIRE(stat("/bin/sleep", &file) == 0);
    CHECK(facts.exe_inode == file.st_ino);
    CHECK(facts.exe_mtime_ns ==
          static_cast<uint64_t>(file.st_mtim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(file.st_mtim.tv_nsec));
    CHECK(facts.exe_ctime_ns ==
          static_cast<uint64_t>(file.st_ctim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(file.st_ctim.tv_nsec));
    CHECK_FALSE(facts.exe_from_memfd);
}

TEST_CASE("only what is asked for is filled") {
    ProcWitness witness;
    event::ProcessFacts facts;
    facts.comm = "untouched";
    CHECK(witness.process(static_cast<Tid>(getpid()), event::IdentityFacts, facts) == event::IdentityFacts);
    CHECK(facts.comm == "untouched");
    CHECK(facts.cwd.empty());
    CHECK(facts.exe_path.empty());
}

TEST_CASE("identity and credentials are the kernel's numbers") {
    const Child child([] {
        setpgid(0, 0);
        prctl(PR_SET_NAME, "a (name) ");
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    REQUIRE(witness.process(child.tid(), everything, facts) == everything);
    CHECK(raw(facts.pid) == raw(child.tid()));
    CHECK(facts.vpid == raw(child.tid()));
    CHECK(facts.vtid == raw(child.tid()));
    CHECK(facts.sid == getsid(0));
    CHECK(facts.pgid == raw(child.tid()));
    CHECK(facts.vpgid == raw(child.tid()));
    CHECK(facts.comm == "a (name) ");
    CHECK(facts.uid == geteuid());
    CHECK(facts.gid == getegid());
    CHECK(facts.cwd == std::filesystem::current_path());
    CHECK_FALSE(facts.cgroups.empty());
    CHECK(facts.threads == 1);
    CHECK(facts.vm_size_kb > facts.vm_rss_kb);
    CHECK(facts.vm_rss_kb > 0);
    CHECK(facts.fd_count >= 3);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    CHECK(facts.fd_limit == static_cast<int64_t>(limit.rlim_cur));
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const double age = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) -
                       1e-9 * static_cast<double>(facts.start_time_ns);
    CHECK(age > -0.1);
    CHECK(age < 60);
}

TEST_CASE("bewit is nobody's parent, any other process may be") {
    ProcWitness witness;
    event::ProcessFacts facts;
    const Child child([] {});
    witness.process(child.tid(), event::IdentityFacts, facts);
    CHECK(facts.parent == Pid::None);

    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child middle([&] {
        if (fork() != 0) return;
        // It tells its own number, and only then: before, nothing would end it with its parent.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const pid_t self = getpid();
        REQUIRE(write(tell[1], &self, sizeof self) == sizeof self);
        for (;;) pause();
    });
    pid_t grandchild = 0;
    REQUIRE(read(tell[0], &grandchild, sizeof grandchild) == sizeof grandchild);
    witness.process(static_cast<Tid>(grandchild), event::IdentityFacts, facts);
    CHECK(raw(facts.parent) == raw(middle.tid()));
    close(tell[0]);
    close(tell[1]);
}

TEST_CASE("a thread that is not the leader belongs to its process") {
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child child([&] {
        std::thread([&] {
            const pid_t tid = static_cast<pid_t>(syscall(SYS_gettid));
            REQUIRE(write(tell[1], &tid, sizeof tid) == sizeof tid);
            for (;;) pause();
        }).detach();
    });
    pid_t tid = 0;
    REQUIRE(read(tell[0], &tid, sizeof tid) == sizeof tid);
    ProcWitness witness;
    event::ProcessFacts facts;
    REQUIRE(witness.process(static_cast<Tid>(tid), event::IdentityFacts, facts) == event::IdentityFacts);
    CHECK(raw(facts.pid) == raw(child.tid()));
    CHECK(facts.vpid == raw(child.tid()));
    CHECK(facts.vtid == tid);
    // Its descriptors are found, sockets too.
    event::Descriptor out;
    CHECK(witness.descriptor(static_cast<Tid>(tid), static_cast<Fd>(tell[1]), out));
    CHECK(out.type == DescriptorType::Fifo);
    close(tell[0]);
    close(tell[1]);
}

TEST_CASE("a socket of a thread that is not the leader is found") {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child child([&] {
        std::thread([&] {
            const pid_t tid = static_cast<pid_t>(syscall(SYS_gettid));
            REQUIRE(write(tell[1], &tid, sizeof tid) == sizeof tid);
            for (;;) pause();
        }).detach();
    });
    pid_t tid = 0;
    REQUIRE(read(tell[0], &tid, sizeof tid) == sizeof tid);
    const event::Descriptor out = look(static_cast<Tid>(tid), pair[0]);
    CHECK(out.type == DescriptorType::Unix);
    CHECK(out.connected);
    for (const int fd : {pair[0], pair[1], tell[0], tell[1]}) close(fd);
}

TEST_CASE("a list of arguments longer than 4096 bytes is cut there") {
    const Program program([] {
        std::string longest(9000, 'a');
        char name[] = "sleep", time[] = "1000";
        char* argv[] = {name, time, longest.data(), nullptr};
        // sleep(1) takes no such argument: cat(1) opens its own standard input first.
        char cat[] = "cat", input[] = "-";
        char* cat_argv[] = {cat, input, longest.data(), nullptr};
        int never[2];
        if (pipe(never) != 0) return;
        dup2(never[0], 0);
        // The writing end stays open in this process: cat waits.
        fcntl(never[1], F_SETFD, 0);
        execv("/bin/cat", cat_argv);
        execv("/bin/sleep", argv);
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    REQUIRE(facts.argv.size() == 3);
    CHECK(facts.argv[0] == "cat");
    CHECK(facts.argv[2] == std::string(4096 - 6, 'a'));
}

TEST_CASE("a program whose file was deleted keeps its path, without the kernel's mark") {
    char folder[] = "/tmp/bewit-test-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    const std::string copy = std::string(folder) + "/copy";
    std::filesystem::copy_file("/bin/sleep", copy);
    const Program program([&] { run_sleep(copy.c_str()); });
    std::filesystem::remove_all(folder);
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    CHECK(facts.exe_path == copy);
    CHECK(facts.exe_inode != 0);
    // The file was this user's own.
    CHECK(facts.exe_writable);
}

TEST_CASE("a program in a memfd is known as such") {
    const Program program([] {
        const int memory = memfd_create("hidden", MFD_CLOEXEC);
        std::ifstream in("/bin/sleep", std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        if (write(memory, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return;
        char name[] = "sleep", time[] = "1000";
        char* argv[] = {name, time, nullptr};
        fexecve(memory, argv, environ);
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    CHECK(facts.exe_from_memfd);
    CHECK(facts.exe_path == "/memfd:hidden");
}

TEST_CASE("a thread that is gone has no facts and no descriptors") {
    ProcWitness witness;
    event::ProcessFacts facts;
    event::Descriptor out;
    for (const Tid tid : {Tid::None, Tid{0}, Tid{0x3fffffff}}) {
        CHECK(witness.process(tid, everything, facts) == 0);
        CHECK(witness.process(tid, event::LoginUidFact, facts) == 0);
        CHECK_FALSE(witness.descriptor(tid, Fd{0}, out));
    }
    CHECK_FALSE(witness.descriptor(static_cast<Tid>(getpid()), Fd{12345}, out));
    CHECK_FALSE(witness.descriptor(static_cast<Tid>(getpid()), Fd::None, out));
}

TEST_CASE("files are files however they were opened, directories are directories when opened as such") {
    const int file = open("/bin/sleep", O_RDONLY | O_CLOEXEC);
    const event::Descriptor plain = look_at_own(file);
    CHECK(plain.type == DescriptorType::File);
    CHECK(plain.name == sleep_program());
    struct stat status {};
    fstat(file, &status);
    CHECK(plain.inode == status.st_ino);
    CHECK(plain.device == static_cast<uint32_t>(status.st_dev));
    CHECK((plain.open_flags & 3) == falco::open_rdonly);
    CHECK((plain.open_flags & falco::open_cloexec) != 0);
    CHECK_FALSE(plain.connected);

    const int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(look_at_own(directory).type == DescriptorType::Directory);
    const int folder = open("/tmp", O_RDONLY | O_CLOEXEC);
    CHECK(look_at_own(folder).type == DescriptorType::File);
    const int device = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CHECK(look_at_own(device).type == DescriptorType::File);
    CHECK((look_at_own(device).open_flags & 3) == falco::open_wronly);
    for (const int fd : {file, directory, folder, device}) close(fd);
}

TEST_CASE("what has no path is told by its kind") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const event::Descriptor fifo = look_at_own(ends[0]);
    CHECK(fifo.type == DescriptorType::Fifo);
    CHECK(fifo.name == "pipe:[" + std::to_string(fifo.inode) + "]");

    const std::pair<int, DescriptorType> anonymous[] = {
        {eventfd(0, EFD_CLOEXEC), DescriptorType::Event},
        {epoll_create1(EPOLL_CLOEXEC), DescriptorType::EventPoll},
        {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), DescriptorType::Timer},
        {static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)), DescriptorType::Pidfd},
    };
    for (const auto& [fd, type] : anonymous) {
        REQUIRE(fd >= 0);
        CHECK(look_at_own(fd).type == type);
        close(fd);
    }
    const int memory = memfd_create("scratch", MFD_CLOEXEC);
    CHECK(look_at_own(memory).type == DescriptorType::Memfd);
    CHECK(look_at_own(memory).name == "memfd:scratch");
    for (const int fd : {ends[0], ends[1], memory}) close(fd);
}

TEST_CASE("a connected TCP socket of another process has both of its ends") {
    const int listener = listening_socket();
    const uint16_t port = port_of(listener);
    int client = -1;
    const Child child([&] {
        client = socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in to = loopback(port);
        REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
        REQUIRE(dup2(client, 100) == 100);
    });
    const event::Descriptor out = look(child.tid(), 100);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.l4proto == event::L4Proto::Tcp);
    CHECK(out.socket_family == AF_INET);
    CHECK(out.connected);
    CHECK(out.name.empty());
    CHECK(out.local.address == ipv4(localhost, 0).address);
    CHECK(out.remote == ipv4(localhost, port));

    const event::Descriptor server = look_at_own(listener);
    CHECK(server.type == DescriptorType::Ipv4Server);
    CHECK(server.local == ipv4(localhost, port));
    CHECK_FALSE(server.remote.address.valid());
    CHECK_FALSE(server.connected);
    close(listener);
}

TEST_CASE("an IPv6 socket that talks to an IPv4 address is IPv4") {
    const int listener = listening_socket();
    const uint16_t port = port_of(listener);
    const int client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
    to.sin6_addr.s6_addr[12] = 127;
    to.sin6_addr.s6_addr[15] = 1;
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const event::Descriptor out = look_at_own(client);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.socket_family == AF_INET6);
    CHECK(out.remote == ipv4(localhost, port));
    CHECK(out.local.address.family == AF_INET);
    // A tuple of 13 bytes, as of any IPv4 socket.
    std::string tuple;
    append_socktuple(out, {}, Direction::Outbound, tuple);
    CHECK(tuple.size() == 13);
    close(client);
    const int server = listening_socket(AF_INET6);
    CHECK(look_at_own(server).type == DescriptorType::Ipv6Server);
    close(server);
    close(listener);
}

TEST_CASE("an unconnected UDP socket has a local end only") {
    const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_in own = loopback(0);
    REQUIRE(bind(udp, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    const event::Descriptor out = look_at_own(udp);
    CHECK(out.type == DescriptorType::Ipv4);
    CHECK(out.l4proto == event::L4Proto::Udp);
    CHECK(out.local == ipv4(localhost, port_of(udp)));
    CHECK_FALSE(out.remote.address.valid());
    CHECK_FALSE(out.connected);
    close(udp);
}

TEST_CASE("a unix socket is called by the path that it is connected to, or bound to") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "bewit-test-" + std::to_string(getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener, 4) == 0);
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    for (const int fd : {listener, client}) {
        const event::Descriptor out = look_at_own(fd);
        CHECK(out.type == DescriptorType::Unix);
        CHECK(out.socket_family == AF_UNIX);
        CHECK(out.name == name);
        CHECK(out.connected == (fd == client));
        CHECK(out.unix_source == out.inode);
        close(fd);
    }
    const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    CHECK(look_at_own(netlink).type == DescriptorType::Netlink);
    close(netlink);
}

TEST_CASE("a name leads where the kernel would find it") {
    char directory[] = "/tmp/bewit-names-XXXXXX";
    REQUIRE(mkdtemp(directory) != nullptr);
    const std::string base = std::filesystem::canonical(directory);
    std::filesystem::create_directory(base + "/real");
    std::ofstream(base + "/real/file") << "x";
    std::filesystem::create_directory_symlink("real", base + "/link");
    std::filesystem::create_symlink("/", base + "/root");
    std::filesystem::create_symlink("loop", base + "/loop");
    const int fd = open(base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ProcWitness witness;
    std::string to;
    const auto leads = [&](const std::string& name, Fd from = Fd::WorkingDirectory) { return witness.name(static_cast<Tid>(getpid()), from, name, to); };
    using event::NameLeads;
    CHECK(leads(base + "/real/file") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/../real/file") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/new") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/file/below") == NameLeads::AsGiven);
    CHECK(leads("real/file", static_cast<Fd>(fd)) == NameLeads::AsGiven);
    for (const std::string& name : std::vector<std::string>{"/link/file", "/real/../link/file", "/root" + base + "/real/file"}) {
        CAPTURE(name);
        CHECK(leads(base + name) == NameLeads::Elsewhere);
        CHECK(to == base + "/real/file");
        to.clear();
        CHECK(leads(name.substr(1), static_cast<Fd>(fd)) == NameLeads::Elsewhere);
        CHECK(to == base + "/real/file");
    }
    CHECK(leads("/proc/self/root" + base + "/real/file") == NameLeads::Unknown);
    CHECK(leads("/proc/self/status") == NameLeads::Unknown);
    CHECK(leads(base + "/link/new") == NameLeads::Unknown);
    CHECK(leads(base + "/loop") == NameLeads::Unknown);
    CHECK(leads("real/file", static_cast<Fd>(987)) == NameLeads::Unknown);
    CHECK(witness.name(Tid{0}, Fd::WorkingDirectory, "/", to) == NameLeads::Unknown);
    close(fd);
    std::filesystem::remove_all(base);
}
