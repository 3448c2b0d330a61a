#!/usr/bin/env python3
"""Upstream's incubating and sandbox rules, unmodified, against real actions: each fires where it should, with true fields."""
import os
import pathlib
import unittest

import harness
from actions import PYTHON, SYSCALL, connect_to, instead_of, python, with_hosts
from harness import IN_CONTAINER, INCUBATING, SANDBOX, STABLE, TestCase, needs_root, needs_upstream, run

ON_HOST = ["-o", "container.id=host"]
PRIVILEGED = [*IN_CONTAINER, "-o", "container.privileged=true"]


class RuleCase(TestCase):
    def watch(self, command, *, options=IN_CONTAINER, more=(), **keywords):
        return run(command, rules=[STABLE, INCUBATING, SANDBOX, *more], options=[*options, "-o", "rule_matching=all"], **keywords)

    def changed(self, text):
        """A rule file that comes after upstream's."""
        path = self.path("changes.yaml")
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return [path]

    def enabled(self, rule):
        return self.changed(f"- rule: {rule}\n  enabled: true\n  override:\n    enabled: replace\n")

    def as_python(self, name):
        """Python under another name."""
        os.symlink(PYTHON, self.path(name))
        return self.path(name)

    def shell_named(self, name, script):
        return [self.named(name, "/bin/bash"), "-c", script + "; true"]


@needs_upstream
@needs_root
class Both(RuleCase):
    def test_history_removed(self):
        history = self.path(".bash_history")
        open(history, "w", encoding="utf-8").close()
        self.assert_alert(self.watch(["rm", history]), "Delete or rename shell history", proc__name="rm")

    def test_setuid_bit(self):
        path = self.named("tool")
        self.assert_alert(self.watch(["chmod", "u+s", path]), "Set Setuid or Setgid bit", proc__name="chmod")

    def test_network_tool(self):
        self.assert_alert(self.watch([self.named("nmap")]), "Launch Suspicious Network Tool in Container", proc__name="nmap")

    def test_package_manager(self):
        self.assert_alert(self.watch([self.named("apk"), "add"]), "Launch Package Management Process in Container", proc__cmdline="apk add")

    def test_metadata_service(self):
        result = self.watch(python(connect_to("169.254.169.254", 80)), prefix=harness.namespaces(addresses=("169.254.169.254/32",)))
        self.assert_alert(result, "Contact EC2 Instance Metadata Service From Container", fd__rport=80)
        self.assert_alert(result, "Contact cloud metadata service from container", fd__rport=80, proc__name=os.path.basename(PYTHON))

    def test_environment_of_a_process(self):
        self.assert_alert(self.watch(["cat", "/proc/self/environ"]), "Read environment variable from /proc files", proc__name="cat")

    def test_authorized_keys(self):
        prefix = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /home && mkdir -p /home/u/.ssh && exec "$@"', "sh"]
        result = self.watch(["sh", "-c", "cd /home/u/.ssh; echo key >> ./authorized_keys"], prefix=prefix)
        self.assert_alert(result, "Adding ssh keys to authorized_keys", fd__name="/home/u/.ssh/authorized_keys")

    def test_setuid_call(self):
        self.assert_alert(self.watch(python("import os; os.setuid(1)")), "Non sudo setuid", evt__type="setuid")

    def test_unshare_without_the_capability(self):
        result = self.watch(python(SYSCALL + "call(272, 0x04000000)"), options=[*IN_CONTAINER, "--user", "65534:65534"])
        self.assert_alert(result, "Change namespace privileges via unshare", evt__type="unshare")

    def test_userfaultfd_by_a_user(self):
        result = self.watch(python(SYSCALL + "call(323, 0)"), options=["--user", "65534:65534"])
        self.assert_alert(result, "Unprivileged Delegation of Page Faults Handling to a Userspace Process", evt__type="userfaultfd")

    def test_miner(self):
        result = self.watch([self.named("xmrig"), "-o", "stratum+tcp://pool.test:3333"])
        self.assert_alert(result, "Detect crypto miners using the Stratum protocol", proc__name="xmrig")
        self.assert_alert(result, "Known Cryptominer Process Executed", proc__name="xmrig")

    def test_payload_decoded(self):
        self.assert_alert(self.watch(["base64", "-d", "/dev/null"]), "Decoding Payload in Container", proc__name="base64")

    def test_write_below_binary_directory(self):
        prefix = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /usr/sbin && exec "$@"', "sh"]
        result = self.watch(["sh", "-c", "echo x > /usr/sbin/y; mkdir /usr/sbin/z"], prefix=prefix)
        self.assert_alert(result, "Write below binary dir", fd__name="/usr/sbin/y")
        self.assert_alert(result, "Mkdir binary dirs", proc__name="mkdir")

    def test_server_with_a_shell(self):
        result = self.watch([self.named("nginx", "/bin/bash"), "-c", "sh -c true; true"])
        self.assert_alert(result, "Web Server Spawned Shell", proc__name="sh", proc__pname="nginx")

    def test_environment_misuse(self):
        result = self.watch(["true"], env={"GLIBC_TUNABLES": "glibc.malloc.mxfast=glibc.malloc.mxfast=A"})
        self.assert_alert(result, "Potential Local Privilege Escalation via Environment Variables Misuse", proc__name="true")


