// Alerts to the local syslog daemon (RFC 3164, syslog(3)): facility user, severity the rule's priority, tag `bewit`.
#pragma once

#include <memory>
#include <string>

#include "injector/alert_sink.h"

namespace bewit {

// Needs a socket at `path`; connects when there is an alert, and again when the daemon was restarted. Never blocks:
// what the daemon has no room for is not delivered. syslog(3) itself would do, but tells nobody what it lost.
std::unique_ptr<AlertSink> make_syslog_sink(const std::string& path = "/dev/log");

}  // namespace bewit
