#!/usr/bin/env python3
"""Python's own tests of what lies close to the kernel, as the distribution packages them, natively and under bewit: every test must have the same
outcome.

  python_suite.py [--way WAY] [MODULE...]"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

from transparency import EVERYTHING, WAYS, harness

PYTHON = "/usr/bin/python3"
MODULES = """test_eintr test_signal test_threadsignals test_subprocess test_os test_posix test_threading test_thread test_socket test_select test_selectors
 test_poll test_epoll test_pty test_openpty test_ioctl test_fcntl test_wait3 test_wait4 test_fork1 test_time test_mmap test_resource test_faulthandler
 test_asyncio test_multiprocessing_fork test_multiprocessing_spawn test_concurrent_futures test_largefile test_tempfile test_shutil test_pathlib test_posixpath
 test_popen test_pipes test_memoryview test_file test_io test_mailbox test_socketserver test_sqlite3 test_dbm test_zipfile test_tarfile""".split()
# Left out: sockets of virtual machines, which wait without end where there is no host for them.
# Tests that ask what bewit cannot hide, by module and name, with the reason.
EXPECTED = {}
TRIES = 3


def outcomes(command, module, limit=600):
    """What each test of the module came to; nothing where the module is not there."""
    with tempfile.TemporaryDirectory(prefix="bewit-python-") as directory:
        process = subprocess.Popen([*command, PYTHON, "-m", "test", "-v", "-u", "none", "-i", "*VSOCK*", "--tempdir", directory, module], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="backslashreplace", cwd=directory, start_new_session=True)
        try:
            text, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            text = process.communicate()[0] + "\nends ... HANGS\n"
    found = dict(re.findall(r"^(test\w+ \([\w.]+\)).*?\.\.\. (ok|FAIL|ERROR|skipped|expected failure)", text, re.MULTILINE | re.DOTALL))
    found["the module"] = "HANGS" if "ends ... HANGS" in text else f"exit status {process.returncode}"
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--way", default="auto", choices=WAYS)
    arguments.add_argument("modules", nargs="*", metavar="MODULE")
    options = arguments.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as everything:
        everything.write(EVERYTHING)
        everything.flush()
        wrapper = [harness.BEWIT, "run", "-q", "--alerts", "/dev/null", *(everything.name if word == "EVERYTHING" else word for word in WAYS[options.way]), "--"]
        tests = failed = 0
        for module in options.modules or MODULES:
            for _ in range(TRIES):
                native, watched = outcomes([], module), outcomes(wrapper, module)
                differences = {name for name in {*native, *watched} if native.get(name) != watched.get(name)} - EXPECTED.get(module, set())
                if not differences:
                    break
            tests += len(native) - 1
            failed += len(differences)
            for name in sorted(differences):
                print(f"{module}: {name}: natively {native.get(name)}, under bewit {watched.get(name)}", flush=True)
    print(f"python: {tests} tests, {failed} with another outcome under bewit")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
