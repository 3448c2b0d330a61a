#include "tests/unit/state/world.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

namespace bewit::state::testing {
namespace {

void append(std::vector<std::byte>& out, const void* data, size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    out.insert(out.end(), begin, begin + size);
}

// Family and address as bytes, and the port.
struct Written {
    uint8_t family;
    std::vector<std::byte> bytes;
    uint16_t port;
};
Written write(std::string_view text) {
    const size_t colon = text.rfind(':');
    std::string host(text.substr(0, colon));
    Written written{AF_INET, std::vector<std::byte>(4), 0};
    written.port = static_cast<uint16_t>(std::stoi(std::string(text.substr(colon + 1))));
    if (host.starts_with('[')) {
        host = host.substr(1, host.size() - 2);
        written.family = AF_INET6;
        written.bytes.resize(16);
    }
    REQUIRE(inet_pton(written.family, host.c_str(), written.bytes.data()) == 1);
    return written;
}

}  // namespace

uint32_t FakeWitness::process(Tid tid, uint32_t wanted, ProcessFacts& facts) {
    asked.emplace_back(tid, wanted);
    const auto found = processes.find(tid);
    if (found == processes.end()) return 0;
    const uint32_t told = wanted & found->second.groups;
    const ProcessFacts& from = found->second.facts;
    if (told & event::IdentityFacts) {
        facts.pid = from.pid;
        facts.parent = from.parent;
        facts.vpid = from.vpid;
        facts.vtid = from.vtid;
        facts.sid = from.sid;
        facts.pgid = from.pgid;
        facts.vpgid = from.vpgid;
        facts.tty = from.tty;
        facts.start_time_ns = from.start_time_ns;
    }
    if (told & event::CommFact) facts.comm = from.comm;
    if (told & event::ImageFacts) {
        facts.argv = from.argv;
        facts.exe_path = from.exe_path;
        facts.exe_inode = from.exe_inode;
    }
    if (told & event::EnvironmentFact) facts.environment = from.environment;
    if (told & event::CredentialFacts) {
        facts.uid = from.uid;
        facts.gid = from.gid;
        facts.cap_effective = from.cap_effective;
    }
    if (told & event::WorkingDirectory) facts.cwd = from.cwd;
    if (told & event::LoginUidFact) facts.login_uid = from.login_uid;
    if (told & event::CgroupFacts) facts.cgroups = from.cgroups;
    if (told & event::ResourceFacts) facts.fd_count = from.fd_count;
    return told;
}

bool FakeWitness::descriptor(Tid tid, Fd fd, Descriptor& out) {
    ++descriptors_asked;
    const auto found = descriptors.find({tid, fd});
    if (found == descriptors.end()) return false;
    out = found->second;
    return true;
}

std::vector<std::byte> bytes(std::string_view text) {
    std::vector<std::byte> out;
    append(out, text.data(), text.size());
    return out;
}

event::View World::record(std::string_view kind, int64_t tid, const Params& params) {
    const event::EventInfo* info = event::find_event(kind);
    REQUIRE(info != nullptr);
    now += 1'000'000;
    builder_.begin(*info, now, Tid{tid});
    size_t used = 0;
    for (const event::ParamInfo& param : info->params) {
        const auto named = std::ranges::find(params, param.name, &Named::name);
        if (named == params.end()) {
            builder_.add_absent();
            continue;
        }
        ++used;
        if (const auto* number = std::get_if<int64_t>(&named->value)) {
            builder_.add_int(*number);
        } else if (const auto* text = std::get_if<std::string>(&named->value)) {
            builder_.add_text(*text);
        } else {
            builder_.add_bytes(std::get<std::vector<std::byte>>(named->value));
        }
    }
    // A misspelt name would be an absent parameter.
    REQUIRE(used == params.size());
    return builder_.finish();
}

void World::happens(std::string_view kind, int64_t tid, Params params, const std::function<void()>& look) {
    const event::View event = record(kind, tid, params);
    state.apply(event);
    if (look) look();
    state.finish(event);
}

void World::child_record(int64_t child, int64_t parent, Params more, std::string_view kind) {
    Params params{{"res", 0}, {"tid", child}, {"ptid", parent}};
    params.insert(params.end(), more.begin(), more.end());
    happens(kind, child, std::move(params));
}

void World::parent_record(int64_t parent, int64_t child, Params more, std::string_view kind) {
    Params params{{"res", child}, {"tid", parent}};
    params.insert(params.end(), more.begin(), more.end());
    happens(kind, parent, std::move(params));
}

void World::fork(int64_t parent, int64_t child) {
    child_record(child, parent, {{"pid", child}});
    parent_record(parent, child);
}

void World::thread(int64_t pid, int64_t tid) {
    child_record(tid, pid, {{"pid", pid}, {"flags", clone_thread}});
    parent_record(pid, tid, {{"flags", clone_thread}});
}

void World::exec(int64_t tid, std::string_view comm, Params more) {
    const std::string path = "/bin/" + std::string(comm);
    Params params{{"res", 0},
                  {"tid", tid},
                  {"pid", tid},
                  {"exe", path},
                  {"comm", std::string(comm)},
                  {"trusted_exepath", path},
                  {"flags", 0},
                  {"exe_ino", 7},
                  {"exe_ino_ctime", 8},
                  {"exe_ino_mtime", 9},
                  {"uid", 0},
                  {"gid", 0},
                  {"cap_inheritable", 0},
                  {"cap_permitted", 0},
                  {"cap_effective", 0}};
    params.insert(params.end(), more.begin(), more.end());
    happens("execve", tid, std::move(params));
}

void World::entrypoint(int64_t tid, std::string_view comm) { exec(tid, comm, {{"ptid", 0}}); }

void World::exit(int64_t tid, int64_t reaper) { happens("procexit", tid, {{"status", 0}, {"reaper_tid", reaper}}); }

const ProcessFacts& World::facts(int64_t tid, uint32_t groups) {
    Process* process = find(tid);
    REQUIRE(process != nullptr);
    return state.facts(*process, groups);
}

std::string World::comm(int64_t tid) { return facts(tid, event::CommFact).comm; }

std::string World::ancestry(int64_t tid) {
    std::string text;
    for (unsigned n = 0; Process* process = state.ancestor(Tid{tid}, n); ++n) {
        REQUIRE(n < 100'000);
        if (n != 0) text += " < ";
        text += state.facts(*process, event::CommFact).comm;
    }
    return text;
}

std::vector<std::byte> tuple(std::string_view source, std::string_view destination) {
    const Written from = write(source), to = write(destination);
    REQUIRE(from.family == to.family);
    std::vector<std::byte> out{std::byte{from.family}};
    for (const Written& end : {from, to}) {
        append(out, end.bytes.data(), end.bytes.size());
        append(out, &end.port, sizeof(end.port));
    }
    return out;
}

std::vector<std::byte> unix_tuple(uint64_t source, uint64_t destination, std::string_view path) {
    std::vector<std::byte> out{std::byte{AF_UNIX}};
    append(out, &source, sizeof(source));
    append(out, &destination, sizeof(destination));
    append(out, path.data(), path.size());
    out.push_back(std::byte{0});
    return out;
}

std::vector<std::byte> address(std::string_view endpoint) {
    const Written written = write(endpoint);
    std::vector<std::byte> out{std::byte{written.family}};
    append(out, written.bytes.data(), written.bytes.size());
    append(out, &written.port, sizeof(written.port));
    return out;
}

event::Endpoint endpoint(std::string_view text) {
    const Written written = write(text);
    event::Endpoint end;
    end.address.family = written.family;
    std::memcpy(end.address.bytes.data(), written.bytes.data(), written.bytes.size());
    end.port = written.port;
    return end;
}

}  // namespace bewit::state::testing
