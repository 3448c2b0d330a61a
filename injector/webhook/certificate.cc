#include "injector/webhook/certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "injector/http/tls_context.h"
#include "injector/text_file.h"

namespace bewit::webhook {
namespace {

namespace ssl = boost::asio::ssl;

int64_t expiry_of(SSL_CTX* context) {
    tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &time) != 1) return 0;
    return timegm(&time);
}

}  // namespace

Certificate::Stamps Certificate::stamps() const {
    Stamps found{};
    const std::array paths = {&certificate_, &key_};
    for (size_t i = 0; i < paths.size(); ++i) {
        struct stat status {};
        if (stat(paths[i]->c_str(), &status) != 0) continue;
        found[i] = {.device = status.st_dev,
                    .inode = status.st_ino,
                    .size = static_cast<uint64_t>(status.st_size),
                    .seconds = status.st_mtim.tv_sec,
                    .nanoseconds = status.st_mtim.tv_nsec};
    }
    return found;
}

tl::expected<void, std::string> Certificate::read() {
    const auto refuse = [](const std::string& file, const std::string& why) {
        return tl::unexpected(fmt::format("{}: {}", file, why));
    };
    for (const std::string* path : {&certificate_, &key_}) {
        if (!read_text_file(*path)) return refuse(*path, std::strerror(errno));
    }
    auto context = http::make_plain_context(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    // Nothing is kept between connections, and none is renegotiated.
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(native, 0);
    if (SSL_CTX_use_certificate_chain_file(native, certificate_.c_str()) != 1) {
        return refuse(certificate_, "this certificate cannot be used: " + http::openssl_reason());
    }
    if (SSL_CTX_use_PrivateKey_file(native, key_.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(native) != 1) {
        return refuse(key_, fmt::format("this key cannot be used with the certificate {}: {}", certificate_,
                                        http::openssl_reason()));
    }
    expires_ = expiry_of(native);
    context_ = std::move(context);
    return {};
}

tl::expected<Certificate, std::string> Certificate::load(const std::string& certificate, const std::string& key) {
    Certificate loaded;
    loaded.certificate_ = certificate;
    loaded.key_ = key;
    loaded.seen_ = loaded.stamps();
    if (auto read = loaded.read(); !read) return tl::unexpected(read.error());
    return loaded;
}

Certificate::Look Certificate::look() {
    const Stamps now = stamps();  // before they are read: what changes meanwhile is another change
    if (now == seen_ || (now == failed_ && told_)) return {};
    if (auto done = read(); !done) {
        told_ = now == failed_;
        failed_ = now;
        return told_ ? Look{Change::Failed, done.error()} : Look{};
    }
    seen_ = now;
    failed_ = {};
    told_ = false;
    return {.change = Change::Reloaded};
}

}  // namespace bewit::webhook
