#include "tracer/process_record.h"

#include <span>
#include <utility>

#include "tracer/flags.h"

namespace bewit::tracer {
namespace {

using event::Builder;
using event::ProcessFacts;

void add_if(Builder& out, bool known, uint64_t value) {
    if (known)
        out.add_uint(value);
    else
        out.add_absent();
}

void add_if(Builder& out, const std::optional<int64_t>& value) {
    if (value)
        out.add_int(*value);
    else
        out.add_absent();
}

void add_text_if(Builder& out, bool known, std::string_view text) {
    if (known)
        out.add_text(text);
    else
        out.add_absent();
}

void add_list(Builder& out, const std::string& list) {
    if (list.empty())
        out.add_absent();
    else
        out.add_bytes(std::as_bytes(std::span(list)));
}

// A number of the facts.
template <auto member, uint32_t group>
void write_fact(const ProcessRecord& record, std::string&, Builder& out) {
    add_if(out, record.has(group), record.has(group) ? static_cast<uint64_t>(record.facts->*member) : 0);
}

template <auto member, uint32_t group>
void write_text_fact(const ProcessRecord& record, std::string&, Builder& out) {
    add_text_if(out, record.has(group),
                record.has(group) ? std::string_view(record.facts->*member) : std::string_view());
}

// A list that the call gave, else the one that the facts have, from its `first` string on.
template <auto given, auto member, uint32_t group, size_t first>
void write_list(const ProcessRecord& record, std::string& scratch, Builder& out) {
    scratch.clear();
    if (const auto& said = record.*given)
        scratch.assign(*said);
    else if (record.has(group))
        join_with_nul(record.facts->*member, first, scratch);
    add_list(out, scratch);
}

void write_exe(const ProcessRecord& record, std::string&, Builder& out) {
    if (record.exe) return out.add_text(*record.exe);
    const bool known = record.has(event::ImageFacts) && !record.facts->argv.empty();
    add_text_if(out, known, known ? std::string_view(record.facts->argv.front()) : std::string_view());
}

void write_filename(const ProcessRecord& record, std::string&, Builder& out) {
    add_text_if(out, record.filename.has_value(), record.filename.value_or(std::string_view()));
}

void write_image_path(const ProcessRecord& record, std::string&, Builder& out) {
    // Empty where the kernel does not let bewit look.
    const bool known = record.has(event::ImageFacts) && !record.facts->exe_path.empty();
    add_text_if(out, known, known ? std::string_view(record.facts->exe_path) : std::string_view());
}

// exe_inode and its times, which there are only with a path.
template <auto member>
void write_image_fact(const ProcessRecord& record, std::string&, Builder& out) {
    const bool known = record.has(event::ImageFacts) && record.facts->exe_inode != 0;
    add_if(out, known, known ? record.facts->*member : 0);
}

void write_absent(const ProcessRecord&, std::string&, Builder& out) { out.add_absent(); }

}  // namespace

uint32_t image_flags(const ProcessFacts& facts) {
    return (facts.exe_writable ? falco::exe_writable : 0) | (facts.exe_upper_layer ? falco::exe_upper_layer : 0) |
           (facts.exe_from_memfd ? falco::exe_from_memfd : 0) | (facts.exe_lower_layer ? falco::exe_lower_layer : 0);
}

void join_with_nul(const std::vector<std::string>& strings, size_t first, std::string& out) {
    for (size_t i = first; i < strings.size(); ++i) out.append(strings[i]).push_back('\0');
}

ProcessRecordWriter::Write ProcessRecordWriter::writer_of(std::string_view parameter) {
    using Named = std::pair<std::string_view, Write>;
    using F = ProcessFacts;
    static constexpr Named writers[] = {
        {"res", [](const ProcessRecord& record, std::string&, Builder& out) { add_if(out, record.result); }},
        {"exe", write_exe},
        {"args", write_list<&ProcessRecord::arguments, &F::argv, event::ImageFacts, 1>},
        {"env", write_list<&ProcessRecord::environment, &F::environment, event::EnvironmentFact, 0>},
        {"tid", [](const ProcessRecord& record, std::string&, Builder& out) { out.add_int(raw(record.tid)); }},
        {"pid", [](const ProcessRecord& record, std::string&, Builder& out) { add_if(out, record.pid); }},
        {"ptid", [](const ProcessRecord& record, std::string&, Builder& out) { add_if(out, record.parent); }},
        {"flags", [](const ProcessRecord& record, std::string&,
                     Builder& out) { add_if(out, record.flags.has_value(), record.flags.value_or(0)); }},
        {"cwd", write_text_fact<&F::cwd, event::WorkingDirectory>},
        {"comm", write_text_fact<&F::comm, event::CommFact>},
        {"fdlimit", write_fact<&F::fd_limit, event::ResourceFacts>},
        {"pgft_maj", write_fact<&F::faults_major, event::ResourceFacts>},
        {"pgft_min", write_fact<&F::faults_minor, event::ResourceFacts>},
        {"vm_size", write_fact<&F::vm_size_kb, event::ResourceFacts>},
        {"vm_rss", write_fact<&F::vm_rss_kb, event::ResourceFacts>},
        {"vm_swap", write_fact<&F::vm_swap_kb, event::ResourceFacts>},
        {"cgroups", write_list<&ProcessRecord::cgroups, &F::cgroups, event::CgroupFacts, 0>},
        {"tty", write_fact<&F::tty, event::IdentityFacts>},
        {"vpgid", write_fact<&F::vpgid, event::IdentityFacts>},
        {"pgid", write_fact<&F::pgid, event::IdentityFacts>},
        {"vtid", write_fact<&F::vtid, event::IdentityFacts>},
        {"vpid", write_fact<&F::vpid, event::IdentityFacts>},
        {"loginuid", write_fact<&F::login_uid, event::LoginUidFact>},
        {"uid", write_fact<&F::uid, event::CredentialFacts>},
        {"gid", write_fact<&F::gid, event::CredentialFacts>},
        {"cap_inheritable", write_fact<&F::cap_inheritable, event::CredentialFacts>},
        {"cap_permitted", write_fact<&F::cap_permitted, event::CredentialFacts>},
        {"cap_effective", write_fact<&F::cap_effective, event::CredentialFacts>},
        {"exe_ino", write_image_fact<&F::exe_inode>},
        {"exe_ino_ctime", write_image_fact<&F::exe_ctime_ns>},
        {"exe_ino_mtime", write_image_fact<&F::exe_mtime_ns>},
        {"trusted_exepath", write_image_path},
        {"filename", write_filename},
        {"pidns_init_start_ts", write_absent},
    };
    for (const auto& [name, write] : writers) {
        if (name == parameter) return write;
    }
    return nullptr;
}

ProcessRecordWriter::ProcessRecordWriter(const event::EventInfo& info) : info_(info) {
    for (const event::ParamInfo& parameter : info.params) {
        const Write write = writer_of(parameter.name);
        writers_.push_back(write == nullptr ? write_absent : write);
    }
}

event::View ProcessRecordWriter::write(Builder& out, uint64_t time_ns, const ProcessRecord& record) {
    out.begin(info_, time_ns, record.tid);
    for (const Write write : writers_) write(record, scratch_, out);
    return out.finish();
}

}  // namespace bewit::tracer
