// An alert: a rule that matched an event, with everything a reader needs, independent of the event it came from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/rule/rule_set.h"

namespace bewit::alert {

struct Alert {
    uint64_t time_ns = 0;  // since the epoch
    std::string rule;
    rule::Priority priority = rule::Priority::Debug;
    std::string source = "syscall";
    std::vector<std::string> tags;  // sorted
    std::string message;            // the filled template, without time and priority
    nlohmann::json output_fields = nlohmann::json::object();
    std::string hostname;
    std::string uuid;  // RFC 9562, version 7
};

// Which parts an alert is printed with: the names are those of falco.yaml, `json_include_*_property` and
// `time_format_iso_8601`.
struct Shape {
    bool output = true, message = false, output_fields = true, tags = true;
    bool iso_time = false;
};

// The keys and the meaning of Falco's own JSON, and `uuid`. One line without its newline, valid UTF-8 whatever the
// workload wrote: bytes that are not become U+FFFD.
std::string to_json(const Alert& alert, const Shape& shape = {});
// "21:04:05.123456789: Warning message", local time. One line: control characters, quotes and backslashes are escaped
// as in JSON.
std::string to_text(const Alert& alert, const Shape& shape = {});

// "2026-11-23T21:04:05.123456789Z"
std::string iso_time(uint64_t time_ns);
// A version 7 UUID: sorts by `time_ns`; its other bits are random (getrandom(2)).
std::string new_uuid(uint64_t time_ns);

}  // namespace bewit::alert