@needs_upstream
@needs_root
class Incubating(RuleCase):
    def test_shell_configuration(self):
        result = self.watch(python("import sys; open(sys.argv[1], 'w')") + [self.path(".bashrc")])
        self.assert_alert(result, "Modify Shell Configuration File", fd__name=self.path(".bashrc"))

    def test_cron(self):
        self.assert_alert(self.watch([self.named("crontab"), "x"]), "Schedule Cron Jobs", proc__cmdline="crontab x")

    def test_ssh_information(self):
        prefix = instead_of("/root", make="mkdir /root/.ssh && echo key > /root/.ssh/id_test")
        result = self.watch(["cat", "/root/.ssh/id_test"], prefix=prefix)
        self.assert_alert(result, "Read ssh information", fd__name="/root/.ssh/id_test", proc__name="cat")
        result = self.watch(["find", "/root/.ssh"], prefix=prefix)
        self.assert_alert(result, "Read ssh information", fd__name="/root/.ssh", proc__name="find")

    def test_program_of_a_database(self):
        result = self.watch(self.shell_named("mysqld", "ls /nowhere 2>/dev/null"))
        self.assert_alert(result, "DB program spawned process", proc__name="ls", proc__pname="mysqld")

    def test_namespace_entered(self):
        result = self.watch(python(SYSCALL + "call(308, open('/proc/self/ns/uts').fileno(), 0)"))
        self.assert_alert(result, "Change thread namespace", evt__type="setns")

    def test_the_first_process_of_a_container(self):
        prefix = harness.namespaces(network=False)
        script = ["sh", "-c", "ls / > /dev/null; ls / > /dev/null; true"]
        changes = self.changed("- macro: allowed_containers\n  condition: (container.image.repository = other.test/app)\n"
                               "- rule: Container Run as Root User\n  enabled: true\n  override:\n    enabled: replace\n")
        result = self.watch(script, prefix=prefix, options=PRIVILEGED, more=changes)
        for rule in ("Launch Privileged Container", "Launch Excessively Capable Container", "Launch Sensitive Mount Container", "Launch Disallowed Container",
                     "Container Run as Root User"):
            self.assert_alert(result, rule, proc__name="sh")
            self.assertEqual(len(result.of(rule)), 1, "the first process is one")
        result = self.watch(script, prefix=prefix, more=changes)
        self.assertEqual(result.of("Launch Privileged Container"), [])
        # Somebody else is the first process there.
        self.assertEqual(self.watch(script, options=PRIVILEGED, more=changes).of("Launch Privileged Container"), [])

    def test_network_activity(self):
        prefix = harness.namespaces(addresses=("203.0.113.7/24",))
        result = self.watch([self.as_python("cat"), "-c", connect_to("203.0.113.7", 443)], prefix=prefix)
        self.assert_alert(result, "System procs network activity", proc__name="cat", fd__rport=443)
        udp = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('203.0.113.7', 9999))"
        self.assert_alert(self.watch(python(udp), prefix=prefix), "Unexpected UDP Traffic", fd__rport=9999, fd__l4proto="udp")
        changes = self.changed("- list: namespace_scope_network_only_subnet\n  items: [prod]\n")
        result = self.watch(python(connect_to("203.0.113.7", 443)), prefix=prefix, more=changes, env={"KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAMESPACE": "prod"})
        self.assert_alert(result, "Network Connection outside Local Subnet", evt__type="connect", k8s__ns__name="prod")

    def test_proxy_in_the_environment(self):
        result = self.watch([self.named("curl")], env={"HTTP_PROXY": "http://proxy.test"})
        self.assert_alert(result, "Program run with disallowed http proxy env", proc__name="curl")

    def test_tools_on_a_host(self):
        result = self.watch([self.named("useradd"), "x"], options=ON_HOST)
        self.assert_alert(result, "User mgmt binaries", proc__cmdline="useradd x")
        self.assert_alert(self.watch([self.named("nmap")], options=ON_HOST), "Launch Suspicious Network Tool on Host", proc__name="nmap")

    def test_files_below_dev(self):
        result = self.watch(python("open('/dev/strange', 'w')"), prefix=instead_of("/dev"))
        self.assert_alert(result, "Create files below dev", fd__name="/dev/strange")

    def test_copies_over_the_network(self):
        self.assert_alert(self.watch([self.named("rsync")]), "Launch Remote File Copy Tools in Container", proc__name="rsync")
        rule = "Launch Ingress Remote File Copy Tools in Container"
        self.assert_alert(self.watch([self.named("wget")]), rule, proc__name="wget")
        self.assert_alert(self.watch([self.named("curl"), "-o", "x", "http://x.test"]), rule, proc__name="curl")
        self.assertEqual(self.watch([self.named("curl"), "http://x.test"]).of(rule), [])

    def test_mount_in_a_privileged_container(self):
        result = self.watch([self.named("mount"), "a", "b"], options=PRIVILEGED)
        self.assert_alert(result, "Mount Launched in Privileged Container", proc__cmdline="mount a b")
        self.assertEqual(self.watch([self.named("mount"), "-l"], options=PRIVILEGED).of("Mount Launched in Privileged Container"), [])

    def test_files_copied_out_by_the_control_plane(self):
        pathlib.Path(self.path("artifact")).write_text("x", encoding="utf-8")
        prefix = ["setsid", "--wait"]
        result = self.watch([self.named("tar", "/bin/cat"), self.path("artifact")], prefix=prefix, stdin="")
        self.assert_alert(result, "Exfiltrating Artifacts via Kubernetes Control Plane", fd__name=self.path("artifact"), proc__name="tar")

    def test_backdoored_library(self):
        library = self.path("liblzma.so.5.6.1")
        pathlib.Path(library).write_text("x", encoding="utf-8")
        result = self.watch([self.named("sshd", "/bin/cat"), library])
        self.assert_alert(result, "Backdoored library loaded into SSHD (CVE-2024-3094)", fd__name=library)

    def test_bpf_program(self):
        self.assert_alert(self.watch(python(SYSCALL + "call(321, 5, 0, 0)")), "BPF Program Not Profiled", evt__type="bpf")


