#include "injector/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fmt/format.h>

namespace bewit::http {
namespace {

namespace ssl = boost::asio::ssl;

using Outcome = tl::expected<void, std::string>;

Outcome trust(SSL_CTX* context, const Settings& settings) {
    const TrustedRoots roots = find_trusted_roots(settings.trust);
    if (roots.empty()) {
        return tl::unexpected(
            std::string("no trusted certificates were found for TLS: name a file of them with http_output.ca_bundle or "
                        "SSL_CERT_FILE, "
                        "or put ca-certificates.crt beside the program"));
    }
    for (const std::string& file : roots.files) {
        if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) continue;
        return tl::unexpected(fmt::format("the trusted certificates in {} (named by {}) cannot be used: {}", file,
                                          roots.origin, openssl_reason()));
    }
    for (const std::string& directory : roots.directories) {
        if (SSL_CTX_load_verify_dir(context, directory.c_str()) == 1) continue;
        return tl::unexpected(fmt::format("the trusted certificates in {} (named by {}) cannot be used: {}", directory,
                                          roots.origin, openssl_reason()));
    }
    ERR_clear_error();
    return {};
}

Outcome identify(SSL_CTX* context, const Settings& settings) {
    if (settings.client_certificate.empty() && settings.client_key.empty()) return {};
    if (settings.client_certificate.empty() || settings.client_key.empty()) {
        return tl::unexpected(std::string("a client certificate needs its key, and a key its certificate"));
    }
    if (SSL_CTX_use_certificate_chain_file(context, settings.client_certificate.c_str()) != 1) {
        return tl::unexpected(
            fmt::format("the client certificate {} cannot be used: {}", settings.client_certificate, openssl_reason()));
    }
    if (SSL_CTX_use_PrivateKey_file(context, settings.client_key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return tl::unexpected(
            fmt::format("the client key {} cannot be used: {}", settings.client_key, openssl_reason()));
    }
    return {};
}

}  // namespace

std::string openssl_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    std::string text = reason == nullptr ? "it cannot be read" : reason;
    ERR_clear_error();
    return text;
}

std::unique_ptr<ssl::context> make_plain_context(ssl::context::method method) {
    // Configuration files of OpenSSL are of the machine that runs, often of an image with an OpenSSL of another age:
    // not read. And nothing is torn down at exit, when a thread that hangs in a connection may have been left behind.
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
    auto context = std::make_unique<ssl::context>(method);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_default_passwd_cb(native, [](char*, int, int, void*) { return 0; });
    return context;
}

tl::expected<std::unique_ptr<ssl::context>, std::string> make_tls_context(const Settings& settings) {
    auto context = make_plain_context(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_verify(native, settings.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (!settings.insecure) {
        if (auto trusted = trust(native, settings); !trusted) return tl::unexpected(trusted.error());
    }
    if (auto identified = identify(native, settings); !identified) return tl::unexpected(identified.error());
    return context;
}

}  // namespace bewit::http
