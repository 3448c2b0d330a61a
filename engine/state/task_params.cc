#include "engine/state/task_params.h"

#include <algorithm>
#include <string_view>

namespace bewit::state {
namespace {

// Replaces what follows the first `kept` strings.
void assign_strings(std::string_view text, size_t kept, std::vector<std::string>& values) {
    size_t count = kept;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\0'), text.size());
        if (count < values.size()) {
            values[count] = text.substr(0, end);
        } else {
            values.emplace_back(text.substr(0, end));
        }
        ++count;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    values.resize(count);
}

}  // namespace

bool take_text(const event::Param& param, std::string& value) {
    if (param.present()) value = param.as_text();
    return param.present();
}

bool take_strings(const event::Param& param, std::vector<std::string>& values) {
    if (param.present()) assign_strings(param.as_text(), 0, values);
    return param.present();
}

bool take_arguments(const event::View& event, const TaskPositions& at, std::vector<std::string>& argv) {
    const event::Param exe = event.param(at.exe);
    if (!exe.present()) return false;
    if (argv.empty()) argv.emplace_back();
    argv[0] = exe.as_text();
    assign_strings(event.param(at.args).as_text(), 1, argv);
    return true;
}

void take_resources(const event::View& event, const TaskPositions& at, event::ProcessFacts& facts) {
    take_int(event.param(at.fd_limit), facts.fd_limit);
    take_int(event.param(at.faults_major), facts.faults_major);
    take_int(event.param(at.faults_minor), facts.faults_minor);
    take_int(event.param(at.vm_size), facts.vm_size_kb);
    take_int(event.param(at.vm_rss), facts.vm_rss_kb);
    take_int(event.param(at.vm_swap), facts.vm_swap_kb);
}

void copy_thread_facts(const event::ProcessFacts& from, event::ProcessFacts& to) {
    to.comm = from.comm;
    to.uid = from.uid;
    to.gid = from.gid;
    to.cap_inheritable = from.cap_inheritable;
    to.cap_permitted = from.cap_permitted;
    to.cap_effective = from.cap_effective;
}

}  // namespace bewit::state
