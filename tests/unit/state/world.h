// A machine for tests: a witness that answers what the test wrote down, records by parameter names, and the state
// between the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/event/builder.h"
#include "engine/state/state.h"

namespace bewit::state::testing {

using event::Descriptor;
using event::ProcessFacts;

// Answers from two maps, and counts what it was asked.
class FakeWitness final : public event::Witness {
public:
    struct Answer {
        uint32_t groups = ~0u;  // what it can tell of the process
        ProcessFacts facts;
    };

    uint32_t process(Tid tid, uint32_t wanted, ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, Descriptor& out) override;

    std::map<Tid, Answer> processes;
    std::map<std::pair<Tid, Fd>, Descriptor> descriptors;
    std::vector<std::pair<Tid, uint32_t>> asked;
    size_t descriptors_asked = 0;
};

// A parameter's value; what a record does not name is absent.
using Value = std::variant<int64_t, std::string, std::vector<std::byte>>;
struct Named {
    std::string_view name;
    Value value;
};
using Params = std::vector<Named>;

std::vector<std::byte> bytes(std::string_view text);

// Tids and pids as plain numbers, for short tests.
class World {
public:
    explicit World(uint32_t wanted = 0) : state(witness, wanted) {}

    // Applies the record; `look` sees the state as a rule would; then the event is finished. Without `res` or `fd` it
    // is a record made at the call's entry.
    void happens(std::string_view kind, int64_t tid, Params params, const std::function<void()>& look = {});
    // Both records of a clone, the child's own and the one of its parent.
    void child_record(int64_t child, int64_t parent, Params more = {}, std::string_view kind = "clone");
    void parent_record(int64_t parent, int64_t child, Params more = {}, std::string_view kind = "clone");
    // A new process, in the usual order.
    void fork(int64_t parent, int64_t child);
    // A new thread of `pid`, made by its leader.
    void thread(int64_t pid, int64_t tid);
    // An exec whose record has everything. `comm` is also the name of the program, /bin/<comm>.
    void exec(int64_t tid, std::string_view comm, Params more = {});
    // The first program of the workload.
    void entrypoint(int64_t tid, std::string_view comm);
    void exit(int64_t tid, int64_t reaper = 0);

    Process* find(int64_t tid) { return state.thread(Tid{tid}); }
    const ProcessFacts& facts(int64_t tid, uint32_t groups);
    std::string comm(int64_t tid);
    // "comm < parent's < its parent's ...", up to where nothing is shown.
    std::string ancestry(int64_t tid);
    const Descriptor* descriptor(int64_t tid, int32_t fd) { return state.descriptor(Tid{tid}, Fd{fd}); }

    FakeWitness witness;
    State state;
    uint64_t now = 1'000'000'000;

private:
    event::View record(std::string_view kind, int64_t tid, const Params& params);
    event::Builder builder_;
};

// An init, and a shell below it; both known through their records.
class SmallWorld : public World {
public:
    explicit SmallWorld(uint32_t wanted = 0) : World(wanted) {
        entrypoint(10, "init");
        fork(10, 20);
        exec(20, "sh");
    }
};

// Parameters of flags that tests need, in Falco's encoding.
inline constexpr int64_t clone_thread = 0x2000;
inline constexpr int64_t clone_parent = 0x100;
inline constexpr int64_t clone_vfork = 0x8000000;
inline constexpr int64_t clone_new_user = 0x100000;
inline constexpr int64_t child_in_pid_namespace = 0x20000000;

// "10.0.0.1:80" or "[fe80::1]:80" as socktuple and sockaddr parameters.
std::vector<std::byte> tuple(std::string_view source, std::string_view destination);
std::vector<std::byte> unix_tuple(uint64_t source, uint64_t destination, std::string_view path);
std::vector<std::byte> address(std::string_view endpoint);
event::Endpoint endpoint(std::string_view text);

}  // namespace bewit::state::testing
