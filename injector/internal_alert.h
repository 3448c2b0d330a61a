// bewit's own word about itself, among the alerts.
#pragma once

#include <map>
#include <string>

#include "engine/alert/alert.h"

namespace bewit {

// gethostname(2); empty when there is none.
std::string host_name();

// Of this moment: rule `bewit internal: SUBJECT`, priority Critical, source `internal`, the facts as output fields.
alert::Alert internal_alert(const std::string& subject, const std::string& sentence,
                            const std::map<std::string, std::string>& facts);

}  // namespace bewit
