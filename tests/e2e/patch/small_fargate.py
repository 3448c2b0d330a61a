"""Starts what a task definition or a pod describes the way Fargate does: containers in their order, volumes, users, capabilities, seccomp, by runc.

What it does not do: networks (each container has an empty one of its own), secrets, health checks, restarts.
"""
from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import pwd
import resource
import shutil
import subprocess
import threading
import time
import typing

RUNC = shutil.which("runc") or "/usr/sbin/runc"
SECCOMP = pathlib.Path("/usr/share/containers/seccomp.json")  # what podman and, nearly, containerd use
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "MKNOD",
                "AUDIT_WRITE", "SETFCAP")


def works() -> bool:
    return os.geteuid() == 0 and os.path.exists(RUNC)


@dataclasses.dataclass
class Image:
    """A root file system, and what its configuration says."""
    root: pathlib.Path
    entrypoint: list[str] = dataclasses.field(default_factory=list)
    command: list[str] = dataclasses.field(default_factory=list)
    environment: list[str] = dataclasses.field(default_factory=lambda: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
    user: str = ""
    directory: str = "/"
    volumes: list[str] = dataclasses.field(default_factory=list)
    host_folders: list[str] = dataclasses.field(default_factory=list)  # of this machine, seen read-only

    def inspected(self) -> str:
        """As `docker image inspect` says it."""
        return json.dumps([{"Config": {"Entrypoint": self.entrypoint or None, "Cmd": self.command or None}}])


@dataclasses.dataclass
class Container:
    """What a runtime is told."""
    name: str
    image: Image
    words: list[str]
    environment: list[str]
    user: str = ""
    directory: str = "/"
    read_only: bool = False
    mounts: list[tuple[pathlib.Path, str, bool]] = dataclasses.field(default_factory=list)  # source, place, read-only
    capabilities: tuple[str, ...] = CAPABILITIES
    no_new_privileges: bool = False
    process_namespace: int = 0  # of this process, or a new one
    grace: float = 30


class Running:
    """A started container. Its output is read as it comes."""

    def __init__(self, container: Container, bundle: pathlib.Path) -> None:
        self.name, self.grace = container.name, container.grace
        self.identity = f"bewit-{os.getpid()}-{bundle.name}"
        (bundle / "config.json").write_text(json.dumps(runtime_configuration(container)), encoding="utf-8")
        self.process = subprocess.Popen([RUNC, "run", "--bundle", str(bundle), self.identity], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        self.lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=(name,), daemon=True) for name in self.lines]
        for reader in self.readers:
            reader.start()

    def read(self, name: str) -> None:
        for line in getattr(self.process, name):
            with self.changed:
                self.lines[name].append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait_for(self, stream: str, part: str, seconds: float = 30) -> str:
        """A line of `stream` that holds `part`."""
        with self.changed:
            found = self.changed.wait_for(lambda: [line for line in self.lines[stream] if part in line], seconds)
        assert found, f"{self.name}: no line with {part!r} on {stream} within {seconds} s: {self.lines}"
        return found[0]

    def wait(self, seconds: float = 60) -> int:
        status = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def stop(self) -> tuple[int, float]:
        """SIGTERM, and SIGKILL when the grace period is over: the exit status, and how long it took."""
        began = time.monotonic()
        self.signal("TERM")
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            self.signal("KILL")
        return self.wait(), time.monotonic() - began

    def signal(self, name: str) -> None:
        subprocess.run([RUNC, "kill", self.identity, name], check=False, capture_output=True)

    def first_process(self) -> int:
        state = json.loads(subprocess.run([RUNC, "state", self.identity], check=True, capture_output=True, text=True).stdout)
        return state["pid"]

    def alerts(self) -> list[dict]:
        """Those among the lines of standard error and output, as a log router would pick them."""
        found = []
        for line in self.lines["stderr"] + self.lines["stdout"]:
            if line.startswith("{") and '"rule"' in line:
                found.append(json.loads(line))
        return found