@needs_upstream
@needs_root
class Sandbox(RuleCase):
    def test_connections_that_come_in(self):
        rule = "Unexpected inbound connection source"
        accept = connect_to("203.0.113.7", 8080) + "listener.accept()"
        result = self.watch(python(accept), prefix=harness.namespaces(addresses=("203.0.113.7/24",)), more=self.enabled(rule))
        self.assert_alert(result, rule, evt__type="accept4", fd__type="ipv4")

    def test_interpreters_on_the_network(self):
        prefix = harness.namespaces(addresses=("203.0.113.7/24",))
        code = connect_to("203.0.113.7", 30500) + "listener.accept()"
        interpreter = self.as_python("python3")
        for rule, kind in (("Interpreted procs inbound network activity", "accept4"), ("Interpreted procs outbound network activity", "connect")):
            self.assert_alert(self.watch([interpreter, "-c", code], prefix=prefix, more=self.enabled(rule)), rule, evt__type=kind, proc__name="python3")
        rule = "Unexpected K8s NodePort Connection"
        self.assert_alert(self.watch(python(code), prefix=prefix, more=self.enabled(rule)), rule, fd__rport=30500)

    def test_miner_pool(self):
        rule = "Detect outbound connections to common miner pool ports"
        result = self.watch(python(connect_to("203.0.113.7", 3333)), prefix=with_hosts(self, "203.0.113.7 ca.minexmr.com"), more=self.enabled(rule))
        self.assert_alert(result, rule, fd__rip="203.0.113.7", fd__rport=3333)

    def test_shell_configuration_read(self):
        rule, name = "Read Shell Configuration File", self.path(".bashrc")
        pathlib.Path(name).write_text("x", encoding="utf-8")
        self.assert_alert(self.watch(["cat", name], more=self.enabled(rule)), rule, fd__name=name)

    def test_writes_below_directories_of_the_system(self):
        write = "import sys; open(sys.argv[1], 'w')"
        for rule, folder, name in (("Update Package Repository", "/etc/apt", "sources.list"), ("Write below etc", "/etc/apt", "x.conf"),
                                   ("Write below monitored dir", "/usr/local/bin", "x"), ("Write below root", "/root", "x")):
            result = self.watch(python(write) + [f"{folder}/{name}"], prefix=instead_of(folder))
            self.assert_alert(result, rule, fd__name=f"{folder}/{name}")
        result = self.watch(python(write) + ["/var/lib/rpm/x"], prefix=instead_of("/var/lib", make="mkdir /var/lib/rpm"))
        self.assert_alert(result, "Write below rpm database", fd__name="/var/lib/rpm/x")

    def test_binary_directories(self):
        result = self.watch(["mv", "/usr/sbin/a", "/usr/sbin/b"], prefix=instead_of("/usr/sbin", make="touch /usr/sbin/a"))
        self.assert_alert(result, "Modify binary dirs", proc__name="mv")

    def test_hidden_files(self):
        rule = "Create Hidden Files or Directories"
        for command in (python("import sys; open(sys.argv[1], 'w')") + [self.path(".a")], ["mkdir", self.path(".b")], ["mv", self.path(".b"), self.path(".c")]):
            self.assertEqual(len(self.watch(command, more=self.enabled(rule)).of(rule)), 1, command)

    def test_kubernetes_client(self):
        self.assert_alert(self.watch([self.named("kubectl")]), "Kubernetes Client Tool Launched in Container", proc__name="kubectl")

    def test_drift(self):
        rule, tool = "Container Drift Detected (chmod)", self.path("tool")
        pathlib.Path(tool).write_text("x", encoding="utf-8")
        self.assert_alert(self.watch(["chmod", "+x", tool], more=self.enabled(rule)), rule, proc__name="chmod")
        rule = "Container Drift Detected (open+create)"
        create = "import os, sys; os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, int(sys.argv[2], 8))"
        self.assert_alert(self.watch(python(create) + [self.path("new"), "755"], more=self.enabled(rule)), rule, evt__type="openat", evt__arg__name=self.path("new"))
        self.assertEqual(self.watch(python(create) + [self.path("plain"), "644"], more=self.enabled(rule)).of(rule), [])

    def test_known_escalations(self):
        result = self.watch([self.named("sudoedit"), "-s", "x\\ y"])
        self.assert_alert(result, "Sudo Potential Privilege Escalation", proc__name="sudoedit")
        rule = "Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)"
        self.assert_alert(self.watch([self.named("pkexec")]), rule, proc__name="pkexec")
        self.assertEqual(self.watch([self.named("pkexec"), "x"]).of(rule), [])

    def test_a_class_downloaded(self):
        rule = "Java Process Class File Download"
        code = connect_to("203.0.113.7", 8080).replace("\nsocket.create_connection", "\nclient = socket.create_connection") + \
            "server = listener.accept()[0]\nserver.send(bytes.fromhex(client and '00cafebabe00'))\nclient.recv(100)"
        result = self.watch([self.as_python("java"), "-c", code], prefix=harness.namespaces(addresses=("203.0.113.7/24",)), more=self.enabled(rule))
        self.assert_alert(result, rule, evt__type="recvfrom")

    def test_entrypoint_changed(self):
        rule = "Modify Container Entrypoint"
        code = "import sys; first = open(sys.argv[1], 'w'); open(f'/proc/self/fd/{first.fileno()}', 'w')"
        self.assert_alert(self.watch(python(code) + [self.path("x")], more=self.enabled(rule)), rule, evt__type="openat")

    def test_a_look_around_from_a_terminal(self):
        code = "import os, pty\npid, fd = pty.fork()\nif pid == 0: os.execvp('whoami', ['whoami'])\nos.read(fd, 100); os.waitpid(pid, 0)"
        self.assert_alert(self.watch(python(code)), "Basic Interactive Reconnaissance", proc__name="whoami")
        self.assertEqual(self.watch(["setsid", "--wait", "whoami"], stdin="").of("Basic Interactive Reconnaissance"), [])

    def test_netcat_on_a_host(self):
        rule = "Netcat/Socat Remote Code Execution on Host"
        for command in (["nc", "-e", "/bin/sh"], ["ncat", "--sh-exec", "x"], ["socat", "x", "EXEC:sh"]):
            self.assert_alert(self.watch([self.named(command[0]), *command[1:]], options=ON_HOST), rule, proc__cmdline=" ".join(command))

    def test_network_tool_of_an_installation(self):
        tool = self.named("nc")
        result = self.watch(self.shell_named("npm", f"bash -c '{tool} x; true'"))
        self.assert_alert(result, "Network Tool Executed During NPM Package Install", proc__name="nc")

    def test_children_of_a_web_server(self):
        self.assert_alert(self.watch(self.shell_named("nginx", "whoami > /dev/null")), "Web Server Spawned Suspicious Child Process", proc__name="whoami",
                          proc__pname="nginx")
        result = self.watch(self.shell_named("nginx", "sh -c ': /dev/tcp/192.0.2.1/4444'"))
        self.assert_alert(result, "Reverse Shell from Web Server", proc__name="sh")

    def test_devices_and_paths_of_the_host(self):
        result = self.watch(["cat", "/dev/sda"], prefix=instead_of("/dev", make="echo x > /dev/sda"))
        self.assert_alert(result, "Privileged Container Device Access", fd__name="/dev/sda")
        made = not os.path.exists("/host")
        if made:
            os.mkdir("/host")
            self.addCleanup(os.rmdir, "/host")
        result = self.watch(["cat", "/host/secret"], prefix=instead_of("/host", make="echo x > /host/secret"))
        self.assert_alert(result, "Container Access to Host Sensitive Paths", fd__name="/host/secret")



if __name__ == "__main__":
    unittest.main()
