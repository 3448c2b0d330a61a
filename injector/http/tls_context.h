// OpenSSL's context for a client, from the settings.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <tl/expected.hpp>

#include "injector/http/client.h"

namespace bewit::http {

// The error is one sentence: which file is at fault and what to set.
tl::expected<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls_context(const Settings& settings);

}  // namespace bewit::http
