#include "engine/field/catalogue_data.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using event::CgroupFacts;
using event::CommFact;
using event::CredentialFacts;
using event::EnvironmentFact;
using event::IdentityFacts;
using event::ImageFacts;
using event::ResourceFacts;
using event::WorkingDirectory;
using Print = event::PrintFormat;

constexpr Nature comm{Scope::Process, Cost::State, CommFact};
constexpr Nature image{Scope::Process, Cost::State, ImageFacts};
constexpr Nature cmdline{Scope::Process, Cost::State, CommFact | ImageFacts};
constexpr Nature environment{Scope::Process, Cost::State, EnvironmentFact};
constexpr Nature identity{Scope::Process, Cost::State, IdentityFacts};
constexpr Nature kin_comm{Scope::Process, Cost::State, IdentityFacts | CommFact};
constexpr Nature kin_image{Scope::Process, Cost::State, IdentityFacts | ImageFacts};
constexpr Nature kin_cmdline{Scope::Process, Cost::State, IdentityFacts | CommFact | ImageFacts};
constexpr Nature kin_environment{Scope::Process, Cost::State, IdentityFacts | EnvironmentFact};
constexpr Nature directory{Scope::Event, Cost::ProcRead, WorkingDirectory};
constexpr Nature group_identity{Scope::Event, Cost::State, IdentityFacts};
constexpr Nature group_comm{Scope::Event, Cost::State, IdentityFacts | CommFact};
constexpr Nature group_image{Scope::Event, Cost::State, IdentityFacts | ImageFacts};
constexpr Nature terminal{Scope::Event, Cost::State, IdentityFacts, AtEntry::Own};
constexpr Nature start{Scope::Event, Cost::State, IdentityFacts};
constexpr Nature image_and_start{Scope::Event, Cost::State, IdentityFacts | ImageFacts};
constexpr Nature duration{Scope::Event, Cost::State, IdentityFacts, AtEntry::Unknown};
constexpr Nature credentials{Scope::Process, Cost::State, CredentialFacts};
constexpr Nature resources{Scope::Event, Cost::ProcRead, ResourceFacts, AtEntry::Unknown};
constexpr Nature cgroups{Scope::Event, Cost::ProcRead, CgroupFacts};
constexpr Nature record{Scope::Event, Cost::Free, 0, AtEntry::Own};
constexpr Nature thread_comm{Scope::Event, Cost::State, CommFact};
constexpr Nature thread_identity{Scope::Event, Cost::State, IdentityFacts};
constexpr Nature never{Scope::Event, Cost::Free};
constexpr Nature descriptor{Scope::Event, Cost::ProcRead, 0, AtEntry::Unknown};

constexpr uint32_t lineage = ArgOptional | NoTransformer | NoRightSide | AnyAncestor;

