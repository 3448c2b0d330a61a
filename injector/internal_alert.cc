#include "injector/internal_alert.h"

#include <unistd.h>

#include <chrono>

namespace bewit {

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

alert::Alert internal_alert(const std::string& subject, const std::string& sentence,
                            const std::map<std::string, std::string>& facts) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    alert::Alert alert;
    alert.time_ns = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
    alert.rule = "bewit internal: " + subject;
    alert.priority = rule::Priority::Critical;
    alert.source = "internal";
    alert.message = sentence;
    alert.output_fields = {{"evt.time", alert.time_ns}};
    for (const auto& [name, value] : facts) alert.output_fields[name] = value;
    alert.hostname = host_name();
    alert.uuid = alert::new_uuid(alert.time_ns);
    return alert;
}

}  // namespace bewit
