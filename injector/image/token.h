// From what a registry asks for to what it takes: the token authentication of distribution registries, and RFC 7617's
// basic authentication.
#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "injector/image/credentials.h"
#include "injector/image/transport.h"

namespace bewit::image {

// The value of the Authorization header that answers the challenges of `refusal`, a response with the status 401. A
// token is asked for where the challenge says, for `repository`, to read. The error is one sentence.
tl::expected<std::string, std::string> authorize(Transport& transport, const http::Response& refusal,
                                                 const std::optional<Credential>& credential,
                                                 const std::string& repository);

// The address of a token server with the question in it: `realm` with the service and the scopes as its query.
std::string token_url(const std::string& realm, const std::string& service, const std::string& scope);

}  // namespace bewit::image
