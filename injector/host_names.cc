#include "injector/host_names.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>

#include "injector/background_thread.h"
#include "injector/http/resolver.h"
#include "injector/text_file.h"

namespace bewit {
namespace {

using Addresses = std::vector<event::Address>;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::optional<event::Address> address_of(const std::string& text) {
    event::Address address;
    for (const int family : {AF_INET, AF_INET6}) {
        if (inet_pton(family, text.c_str(), address.bytes.data()) != 1) continue;
        address.family = static_cast<uint8_t>(family);
        return address;
    }
    return std::nullopt;
}

// The next word of `line`, taken off it; empty at its end or at a comment.
std::string_view take_word(std::string_view& line) {
    constexpr std::string_view blanks = " \t\r";
    const size_t begin = std::min(line.find_first_not_of(blanks), line.size());
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r#"));
    line.remove_prefix(word.size());
    return word;
}

void add_hosts_line(std::string_view line, std::map<std::string, Addresses, std::less<>>& names) {
    const auto address = address_of(std::string(take_word(line)));
    if (!address) return;
    for (std::string_view name = take_word(line); !name.empty(); name = take_word(line))
        names[lower(name)].push_back(*address);
}

bool holds(const std::map<std::string, Addresses, std::less<>>& names, std::string_view name,
           const event::Address& address) {
    const auto found = names.find(name);
    return found != names.end() &&
           std::find(found->second.begin(), found->second.end(), address) != found->second.end();
}

}  // namespace

std::map<std::string, Addresses, std::less<>> parse_hosts(std::string_view text) {
    std::map<std::string, Addresses, std::less<>> names;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        add_hosts_line(text.substr(0, end), names);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

struct HostNames::Shared {
    Settings settings;
    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    std::map<std::string, Addresses, std::less<>> resolved;  // every expected name

    void run();
};

HostNames::HostNames(Settings settings) : shared_(std::make_shared<Shared>()) {
    shared_->settings = std::move(settings);
}

HostNames::~HostNames() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
    }
    shared_->changed.notify_all();
    thread_.detach();
}

void HostNames::expect(std::string_view name) {
    if (!hosts_read_) hosts_ = parse_hosts(read_text_file(shared_->settings.hosts_file).value_or(""));
    hosts_read_ = true;
    // As the rule spells it, too, so that has() need not change a name.
    if (const auto found = hosts_.find(lower(name)); found != hosts_.end())
        hosts_[std::string(name)] = Addresses(found->second);
    const std::lock_guard lock(shared_->mutex);
    shared_->resolved.try_emplace(std::string(name));
}

bool HostNames::has(std::string_view name, const event::Address& address) {
    if (holds(hosts_, name, address)) return true;
    if (!thread_.joinable()) return false;
    const std::lock_guard lock(shared_->mutex);
    return holds(shared_->resolved, name, address);
}

void HostNames::start() {
    if (thread_.joinable() || !shared_->settings.look_up || shared_->resolved.empty()) return;
    start_thread(thread_, [shared = shared_] { shared->run(); });
}

// An answer that does not come leaves what was known.
void HostNames::Shared::run() {
    std::unique_lock lock(mutex);
    std::vector<std::string> names;
    names.reserve(resolved.size());
    for (const auto& [name, addresses] : resolved) names.push_back(name);
    while (!stopping) {
        bool all = true;
        for (const std::string& name : names) {
            lock.unlock();
            Addresses found = settings.look_up(name);
            lock.lock();
            if (stopping) return;
            all = all && !found.empty();
            if (!found.empty()) resolved[name] = std::move(found);
        }
        changed.wait_for(lock, all ? settings.refresh : settings.retry, [this] { return stopping; });
    }
}

std::vector<event::Address> look_up_address(const std::string& name) {
    constexpr auto limit = std::chrono::seconds(5);
    Addresses addresses;
    const auto found = http::resolve(name, std::chrono::steady_clock::now() + limit);
    if (!found) return addresses;
    for (const auto& one : *found) {
        if (const auto address = address_of(one.to_string())) addresses.push_back(*address);
    }
    return addresses;
}

}  // namespace bewit
