// What evaluation/*.yaml describes: a small machine, and the events that happen on it.
//
//   processes:     [{pid, parent, comm, argv, exe, env, cwd, uid, gid, sid, pgid, vpgid, vpid, tty, start, loginuid,
//   ...}]
//                  added to, or in place of, init 10 <- nginx 20 <- sh 30 <- cat 40, and thread 41 of 40
//   descriptors:   [{pid, fd, type, name, raw, local, remote, role, proto, connected, flags, device, inode, ...}]
//   users, groups: {0: root, 33: www-data}
//   container:     {id, name, type, image, ...}; labels, mounts
//   before:        [EVENT, ...]   what happened first
//   event:         EVENT: {type, thread: 40, time, number: 7, args: {name: value}, truncated, hostname}
#pragma once

#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "engine/event/builder.h"
#include "engine/field/extract.h"
#include "tests/unit/field/machine.h"

namespace bewit::conformance {

class Scene {
public:
    // Everything happens in the constructor: the state is brought up to the scene's event.
    explicit Scene(const YAML::Node& description);

    // Of that event. `shown`: for an output rather than a comparison.
    field::Context context(bool shown = false);

    const event::View& event() const { return events_.back(); }

private:
    void add_process(const YAML::Node& node);
    void add_descriptor(const YAML::Node& node);
    void set_container(const YAML::Node& node);
    void happen(const YAML::Node& node);

    field::test::Machine machine_;
    event::Builder builder_;
    std::vector<event::View> events_;
    std::string hostname_;
    bool truncated_ = false;
    uint64_t number_ = 7, first_time_ns_ = 0, previous_time_ns_ = 0;
};

}  // namespace bewit::conformance
