// A file of /proc costs 3 to 10 microseconds: each is read once, and only where a wanted group is in it.
#include "tracer/proc_witness.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/clock.h"
#include "tracer/descriptor_witness.h"
#include "tracer/executable_facts.h"
#include "tracer/name_witness.h"
#include "tracer/proc_reader.h"
#include "tracer/proc_text.h"

namespace bewit::tracer {
namespace {

using event::FactGroup;
using event::ProcessFacts;

constexpr size_t longest_list = 4096;  // argv or environment, in bytes

constexpr uint32_t in_stat = event::IdentityFacts | event::ResourceFacts;
constexpr uint32_t in_status = event::IdentityFacts | event::ImageFacts | event::CredentialFacts | event::ResourceFacts;

void fill_identity(const StatText& stat, const StatusText& status, Tid tid, ProcessFacts& facts) {
    facts.pid = static_cast<Pid>(status.group);
    facts.parent = stat.parent <= 0 || stat.parent == getpid() ? Pid::None : static_cast<Pid>(stat.parent);
    // A kernel without pid namespaces does not tell inner numbers.
    facts.vpid = status.inner_group >= 0 ? status.inner_group : status.group;
    facts.vtid = status.inner_thread >= 0 ? status.inner_thread : raw(tid);
    facts.sid = stat.session;
    facts.pgid = stat.group;
    facts.vpgid = status.inner_process_group >= 0 ? status.inner_process_group : stat.group;
    facts.tty = stat.tty;
}

void fill_credentials(const StatusText& status, ProcessFacts& facts) {
    facts.uid = status.effective_uid;
    facts.gid = status.effective_gid;
    facts.cap_inheritable = status.cap_inheritable;
    facts.cap_permitted = status.cap_permitted;
    facts.cap_effective = status.cap_effective;
}

// Number of entries of a directory of /proc, `.` and `..` left out.
uint64_t count_entries(int directory) {
    // struct linux_dirent64, getdents64(2): the entry's size stands behind two words of 64 bits.
    constexpr size_t size_offset = 16;
    alignas(8) std::array<char, 4096> buffer;
    uint64_t count = 0;
    for (;;) {
        const ssize_t got = getdents64(directory, buffer.data(), buffer.size());
        if (got <= 0) break;
        for (size_t at = 0; at < static_cast<size_t>(got); ++count) {
            uint16_t size;
            std::copy_n(buffer.data() + at + size_offset, sizeof size, reinterpret_cast<char*>(&size));
            at += size;
        }
    }
    return count < 2 ? 0 : count - 2;
}

}  // namespace

struct ProcWitness::Impl {
    ProcReader proc;
    DescriptorWitness descriptors{proc};
    NameWitness names{proc};
    // Added to a time since boot it gives one since the epoch.
    const uint64_t boot_ns = nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_BOOTTIME);
    const uint64_t tick_ns = nanoseconds_per_second / static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
    const uint64_t container_start_ns = start_of(Tid{1});
    std::string status_copy, comm_copy;

    uint64_t start_ns(const StatText& stat) const { return boot_ns + stat.start_ticks * tick_ns; }

    // The moment that bewit started, if the thread cannot be looked at.
    uint64_t start_of(Tid tid) {
        const auto text = proc.read(tid, "stat");
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        return stat ? start_ns(*stat) : nanoseconds_of(CLOCK_REALTIME);
    }

    uint32_t fill(Tid tid, uint32_t wanted, ProcessFacts& facts) {
        StatText stat;
        StatusText status;
        if ((wanted & in_stat) != 0 && !read_stat(tid, stat)) return 0;
        if ((wanted & in_status) != 0) {
            const auto text = proc.read(tid, "status");
            if (!text) return 0;
            status_copy.assign(*text);
            status = parse_status(status_copy);
        }
        uint32_t filled = 0;
        const auto group = [&](FactGroup bit, auto fill_it) {
            if ((wanted & bit) != 0 && fill_it()) filled |= bit;
        };
        group(event::IdentityFacts, [&] {
            fill_identity(stat, status, tid, facts);
            facts.start_time_ns = start_ns(stat);
            return true;
        });
        group(event::CredentialFacts, [&] { return fill_credentials(status, facts), true; });
        group(event::ResourceFacts, [&] { return fill_resources(tid, stat, status, facts), true; });
        group(event::CommFact,
              [&] { return stat.comm.empty() ? fill_comm(tid, facts) : (facts.comm.assign(stat.comm), true); });
        group(event::ImageFacts, [&] { return fill_image(tid, status, facts); });
        group(event::EnvironmentFact, [&] { return fill_list(tid, "environ", facts.environment); });
        group(event::WorkingDirectory, [&] { return proc.link(tid, "cwd", facts.cwd); });
        group(event::LoginUidFact, [&] { return fill_login_uid(tid, facts); });
        group(event::CgroupFacts, [&] { return fill_cgroups(tid, facts); });
        return filled;
    }

