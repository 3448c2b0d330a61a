#include "injector/image/credential_helper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "injector/image/shown.h"
#include "injector/patch/container.h"
#include "injector/spawn.h"

namespace bewit::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t largest_answer = size_t{1} << 20;

// A file that holds `text`, at its beginning.
UniqueFd file_of(const std::string& text) {
    UniqueFd file(memfd_create("server", MFD_CLOEXEC));
    if (file && (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
                 lseek(file.get(), 0, SEEK_SET) != 0))
        file.reset();
    return file;
}

// Until the other side closes; nullopt when it does not in time, or says too much.
std::optional<std::string> read_all(int fd, Clock::time_point deadline) {
    std::string text;
    char buffer[4096];
    while (text.size() <= largest_answer) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
        if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0) return std::nullopt;
        const ssize_t got = read(fd, buffer, sizeof buffer);
        if (got == 0) return text;
        if (got < 0 && errno != EINTR && errno != EAGAIN) return std::nullopt;
        if (got > 0) text.append(buffer, static_cast<size_t>(got));
    }
    return std::nullopt;
}

// Its exit status; killed at the deadline, with what it started.
int wait_for(pid_t pid, Clock::time_point deadline) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && Clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (ended == 0) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return status;
}

bool is_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

tl::expected<std::optional<Credential>, std::string> ask_helper(const std::string& name, const std::string& server,
                                                                std::chrono::milliseconds limit) {
    const auto fail = [&](const std::string& why) {
        return tl::unexpected(
            fmt::format("docker-credential-{}, which config.json names for {}, {}", shown(name), server, why));
    };
    if (!is_name(name)) return fail("is no name of a program");
    const auto deadline = Clock::now() + limit;
    const UniqueFd input = file_of(server);
    int ends[2];
    if (!input || pipe2(ends, O_CLOEXEC) != 0) return fail(fmt::format("cannot be started: {}", std::strerror(errno)));
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    pid_t pid = 0;
    const int failure = spawn({"docker-credential-" + name, "get"}, input.get(), writing.get(), pid);
    writing.reset();
    if (failure != 0) return fail(fmt::format("cannot be started: {}", std::strerror(failure)));
    const auto text = read_all(reading.get(), deadline);
    const int status = wait_for(pid, text ? deadline : Clock::now());
    if (!text) return fail("did not answer in time");
    if (text->find("credentials not found") != std::string::npos) return std::nullopt;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail("failed");
    const patch::Json answer = patch::Json::parse(*text, nullptr, false);
    const std::string user = patch::string_of(answer, "Username"), secret = patch::string_of(answer, "Secret");
    if (secret.empty()) return fail("did not answer as it should");
    // The name that says that the secret is a token.
    if (user == "<token>") return Credential{.identity_token = secret};
    return Credential{.user = user, .password = secret};
}

}  // namespace bewit::image
