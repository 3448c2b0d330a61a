// The bytes of call sites of openat(2), and the pages near them. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bewit::tracer {

// What a call of openat(2) looks like in glibc, two ways. The five bytes of the last `mov` before the `syscall` are
// replaced; the `cmp` behind it shows that the flags need not be kept.
enum class SiteShape : uint8_t {
    Number,     // mov $257, %eax; syscall; cmp $imm32, %rax: open(3), openat(3)
    Directory,  // mov $257, %eax; mov %rdi, %rsi; mov $AT_FDCWD, %edi; syscall; cmp $imm32, %rax: what the library
                // opens for itself, and the loader
};
constexpr uint64_t page = 4096;
// What is to be read of code around it: `site_before` bytes before the address behind `syscall`, `site_after` from
// there on.
constexpr size_t site_before = 16, site_after = 2, jump_size = 5, jump_offset = 7;
std::optional<SiteShape> open_site(std::span<const std::byte, site_before + site_after> code);

// `jmp rel32` at `from`; nullopt where `to` is out of its reach.
std::optional<std::array<std::byte, jump_size>> jump(uint64_t from, uint64_t to);

// From the site to the runtime: rcx becomes the address behind the call, r11 is the way there. Both are the call's to
// destroy. What was replaced is done here, but for the call's number.
constexpr size_t trampoline_size = 32;
std::array<std::byte, trampoline_size> trampoline(SiteShape shape, uint64_t behind_call, uint64_t runtime);
// What such a one was made for.
uint64_t behind_call(std::span<const std::byte, trampoline_size> trampoline);

// By /proc/PID/maps (proc_pid_maps(5)): whether `address` is in code that is mapped from a file, privately, and that
// nobody can write to.
bool is_file_code(std::string_view maps, uint64_t address);
// A free page in reach of a jump from `site`, far from what is mapped already and may grow; nullopt where there is
// none.
std::optional<uint64_t> free_page_near(std::string_view maps, uint64_t site);

}  // namespace bewit::tracer
