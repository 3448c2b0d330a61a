// Numbers to the names that people and rules use.
#include <algorithm>
#include <array>

#include "engine/event/catalogue.h"

namespace bewit::event {
namespace {

// clang-format off

// By number, from 1: asm-generic/errno-base.h and errno.h, the same for every ABI here. Two numbers are unused.
constexpr std::string_view errno_names[] = {
    "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD",  // 1
    "EAGAIN", "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR",  // 11
    "EISDIR", "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS",  // 21
    "EMLINK", "EPIPE", "EDOM", "ERANGE", "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP",  // 31
    "", "ENOMSG", "EIDRM", "ECHRNG", "EL2NSYNC", "EL3HLT", "EL3RST", "ELNRNG", "EUNATCH", "ENOCSI",  // 41
    "EL2HLT", "EBADE", "EBADR", "EXFULL", "ENOANO", "EBADRQC", "EBADSLT", "", "EBFONT", "ENOSTR",  // 51
    "ENODATA", "ETIME", "ENOSR", "ENONET", "ENOPKG", "EREMOTE", "ENOLINK", "EADV", "ESRMNT", "ECOMM",  // 61
    "EPROTO", "EMULTIHOP", "EDOTDOT", "EBADMSG", "EOVERFLOW", "ENOTUNIQ", "EBADFD", "EREMCHG", "ELIBACC",  // 71
    "ELIBBAD", "ELIBSCN", "ELIBMAX", "ELIBEXEC", "EILSEQ", "ERESTART", "ESTRPIPE", "EUSERS", "ENOTSOCK",  // 80
    "EDESTADDRREQ", "EMSGSIZE", "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EOPNOTSUPP",  // 89
    "EPFNOSUPPORT", "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "ENETRESET",  // 96
    "ECONNABORTED", "ECONNRESET", "ENOBUFS", "EISCONN", "ENOTCONN", "ESHUTDOWN", "ETOOMANYREFS",  // 103
    "ETIMEDOUT", "ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "EALREADY", "EINPROGRESS", "ESTALE", "EUCLEAN",  // 110
    "ENOTNAM", "ENAVAIL", "EISNAM", "EREMOTEIO", "EDQUOT", "ENOMEDIUM", "EMEDIUMTYPE", "ECANCELED", "ENOKEY",  // 118
    "EKEYEXPIRED", "EKEYREVOKED", "EKEYREJECTED", "EOWNERDEAD", "ENOTRECOVERABLE", "ERFKILL", "EHWPOISON",  // 127
};
static_assert(std::size(errno_names) == 133);

// By number, from 512: linux/errno.h. The kernel keeps these to itself, but a tracer sees them when a signal has
// interrupted a call.
constexpr int first_kernel_errno = 512;
constexpr std::string_view kernel_errno_names[] = {
    "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD", "ERESTART_RESTARTBLOCK", "EPROBE_DEFER",
    "EOPENSTALE", "ENOPARAM", "", "EBADHANDLE", "ENOTSYNC", "EBADCOOKIE", "ENOTSUPP", "ETOOSMALL", "ESERVERFAULT",
    "EBADTYPE", "EJUKEBOX", "EIOCBQUEUED", "EIOCBRETRY",
};

// By number, from 1: signal(7), the numbers of x86 and ARM.
constexpr std::string_view signal_names[] = {
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
    "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
    "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
};
static_assert(std::size(signal_names) == 31);

// In the order of Category. The three I/O categories have no text of their own.
constexpr std::string_view category_names[] = {
    "unknown", "other", "file", "net", "IPC", "memory", "process", "sleep", "system", "signal", "user", "time",
    "processing", "unknown", "unknown", "unknown", "wait", "scheduler", "internal",
};
static_assert(std::size(category_names) == static_cast<size_t>(Category::Internal) + 1);

// In the order of ParamType.
constexpr std::string_view type_names[] = {
    "NONE", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "CHARBUF", "BYTEBUF", "ERRNO",
    "SOCKADDR", "SOCKTUPLE", "FD", "PID", "FDLIST", "FSPATH", "FSRELPATH", "SYSCALLID", "SIGTYPE", "RELTIME", "ABSTIME",
    "PORT", "DYN", "BOOL", "DOUBLE", "UID", "GID", "MODE", "SIGSET", "FLAGS8", "FLAGS16", "FLAGS32", "ENUMFLAGS8",
    "ENUMFLAGS16", "ENUMFLAGS32", "IPADDR", "IPNET", "IPV4ADDR", "IPV6ADDR", "FD32", "PID32", "CHARBUFARRAY", "L4PROTO",
};
static_assert(std::size(type_names) == static_cast<size_t>(ParamType::L4Proto) + 1);

// clang-format on

std::string_view nth(std::span<const std::string_view> names, int64_t position) {
    if (position < 0 || position >= static_cast<int64_t>(names.size())) return {};
    return names[static_cast<size_t>(position)];
}

// Appends names to a text, with `|` between them.
class Joiner {
public:
    explicit Joiner(std::string& out) : out_(out) {}

    void add(std::string_view name) {
        if (!first_) out_ += '|';
        out_ += name;
        first_ = false;
    }

private:
    std::string& out_;
    bool first_ = true;
};

// What is left of a value as names are taken off it.
struct Remainder {
    uint32_t whole;
    uint32_t left;

    bool holds(uint32_t bits) const { return bits == 0 ? whole == 0 : (left & bits) == bits; }
    void take(uint32_t bits) { left &= ~bits; }
};

bool is_enumeration(ParamType type) {
    return type == ParamType::EnumFlags8 || type == ParamType::EnumFlags16 || type == ParamType::EnumFlags32;
}

void append_equal(NameTable names, uint32_t value, Joiner out) {
    for (const NamedValue& entry : names) {
        if (entry.value == value) out.add(entry.name);
    }
}

void append_flags(NameTable names, uint32_t value, Joiner out) {
    Remainder rest{value, value};
    for (const NamedValue& entry : names) {
        if (!rest.holds(entry.value)) continue;
        rest.take(entry.value);
        out.add(entry.name);
        if (entry.value == value) return;
    }
}

// Unlike a flag, the name of the whole value is added even when names before it have taken some of its bits: a block
// device (S_IFBLK) is printed as S_IFCHR|S_IFBLK.
void append_mode(NameTable names, uint32_t value, Joiner out) {
    Remainder rest{value, value};
    for (const NamedValue& entry : names) {
        if (entry.value == value) return out.add(entry.name);
        if (!rest.holds(entry.value)) continue;
        rest.take(entry.value);
        out.add(entry.name);
    }
}

}  // namespace

std::string_view category_name(Category category) { return nth(category_names, static_cast<int64_t>(category)); }

std::string_view type_name(ParamType type) { return nth(type_names, static_cast<int64_t>(type)); }

std::string_view errno_name(int number) {
    if (number >= first_kernel_errno) return nth(kernel_errno_names, int64_t{number} - first_kernel_errno);
    return nth(errno_names, int64_t{number} - 1);
}

std::string_view signal_name(int number) { return nth(signal_names, int64_t{number} - 1); }

void append_names(ParamType type, NameTable names, uint32_t value, std::string& out) {
    if (type == ParamType::Mode) return append_mode(names, value, Joiner{out});
    if (is_enumeration(type)) return append_equal(names, value, Joiner{out});
    append_flags(names, value, Joiner{out});
}

}  // namespace bewit::event
