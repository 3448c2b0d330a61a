#include "engine/match/services.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace bewit::match {
namespace {

struct Service {
    std::string_view name;
    uint16_t port;
};

// By rising name.
constexpr Service services[] = {
    {"amqp", 5672},         {"amqps", 5671},       {"auth", 113},
    {"bgp", 179},           {"bootpc", 68},        {"bootps", 67},
    {"chargen", 19},        {"daytime", 13},       {"dict", 2628},
    {"discard", 9},         {"docker", 2375},      {"domain", 53},
    {"domain-s", 853},      {"echo", 7},           {"epmap", 135},
    {"finger", 79},         {"ftp", 21},           {"ftp-data", 20},
    {"ftps", 990},          {"ftps-data", 989},    {"git", 9418},
    {"gopher", 70},         {"http", 80},          {"http-alt", 8080},
    {"https", 443},         {"imap", 143},         {"imap2", 143},
    {"imaps", 993},         {"ipp", 631},          {"irc", 194},
    {"ircd", 6667},         {"ircs-u", 6697},      {"isakmp", 500},
    {"iscsi-target", 3260}, {"kerberos", 88},      {"kpasswd", 464},
    {"l2f", 1701},          {"ldap", 389},         {"ldaps", 636},
    {"login", 513},         {"microsoft-ds", 445}, {"mqtt", 1883},
    {"ms-sql-s", 1433},     {"mysql", 3306},       {"netbios-dgm", 138},
    {"netbios-ns", 137},    {"netbios-ssn", 139},  {"nfs", 2049},
    {"nntp", 119},          {"nntps", 563},        {"ntp", 123},
    {"openvpn", 1194},      {"pop3", 110},         {"pop3s", 995},
    {"postgresql", 5432},   {"radius", 1812},      {"redis", 6379},
    {"rfb", 5900},          {"rsync", 873},        {"rtsp", 554},
    {"secure-mqtt", 8883},  {"shell", 514},        {"sip", 5060},
    {"sip-tls", 5061},      {"smtp", 25},          {"smtps", 465},
    {"snmp", 161},          {"snmp-trap", 162},    {"snmptrap", 162},
    {"socks", 1080},        {"ssh", 22},           {"submission", 587},
    {"submissions", 465},   {"sunrpc", 111},       {"syslog", 514},
    {"syslog-tls", 6514},   {"telnet", 23},        {"telnets", 992},
    {"tftp", 69},           {"time", 37},          {"whois", 43},
    {"xmpp-client", 5222},  {"xmpp-server", 5269},
};
static_assert(std::is_sorted(std::begin(services), std::end(services),
                             [](const Service& a, const Service& b) { return a.name < b.name; }));

}  // namespace

std::optional<uint16_t> service_port(std::string_view name) {
    const auto* const found =
        std::lower_bound(std::begin(services), std::end(services), name,
                         [](const Service& service, std::string_view text) { return service.name < text; });
    if (found == std::end(services) || found->name != name) return std::nullopt;
    return found->port;
}

}  // namespace bewit::match
