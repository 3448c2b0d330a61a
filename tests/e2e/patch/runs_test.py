#!/usr/bin/env python3
"""Patched definitions are started, and live: the workload is as before, an attack within is told, SIGTERM ends it, its exit status comes through.

Containers are runc's, with the capabilities and the seccomp profile that Fargate's have (small_fargate.py). Images are made here: one of busybox, one with a single static
program and nothing else, one that is this machine's Debian.
"""
import json
import os
import pathlib

import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402
from additions import IMAGE  # noqa: E402
import small_fargate  # noqa: E402
from small_fargate import Image, Machine  # noqa: E402

STATIC = pathlib.Path(os.environ.get("BEWIT_STATIC", str(harness.SOURCE_ROOT / "build-static" / "bewit")))
HOST = [folder for folder in ("/usr", "/lib", "/lib64", "/bin", "/sbin") if os.path.isdir(folder)]
PASSWORDS = "Read of password files"

# Says who it is and what it may; waits for SIGTERM.
LIFE = """
trap 'echo caught TERM; exit 3' TERM
echo "I am $(id -u):$(id -g) in $(pwd) with $# words: $*"
echo "files $(ulimit -n), mask $(umask), name $(hostname), GREETING=$GREETING"
grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status
ls /proc/self/fd | grep -v -x 3
echo in the error log >&2
cat /etc/shadow > /dev/null 2>&1
echo ready
while :; do sleep 0.05; done
"""


def sh(script: str, *words: str) -> dict:
    return {"entryPoint": ["/bin/sh", "-c"], "command": [script, "sh", *words]}


def task(*containers: dict, **more) -> dict:
    return {"family": "t", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "containerDefinitions": list(containers), **more}


def container(image: str = "busybox", **more) -> dict:
    return {"name": "app", "image": image, "essential": True, **more}


