// Falco's own rules are the measure of what must be there. They are not part of the project, so they may be missing.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "engine/field/catalogue.h"

namespace bewit::field {
namespace {

std::filesystem::path rules_directory() {
    const char* given = std::getenv("BEWIT_UPSTREAM_RULES");
    return given != nullptr ? std::filesystem::path(given)
                            : std::filesystem::path(SOURCE_ROOT) / "../shared/upstream-rules";
}

std::set<std::string> fields_in(const std::filesystem::path& file) {
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    // Behind a percent sign stands nothing but a field.
    static const std::regex shown(R"(%([a-z0-9]+(?:\.[a-z0-9_]+)+(?:\[[^\]\s]+\])?))");
    std::set<std::string> names;
    for (std::sregex_iterator i(text.begin(), text.end(), shown), end; i != end; ++i) names.insert((*i)[1].str());
    return names;
}

TEST_CASE("every field that upstream outputs print exists") {
    if (!std::filesystem::is_directory(rules_directory())) {
        MESSAGE("skipped: no " << rules_directory()
                               << "; set BEWIT_UPSTREAM_RULES to the directory of Falco's rule files");
        return;
    }
    size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(rules_directory())) {
        for (const std::string& name : fields_in(entry.path())) {
            CAPTURE(name);
            const auto field = resolve(name);
            CHECK_MESSAGE(field.has_value(), field.error());
            ++found;
        }
    }
    CHECK(found > 30);
}

TEST_CASE("every field that upstream conditions use exists") {
    for (const std::string_view name : {"evt.type",
                                        "proc.name",
                                        "evt.num",
                                        "container.id",
                                        "fd.typechar",
                                        "container.image.repository",
                                        "fd.num",
                                        "proc.pname",
                                        "fd.name",
                                        "proc.args",
                                        "evt.is_open_read",
                                        "fd.directory",
                                        "proc.cmdline",
                                        "proc.exe",
                                        "evt.res",
                                        "proc.aname[3]",
                                        "proc.pcmdline",
                                        "proc.aname[2]",
                                        "user.name",
                                        "proc.aname",
                                        "evt.is_open_write",
                                        "evt.rawres",
                                        "thread.cap_effective",
                                        "evt.arg.request",
                                        "fd.nameraw",
                                        "proc.duration",
                                        "proc.aname[4]",
                                        "proc.aname[1]",
                                        "proc.aname[5]",
                                        "proc.pexe",
                                        "proc.tty",
                                        "k8s.ns.name",
                                        "fd.sip.name",
                                        "fd.filename",
                                        "evt.arg.flags",
                                        "evt.arg.target",
                                        "evt.arg.oldpath",
                                        "evt.arg.domain",
                                        "fd.type",
                                        "container.privileged",
                                        "user.uid",
                                        "proc.cwd",
                                        "proc.is_exe_upper_layer",
                                        "fd.snet",
                                        "fd.name_changed",
                                        "fd.net",
                                        "fd.sport",
                                        "fd.connected",
                                        "fd.ip",
                                        "fd.l4proto",
                                        "proc.exepath",
                                        "proc.is_exe_from_memfd",
                                        "thread.cap_permitted",
                                        "proc.vpid",
                                        "proc.env",
                                        "fd.sip",
                                        "fd.sockfamily",
                                        "fd.port",
                                        "evt.arg.uid",
                                        "proc.aexe[2]",
                                        "evt.arg.name",
                                        "evt.arg.path",
                                        "evt.arg.mode",
                                        "fd.rnet",
                                        "evt.arg.cmd",
                                        "evt.arg.newpath",
                                        "evt.arg.filename",
                                        "user.loginuid",
                                        "fd.cnet",
                                        "fd.cip.name",
                                        "fd.cip",
                                        "k8s.pod.name",
                                        "container.mount.dest[/root*]",
                                        "evt.is_open_exec",
                                        "evt.buffer",
                                        "proc.is_vpgid_leader",
                                        "evt.dir"}) {
        CAPTURE(name);
        CHECK(resolve(name).has_value());
    }
}

}  // namespace
}  // namespace bewit::field
