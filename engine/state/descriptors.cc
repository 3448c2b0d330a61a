// No table of descriptors is kept. A record of an open or of a socket call says itself what its descriptor is; for
// everything else the kernel knows best, and is asked when a rule is. What only history tells (who was bound or
// accepted, whom a datagram went to last) is remembered per socket.
#include "engine/state/descriptors.h"

#include <sys/socket.h>

#include <cerrno>

#include "engine/state/path.h"

namespace bewit::state {
namespace {

using event::Descriptor;
using event::DescriptorType;
using event::Endpoint;
using event::L4Proto;
using Role = event::Descriptor::Role;

// Below this, ports are chosen; from here on, the kernel hands them out (net.ipv4.ip_local_port_range, ip(7)).
constexpr uint16_t first_ephemeral_port = 32768;

bool is_server(DescriptorType type) { return type == DescriptorType::Ipv4Server || type == DescriptorType::Ipv6Server; }

bool is_ipv4(const Endpoint& end) { return end.address.family == AF_INET; }

DescriptorType inet_type(const Endpoint& end) { return is_ipv4(end) ? DescriptorType::Ipv4 : DescriptorType::Ipv6; }

// Without a call that tells: who has the chosen port serves the one with the port that was handed out.
Role infer_role(const Descriptor& descriptor) {
    if (is_server(descriptor.type)) return Role::Server;
    if (!descriptor.is_inet() || !descriptor.remote.address.valid()) return Role::None;
    const bool serves = descriptor.local.port != 0 && descriptor.local.port < first_ephemeral_port &&
                        descriptor.remote.port >= first_ephemeral_port;
    return serves ? Role::Server : Role::Client;
}

// FNV-1a, over what a unix socket's name is made of.
uint64_t hash_unix_name(const Descriptor& descriptor) {
    uint64_t hash = 0xcbf29ce484222325u ^ descriptor.unix_source ^ (descriptor.unix_peer << 1);
    for (const char c : descriptor.name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
    return hash;
}

bool has_name(const Descriptor& descriptor) {
    if (!descriptor.is_inet())
        return !descriptor.name.empty() || descriptor.unix_source != 0 || descriptor.unix_peer != 0;
    return descriptor.remote.address.valid() || descriptor.local.port != 0;
}

// The local address of a datagram socket may be known in one event and the wildcard in the next: it makes no new name
// by itself.
bool same_name(const Descriptor& descriptor, const RememberedSocket& before) {
    if (!descriptor.is_inet()) return hash_unix_name(descriptor) == before.unix_name;
    if (descriptor.remote.address.valid() || before.remote.address.valid()) return descriptor.remote == before.remote;
    return descriptor.local == before.local;
}

// Falco's flags of open(2), as in the table of engine/event.
enum OpenFlag : uint32_t { OpenDirectory = 0x400, UpperLayer = 0x8000, LowerLayer = 0x10000 };

// creat(2) has no flags; its record has bits of its own for the layer of the file.
uint32_t open_flags(uint32_t flags, Subject subject) {
    if (subject != Subject::Creat) return flags;
    enum CreatFlag : uint32_t { CreatedInUpper = 1, CreatedInLower = 2 };
    if (flags & CreatedInUpper) return UpperLayer;
    if (flags & CreatedInLower) return LowerLayer;
    return 0;
}

}  // namespace

void Descriptors::begin(const event::View& event) {
    event_ = &held_.emplace(event);
    shape_ = &shape_of(event.kind());
    answer_ = Answer::NotAsked;
    name_changed_ = false;
    slots_used_ = 0;
    const event::Param fd = event.param(shape_->descriptor);
    event_fd_ = fd.present() ? static_cast<Fd>(fd.as_int()) : Fd::None;
}

const Descriptor* Descriptors::find(Tid tid, Fd fd) {
    if (is_of_event(tid, fd)) return of_event();
    Slot& found = slot(tid, fd);
    if (!found.known) return nullptr;
    if (!found.kernel.is_inet()) return &found.kernel;
    if (!found.recalled) {
        found.with_memory = found.kernel;
        recall(found.with_memory, SocketMemory::key(found.kernel, pid_of(tid), fd));
        found.recalled = true;
    }
    return &found.with_memory;
}

const Descriptor* Descriptors::kernel(Tid tid, Fd fd) {
    const Slot& found = slot(tid, fd);
    return found.known ? &found.kernel : nullptr;
}

bool Descriptors::name_changed() {
    return event_ != nullptr && shape_->subject != Subject::NotDescribed && of_event() != nullptr && name_changed_;
}

std::string_view Descriptors::directory(Tid tid, Fd fd) {
    if (fd == Fd::WorkingDirectory) return working_directory(tid);
    const Descriptor* found = kernel(tid, fd);
    return found == nullptr || found->name.empty() ? unknown_directory : std::string_view(found->name);
}

std::string_view Descriptors::working_directory(Tid tid) {
    Process* process = table_.obtain(tid);
    if (process == nullptr) return unknown_directory;
    // A thread may have a directory of its own (unshare(2), CLONE_FS), or a leader that is gone.
    if (process != process->leader) {
        thread_directory_.cwd.clear();
        witness_.process(tid, event::WorkingDirectory, thread_directory_);
        if (!thread_directory_.cwd.empty()) return thread_directory_.cwd;
    }
    const std::string& cwd = reader_.facts(*process->leader, event::WorkingDirectory).cwd;
    return cwd.empty() ? unknown_directory : std::string_view(cwd);
}

Descriptors::Slot& Descriptors::slot(Tid tid, Fd fd) {
    for (size_t i = 0; i < slots_used_; ++i)
        if (slots_[i]->tid == tid && slots_[i]->fd == fd) return *slots_[i];
    if (slots_used_ == slots_.size()) slots_.push_back(std::make_unique<Slot>());
    Slot& fresh = *slots_[slots_used_++];
    fresh.tid = tid;
    fresh.fd = fd;
    fresh.recalled = false;
    fresh.known = false;
    if (raw(fd) < 0) return fresh;
    static const Descriptor nothing;
    fresh.kernel = nothing;
    fresh.known = witness_.descriptor(tid, fd, fresh.kernel);
    return fresh;
}

// A call that failed or has not returned has no descriptor yet: every negative number then means the one it asked for.
bool Descriptors::is_of_event(Tid tid, Fd fd) const {
    if (event_ == nullptr || shape_->subject == Subject::NotDescribed || tid != event_->tid() ||
        fd == Fd::WorkingDirectory)
        return false;
    return fd == event_fd_ || (raw(fd) < 0 && raw(event_fd_) < 0);
}

Pid Descriptors::pid_of(Tid tid) {
    const Process* process = table_.find(tid);
    return process == nullptr ? static_cast<Pid>(raw(tid)) : process->facts.pid;
}

const Descriptor* Descriptors::of_event() {
    if (answer_ == Answer::NotAsked) answer_ = describe() ? Answer::Known : Answer::Unknown;
    return answer_ == Answer::Known ? &own_ : nullptr;
}

bool Descriptors::describe() {
    switch (shape_->subject) {
        case Subject::Open:
        case Subject::Creat:
        case Subject::OpenByHandle:
            return describe_open();
        default:
            return describe_socket();
    }
}

bool Descriptors::describe_open() {
    static const Descriptor nothing;
    own_ = nothing;
    const event::Param name = event_->param(shape_->name);
    bool is_certain = name.present();
    own_.name_raw = name.present() ? name.as_text() : unknown_name;
    if (is_absolute(own_.name_raw) || shape_->subject == Subject::OpenByHandle) {
        // The record of an open by handle has the kernel's own path, whatever it was opened from.
        join_path({}, own_.name_raw, own_.name);
    } else {
        const event::Param directory_fd = event_->param(shape_->directory);
        const Fd from = directory_fd.present() ? static_cast<Fd>(directory_fd.as_int()) : Fd::WorkingDirectory;
        const std::string_view start = directory(event_->tid(), from);
        is_certain = is_certain && start != unknown_directory;
        join_path(start, own_.name_raw, own_.name);
    }
    // A name that could not be read, or that nobody knows where it starts from: the kernel has one for what was opened.
    if (raw(event_fd_) >= 0 && !is_certain) {
        const Slot& opened = slot(event_->tid(), event_fd_);
        if (opened.known && is_absolute(opened.kernel.name)) own_.name = opened.kernel.name;
    }
    own_.open_flags = open_flags(static_cast<uint32_t>(event_->param(shape_->flags).as_uint()), shape_->subject);
    own_.type = (own_.open_flags & OpenDirectory) != 0 ? DescriptorType::Directory : DescriptorType::File2;
    own_.from_kernel = shape_->subject == Subject::OpenByHandle;
    if (raw(event_fd_) >= 0) {
        own_.device = static_cast<uint32_t>(event_->param(shape_->device).as_uint());
        own_.inode = event_->param(shape_->inode).as_uint();
        name_changed_ = !own_.name.empty();
    }
    return true;
}

bool Descriptors::describe_socket() {
    // Nobody has been accepted.
    if (shape_->subject == Subject::Accept && raw(event_fd_) < 0) return false;
    const Slot& before = slot(event_->tid(), event_fd_);
    static const Descriptor nothing;
    own_ = before.known ? before.kernel : nothing;
    const uint64_t key = SocketMemory::key(own_, pid_of(event_->tid()), event_fd_);
    if (shape_->subject == Subject::Accept) sockets_.forget(key);
    const RememberedSocket* history = sockets_.find(key);
    recall(own_, key);
    // A call that failed changed nothing; one that has not returned is described as if it succeeded.
    if (event_->result() && !call_succeeded()) return before.known;

    switch (shape_->subject) {
        case Subject::Connect:
            connected_to();
            break;
        case Subject::Accept:
            accepted();
            break;
        case Subject::Bind:
            bound();
            break;
        default:
            exchanged(shape_->subject == Subject::Receive);
            break;
    }
    name_changed_ = has_name(own_) && (history == nullptr || !same_name(own_, *history));
    if (event_->result()) remember(key);
    return before.known || own_.type != DescriptorType::Unknown;
}

// EINPROGRESS: connect(2) on a socket that does not block goes on by itself.
bool Descriptors::call_succeeded() const {
    const int64_t result = event_->result().value_or(0);
    return result >= 0 || (shape_->subject == Subject::Connect && result == -EINPROGRESS);
}

void Descriptors::connected_to() {
    if (const auto tuple = parse_socktuple(event_->param(shape_->tuple).bytes)) {
        set_ends(*tuple, false);
    } else if (const auto address = parse_sockaddr(event_->param(shape_->address).bytes)) {
        set_ends(*address, false);
    }
    // A socket that serves and connects, as datagram ones can, still serves.
    const bool serves = own_.role == Role::Server;
    own_.role = serves ? Role::Server : Role::Client;
    own_.connected = true;
}

void Descriptors::accepted() {
    if (const auto tuple = parse_socktuple(event_->param(shape_->tuple).bytes)) set_ends(*tuple, true);
    if (own_.is_inet() && own_.l4proto == L4Proto::Unknown) own_.l4proto = L4Proto::Tcp;
    own_.role = Role::Server;
    own_.connected = true;
}

void Descriptors::bound() {
    const auto address = parse_sockaddr(event_->param(shape_->address).bytes);
    if (!address) return;
    if (!address->is_inet()) {
        own_.type = DescriptorType::Unix;
        own_.name = address->path;
        return;
    }
    own_.local = address->destination;
    if (own_.local.port == 0) return;
    own_.type = is_ipv4(own_.local) ? DescriptorType::Ipv4Server : DescriptorType::Ipv6Server;
    own_.role = Role::Server;
}

// send, recv and their kin. The addresses of a stream are settled when it is connected; a datagram's are in the record.
void Descriptors::exchanged(bool inbound) {
    const auto tuple = parse_socktuple(event_->param(shape_->tuple).bytes);
    const bool settled = own_.l4proto == L4Proto::Tcp && own_.remote.address.valid();
    if (tuple && !settled) set_ends(*tuple, inbound);
    if (!own_.is_inet()) return;
    // Whoever changes the other end from call to call is no stream.
    if (tuple && own_.l4proto == L4Proto::Unknown) own_.l4proto = L4Proto::Udp;
    if (own_.l4proto == L4Proto::Tcp) own_.connected = true;
    if (own_.role == Role::None) own_.role = infer_role(own_);
}

void Descriptors::set_ends(const SocketAddress& address, bool inbound) {
    if (!address.is_inet()) {
        own_.type = DescriptorType::Unix;
        own_.unix_source = address.unix_source;
        own_.unix_peer = address.unix_destination;
        own_.name = address.path;
    } else {
        const Endpoint& local = inbound ? address.destination : address.source;
        const Endpoint& remote = inbound ? address.source : address.destination;
        if (local.address.valid()) own_.local = local;
        own_.remote = remote;
        agree_on_family(own_.local, own_.remote);
        own_.type = inet_type(own_.remote);
    }
    if (own_.socket_family == 0) own_.socket_family = address.family;
}

void Descriptors::recall(Descriptor& descriptor, uint64_t key) {
    descriptor.connected = descriptor.remote.address.valid();
    const RememberedSocket* socket = sockets_.find(key);
    if (socket == nullptr) {
        if (descriptor.role == Role::None) descriptor.role = infer_role(descriptor);
        return;
    }
    descriptor.connected |= socket->connected;
    descriptor.role = socket->role;
    if (descriptor.remote.address.valid() || !socket->remote.address.valid()) return;
    descriptor.remote = socket->remote;
    if (descriptor.local.port == 0) descriptor.local = socket->local;
    agree_on_family(descriptor.local, descriptor.remote);
    descriptor.type = inet_type(descriptor.remote);
}

void Descriptors::remember(uint64_t key) {
    RememberedSocket& socket = sockets_.remember(key);
    socket.role = own_.role;
    socket.connected = own_.connected;
    socket.local = own_.local;
    socket.remote = own_.remote;
    socket.unix_name = hash_unix_name(own_);
}

}  // namespace bewit::state