@unittest.skipUnless(small_fargate.works(), "needs root and runc")
class Runs(harness.TestCase):
    def setUp(self) -> None:
        super().setUp()
        os.chmod(self.directory, 0o755)
        self.images = {"busybox": self.busybox(), "debian": self.debian(), "scratch": self.scratch(), IMAGE: self.bewit_image()}
        self.images["pause"] = Image(self.images["busybox"].root, ["/bin/sleep", "1000"])
        self.machine = Machine(self.directory, self.images)
        self.addCleanup(self.machine.close)

    # ---- images
    def root(self, name: str, *folders: str) -> pathlib.Path:
        root = pathlib.Path(self.path(f"image-{name}"))
        for folder in ("proc", "dev", "sys", "etc", *folders):
            (root / folder).mkdir(parents=True)
        return root

    def with_accounts(self, root: pathlib.Path) -> None:
        (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n", encoding="utf-8")
        (root / "etc/group").write_text("root:x:0:\nweb:x:1000:\n", encoding="utf-8")
        (root / "etc/shadow").write_text("root:*:1::::::\n", encoding="utf-8")
        (root / "etc/shadow").chmod(0o644)  # so that anybody's reading succeeds

    def busybox(self) -> Image:
        root = self.root("busybox", "bin", "tmp", "srv")
        (root / "tmp").chmod(0o1777)
        shutil.copy(shutil.which("busybox"), root / "bin/busybox")
        for name in ("sh", "cat", "ls", "id", "grep", "sleep", "hostname", "kill", "touch", "true"):
            (root / "bin" / name).symlink_to("busybox")
        self.with_accounts(root)
        return Image(root, [], ["sh"], directory="/srv")

    def scratch(self) -> Image:
        root = self.root("scratch")
        shutil.copy(harness.PROGRAMS / "static_probe", root / "probe")
        self.with_accounts(root)
        return Image(root, ["/probe"], user="1000")

    def debian(self) -> Image:
        root = self.root("debian", "tmp", *(folder[1:] for folder in HOST))
        (root / "tmp").chmod(0o1777)
        self.with_accounts(root)
        for name in ("ld.so.cache", "ld.so.conf", "alternatives"):
            source = pathlib.Path("/etc", name)
            if source.exists():
                (shutil.copytree if source.is_dir() else shutil.copy)(source, root / "etc" / name, **({"symlinks": True} if source.is_dir() else {}))
        return Image(root, ["/bin/sh", "-c"], ["id -u; exec sleep 1000"], host_folders=HOST)

    def bewit_image(self) -> Image:
        """As examples/image builds it. Without a static program, this machine's libraries are there for the one that is not."""
        root = self.root("bewit", *([] if STATIC.exists() else (folder[1:] for folder in HOST)))
        shutil.copy(STATIC if STATIC.exists() else harness.BEWIT, root / "bewit")
        return Image(root, ["/bewit"], ["install", "/opt/bewit"], volumes=["/opt/bewit"], host_folders=[] if STATIC.exists() else HOST)

    def needs_static(self) -> None:
        if not STATIC.exists():
            self.skipTest("needs ./dev build --static: the workload's image has no libraries")

    # ---- definitions
    def patch(self, kind: str, definition: dict, *options: str) -> dict:
        words = [harness.BEWIT, "patch", kind, "--bewit-image", IMAGE, *options]
        for name in ("busybox", "debian", "scratch"):
            path = pathlib.Path(self.path(f"{name}.json"))
            path.write_text(self.images[name].inspected(), encoding="utf-8")
            words += ["--image-config", f"{name}={path}"]
        done = subprocess.run(words, input=json.dumps(definition), capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def told(self, running: small_fargate.Running, rule: str) -> dict:
        found = [alert for alert in running.alerts() if alert["rule"] == rule]
        self.assertTrue(found, f"no alert '{rule}': {running.lines}")
        return found[0]

    def own_words(self, running: small_fargate.Running) -> tuple[list[str], list[str]]:
        """What the workload itself said."""
        return running.lines["stdout"], [line for line in running.lines["stderr"] if not line.startswith(("{", "bewit: "))]

    def live(self, definition: dict) -> small_fargate.Running:
        """One life: ready, SIGTERM, the end."""
        running = self.machine.run_task(definition)["app"]
        running.wait_for("stdout", "ready")
        self.assertIsNone(running.process.poll())
        status, seconds = running.stop()
        self.assertEqual(status, 3, running.lines)
        self.assertLess(seconds, 10)
        self.assertEqual(running.lines["stdout"][-1], "caught TERM")
        return running

    def assert_same_life(self, definition: dict, *options: str) -> None:
        before, after = self.live(definition), self.live(self.patch("ecs", definition, *options))
        self.assertEqual(before.alerts(), [])
        self.assertEqual(self.own_words(after), self.own_words(before))
        alert = self.told(after, PASSWORDS)
        self.assertEqual(alert["output_fields"]["fd.name"], "/etc/shadow")

    # ---- ECS
    def test_a_life_as_root_is_the_same_and_its_attack_is_told(self):
        self.needs_static()
        for shape in ("init", "volumes-from"):
            with self.subTest(shape):
                self.assert_same_life(task(container(**sh(LIFE, "one", "", "t w o"), environment=[{"name": "GREETING", "value": "hi there"}])), "--shape", shape)

    def test_a_life_as_a_user_on_a_read_only_root_without_capabilities_is_the_same(self):
        self.needs_static()
        self.assert_same_life(task(container(**sh(LIFE), user="1000:1000", readonlyRootFilesystem=True, linuxParameters={"capabilities": {"drop": ["ALL"]}}, workingDirectory="/tmp")))

    def test_a_life_on_debian_is_the_same(self):
        self.assert_same_life(task(container("debian", **sh(LIFE, "word"))))
        self.assert_same_life(task(container("debian", **sh(LIFE), user="1000:1000", readonlyRootFilesystem=True)))

    def test_the_image_s_own_command_with_nothing_else_in_the_image(self):
        self.needs_static()
        for extra in ({}, {"readonlyRootFilesystem": True, "user": "0"}):
            definition = task(container("scratch", **extra))
            before = self.machine.run_task(definition)["app"]
            after = self.machine.run_task(self.patch("ecs", definition))["app"]
            self.assertEqual(after.wait(), before.wait(), after.lines)
            self.assertEqual(self.own_words(after), self.own_words(before))
            self.assertEqual(self.told(after, PASSWORDS)["output_fields"]["proc.name"], "probe")

    def test_exit_statuses_come_through(self):
        self.needs_static()
        for script in ("exit 0", "exit 7", "exit 255", "kill -KILL $$", "kill -TERM $$; sleep 5", "no-such-program"):
            with self.subTest(script):
                definition = task(container(**sh(script)))
                before = self.machine.run_task(definition)["app"].wait()
                after = self.machine.run_task(self.patch("ecs", definition))["app"].wait()
                # PID 1 is not killed by its own signals: under bewit the shell is no PID 1, and dies as it does anywhere else.
                self.assertEqual(after, {"kill -KILL $$": 137, "kill -TERM $$; sleep 5": 143}.get(script, before))

    def test_who_ignores_sigterm_is_killed_when_its_time_is_over(self):
        self.needs_static()
        definition = self.patch("ecs", task(container(**sh("trap '' TERM; echo ready; while :; do sleep 0.05; done"), stopTimeout=2)))
        running = self.machine.run_task(definition)["app"]
        running.wait_for("stdout", "ready")
        status, seconds = running.stop()
        self.assertEqual(status, 137)
        self.assertTrue(2 <= seconds < 12, seconds)

    def test_alerts_go_where_they_are_sent(self):
        self.needs_static()
        script = "cat /etc/shadow > /dev/null; echo done"
        to_output = self.machine.run_task(self.patch("ecs", task(container(**sh(script))), "--alerts", "stdout"))["app"]
        self.assertEqual(to_output.wait(), 0)
        self.assertTrue(any('"rule"' in line for line in to_output.lines["stdout"]))
        shared = task(container(**sh(script), mountPoints=[{"sourceVolume": "alerts", "containerPath": "/alerts"}]), volumes=[{"name": "alerts"}])
        to_file = self.machine.run_task(self.patch("ecs", shared, "--alerts", "/alerts/log"))["app"]
        self.assertEqual((to_file.wait(), to_file.alerts()), (0, []))
        self.assertIn(PASSWORDS, (self.machine.volume("alerts") / "log").read_text(encoding="utf-8"))

    def test_two_containers_of_one_task_and_one_that_waits_for_both(self):
        self.needs_static()
        first = {**container(**sh("cat /etc/shadow > /dev/null; echo first")), "name": "first", "essential": False}
        second = {**container(**sh("echo second; exit 4")), "name": "second", "essential": False}
        app = container(**sh("echo app"), dependsOn=[{"containerName": "first", "condition": "SUCCESS"}, {"containerName": "second", "condition": "COMPLETE"}])
        started = self.machine.run_task(self.patch("ecs", task(first, second, app)))
        self.assertEqual([started[name].wait() for name in ("first", "second", "app")], [0, 4, 0])
        self.told(started["first"], PASSWORDS)
        self.assertEqual(started["second"].alerts() + started["app"].alerts(), [])

    def test_a_sidecar_sees_the_others(self):
        script = "echo ready; while :; do cat /etc/shadow > /dev/null; sleep 0.1; done"
        started = self.machine.run_task(self.patch("ecs", task(container(**sh(script), user="1000")), "--shape", "sidecar"))
        started["app"].wait_for("stdout", "ready")
        started["bewit"].wait_for("stderr", PASSWORDS)
        started["bewit"].stop()
        self.assertIsNone(started["app"].process.poll())  # it lives on without the sidecar
        self.told(started["bewit"], PASSWORDS)

    # ---- Kubernetes
    def pod(self, **more) -> dict:
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "app", "image": "busybox", "command": ["/bin/sh", "-c"], "args": [LIFE], **more}]}}

    def live_in_pod(self, pod: dict) -> small_fargate.Running:
        running = self.machine.run_pod(pod)["app"]
        running.wait_for("stdout", "ready")
        self.assertEqual(running.stop()[0], 3, running.lines)
        return running

    def test_a_pod_of_a_restricted_namespace_is_the_same_and_its_attack_is_told(self):
        self.needs_static()
        restricted = {"runAsUser": 10001, "runAsNonRoot": True, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        for context in (restricted, {}):
            pod = self.pod(securityContext=context, env=[{"name": "GREETING", "value": "hi"}])
            before, after = self.live_in_pod(pod), self.live_in_pod(self.patch("k8s", pod))
            self.assertEqual(self.own_words(after), self.own_words(before))
            self.told(after, PASSWORDS)

    def test_a_native_sidecar_runs_under_bewit_and_an_init_container_does_not(self):
        self.needs_static()
        script = "cat /etc/shadow > /dev/null; echo read; "
        pod = self.pod()
        pod["spec"]["containers"][0]["args"] = ["echo app"]
        pod["spec"]["initContainers"] = [{"name": "first", "image": "busybox", "command": ["sh", "-c", script]},
                                         {"name": "proxy", "image": "busybox", "command": ["sh", "-c", script + "sleep 100"], "restartPolicy": "Always"}]
        started = self.machine.run_pod(self.patch("k8s", pod))
        self.assertEqual(started["app"].wait(), 0)
        started["proxy"].wait_for("stdout", "read")
        self.assertEqual(started["proxy"].stop()[0], 143)
        self.told(started["proxy"], PASSWORDS)
        self.assertEqual([running.name for running in self.machine.running if running.alerts()], ["proxy"])

    def test_a_pod_expands_the_definition_s_variables_and_not_the_image_s(self):
        self.needs_static()
        self.images["debian"].entrypoint, self.images["debian"].command = ["/bin/echo", "$(A)"], ["$(A)", "$$(A)"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [
            {"name": "app", "image": "debian", "env": [{"name": "A", "value": "b"}]},
            {"name": "second", "image": "debian", "args": ["$(A)", "$$(A)", "$(B)"], "env": [{"name": "A", "value": "b"}]}]}}
        started = self.machine.run_pod(self.patch("k8s", pod))
        self.assertEqual([started[name].wait() for name in ("app", "second")], [0, 0])
        self.assertEqual(started["app"].lines["stdout"], ["$(A) $(A) $$(A)"])
        self.assertEqual(started["second"].lines["stdout"], ["$(A) b $(A) $(B)"])


if __name__ == "__main__":
    unittest.main()
