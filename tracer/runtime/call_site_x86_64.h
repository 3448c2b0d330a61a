// The bytes of call sites of openat(2), and the pages near them. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bewit::tracer {

// A site is `mov $257, %eax; syscall; cmp $imm32, %rax`, which is what glibc's open and openat are. The five bytes of
// the `mov` are replaced; the `cmp` shows that the flags need not be kept. What can be read of code around it:
// `site_before` bytes before the address behind `syscall`, `site_after` from there on.
constexpr size_t site_before = 8, site_after = 2, jump_size = 5, jump_offset = 7;
bool is_open_site(std::span<const std::byte, site_before + site_after> code);

// `jmp rel32` at `from`; nullopt where `to` is out of its reach.
std::optional<std::array<std::byte, jump_size>> jump(uint64_t from, uint64_t to);

// From the site to the runtime: rcx becomes the address behind the call, r11 is the way there. Both are the call's to
// destroy.
constexpr size_t trampoline_size = 32;
std::array<std::byte, trampoline_size> trampoline(uint64_t behind_call, uint64_t runtime);
// What such a one was made for.
uint64_t behind_call(std::span<const std::byte, trampoline_size> trampoline);

// By /proc/PID/maps (proc_pid_maps(5)): whether `address` is in code that is mapped from a file, privately, and that
// nobody can write to.
bool is_file_code(std::string_view maps, uint64_t address);
// A free page in reach of a jump from `site`, far from what is mapped already and may grow; nullopt where there is
// none.
std::optional<uint64_t> free_page_near(std::string_view maps, uint64_t site);

}  // namespace bewit::tracer