class Machine:
    """One task or pod after another, within a folder."""

    def __init__(self, folder: str, images: dict[str, Image]) -> None:
        self.folder, self.images, self.number = pathlib.Path(folder), images, 0
        self.running: list[Running] = []

    def close(self) -> None:
        for container in self.running:
            if container.process.poll() is None:
                container.signal("KILL")
            container.wait()

    def start(self, container: Container) -> Running:
        self.number += 1
        bundle = self.folder / f"bundle-{self.number}"
        shutil.copytree(container.image.root, bundle / "rootfs", symlinks=True)
        running = Running(container, bundle)
        self.running.append(running)
        return running

    def volume(self, name: str, mode: int = 0o755) -> pathlib.Path:
        path = self.folder / f"volume-{name}"
        path.mkdir(exist_ok=True)
        path.chmod(mode)
        return path

    # ---- ECS
    def run_task(self, task: dict) -> dict[str, Running]:
        """Starts all containers; those that others depend on for SUCCESS or COMPLETE have ended."""
        definitions = {definition["name"]: definition for definition in task["containerDefinitions"]}
        started: dict[str, Running] = {}
        self.task_processes = 0
        if task.get("pidMode") == "task":
            pause = self.start(Container("pause", self.images["pause"], self.images["pause"].entrypoint, []))
            self.task_processes = self.pid_of(pause)
        while len(started) < len(definitions):
            ready = [name for name in definitions if name not in started and all(entry["containerName"] in started for entry in definitions[name].get("dependsOn", []))]
            assert ready, f"a circle of dependencies among {set(definitions) - set(started)}"
            for name in ready:
                for entry in definitions[name].get("dependsOn", []):
                    if entry["condition"] in ("SUCCESS", "COMPLETE"):
                        status = started[entry["containerName"]].wait()
                        assert entry["condition"] == "COMPLETE" or status == 0, (entry, status, started[entry["containerName"]].lines)
                started[name] = self.start(self.ecs_container(definitions[name], task, definitions))
        return started

    def pid_of(self, running: Running) -> int:
        for _ in range(200):
            try:
                return running.first_process()
            except subprocess.CalledProcessError:
                time.sleep(0.02)
        raise AssertionError(f"{running.name} did not start: {running.lines}")

    def ecs_container(self, definition: dict, task: dict, all_of_them: dict[str, dict]) -> Container:
        image = self.images[definition["image"]]
        names = {volume["name"] for volume in task.get("volumes", [])}
        mounts = []
        for mount in definition.get("mountPoints", []):
            assert mount["sourceVolume"] in names, mount
            mounts.append((self.volume(mount["sourceVolume"]), mount["containerPath"], mount.get("readOnly", False)))
        for place in image.volumes:
            if not any(place == taken for _, taken, _ in mounts):
                mounts.append((self.volume(definition["name"] + place.replace("/", "-")), place, False))
        for other in definition.get("volumesFrom", []):
            for source, place, read_only in self.ecs_container(all_of_them[other["sourceContainer"]], task, all_of_them).mounts:
                mounts.append((source, place, read_only or other.get("readOnly", False)))
        changes = definition.get("linuxParameters", {}).get("capabilities", {})
        held = set(CAPABILITIES) if "ALL" not in changes.get("drop", []) else set()
        held = (held - set(changes.get("drop", []))) | set(changes.get("add", []))
        assert set(changes.get("add", [])) <= {"SYS_PTRACE"}, "Fargate adds no other capability"
        return Container(definition["name"], image, words_of(image, definition.get("entryPoint"), definition.get("command")),
                         image.environment + [f"{entry['name']}={entry['value']}" for entry in definition.get("environment", [])],
                         user=definition.get("user", image.user), directory=definition.get("workingDirectory", image.directory),
                         read_only=definition.get("readonlyRootFilesystem", False), mounts=mounts, capabilities=tuple(sorted(held)),
                         process_namespace=self.task_processes, grace=definition.get("stopTimeout", 30))

    # ---- Kubernetes
    def run_pod(self, pod: dict) -> dict[str, Running]:
        """Init containers one after the other, but for those that stay; then the rest."""
        spec, started = pod["spec"], {}
        self.kinds = {volume["name"]: volume for volume in spec.get("volumes", [])}
        for definition in spec.get("initContainers", []):
            first = self.start(self.pod_container(definition, spec))
            if definition.get("restartPolicy") == "Always":
                started[definition["name"]] = first
                continue
            assert first.wait() == 0, (first.name, first.lines)
        for definition in spec["containers"]:
            started[definition["name"]] = self.start(self.pod_container(definition, spec))
        return started

    def pod_container(self, definition: dict, spec: dict) -> Container:
        image, context = self.images[definition["image"]], {**spec.get("securityContext", {}), **definition.get("securityContext", {})}
        mounts = [(self.volume(mount["name"], 0o777), mount["mountPath"], mount.get("readOnly", False)) for mount in definition.get("volumeMounts", []) if self.kinds[mount["name"]]]
        changes = context.get("capabilities", {})
        held = set() if "ALL" in changes.get("drop", []) else set(CAPABILITIES) - set(changes.get("drop", []))
        assert not changes.get("add"), "EKS on Fargate schedules no such pod"
        user = str(context.get("runAsUser", image.user or "0"))
        assert not (context.get("runAsNonRoot") and user == "0"), f"{definition['name']} would run as root"
        environment = {entry["name"]: entry["value"] for entry in definition.get("env", [])}
        words = [expanded(word, environment) for word in definition.get("command") or []]
        arguments = [expanded(word, environment) for word in definition.get("args") or []]
        return Container(definition["name"], image, words_of(image, words, arguments), image.environment + [f"{key}={value}" for key, value in environment.items()],
                         user=user, directory=definition.get("workingDir", image.directory), read_only=context.get("readOnlyRootFilesystem", False), mounts=mounts,
                         capabilities=tuple(sorted(held)), no_new_privileges=not context.get("allowPrivilegeEscalation", True),
                         grace=spec.get("terminationGracePeriodSeconds", 30))


