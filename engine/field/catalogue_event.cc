#include "engine/field/catalogue_data.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using event::CommFact;
using event::WorkingDirectory;
using Print = event::PrintFormat;

constexpr Nature fixed{Scope::Constant, Cost::Free};
constexpr Nature record{Scope::Event, Cost::Free};
constexpr Nature after{Scope::Event, Cost::Free, 0, AtEntry::Unknown};
constexpr Nature kind{Scope::Event, Cost::Free, 0, AtEntry::Own};
constexpr Nature of_descriptor{Scope::Event, Cost::ProcRead, 0, AtEntry::Own};
constexpr Nature after_on_descriptor{Scope::Event, Cost::ProcRead, 0, AtEntry::Unknown};
constexpr Nature argument{Scope::Event, Cost::UserMemory, CommFact | WorkingDirectory, AtEntry::Own};
constexpr Nature arguments{Scope::Event, Cost::UserMemory, CommFact | WorkingDirectory, AtEntry::Unknown};
constexpr Nature path{Scope::Event, Cost::UserMemory, WorkingDirectory, AtEntry::Own};

constexpr Entry entries[] = {
    {"evt.num", Uint64, Print::Id, after, event_number, "Sequence number of the event; the first one is 1."},
    {"evt.time", CharBuf, Print::None, after, time_of_day,
     "Local time of day with nanoseconds, as 21:04:05.123456789."},
    {"evt.time.s", CharBuf, Print::None, after, time_of_day_s, "Local time of day in whole seconds."},
    {"evt.time.iso8601", CharBuf, Print::None, after, time_iso8601,
     "Date and time in UTC by ISO 8601, with nanoseconds."},
    {"evt.datetime", CharBuf, Print::None, after, date_time, "Local date and time with nanoseconds."},
    {"evt.datetime.s", CharBuf, Print::None, after, date_time_s, "Local date and time in whole seconds."},
    {"evt.rawtime", AbsTime, Print::Dec, after, raw_time, "Nanoseconds since the epoch."},
    {"evt.rawtime.s", AbsTime, Print::Dec, after, raw_time_s, "Whole seconds since the epoch."},
    {"evt.rawtime.ns", AbsTime, Print::TenPad, after, raw_time_ns, "Nanoseconds within the second."},
    {"evt.reltime", RelTime, Print::TenPad, after, relative_time, "Nanoseconds since the first event."},
    {"evt.reltime.s", RelTime, Print::Dec, after, relative_time_s, "Whole seconds since the first event."},
    {"evt.reltime.ns", RelTime, Print::TenPad, after, relative_time_ns,
     "Fraction of a second of the time since the first event."},
    {"evt.pluginname", CharBuf, Print::None, fixed, absent,
     "Name of the plugin behind the event; bewit has no plugins, so there is never one."},
    {"evt.plugininfo", CharBuf, Print::None, fixed, absent,
     "Summary by the plugin behind the event; never present here."},
    {"evt.source", CharBuf, Print::None, fixed, event_source, "Source of the event: `syscall`."},
    {"evt.is_async", Bool, Print::None, record, event_is_async,
     "Whether the event is a notice about the machine rather than a call."},
    {"evt.asynctype", CharBuf, Print::None, record, event_async_type, "Name of such a notice; absent for calls."},
    {"evt.hostname", CharBuf, Print::None, fixed, event_hostname, "Name of the host that the event comes from."},
    {"evt.latency", RelTime, Print::Dec, fixed, zero_count, "Always 0: calls are no longer timed.", Deprecated},
    {"evt.latency.s", RelTime, Print::Dec, fixed, zero_count, "Always 0: calls are no longer timed.", Deprecated},
    {"evt.latency.ns", RelTime, Print::TenPad, fixed, zero_count, "Always 0: calls are no longer timed.", Deprecated},
    {"evt.latency.quantized", Uint64, Print::Dec, fixed, zero_count, "Always 0: calls are no longer timed.",
     TableOnly | Deprecated},
    {"evt.latency.human", CharBuf, Print::None, fixed, zero_text, "Always 0ns: calls are no longer timed.", Deprecated},
    {"evt.deltatime", RelTime, Print::Dec, after, delta_time, "Nanoseconds since the event before."},
    {"evt.deltatime.s", RelTime, Print::Dec, after, delta_time_s, "Whole seconds since the event before."},
    {"evt.deltatime.ns", RelTime, Print::TenPad, after, delta_time_ns,
     "Fraction of a second of the time since the event before."},
    {"evt.outputtime", CharBuf, Print::None, after, time_of_day, "Time of the event as listings show it.", PrintOnly},
    {"evt.dir", CharBuf, Print::Dir, record, event_direction,
     "Direction; there are only finished calls, so it is always <.", Deprecated},
    {"evt.type", CharBuf, Print::None, kind, event_type, "Name of the event: the syscall's name, such as `openat`."},
    {"evt.type.is", Uint32, Print::None, kind, event_type_is,
     "1 when the event has the name or number that is given, as in evt.type.is.open.", ArgRequired, DottedArgument},
    {"syscall.type", CharBuf, Print::None, kind, syscall_type, "Name of the syscall; absent for events that are none."},
    {"evt.category", CharBuf, Print::None, of_descriptor, event_category,
     "Kind of work the call does: file, net, process, memory, ..."},
    {"evt.cpu", Int16, Print::Id, record, absent,
     "Processor that the event happened on; records do not carry it, so it is never present."},
    {"evt.args", CharBuf, Print::None, arguments, event_arguments, "All arguments as name=value, separated by blanks."},
    {"evt.arg", CharBuf, Print::None, argument, event_argument,
     "One argument as text, by name or number: flags by their names, descriptors with what they refer to, paths made "
     "absolute.",
     ArgRequired, IndexArgument | DottedArgument},
    {"evt.rawarg", Dyn, Print::None, argument, event_raw_argument,
     "One argument as the number or text that it is, by name.", ArgRequired | NoTransformer | NoRightSide,
     DottedArgument},
    {"evt.info", CharBuf, Print::None, arguments, event_arguments, "The same as evt.args."},
    {"evt.buffer", ByteBuf, Print::None, argument, event_buffer,
     "Bytes that the call read or wrote, as far as they were recorded."},
    {"evt.buflen", Uint64, Print::Dec, after_on_descriptor, buffer_length,
     "Number of bytes that an input or output call moved."},
    {"evt.res", CharBuf, Print::Dec, after, result_text, "SUCCESS, or the name of the error such as ENOENT."},
    {"evt.rawres", Int64, Print::Dec, after, result_number,
     "Value that the call returned; a negative one is an error's number."},
    {"evt.failed", Bool, Print::None, after, result_failed, "Whether the call failed."},
    {"evt.is_io", Bool, Print::None, record, is_io, "Whether the call reads or writes a descriptor."},
    {"evt.is_io_read", Bool, Print::None, record, is_io_read, "Whether the call reads from a descriptor."},
    {"evt.is_io_write", Bool, Print::None, record, is_io_write, "Whether the call writes to a descriptor."},
    {"evt.io_dir", CharBuf, Print::None, record, io_direction, "read or write; absent for calls that do neither."},
    {"evt.is_wait", Bool, Print::None, record, is_wait, "Whether the call waits for something, as poll does."},
    {"evt.wait_latency", RelTime, Print::Dec, fixed, zero_count, "Always 0: calls are no longer timed.", Deprecated},
    {"evt.is_syslog", Bool, Print::None, of_descriptor, is_syslog, "Whether the call writes to /dev/log."},
    {"evt.count", Uint32, Print::Dec, record, event_count, "Always 1."},
    {"evt.count.error", Uint32, Print::Dec, after, error_count, "1 when the call failed, else 0."},
    {"evt.count.error.file", Uint32, Print::Dec, after_on_descriptor, error_count_file,
     "1 when a call on files failed, else 0; absent for other calls."},
    {"evt.count.error.net", Uint32, Print::Dec, after_on_descriptor, error_count_net,
     "1 when a call on sockets failed, else 0; absent for other calls."},
    {"evt.count.error.memory", Uint32, Print::Dec, after, error_count_memory,
     "1 when a call on memory failed, else 0; absent for other calls."},
    {"evt.count.error.other", Uint32, Print::Dec, after_on_descriptor, error_count_other,
     "1 when a call of no such kind failed, else 0."},
    {"evt.count.exit", Uint32, Print::Dec, record, count_exit, "1 for finished calls."},
    {"evt.count.procinfo", Uint32, Print::Dec, record, count_procinfo, "1 for a report on a process's processor time.",
     TableOnly},
    {"evt.count.threadinfo", Uint32, Print::Dec, record, count_threadinfo,
     "1 for a report on a thread's processor time.", TableOnly},
    {"evt.around", Uint64, Print::Dec, after, time_distance,
     "Holds for events within so many milliseconds of a time, as in evt.around[1700000000000000000]=50.",
     FilterOnly | ArgRequired | NoTransformer | NoRightSide, IndexArgument},
    {"evt.abspath", CharBuf, Print::None, path, absolute_path,
     "Absolute path of a call that takes a directory's descriptor; .src and .dst pick one of two.", ArgRequired,
     DottedArgument},
    {"evt.buflen.in", Uint64, Print::Dec, after_on_descriptor, buffer_length_in, "Number of bytes read.", TableOnly},
    {"evt.buflen.out", Uint64, Print::Dec, after_on_descriptor, buffer_length_out, "Number of bytes written.",
     TableOnly},
    {"evt.buflen.file", Uint64, Print::Dec, after_on_descriptor, buffer_length_file,
     "Number of bytes read from or written to a file.", TableOnly},
    {"evt.buflen.file.in", Uint64, Print::Dec, after_on_descriptor, buffer_length_file_in,
     "Number of bytes read from a file.", TableOnly},
    {"evt.buflen.file.out", Uint64, Print::Dec, after_on_descriptor, buffer_length_file_out,
     "Number of bytes written to a file.", TableOnly},
    {"evt.buflen.net", Uint64, Print::Dec, after_on_descriptor, buffer_length_net,
     "Number of bytes received or sent over the network.", TableOnly},
    {"evt.buflen.net.in", Uint64, Print::Dec, after_on_descriptor, buffer_length_net_in,
     "Number of bytes received over the network.", TableOnly},
    {"evt.buflen.net.out", Uint64, Print::Dec, after_on_descriptor, buffer_length_net_out,
     "Number of bytes sent over the network.", TableOnly},
    {"evt.is_open_read", Bool, Print::None, kind, open_for_reading,
     "Whether a call of the open family asks for reading."},
    {"evt.is_open_write", Bool, Print::None, kind, open_for_writing,
     "Whether a call of the open family asks for writing."},
    {"evt.infra.docker.name", CharBuf, Print::None, record, absent,
     "Name of a docker event; such events no longer exist.", TableOnly},
    {"evt.infra.docker.container.id", CharBuf, Print::None, record, absent,
     "Container of a docker event; such events no longer exist.", TableOnly},
    {"evt.infra.docker.container.name", CharBuf, Print::None, record, absent,
     "Container's name of a docker event; such events no longer exist.", TableOnly},
    {"evt.infra.docker.container.image", CharBuf, Print::None, record, absent,
     "Image of a docker event; such events no longer exist.", TableOnly},
    {"evt.is_open_exec", Bool, Print::None, kind, open_executable,
     "Whether a call of the open family would create an executable file."},
    {"evt.is_open_create", Bool, Print::None, kind, open_creates, "Whether a call of the open family created a file."},
};

}  // namespace

std::span<const Entry> event_entries() { return entries; }

}  // namespace bewit::field
