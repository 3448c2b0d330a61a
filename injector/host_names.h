// Host names in conditions (`fd.sip.name = db.internal`): what /etc/hosts says of them and, where the user asked for
// it, name servers.
//
// By default no question leaves the container: rules of others name mining pools and the like, and asking a name server
// for these would itself look like an attack.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/match/name_resolver.h"

namespace bewit {

// Addresses by name, lower case, from the text of a hosts(5) file. The file's order is kept.
std::map<std::string, std::vector<event::Address>, std::less<>> parse_hosts(std::string_view text);

// expect(), start() and has() are for one thread, the source's. has() never waits for a name server.
class HostNames final : public match::NameResolver {
public:
    using Lookup = std::function<std::vector<event::Address>(const std::string& name)>;
    struct Settings {
        std::string hosts_file = "/etc/hosts";  // read when the first name is expected
        Lookup look_up{};                       // asks name servers, may block for seconds; empty: nobody is asked
        std::chrono::milliseconds refresh{300000}, retry{30000};
    };
    explicit HostNames(Settings settings);
    ~HostNames() override;
    HostNames(const HostNames&) = delete;
    HostNames& operator=(const HostNames&) = delete;

    void expect(std::string_view name) override;
    bool has(std::string_view name, const event::Address& address) override;
    // Begins to ask name servers, if there is anything to ask. After the workload was forked.
    void start();

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    bool hosts_read_ = false;
    std::map<std::string, std::vector<event::Address>, std::less<>> hosts_;
    std::thread thread_;
};

// Lookups by c-ares, for Settings::look_up.
std::vector<event::Address> look_up_address(const std::string& name);

}  // namespace bewit