    bool read_stat(Tid tid, StatText& stat) {
        const auto text = proc.read(tid, "stat");
        const auto parsed = text ? parse_stat(*text) : std::nullopt;
        if (!parsed) return false;
        stat = *parsed;
        comm_copy.assign(stat.comm);
        stat.comm = comm_copy;  // it lies in the reader's buffer
        return true;
    }

    bool fill_comm(Tid tid, ProcessFacts& facts) {
        auto text = proc.read(tid, "comm");
        if (!text || text->empty()) return false;
        if (text->ends_with('\n')) text->remove_suffix(1);
        facts.comm.assign(*text);
        return true;
    }

    bool fill_list(Tid tid, std::string_view file, std::vector<std::string>& out) {
        const auto text = proc.read(tid, file, longest_list);
        if (!text) return false;
        split_at_nul(*text, out);
        return true;
    }

    bool fill_image(Tid tid, const StatusText& status, ProcessFacts& facts) {
        if (!fill_list(tid, "cmdline", facts.argv)) return false;
        read_executable(proc, tid, status, container_start_ns, facts);
        return true;
    }

    // A kernel without audit has none, which is the same as unset.
    bool fill_login_uid(Tid tid, ProcessFacts& facts) {
        facts.login_uid = UINT32_MAX;
        if (const auto text = proc.read(tid, "loginuid")) {
            std::from_chars(text->data(), text->data() + text->size(), facts.login_uid);
            return true;
        }
        struct stat alive {};
        return proc.status(tid, "stat", alive);
    }

    bool fill_cgroups(Tid tid, ProcessFacts& facts) {
        const auto text = proc.read(tid, "cgroup");
        if (text) parse_cgroups(*text, facts.cgroups);
        return text.has_value();
    }

    void fill_resources(Tid tid, const StatText& stat, const StatusText& status, ProcessFacts& facts) {
        facts.vm_size_kb = status.vm_size_kb;
        facts.vm_rss_kb = status.vm_rss_kb;
        facts.vm_swap_kb = status.vm_swap_kb;
        facts.faults_major = stat.major_faults;
        facts.faults_minor = stat.minor_faults;
        facts.threads = stat.threads;
        const auto limits = proc.read(tid, "limits");
        facts.fd_limit = limits ? parse_open_files_limit(*limits) : -1;
        const UniqueFd descriptors_of = proc.open(tid, "fd", O_RDONLY | O_DIRECTORY);
        facts.fd_count = descriptors_of ? count_entries(descriptors_of.get()) : 0;
    }
};

ProcWitness::ProcWitness() : impl_(std::make_unique<Impl>()) {}
ProcWitness::~ProcWitness() = default;

uint32_t ProcWitness::process(Tid tid, uint32_t wanted, ProcessFacts& facts) {
    return raw(tid) <= 0 ? 0 : impl_->fill(tid, wanted, facts);
}

bool ProcWitness::descriptor(Tid tid, Fd fd, event::Descriptor& out) {
    return raw(tid) > 0 && impl_->descriptors.describe(tid, fd, out);
}

event::NameLeads ProcWitness::name(Tid tid, Fd from, std::string_view name, std::string& to) {
    return raw(tid) > 0 ? impl_->names.look(tid, from, name, to) : event::NameLeads::Unknown;
}

void ProcWitness::share_root(bool shared) { impl_->names.share_root(shared); }

}  // namespace bewit::tracer
