// Programs that keep credentials: `docker-credential-NAME get` (the protocol of docker-credential-helpers).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "injector/image/credentials.h"

namespace bewit::image {

// Runs the program, found by PATH, and ends it when `limit` is over. nullopt: it has none for this server. The error is
// one sentence, without what the program wrote.
tl::expected<std::optional<Credential>, std::string> ask_helper(
    const std::string& name, const std::string& server, std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace bewit::image
