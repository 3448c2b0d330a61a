// process_vm_readv(2) asks the kernel for permission as ptrace(2) does when it attaches, at every call; PTRACE_PEEKDATA
// asks only whether the memory may be dumped (kernel/ptrace.c, ptrace_access_vm), and /proc/PID/mem asks when it is
// opened. So one way may work where another is refused. The slow ones also go through a page's protection, which for
// what the kernel itself could not read as an argument makes no difference: such a call fails. A transfer that runs
// into a page that is not there ends with what it has.
#include "tracer/tracee_memory.h"

#include <linux/capability.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace bewit::tracer {
namespace {

// The smallest page that the kernel can map: a string never needs more of a page than is sure to be there.
constexpr uint64_t smallest_page = 4096;

uint64_t left_in_page(uint64_t address) { return smallest_page - address % smallest_page; }

// An address of the thread, in the type that the kernel's interfaces want it in. Nothing here follows it.
void* remote_pointer(uint64_t address) {
    return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

// Word by word, of a thread that is this thread's tracee and stopped.
size_t peek(Tid tid, uint64_t address, std::span<std::byte> out) {
    size_t done = 0;
    while (done < out.size()) {
        const uint64_t at = address + done;
        const size_t skip = at % sizeof(long);
        errno = 0;
        const long word = ptrace(PTRACE_PEEKDATA, number_of(tid), remote_pointer(at - skip), nullptr);
        if (errno != 0) break;
        const size_t size = std::min(sizeof word - skip, out.size() - done);
        std::memcpy(out.data() + done, reinterpret_cast<const std::byte*>(&word) + skip, size);
        done += size;
    }
    return done;
}

struct {
    Tid tid = Tid::None;
    int fd = -1;
} memory_file;

size_t read_slow(Tid tid, uint64_t address, std::span<std::byte> out) {
    if (const size_t done = peek(tid, address, out); done > 0) return done;
    if (tid != memory_file.tid || memory_file.fd < 0) return 0;
    const ssize_t size = pread(memory_file.fd, out.data(), out.size(), static_cast<off_t>(address));
    return size > 0 ? static_cast<size_t>(size) : 0;
}

bool poke(Tid tid, uint64_t address, std::span<const std::byte> bytes) {
    size_t done = 0;
    while (done < bytes.size()) {
        const uint64_t at = address + done;
        const size_t skip = at % sizeof(long);
        const size_t size = std::min(sizeof(long) - skip, bytes.size() - done);
        std::array<std::byte, sizeof(long)> word{};
        // The rest of a word that is written in part keeps what it has.
        if (size < sizeof(long) && peek(tid, at - skip, word) != word.size()) return false;
        std::memcpy(word.data() + skip, bytes.data() + done, size);
        long value;
        std::memcpy(&value, word.data(), sizeof value);
        if (ptrace(PTRACE_POKEDATA, number_of(tid), remote_pointer(at - skip), value) != 0) return false;
        done += size;
    }
    return true;
}

// Number of bytes, or -1 where the way is closed (as opposed to the address being bad).
ssize_t read_fast(Tid tid, uint64_t address, std::span<std::byte> out) {
    const iovec local = {out.data(), out.size()};
    const iovec remote = {remote_pointer(address), out.size()};
    const ssize_t size = process_vm_readv(number_of(tid), &local, 1, &remote, 1, 0);
    if (size >= 0) return size;
    return errno == EFAULT ? 0 : -1;
}

}  // namespace

bool sees_all_memory() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> data{};
    return syscall(SYS_capget, &header, data.data()) == 0 && (data[0].effective & 1u << CAP_SYS_PTRACE) != 0;
}

void use_memory_file(Tid tid, const UniqueFd* file) { memory_file = {tid, file == nullptr ? -1 : file->get()}; }

size_t read_memory(Tid tid, uint64_t address, std::span<std::byte> out) {
    if (out.empty()) return 0;
    const ssize_t first = read_fast(tid, address, out);
    if (first < 0) return read_slow(tid, address, out);
    auto done = static_cast<size_t>(first);
    // The kernel counts in whole iovecs: a transfer that fails in the middle of one may report less than it could read.
    // So page by page.
    while (done < out.size()) {
        const uint64_t at = address + done;
        const auto piece = out.subspan(done, std::min<uint64_t>(left_in_page(at), out.size() - done));
        const ssize_t size = read_fast(tid, at, piece);
        if (size <= 0) break;
        done += static_cast<size_t>(size);
    }
    return done;
}

StringRead read_string(Tid tid, uint64_t address, size_t limit, std::string& out) {
    out.clear();
    StringRead read;
    if (address == 0) return read;
    while (out.size() < limit) {
        const uint64_t at = address + out.size();
        const size_t wanted = std::min<uint64_t>(left_in_page(at), limit - out.size());
        const size_t before = out.size();
        out.resize(before + wanted);
        const size_t size = read_memory(tid, at, std::as_writable_bytes(std::span(out)).subspan(before));
        if (size > 0) read.readable = true;
        const size_t end = out.find('\0', before);
        if (end < before + size) {
            out.resize(end);
            return read;
        }
        out.resize(before + size);
        if (size < wanted) break;
    }
    read.truncated = read.readable;
    return read;
}

bool write_memory(Tid tid, uint64_t address, std::span<const std::byte> bytes) {
    if (bytes.empty()) return true;
    const iovec local = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    const iovec remote = {remote_pointer(address), bytes.size()};
    const ssize_t size = process_vm_writev(number_of(tid), &local, 1, &remote, 1, 0);
    if (size == static_cast<ssize_t>(bytes.size())) return true;
    // Also where the page is not writable to the thread itself: PTRACE_POKEDATA may write there.
    return poke(tid, address, bytes);
}

}  // namespace bewit::tracer
