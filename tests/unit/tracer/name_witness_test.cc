// Where names lead.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tracer/proc_witness.h"

using namespace bewit;
using namespace bewit::tracer;

TEST_CASE("a name leads where the kernel would find it") {
    char directory[] = "/tmp/bewit-names-XXXXXX";
    REQUIRE(mkdtemp(directory) != nullptr);
    const std::string base = std::filesystem::canonical(directory);
    std::filesystem::create_directory(base + "/real");
    std::ofstream(base + "/real/file") << "x";
    std::filesystem::create_directory_symlink("real", base + "/link");
    std::filesystem::create_symlink("/", base + "/root");
    std::filesystem::create_symlink("loop", base + "/loop");
    const int fd = open(base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ProcWitness witness;
    std::string to;
    const auto leads = [&](const std::string& name, Fd from = Fd::WorkingDirectory) {
        return witness.name(static_cast<Tid>(getpid()), from, name, to);
    };
    using event::NameLeads;
    CHECK(leads(base + "/real/file") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/../real/file") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/new") == NameLeads::AsGiven);
    CHECK(leads(base + "/real/file/below") == NameLeads::AsGiven);
    CHECK(leads("real/file", static_cast<Fd>(fd)) == NameLeads::AsGiven);
    for (const std::string& name :
         std::vector<std::string>{"/link/file", "/real/../link/file", "/root" + base + "/real/file"}) {
        CAPTURE(name);
        CHECK(leads(base + name) == NameLeads::Elsewhere);
        CHECK(to == base + "/real/file");
        to.clear();
        CHECK(leads(name.substr(1), static_cast<Fd>(fd)) == NameLeads::Elsewhere);
        CHECK(to == base + "/real/file");
    }
    CHECK(leads("/proc/self/root" + base + "/real/file") == NameLeads::Unknown);
    CHECK(leads("/proc/self/status") == NameLeads::Unknown);
    CHECK(leads(base + "/link/new") == NameLeads::Unknown);
    CHECK(leads(base + "/loop") == NameLeads::Unknown);
    CHECK(leads("real/file", static_cast<Fd>(987)) == NameLeads::Unknown);
    CHECK(witness.name(Tid{0}, Fd::WorkingDirectory, "/", to) == NameLeads::Unknown);
    close(fd);
    std::filesystem::remove_all(base);
}