def words_of(image: Image, entry: list[str] | None, arguments: list[str] | None) -> list[str]:
    """Whoever overrides the ENTRYPOINT drops the image's CMD."""
    if entry:
        return entry + (arguments or [])
    return image.entrypoint + (arguments or image.command)


def expanded(word: str, environment: dict[str, str]) -> str:
    """`$(NAME)` of Kubernetes; `$$` stands for a dollar."""
    result, at = "", 0
    while at < len(word):
        if word.startswith("$$", at):
            result, at = result + "$", at + 2
        elif word.startswith("$(", at) and ")" in word[at:]:
            end = word.index(")", at)
            result, at = result + environment.get(word[at + 2:end], word[at:end + 1]), end + 1
        else:
            result, at = result + word[at], at + 1
    return result


def runtime_configuration(container: Container) -> dict:
    user, _, group = (container.user or "0").partition(":")
    numbers = (int(user), int(group or 0)) if user.isdigit() else pwd.getpwnam(user)[2:4]
    held = [f"CAP_{name}" for name in container.capabilities]
    effective = held if numbers[0] == 0 else []
    mounts: list[dict] = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
    ]
    mounts += [{"destination": folder, "type": "bind", "source": folder, "options": ["rbind", "ro"]} for folder in container.image.host_folders]
    mounts += [{"destination": place, "type": "bind", "source": str(source), "options": ["rbind", "ro" if read_only else "rw"]} for source, place, read_only in container.mounts]
    processes: dict = {"type": "pid"}
    if container.process_namespace:
        processes["path"] = f"/proc/{container.process_namespace}/ns/pid"
    linux: dict[str, typing.Any] = {
        "namespaces": [processes, *({"type": kind} for kind in ("network", "ipc", "uts", "mount"))],
        "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"],
        "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    }
    if SECCOMP.exists():
        linux["seccomp"] = seccomp_profile(set(held))
    return {
        "ociVersion": "1.0.2",
        "process": {"terminal": False, "user": {"uid": numbers[0], "gid": numbers[1]}, "args": container.words, "env": container.environment, "cwd": container.directory,
                    "capabilities": {"bounding": held, "effective": effective, "permitted": effective},
                    "rlimits": [{"type": "RLIMIT_NOFILE", "hard": resource.getrlimit(resource.RLIMIT_NOFILE)[1], "soft": 1024}], "noNewPrivileges": container.no_new_privileges},
        "root": {"path": "rootfs", "readonly": container.read_only},
        "hostname": "task", "mounts": mounts, "linux": linux,
    }


def seccomp_profile(held: set[str]) -> dict:
    """The profile that runtimes apply by default, resolved for these capabilities as they do."""
    profile = json.loads(SECCOMP.read_text(encoding="utf-8"))
    calls = []
    for entry in profile["syscalls"]:
        includes, excludes = entry.get("includes") or {}, entry.get("excludes") or {}
        if not set(includes.get("caps", [])) <= held or (set(excludes.get("caps", [])) & held):
            continue
        if "arches" in includes and not {"amd64", "x86"} & set(includes["arches"]) or {"amd64"} & set(excludes.get("arches", [])):
            continue
        calls.append({key: entry[key] for key in ("names", "action", "args", "errnoRet") if entry.get(key) is not None})
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile.get("defaultErrnoRet", 1), "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": calls}
