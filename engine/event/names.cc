// Numbers to the names that people and rules use.
#include <algorithm>
#include <array>

#include "engine/event/catalogue.h"

namespace bewit::event {
namespace {

// By number, from 1: asm-generic/errno-base.h and errno.h, the same for every ABI here. Two numbers are unused.
constexpr std::string_view errno_names[] = {
    "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD",                         // 1
    "EAGAIN", "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR",                 // 11
    "EISDIR", "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS",                  // 21
    "EMLINK", "EPIPE", "EDOM", "ERANGE", "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP",           // 31
    "", "ENOMSG", "EIDRM", "ECHRNG", "EL2NSYNC", "EL3HLT", "EL3RST", "ELNRNG", "EUNATCH", "ENOCSI",                     // 41
    "EL2HLT", "EBADE", "EBADR", "EXFULL", "ENOANO", "EBADRQC", "EBADSLT", "", "EBFONT", "ENOSTR",                       // 51
    "ENODATA", "ETIME", "ENOSR", "ENONET", "ENOPKG", "EREMOTE", "ENOLINK", "EADV", "ESRMNT", "ECOMM",                   // 61
    "EPROTO", "EMULTIHOP", "EDOTDOT", "EBADMSG", "EOVERFLOW", "ENOTUNIQ", "EBADFD", "EREMCHG", "ELIBACC", "ELIBBAD",    // 71
    "ELIBSCN", "ELIBMAX", "ELIBEXEC", "EILSEQ", "ERESTART", "ESTRPIPE", "EUSERS", "ENOTSOCK", "EDESTADDRREQ",           // 81
    "EMSGSIZE", "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EOPNOTSUPP", "EPFNOSUPPORT",        // 90
    "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "ENETRESET", "ECONNABORTED",              // 97
    "ECONNRESET", "ENOBUFS", "EISCONN", "ENOTCONN", "ESHUTDOWN", "ETOOMANYREFS", "ETIMEDOUT", "ECONNREFUSED",           // 104
    "EHOSTDOWN", "EHOSTUNREACH", "EALREADY", "EINPROGRESS", "ESTALE", "EUCLEAN", "ENOTNAM", "ENAVAIL", "EISNAM",        // 112
    "EREMOTEIO", "EDQUOT", "ENOMEDIUM", "EMEDIUMTYPE", "ECANCELED", "ENOKEY", "EKEYEXPIRED", "EKEYREVOKED",             // 121
    "EKEYREJECTED", "EOWNERDEAD", "ENOTRECOVERABLE", "ERFKILL", "EHWPOISON",                                            // 129
};
static_assert(std::size(errno_names) == 133);

// By number, from 512: linux/errno.h. The kernel keeps these to itself, but a tracer sees them at the exit of an interrupted call.
constexpr int first_kernel_errno = 512;
constexpr std::string_view kernel_errno_names[] = {
    "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD", "ERESTART_RESTARTBLOCK", "EPROBE_DEFER", "EOPENSTALE",
    "ENOPARAM", "", "EBADHANDLE", "ENOTSYNC", "EBADCOOKIE", "ENOTSUPP", "ETOOSMALL", "ESERVERFAULT", "EBADTYPE", "EJUKEBOX",
    "EIOCBQUEUED", "EIOCBRETRY",
};

// By number, from 1: signal(7), the numbers of x86 and ARM.
constexpr std::string_view signal_names[] = {
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
    "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
    "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
};
static_assert(std::size(signal_names) == 31);

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

// Unlike a flag, the name of the whole value is added even when names before it have taken some of its bits: a block device
// (S_IFBLK) is printed as S_IFCHR|S_IFBLK.
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

std::string_view category_name(Category category) {
    switch (category) {
        using enum Category;
        case Unknown: case IoRead: case IoWrite: case IoOther: return "unknown";
        case Other: return "other";
        case File: return "file";
        case Net: return "net";
        case Ipc: return "IPC";
        case Memory: return "memory";
        case Process: return "process";
        case Sleep: return "sleep";
        case System: return "system";
        case Signal: return "signal";
        case User: return "user";
        case Time: return "time";
        case Processing: return "processing";
        case Wait: return "wait";
        case Scheduler: return "scheduler";
        case Internal: return "internal";
    }
    return "unknown";
}

std::string_view type_name(ParamType type) {
    switch (type) {
        using enum ParamType;
        case None: return "NONE";
        case Int8: return "INT8";
        case Int16: return "INT16";
        case Int32: return "INT32";
        case Int64: return "INT64";
        case Uint8: return "UINT8";
        case Uint16: return "UINT16";
        case Uint32: return "UINT32";
        case Uint64: return "UINT64";
        case CharBuf: return "CHARBUF";
        case ByteBuf: return "BYTEBUF";
        case Errno: return "ERRNO";
        case SockAddr: return "SOCKADDR";
        case SockTuple: return "SOCKTUPLE";
        case Fd: return "FD";
        case Pid: return "PID";
        case FdList: return "FDLIST";
        case FsPath: return "FSPATH";
        case FsRelPath: return "FSRELPATH";
        case SyscallId: return "SYSCALLID";
        case SigType: return "SIGTYPE";
        case RelTime: return "RELTIME";
        case AbsTime: return "ABSTIME";
        case Port: return "PORT";
        case Dyn: return "DYN";
        case Bool: return "BOOL";
        case Double: return "DOUBLE";
        case Uid: return "UID";
        case Gid: return "GID";
        case Mode: return "MODE";
        case SigSet: return "SIGSET";
        case Flags8: return "FLAGS8";
        case Flags16: return "FLAGS16";
        case Flags32: return "FLAGS32";
        case EnumFlags8: return "ENUMFLAGS8";
        case EnumFlags16: return "ENUMFLAGS16";
        case EnumFlags32: return "ENUMFLAGS32";
        case IpAddr: return "IPADDR";
        case IpNet: return "IPNET";
        case Ipv4Addr: return "IPV4ADDR";
        case Ipv6Addr: return "IPV6ADDR";
        case Fd32: return "FD32";
        case Pid32: return "PID32";
        case CharBufArray: return "CHARBUFARRAY";
        case L4Proto: return "L4PROTO";
    }
    return {};
}

std::string_view errno_name(int number) {
    if (number >= first_kernel_errno) return nth(kernel_errno_names, int64_t{number} - first_kernel_errno);
    return nth(errno_names, int64_t{number} - 1);
}

std::string_view signal_name(int number) {
    return nth(signal_names, int64_t{number} - 1);
}

void append_names(ParamType type, NameTable names, uint32_t value, std::string& out) {
    if (type == ParamType::Mode) return append_mode(names, value, Joiner{out});
    if (is_enumeration(type)) return append_equal(names, value, Joiner{out});
    append_flags(names, value, Joiner{out});
}

}  // namespace bewit::event
