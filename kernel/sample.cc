#include "kernel/sample.h"

#include <linux/magic.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "engine/event/encoding.h"

namespace bewit::kernel {
namespace {

using event::Descriptor;
using event::DescriptorType;
using event::L4Proto;

// False when there are not enough bytes.
template <typename Value>
bool load(std::span<const std::byte> bytes, size_t at, Value& value) {
    if (at > bytes.size() || bytes.size() - at < sizeof value) return false;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return true;
}

uint64_t load_number(std::span<const std::byte> bytes) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}

// A count, then for each descriptor its number and what happened on it, which is still in the kernel's encoding.
void finish_poll_list(const Parameter& parameter, event::Abi abi, std::span<std::byte> list) {
    constexpr size_t entry = sizeof(int64_t) + sizeof(int16_t);
    for (size_t at = sizeof(uint16_t); at + entry <= list.size(); at += entry) {
        const auto events = list.subspan(at + sizeof(int64_t), sizeof(int16_t));
        const auto value = static_cast<uint16_t>(parameter.translate(load_number(events), abi));
        std::memcpy(events.data(), &value, sizeof value);
    }
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

event::Endpoint endpoint(uint16_t family, const uint8_t (&bytes)[16], uint16_t port) {
    constexpr std::array<uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    event::Endpoint end{.address = {}, .port = port};
    if (family == AF_INET6 && std::equal(mapped.begin(), mapped.end(), bytes)) {
        end.address.family = AF_INET;
        std::copy_n(bytes + mapped.size(), 4, end.address.bytes.begin());
    } else {
        end.address.family = static_cast<uint8_t>(family);
        std::copy_n(bytes, family == AF_INET ? 4 : 16, end.address.bytes.begin());
    }
    return end;
}

void describe_inet(const bewit_descriptor& from, Descriptor& out) {
    out.local = endpoint(from.family, from.local, from.local_port);
    if (from.connected) out.remote = endpoint(from.family, from.remote, from.remote_port);
    out.connected = from.connected != 0;
    out.l4proto = l4_protocol(from.type, from.protocol);
    const bool narrow = out.local.address.family == AF_INET || out.remote.address.family == AF_INET;
    if (from.listening)
        out.type = narrow ? DescriptorType::Ipv4Server : DescriptorType::Ipv6Server;
    else
        out.type = narrow ? DescriptorType::Ipv4 : DescriptorType::Ipv6;
}

void describe_socket(const DescriptorFact& fact, Descriptor& out) {
    out.socket_family = static_cast<uint8_t>(fact.descriptor.family);
    switch (fact.descriptor.family) {
        case AF_INET:
        case AF_INET6:
            return describe_inet(fact.descriptor, out);
        case AF_UNIX:
            out.type = DescriptorType::Unix;
            out.l4proto = L4Proto::NotApplicable;
            out.unix_source = fact.descriptor.inode;
            out.connected = fact.descriptor.connected != 0;
            out.name = fact.path;
            return;
        case AF_NETLINK:
            out.type = DescriptorType::Netlink;
            return;
        default:
            out.type = DescriptorType::Unsupported;
            return;
    }
}

constexpr uint32_t pid_filesystem = 0x50494446;   // PID_FS_MAGIC, linux/magic.h
constexpr uint32_t pipe_filesystem = 0x50495045;  // PIPEFS_MAGIC
constexpr std::string_view memfd = "/memfd:";

void describe_file(const DescriptorFact& fact, Descriptor& out) {
    std::string_view path = fact.path;
    if (fact.descriptor.magic == pipe_filesystem) {
        out.type = DescriptorType::Fifo;
        out.name = fmt::format("pipe:[{}]", fact.descriptor.inode);
    } else if (fact.descriptor.magic == ANON_INODE_FS_MAGIC) {
        path.remove_prefix(std::min<size_t>(path.size(), 1));
        out.type = event::anonymous_type(path);
        out.name = fmt::format("anon_inode:{}", path);
    } else if (fact.descriptor.magic == pid_filesystem) {
        out.type = DescriptorType::Pidfd;
        out.name = "anon_inode:[pidfd]";
    } else if (path.starts_with(memfd)) {
        out.type = DescriptorType::Memfd;
        out.name = path.substr(1);
    } else {
        out.open_flags =
            static_cast<uint32_t>(event::encoding::falco_open_flags(fact.descriptor.flags, event::native_abi()));
        const bool directory = (out.open_flags & event::encoding::falco::open_directory) != 0;
        out.type = directory ? DescriptorType::Directory : DescriptorType::File;
        out.name = path;
    }
}

}  // namespace

Sample::Sample() : buffer_(BEWIT_EVENT_MAX_SIZE) { descriptors_.reserve(BEWIT_MAX_FACTS); }

std::optional<event::View> Sample::take(std::span<const std::byte> bytes, uint64_t boot_offset_ns) {
    tid_ = Tid::None;
    working_directory_.reset();
    descriptors_.clear();
    if (!load(bytes, 0, head_) || head_.size < sizeof head_ || head_.size > bytes.size() ||
        bytes.size() > buffer_.size())
        return {};
    std::ranges::copy(bytes, buffer_.begin());
    const std::span<std::byte> rest = std::span(buffer_).first(head_.size).subspan(sizeof head_);
    bewit_event_header header{};
    if (!load(rest, 0, header) || header.len > rest.size() || header.len < BEWIT_EVENT_HEADER_SIZE) return {};
    header.ts_ns += boot_offset_ns;
    std::memcpy(rest.data(), &header, sizeof header);
    if (!finish(rest.first(header.len)) || !read_facts(rest.subspan(header.len))) return {};
    tid_ = static_cast<Tid>(header.tid);
    return event::View::parse(rest.first(header.len));
}

bool Sample::finish(std::span<std::byte> record) {
    bewit_event_header header{};
    if (!load(record, 0, header)) return false;
    size_t at = BEWIT_EVENT_HEADER_SIZE + size_t{header.nparams} * sizeof(uint16_t);
    if (at > record.size()) return false;
    const auto abi = head_.abi <= BEWIT_ABI_AARCH64 ? static_cast<event::Abi>(head_.abi) : event::native_abi();
    size_t position = 0;
    for (const Touch& touch : touches_.of(header.type)) {
        uint16_t length = 0;
        for (; position < touch.position; ++position) {
            if (!load(record, BEWIT_EVENT_HEADER_SIZE + position * sizeof length, length)) return false;
            at += length;
        }
        if (!load(record, BEWIT_EVENT_HEADER_SIZE + position * sizeof length, length) || at + length > record.size())
            return false;
        const std::span<std::byte> value = record.subspan(at, length);
        if (touch.parameter.poll_list) {
            finish_poll_list(touch.parameter, abi, value);
        } else if (length != 0 && length == touch.width) {
            const uint64_t finished = touch.parameter.finish(touch.parameter, head_, load_number(value));
            std::memcpy(value.data(), &finished, length);
        }
    }
    return true;
}

bool Sample::read_facts(std::span<const std::byte> facts) {
    bewit_fact_head head{};
    while (!facts.empty()) {
        if (!load(facts, 0, head) || facts.size() - sizeof head < head.size) return false;
        const auto bytes = facts.subspan(sizeof head, head.size);
        facts = facts.subspan(sizeof head + head.size);
        const auto text = [](std::span<const std::byte> from) {
            const std::string_view whole(reinterpret_cast<const char*>(from.data()), from.size());
            return whole.substr(0, whole.find('\0'));
        };
        if (head.fact == BEWIT_FACT_CWD) {
            working_directory_ = text(bytes);
        } else if (head.fact == BEWIT_FACT_FD) {
            DescriptorFact fact{.fd = static_cast<Fd>(head.fd), .descriptor = {}, .path = {}};
            if (!load(bytes, 0, fact.descriptor)) return false;
            fact.path = text(bytes.subspan(sizeof fact.descriptor));
            descriptors_.push_back(fact);
        }
    }
    return true;
}

const DescriptorFact* Sample::descriptor(Fd fd) const {
    const auto found = std::ranges::find(descriptors_, fd, &DescriptorFact::fd);
    return found == descriptors_.end() ? nullptr : &*found;
}

void describe(const DescriptorFact& fact, Descriptor& out) {
    out = {};
    out.from_kernel = true;
    out.device = fact.descriptor.device;
    out.inode = fact.descriptor.inode;
    if ((fact.descriptor.mode & S_IFMT) == S_IFSOCK)
        describe_socket(fact, out);
    else
        describe_file(fact, out);
}

}  // namespace bewit::kernel