constexpr Entry entries[] = {
    {"proc.exe", CharBuf, Print::None, image, process_exe, "First argument of the command line, argv[0]."},
    {"proc.pexe", CharBuf, Print::None, kin_image, parent_exe, "First argument of the parent's command line."},
    {"proc.aexe", CharBuf, Print::None, kin_image, ancestor_exe,
     "First argument of an ancestor's command line; without a number, of any ancestor.", lineage, IndexArgument},
    {"proc.exepath", CharBuf, Print::None, image, process_exe_path, "Path of the executable as the kernel knows it."},
    {"proc.pexepath", CharBuf, Print::None, kin_image, parent_exe_path, "Path of the parent's executable."},
    {"proc.aexepath", CharBuf, Print::None, kin_image, ancestor_exe_path,
     "Path of an ancestor's executable; without a number, of any ancestor's.", lineage, IndexArgument},
    {"proc.name", CharBuf, Print::None, comm, process_name,
     "Name of the thread: the executable's file name cut to 15 bytes, or what prctl made of it."},
    {"proc.pname", CharBuf, Print::None, kin_comm, parent_name, "Name of the parent process."},
    {"proc.aname", CharBuf, Print::None, kin_comm, ancestor_name,
     "Name of an ancestor: [1] is the parent; without a number, of any ancestor.", lineage, IndexArgument},
    {"proc.args", CharBuf, Print::None, image, process_args,
     "Arguments after argv[0], joined by blanks; with a number, one of them.", ArgOptional, IndexArgument},
    {"proc.aargs", CharBuf, Print::None, kin_image, ancestor_args,
     "Arguments of an ancestor; without a number, those of all ancestors joined.", ArgOptional, IndexArgument},
    {"proc.cmdline", CharBuf, Print::None, cmdline, process_cmdline,
     "Name of the process and its arguments, joined by blanks."},
    {"proc.pcmdline", CharBuf, Print::None, kin_cmdline, parent_cmdline, "Name and arguments of the parent."},
    {"proc.acmdline", CharBuf, Print::None, kin_cmdline, ancestor_cmdline,
     "Name and arguments of an ancestor; without a number, of any ancestor.", lineage, IndexArgument},
    {"proc.cmdnargs", Uint64, Print::Dec, image, process_arg_count, "Number of arguments after argv[0]."},
    {"proc.cmdlenargs", Uint64, Print::Dec, image, process_args_length, "Total length of the arguments after argv[0]."},
    {"proc.exeline", CharBuf, Print::None, image, process_exe_line, "All of argv joined by blanks."},
    {"proc.env", CharBuf, Print::None, environment, process_env,
     "Environment as NAME=value joined by blanks; with a name, that variable's value.", ArgOptional,
     IndexArgument | KeyArgument},
    {"proc.aenv", CharBuf, Print::None, kin_environment, ancestor_env,
     "Environment of an ancestor by number; with a name, the variable's value in the nearest ancestor that has it.",
     lineage, IndexArgument | KeyArgument},
    {"proc.cwd", CharBuf, Print::None, directory, process_cwd, "Working directory, with a final slash."},
    {"proc.loginshellid", Int64, Print::Id, kin_comm, login_shell,
     "Process id of the oldest shell among the process and its ancestors."},
    {"proc.tty", Uint32, Print::Id, terminal, process_tty, "Number of the controlling terminal; 0 without one."},
    {"proc.pid", Int64, Print::Id, identity, process_pid, "Process id."},
    {"proc.ppid", Int64, Print::Id, identity, parent_pid, "Process id of the parent."},
    {"proc.apid", Int64, Print::Id, identity, ancestor_pid,
     "Process id of an ancestor; without a number, of any ancestor.", lineage, IndexArgument},
    {"proc.vpid", Int64, Print::Id, identity, process_vpid, "Process id inside the process's own pid namespace."},
    {"proc.pvpid", Int64, Print::Id, identity, parent_vpid, "The parent's process id inside its own pid namespace."},
    {"proc.sid", Int64, Print::Id, identity, process_sid, "Session id."},
    {"proc.sname", CharBuf, Print::None, group_comm, session_name, "Name of the session's leader."},
    {"proc.sid.exe", CharBuf, Print::None, group_image, session_exe,
     "First argument of the session leader's command line."},
    {"proc.sid.exepath", CharBuf, Print::None, group_image, session_exe_path,
     "Path of the session leader's executable."},
    {"proc.vpgid", Int64, Print::Id, group_identity, process_vpgid,
     "Process group inside the process's own pid namespace."},
    {"proc.vpgid.name", CharBuf, Print::None, group_comm, vpgid_name, "Name of the leader of that process group."},
    {"proc.vpgid.exe", CharBuf, Print::None, group_image, vpgid_exe, "First argument of that leader's command line."},
    {"proc.vpgid.exepath", CharBuf, Print::None, group_image, vpgid_exe_path, "Path of that leader's executable."},
    {"proc.pgid", Int64, Print::Id, group_identity, process_pgid, "Process group."},
    {"proc.pgid.name", CharBuf, Print::None, group_comm, pgid_name, "Name of the process group's leader."},
    {"proc.pgid.exe", CharBuf, Print::None, group_image, pgid_exe,
     "First argument of the group leader's command line."},
    {"proc.pgid.exepath", CharBuf, Print::None, group_image, pgid_exe_path, "Path of the group leader's executable."},
    {"proc.duration", RelTime, Print::Dec, duration, process_duration, "Nanoseconds since the process started."},
    {"proc.ppid.duration", RelTime, Print::Dec, duration, parent_duration, "Nanoseconds since the parent started."},
    {"proc.pid.ts", RelTime, Print::Dec, start, process_start,
     "Time at which the process started, in nanoseconds since the epoch."},
    {"proc.ppid.ts", RelTime, Print::Dec, start, parent_start,
     "Time at which the parent started, in nanoseconds since the epoch."},
    {"proc.is_exe_writable", Bool, Print::None, image, exe_writable,
     "Whether the process may write to its own executable."},
    {"proc.is_exe_upper_layer", Bool, Print::None, image, exe_upper_layer,
     "Whether the executable came after the image: it lies in the container's writable layer."},
    {"proc.is_exe_lower_layer", Bool, Print::None, image, exe_lower_layer,
     "Whether the executable lies in a layer of the image."},
    {"proc.is_exe_from_memfd", Bool, Print::None, image, exe_from_memfd,
     "Whether the executable is memory made by memfd_create rather than a file."},
    {"proc.is_sid_leader", Bool, Print::None, identity, is_session_leader, "Whether the process leads its session."},
    {"proc.is_vpgid_leader", Bool, Print::None, group_identity, is_vpgid_leader,
     "Whether the process leads its group, inside its own pid namespace."},
    {"proc.is_pgid_leader", Bool, Print::None, group_identity, is_pgid_leader, "Whether the process leads its group."},
    {"proc.exe_ino", Int64, Print::Dec, image, exe_inode, "Inode number of the executable."},
    {"proc.exe_ino.ctime", AbsTime, Print::Dec, image, exe_ctime, "Time at which the executable's inode last changed."},
    {"proc.exe_ino.mtime", AbsTime, Print::Dec, image, exe_mtime,
     "Time at which the executable's content last changed."},
    {"proc.exe_ino.ctime_duration_proc_start", AbsTime, Print::Dec, image_and_start, exe_age_at_start,
     "Nanoseconds from the last change of the executable's inode to the process's start."},
    {"proc.exe_ino.ctime_duration_pidns_start", AbsTime, Print::Dec, image, exe_age_at_namespace_start,
     "Nanoseconds from the last change of the executable's inode to the container's start."},
    {"proc.pidns_init_start_ts", Uint64, Print::Dec, never, namespace_start,
     "Time at which the container's first process started."},
    {"thread.cap_permitted", CharBuf, Print::None, credentials, cap_permitted,
     "Permitted capabilities by their names."},
    {"thread.cap_inheritable", CharBuf, Print::None, credentials, cap_inheritable,
     "Inheritable capabilities by their names."},
    {"thread.cap_effective", CharBuf, Print::None, credentials, cap_effective,
     "Effective capabilities by their names."},
    {"proc.fdopencount", Uint64, Print::Dec, resources, descriptor_count, "Number of open descriptors."},
    {"proc.fdlimit", Int64, Print::Dec, resources, descriptor_limit, "How many descriptors may be open."},
    {"proc.fdusage", Double, Print::None, resources, descriptor_usage, "Open descriptors in percent of the limit."},
    {"proc.vmsize", Uint64, Print::Dec, resources, vm_size, "Virtual memory in KiB."},
    {"proc.vmrss", Uint64, Print::Dec, resources, vm_rss, "Resident memory in KiB."},
    {"proc.vmswap", Uint64, Print::Dec, resources, vm_swap, "Swapped memory in KiB."},
    {"thread.pfmajor", Uint64, Print::Dec, resources, faults_major, "Number of major page faults."},
    {"thread.pfminor", Uint64, Print::Dec, resources, faults_minor, "Number of minor page faults."},
    {"thread.tid", Int64, Print::Id, record, thread_id, "Thread id."},
    {"thread.ismain", Bool, Print::None, thread_identity, thread_is_main, "Whether the thread is its process's first."},
    {"thread.vtid", Int64, Print::Id, thread_identity, thread_vtid,
     "Thread id inside the process's own pid namespace."},
    {"thread.nametid", CharBuf, Print::None, thread_comm, thread_name_tid, "Name and thread id in one.", TableOnly},
    {"thread.exectime", RelTime, Print::Dec, never, zero_count,
     "Processor time between context switches, which are not recorded: 0."},
    {"thread.totexectime", RelTime, Print::Dec, thread_identity, thread_total_exec_time, "Sum of thread.exectime: 0."},
    {"thread.cgroups", CharBuf, Print::None, cgroups, thread_cgroups,
     "Control groups as subsystem=path, separated by blanks."},
    {"thread.cgroup", CharBuf, Print::None, cgroups, thread_cgroup,
     "Path of one control group, as in thread.cgroup.memory.", ArgRequired, KeyArgument | DottedArgument},
    {"proc.nthreads", Uint64, Print::Dec, resources, thread_count, "Number of threads of the process."},
    {"proc.nchilds", Uint64, Print::Dec, resources, thread_children, "Number of threads besides the first one."},
    {"thread.cpu", Double, Print::None, never, absent,
     "Processor time of the last second; it is not measured, so it is never present."},
    {"thread.cpu.user", Double, Print::None, never, absent, "Share of user code in thread.cpu; never present."},
    {"thread.cpu.system", Double, Print::None, never, absent, "Share of the kernel in thread.cpu; never present."},
    {"thread.vmsize", Uint64, Print::Dec, resources, thread_vm_size,
     "Virtual memory in KiB for the process's first thread, else 0."},
    {"thread.vmrss", Uint64, Print::Dec, resources, thread_vm_rss,
     "Resident memory in KiB for the process's first thread, else 0."},
    {"thread.vmsize.b", Uint64, Print::Dec, resources, thread_vm_size_bytes, "thread.vmsize in bytes.", TableOnly},
    {"thread.vmrss.b", Uint64, Print::Dec, resources, thread_vm_rss_bytes, "thread.vmrss in bytes.", TableOnly},
    {"proc.stdin.type", CharBuf, Print::None, descriptor, stdin_type, "What descriptor 0 is, as fd.type says it."},
    {"proc.stdout.type", CharBuf, Print::None, descriptor, stdout_type, "What descriptor 1 is, as fd.type says it."},
    {"proc.stderr.type", CharBuf, Print::None, descriptor, stderr_type, "What descriptor 2 is, as fd.type says it."},
    {"proc.stdin.name", CharBuf, Print::None, descriptor, stdin_name, "Name of descriptor 0."},
    {"proc.stdout.name", CharBuf, Print::None, descriptor, stdout_name, "Name of descriptor 1."},
    {"proc.stderr.name", CharBuf, Print::None, descriptor, stderr_name, "Name of descriptor 2."},
};

}  // namespace

std::span<const Entry> process_entries() { return entries; }

}  // namespace bewit::field
