// A duplicate is closed before the thread runs again, so that a socket never stays open longer than the workload wants.
// Where the kernel refuses duplicates (bewit lacks CAP_SYS_PTRACE and the workload changed its uid), /proc/TID/fd is
// refused with them, and nothing can be told; where pidfd_getfd(2) itself is refused (seccomp profiles of old container
// runtimes) or lacks (before 5.6), the tables of /proc/TID/net tell the addresses of sockets by inode.
#include "tracer/descriptor_witness.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "tracer/flags.h"
#include "tracer/net_tables.h"
#include "tracer/proc_text.h"
#include "tracer/socket_address.h"

namespace bewit::tracer {
namespace {

using event::Descriptor;
using event::DescriptorType;
using event::L4Proto;

constexpr unsigned pidfd_thread = O_EXCL;  // PIDFD_THREAD, pidfd_open(2)
constexpr std::string_view deleted = " (deleted)";

std::array<char, 24> fd_path(std::string_view folder, Fd fd) {
    std::array<char, 24> path{};
    char* end = std::ranges::copy(folder, path.data()).out;
    std::to_chars(end, path.data() + path.size() - 1, raw(fd));
    return path;
}

// The number in the line "flags:\t0100002" of fdinfo: octal, in the kernel's encoding.
uint32_t open_flags(std::string_view fdinfo) {
    constexpr std::string_view name = "flags:";
    const size_t at = fdinfo.find(name);
    if (at == std::string_view::npos) return 0;
    std::string_view digits = fdinfo.substr(at + name.size());
    digits.remove_prefix(std::min(digits.find_first_not_of(" \t"), digits.size()));
    uint32_t flags = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), flags, 8);
    return flags;
}

L4Proto l4_protocol(int type, int protocol) {
    if (type == SOCK_RAW) return L4Proto::Raw;
    switch (protocol) {
        case IPPROTO_TCP:
            return L4Proto::Tcp;
        case IPPROTO_UDP:
            return L4Proto::Udp;
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6:
            return L4Proto::Icmp;
        default:
            return L4Proto::Unknown;
    }
}

int socket_option(int socket, int option) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
}

// An address as getsockname(2) or getpeername(2) gives it; empty when there is none.
struct RawAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    template <typename Call>
    RawAddress(int socket, Call call) {
        socklen_t given = sizeof storage;
        if (call(socket, reinterpret_cast<sockaddr*>(&storage), &given) == 0)
            size = std::min<socklen_t>(given, sizeof storage);
    }
    SocketAddress parsed() const { return parse_socket_address(std::as_bytes(std::span(&storage, 1)).first(size)); }
};

}  // namespace

bool DescriptorWitness::describe(Tid tid, Fd fd, Descriptor& out) {
    std::string name = std::move(out.name);
    std::string name_raw = std::move(out.name_raw);
    out = {};
    out.name = std::move(name);
    out.name_raw = std::move(name_raw);
    out.name_raw.clear();
    if (raw(fd) < 0 || !proc_.link(tid, fd_path("fd/", fd).data(), out.name)) return false;
    out.from_kernel = true;

    struct stat status {};
    if (proc_.status(tid, fd_path("fd/", fd).data(), status)) {
        out.device = static_cast<uint32_t>(status.st_dev);
        out.inode = status.st_ino;
    }
    const std::string_view link = out.name;
    if (link.starts_with("socket:")) return describe_socket(tid, fd, out);
    if (link.starts_with("pipe:")) {
        out.type = DescriptorType::Fifo;
    } else if (constexpr std::string_view anonymous = "anon_inode:"; link.starts_with(anonymous)) {
        out.type = event::anonymous_type(link.substr(anonymous.size()));
    } else if (link.starts_with("pidfd:")) {
        out.type = DescriptorType::Pidfd;
    } else if (link.starts_with("/memfd:")) {
        out.type = DescriptorType::Memfd;
        if (link.ends_with(deleted)) out.name.resize(out.name.size() - deleted.size());
        out.name.erase(0, 1);
    } else if (link.starts_with('/')) {
        describe_file(tid, fd, out);
    } else {
        out.type = DescriptorType::Unsupported;
    }
    return true;
}

// Everything that was opened by name is a file, except what was opened as a directory: so rules have it.
void DescriptorWitness::describe_file(Tid tid, Fd fd, Descriptor& out) {
    out.type = DescriptorType::File;
    if (std::string_view(out.name).ends_with(deleted)) out.name.resize(out.name.size() - deleted.size());
    if (const auto text = proc_.read(tid, fd_path("fdinfo/", fd).data())) {
        out.open_flags = falco_open_flags(open_flags(*text), event::native_abi());
    }
    if ((out.open_flags & falco::open_directory) != 0) out.type = DescriptorType::Directory;
}

bool DescriptorWitness::describe_socket(Tid tid, Fd fd, Descriptor& out) {
    out.name.clear();
    const UniqueFd socket = duplicate(tid, fd);
    return socket ? describe_duplicate(socket.get(), out) : describe_by_inode(tid, out);
}

bool DescriptorWitness::describe_duplicate(int socket, Descriptor& out) {
    out.socket_family = static_cast<uint8_t>(socket_option(socket, SO_DOMAIN));
    const int type = socket_option(socket, SO_TYPE);
    const bool listens = socket_option(socket, SO_ACCEPTCONN) != 0;
    const RawAddress own(socket, getsockname);
    const RawAddress peer(socket, getpeername);
    const SocketAddress local = own.parsed();
    const SocketAddress remote = peer.parsed();
    out.connected = peer.size != 0;
    switch (out.socket_family) {
        case AF_INET:
        case AF_INET6:
            out.local = local.endpoint;
            out.remote = remote.endpoint;
            out.l4proto = l4_protocol(type, socket_option(socket, SO_PROTOCOL));
            set_inet_type(out, listens);
            break;
        case AF_UNIX:
            out.type = DescriptorType::Unix;
            out.l4proto = L4Proto::NotApplicable;
            out.unix_source = out.inode;
            out.name.assign(remote.path.empty() ? local.path : remote.path);
            break;
        case AF_NETLINK:
            out.type = DescriptorType::Netlink;
            break;
        default:
            out.type = DescriptorType::Unsupported;
            break;
    }
    return true;
}

bool DescriptorWitness::describe_by_inode(Tid tid, Descriptor& out) {
    for (const NetTable& table : net_tables) {
        const UniqueFd file = proc_.open(tid, table.path, O_RDONLY);
        if (!file) continue;
        read_all(file.get(), tables_);
        if (find_socket(table, tables_, out.inode, out)) return true;
    }
    // A socket it is, whatever it is connected to.
    out.type = DescriptorType::Unsupported;
    return true;
}

UniqueFd DescriptorWitness::duplicate(Tid tid, Fd fd) {
    const UniqueFd process = open_process(tid);
    if (!process) return {};
    return UniqueFd(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), raw(fd), 0)));
}

UniqueFd DescriptorWitness::open_process(Tid tid) {
    const auto open = [](int64_t number, unsigned flags) {
        return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(number), flags)));
    };
    if (thread_pidfds_) {
        UniqueFd thread = open(raw(tid), pidfd_thread);
        if (thread || errno != EINVAL) return thread;
        thread_pidfds_ = false;
    }
    if (UniqueFd process = open(raw(tid), 0)) return process;
    // Not a leader: its leader shares the descriptors, unless a thread has taken pains to have its own (unshare(2)).
    const auto text = proc_.read(tid, "status");
    return text ? open(parse_status(*text).group, 0) : UniqueFd();
}

}  // namespace bewit::tracer
