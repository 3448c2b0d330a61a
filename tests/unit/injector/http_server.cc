#include "http_server.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>

namespace bewit::test {
namespace {

std::vector<std::string> split(const std::string& text) {
    std::istringstream words(text);
    std::vector<std::string> list;
    for (std::string word; words >> word;) list.push_back(word);
    return list;
}

}  // namespace

HttpServer::HttpServer(const std::string& options) {
    int in[2], out[2];
    REQUIRE(pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(pipe2(out, O_CLOEXEC) == 0);
    std::vector<std::string> words = {"python3", HTTP_SERVER};
    for (const std::string& word : split(options)) words.push_back(word);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    std::string line;
    for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    close(out[0]);
    port_ = std::atoi(line.c_str());
    REQUIRE(port_ > 0);
}

HttpServer::~HttpServer() {
    close(stdin_);
    waitpid(pid_, nullptr, 0);
}

std::string HttpServer::url(const std::string& path, const std::string& scheme_and_host) const {
    return scheme_and_host + ":" + std::to_string(port_) + path;
}

Certificates::Certificates() {
    char name[] = "/tmp/bewit-certificates-XXXXXX";
    directory_ = mkdtemp(name);
    std::ofstream(path("server.ext")) << "subjectAltName=DNS:localhost,IP:127.0.0.1\n";
    const std::string script =
        "set -e; exec 2>/dev/null; cd '" + directory_ +
        "'; key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }; "
        "for ca in ca other; do key $ca; openssl req -x509 -new -key $ca.key -subj /CN=$ca -days 30 -out $ca.pem; "
        "done; "
        "for end in server client; do key $end; openssl req -new -key $end.key -subj /CN=$end -out $end.csr; done; "
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out "
        "server.pem; "
        "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out client.pem";
    REQUIRE(std::system(script.c_str()) == 0);
}

Certificates::~Certificates() { std::filesystem::remove_all(directory_); }

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

}  // namespace bewit::test
