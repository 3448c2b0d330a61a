// An alert: a rule that matched an event, with everything a reader needs, independent of the event it came from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/rule/rule_set.h"

namespace bewit::alert {

struct Alert {
    uint64_t time_ns = 0;
    std::string rule;
    rule::Priority priority = rule::Priority::Debug;
    std::string source = "syscall";
    std::vector<std::string> tags;     // sorted
    std::string message;               // the filled template, without time and priority
    nlohmann::json output_fields = nlohmann::json::object();
    std::string hostname;
    std::string uuid;                  // RFC 9562, version 4 or 7
};

// One line, no final newline, valid UTF-8, keys in Falco's order (sorted). `output` is "time: Priority message".
std::string to_json(const Alert& alert);
// "21:04:05.123456789: Warning message" as one line: control characters, quotes and backslashes escaped as in JSON.
std::string to_text(const Alert& alert);
// "2026-11-23T21:04:05.123456789Z"
std::string iso_time(uint64_t time_ns);
std::string new_uuid();

}  // namespace bewit::alert
