// Numbers are those of <linux/net.h> and <linux/ipc.h>, and of arch/x86/entry/syscalls/syscall_32.tbl for i386.
#include "tracer/multiplexer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "tracer/tracee_memory.h"

namespace bewit::tracer {
namespace {

constexpr uint32_t old_mmap_number = 90;
constexpr uint32_t socketcall_number = 102;
constexpr uint32_t ipc_number = 117;

struct Carried {
    uint32_t code;
    std::string_view name;
    uint8_t arguments;
};

// The second argument of socketcall points to as many 32-bit words as the call has arguments.
constexpr std::array socket_calls = {
    Carried{1, "socket", 3},    Carried{2, "bind", 3},        Carried{3, "connect", 3},     Carried{4, "listen", 2},
    Carried{5, "accept", 3},    Carried{6, "getsockname", 3}, Carried{7, "getpeername", 3}, Carried{8, "socketpair", 4},
    Carried{9, "send", 4},      Carried{10, "recv", 4},       Carried{11, "sendto", 6},     Carried{12, "recvfrom", 6},
    Carried{13, "shutdown", 2}, Carried{14, "setsockopt", 5}, Carried{15, "getsockopt", 5}, Carried{16, "sendmsg", 3},
    Carried{17, "recvmsg", 3},  Carried{18, "accept4", 4},    Carried{19, "recvmmsg", 5},   Carried{20, "sendmmsg", 4},
};

// ipc(call, first, second, third, pointer, fifth).
constexpr std::array ipc_calls = {
    Carried{1, "semop", 3},   Carried{2, "semget", 3},  Carried{3, "semctl", 4},  Carried{4, "semtimedop", 4},
    Carried{11, "msgsnd", 4}, Carried{12, "msgrcv", 5}, Carried{13, "msgget", 2}, Carried{14, "msgctl", 3},
    Carried{21, "shmat", 3},  Carried{22, "shmdt", 1},  Carried{23, "shmget", 3}, Carried{24, "shmctl", 3},
};

constexpr std::array mmap_calls = {Carried{0, "mmap", 6}};

std::span<const Carried> calls_of(event::Abi abi, uint32_t number) {
    if (abi != event::Abi::I386) return {};
    if (number == socketcall_number) return socket_calls;
    if (number == ipc_number) return ipc_calls;
    if (number == old_mmap_number) return mmap_calls;
    return {};
}

std::vector<event::Kind> kinds_of(std::span<const Carried> calls) {
    std::vector<event::Kind> kinds;
    for (const Carried& call : calls) {
        if (const auto kind = event::find_kind(call.name)) kinds.push_back(*kind);
    }
    return kinds;
}

const Carried* find(std::span<const Carried> calls, uint64_t code) {
    const auto found = std::ranges::find(calls, code, [](const Carried& call) { return uint64_t{call.code}; });
    return found == calls.end() ? nullptr : &*found;
}

using Arguments = std::array<uint64_t, 6>;

// False when they cannot be read.
bool arguments_from_memory(Tid tid, uint64_t address, size_t count, Arguments& arguments) {
    std::array<uint32_t, 6> words{};
    const auto wanted = std::as_writable_bytes(std::span(words).first(count));
    if (read_memory(tid, address, wanted) != wanted.size()) return false;
    std::ranges::copy(words, arguments.begin());
    return true;
}

// Where ipc(2) puts what the call of its own number takes.
Arguments ipc_arguments(std::string_view name, const Arguments& given) {
    const auto [code, first, second, third, pointer, fifth] = given;
    if (name == "semop") return {first, pointer, second};
    if (name == "semtimedop") return {first, pointer, second, fifth};
    if (name == "semctl") return {first, second, third, pointer};
    if (name == "msgsnd" || name == "msgrcv") return {first, pointer, second, fifth, third};
    if (name == "msgctl" || name == "shmctl") return {first, second, pointer};
    if (name == "shmat") return {first, pointer, second};
    if (name == "shmdt") return {pointer};
    return {first, second, third};
}

}  // namespace

std::span<const event::Kind> carried_kinds(event::Abi abi, uint32_t number) {
    static const std::vector<event::Kind> socket_kinds = kinds_of(socket_calls);
    static const std::vector<event::Kind> ipc_kinds = kinds_of(ipc_calls);
    static const std::vector<event::Kind> mmap_kinds = kinds_of(mmap_calls);
    if (abi != event::Abi::I386) return {};
    if (number == socketcall_number) return socket_kinds;
    if (number == ipc_number) return ipc_kinds;
    if (number == old_mmap_number) return mmap_kinds;
    return {};
}

std::optional<event::Kind> demultiplex(SyscallStop& stop) {
    const std::span<const Carried> calls = calls_of(stop.abi, stop.number);
    if (calls.empty()) return {};
    // The upper half of ipc's code is a version, which only msgrcv looks at.
    const uint64_t code = stop.number == old_mmap_number ? 0 : stop.arguments[0] & 0xffff;
    const Carried* call = find(calls, code);
    if (call == nullptr) return {};
    const auto kind = event::find_kind(call->name);
    if (!kind) return {};

    Arguments arguments{};
    if (stop.number == ipc_number) {
        arguments = ipc_arguments(call->name, stop.arguments);
    } else {
        const uint64_t address = stop.arguments[stop.number == old_mmap_number ? 0 : 1];
        if (!arguments_from_memory(stop.tid, address, call->arguments, arguments)) return {};
    }
    stop.arguments = arguments;
    return kind;
}

}  // namespace bewit::tracer
