#include "engine/event/descriptor.h"

#include <algorithm>
#include <array>

namespace bewit::event {
namespace {

struct AnonymousName {
    std::string_view text;
    DescriptorType type;
};
constexpr std::array anonymous_names = {
    AnonymousName{"[eventfd]", DescriptorType::Event},
    AnonymousName{"[eventpoll]", DescriptorType::EventPoll},
    AnonymousName{"inotify", DescriptorType::Inotify},
    AnonymousName{"[signalfd]", DescriptorType::Signal},
    AnonymousName{"[timerfd]", DescriptorType::Timer},
    AnonymousName{"[io_uring]", DescriptorType::IoUring},
    AnonymousName{"[userfaultfd]", DescriptorType::Userfault},
    AnonymousName{"[pidfd]", DescriptorType::Pidfd},
    AnonymousName{"bpf-map", DescriptorType::Bpf},
    AnonymousName{"bpf-prog", DescriptorType::Bpf},
    AnonymousName{"bpf_link", DescriptorType::Bpf},
    AnonymousName{"bpf_iter", DescriptorType::Bpf},
};

}  // namespace

DescriptorType anonymous_type(std::string_view name) {
    const auto found =
        std::ranges::find_if(anonymous_names, [&](const auto& one) { return name.starts_with(one.text); });
    return found == anonymous_names.end() ? DescriptorType::Unsupported : found->type;
}

}  // namespace bewit::event
