#!/usr/bin/env python3
"""Upstream's rules, unmodified, against real actions: each fires where it should, with true fields."""
import os
import pathlib
import pty
import subprocess
import unittest

import harness
from actions import PYTHON, SYSCALL, connect_to, python, with_hosts
from harness import IN_CONTAINER, INCUBATING, SANDBOX, STABLE, TestCase, needs_root, needs_upstream, run


@needs_upstream
class Loading(TestCase):
    def test_every_file_alone_and_all_together(self):
        for files in ([STABLE], [STABLE, INCUBATING], [STABLE, SANDBOX], [STABLE, INCUBATING, SANDBOX]):
            done = subprocess.run([harness.BEWIT, "check", *files], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)


@needs_upstream
@needs_root
class Stable(TestCase):
    def watch(self, command, **keywords):
        keywords.setdefault("options", IN_CONTAINER)
        return run(command, rules=[STABLE], **keywords)

    def test_a_shell_reads_the_shadow_file_and_exits_with_42(self):
        result = run(["sh", "-c", "cat /etc/shadow; exit 42"], rules=[STABLE])
        self.assertEqual(result.status, 42)
        self.assertEqual(result.stdout, pathlib.Path("/etc/shadow").read_text(encoding="utf-8"))
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.rules(), ["Read sensitive file untrusted"])
        self.assert_alert(result, "Read sensitive file untrusted", fd__name="/etc/shadow", proc__name="cat", proc__pname="sh",
                          evt__type="openat", user__uid=0)

    def test_directory_traversal(self):
        result = self.watch(["cat", "/etc/../etc/../etc/hostname"])
        self.assert_alert(result, "Directory traversal monitored file read", fd__name="/etc/hostname",
                          fd__nameraw="/etc/../etc/../etc/hostname", proc__name="cat")

    def test_trusted_program_after_startup(self):
        httpd = self.named("httpd", "/bin/bash")
        result = self.watch([httpd, "-c", "sleep 5.3; read line < /etc/shadow; true"])
        self.assert_alert(result, "Read sensitive file trusted after startup", fd__name="/etc/shadow", proc__name="httpd")

    def test_shell_of_a_server(self):
        result = self.watch([self.named("nginx", "/bin/bash"), "-c", "sh -c 'exit 3'; exit $?"])
        self.assertEqual(result.status, 3)
        self.assert_alert(result, "Run shell untrusted", proc__name="sh", proc__pname="nginx", proc__cmdline="sh -c exit 3")

    def test_system_user_interactive(self):
        os.chmod(self.directory, 0o755)
        result = self.watch([self.named("sshd", "/bin/bash"), "-c", "id; true"], options=[*IN_CONTAINER, "--user", "1:1"])
        self.assert_alert(result, "System user interactive", proc__name="id", user__name="daemon", user__uid=1, proc__pname="sshd")

    def test_terminal_shell(self):
        controller, terminal = pty.openpty()
        alerts = self.path("alerts")
        process = subprocess.Popen(["setsid", "--ctty", harness.BEWIT, "run", "-r", STABLE, *IN_CONTAINER, "--alerts", alerts, "--", "bash",
                                    "-c", "exit 5"], stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        self.assertEqual(process.wait(30), 5)
        os.close(controller)
        text = pathlib.Path(alerts).read_text(encoding="utf-8")
        self.assertIn("Terminal shell in container", text)
        self.assertNotIn('"proc.tty":0', text)

    def test_netcat(self):
        result = self.watch([self.named("nc"), "-e", "/bin/sh"])
        self.assert_alert(result, "Netcat Remote Code Execution in Container", proc__name="nc", proc__cmdline="nc -e /bin/sh")

    def test_private_keys(self):
        result = self.watch(["grep", "BEGIN RSA PRIVATE", "/dev/null"])
        self.assert_alert(result, "Search Private Keys or Passwords", proc__name="grep")
        result = self.watch(["find", self.directory, "-name", "id_rsa"])
        self.assert_alert(result, "Search Private Keys or Passwords", proc__name="find")

    def test_log_cleared(self):
        log = self.path("access_log")
        result = self.watch(["sh", "-c", f": > {log}"])
        self.assert_alert(result, "Clear Log Activities", fd__name=log, proc__name="sh")

    def test_bulk_removal(self):
        result = self.watch(["shred", "--version"])
        self.assert_alert(result, "Remove Bulk Data from Disk", proc__name="shred")

    def test_links_over_sensitive_files(self):
        result = self.watch(["ln", "-s", "/etc/shadow", self.path("s")])
        self.assert_alert(result, "Create Symlink Over Sensitive Files", evt__arg__target="/etc/shadow",
                          evt__arg__linkpath=self.path("s"), proc__name="ln")
        result = self.watch(["ln", "/etc/shadow", self.path("h")])
        self.assert_alert(result, "Create Hardlink Over Sensitive Files", evt__arg__oldpath="/etc/shadow")

    def test_packet_socket(self):
        result = self.watch(python("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"))
        self.assert_alert(result, "Packet socket created in container", evt__type="socket")

    def test_standard_stream_to_network(self):
        result = self.watch(python("import os, socket\n"
                                   "listener = socket.create_server(('127.0.0.1', 0))\n"
                                   "client = socket.create_connection(listener.getsockname())\n"
                                   "os.dup2(client.fileno(), 0)"))
        alert = self.assert_alert(result, "Redirect STDOUT/STDIN to Network Connection in Container", evt__type="dup2", fd__type="ipv4",
                                  fd__l4proto="tcp", fd__sip="127.0.0.1")
        self.assertRegex(alert["output_fields"]["fd.name"], r"^127\.0\.0\.1:\d+->127\.0\.0\.1:\d+$")

    def test_kernel_module(self):
        result = self.watch(python(SYSCALL + "call(313, -1, b'', 0)"))
        alert = self.assert_alert(result, "Linux Kernel Module Injection Detected", evt__type="finit_module")
        self.assertIn(alert["output_fields"]["evt.res"], ("EBADF", "ENOSYS"))

    def test_debugfs_in_a_privileged_container(self):
        result = self.watch([self.named("debugfs")], options=[*IN_CONTAINER, "-o", "container.privileged=true"])
        self.assert_alert(result, "Debugfs Launched in Privileged Container", proc__name="debugfs")

    def test_release_agent(self):
        path = self.path("release_agent")
        result = self.watch(["sh", "-c", f"echo x > {path}"])
        self.assert_alert(result, "Detect release_agent File Container Escapes", fd__name=path)

    def test_ptrace(self):
        result = self.watch(python(SYSCALL + "import os; call(101, 16, os.getppid(), 0, 0)"))
        self.assert_alert(result, "PTRACE attached to process", evt__type="ptrace")
        result = self.watch(python(SYSCALL + "call(101, 0, 0, 0, 0)"))
        self.assert_alert(result, "PTRACE anti-debug attempt", evt__type="ptrace")

    def test_aws_credentials(self):
        result = self.watch(["find", self.directory, "-path", ".aws/credentials"])
        self.assert_alert(result, "Find AWS Credentials", proc__name="find")

    def test_shared_memory(self):
        program = f"/dev/shm/bewit-test-{os.getpid()}"
        self.addCleanup(lambda: os.path.exists(program) and os.remove(program))
        result = self.watch(["sh", "-c", f"cp /bin/true {program}; {program}"])
        self.assert_alert(result, "Execution from /dev/shm", proc__exepath=program, proc__pname="sh")

    def test_new_binary(self):
        script = f"""
            mount -t tmpfs none {self.directory} && cd {self.directory} && mkdir upper work root &&
            mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none root &&
            mount -t proc none root/proc && mkdir -p root{os.path.dirname(harness.BEWIT)} &&
            exec chroot root "$@"
        """
        prefix = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh"]
        result = self.watch(["sh", "-c", "sleep 0.1; cp /bin/true /usr/local/bin/dropped; dropped; true"], prefix=prefix)
        self.assert_alert(result, "Drop and execute new binary in container", proc__exepath="/usr/local/bin/dropped")
        self.assertEqual(len(result.of("Drop and execute new binary in container")), 1, "programs of the image are not new")

    def test_ssh_to_another_port(self):
        script = ("import socket\nlistener = socket.create_server(('203.0.113.7', 443))\n"
                  "socket.create_connection(('203.0.113.7', 443))")
        ssh = self.path("ssh")
        os.symlink(PYTHON, ssh)
        result = self.watch([ssh, "-c", script], prefix=harness.namespaces(addresses=("203.0.113.7/24",)))
        alert = self.assert_alert(result, "Disallowed SSH Connection Non Standard Port", fd__l4proto="tcp", fd__rport=443)
        self.assertRegex(alert["output_fields"]["fd.name"], r"^203\.0\.113\.7:\d+->203\.0\.113\.7:443$")

    def test_fileless(self):
        result = self.watch(python("import os\nfd = os.memfd_create('x')\nos.write(fd, open('/bin/true', 'rb').read())\n"
                                   "os.execv(f'/proc/self/fd/{fd}', ['nothing-on-disk'])"))
        self.assert_alert(result, "Fileless execution via memfd_create", evt__type="execve")

    def test_the_api_server(self):
        result = self.watch(python(connect_to("203.0.113.7", 443)), prefix=with_hosts(self, "203.0.113.7 kubernetes.default.svc.cluster.local"))
        self.assert_alert(result, "Contact K8S API Server From Container", evt__type="connect", fd__rport=443)

    def test_a_quiet_workload_raises_nothing(self):
        result = self.watch(["sh", "-c", "ls / > /dev/null; echo hello; date > /dev/null"])
        self.assertEqual((result.status, result.stdout, result.rules()), (0, "hello\n", []))


if __name__ == "__main__":
    unittest.main()
