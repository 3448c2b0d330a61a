// OpenSSL's contexts: what all of them have in common, and the one for a client, from the settings.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <tl/expected.hpp>

#include "injector/http/client.h"

namespace bewit::http {

// TLS 1.2 or later; no configuration file of OpenSSL is read, and a key with a passphrase is refused, not asked for.
std::unique_ptr<boost::asio::ssl::context> make_plain_context(boost::asio::ssl::context::method method);
// The first reason that OpenSSL gives on this thread, which later ones only wrap, and its queue emptied.
std::string openssl_reason();

// The error is one sentence: which file is at fault and what to set.
tl::expected<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls_context(const Settings& settings);

}  // namespace bewit::http
