#!/usr/bin/env python3
"""stress-ng with --verify, one stressor after the other, natively and under bewit: whatever fails under bewit must fail natively, too.

  stress.py [--seconds N] [--classes A,B] [--way WAY] [--only STRESSOR,...]

As an unprivileged user, with bounded memory, in a network namespace of its own: some stressors do their worst."""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

from transparency import EVERYTHING, WAYS, harness

CLASSES = "cpu,io,memory,network,os,pipe,scheduler,vm,interrupt"
# Of stress-ng(1), "EXIT STATUS".
MEANING = {0: "ok", 1: "error", 2: "failed", 3: "no resource", 4: "not implemented", 5: "killed", 6: "exited", 7: "no metrics", 124: "hangs"}
# Not for a machine that others use as well, or ends nowhere.
LEFT_OUT = {"bad-ioctl", "dev", "smi", "reboot"}
# Those that cannot do under bewit what they do (docs/transparency.md), and why.
EXPECTED = {"vm-segv": "it traces its own child, and waits for it without end where it may not"}
TRIES = 3


def stressors(classes):
    found = {}
    for name in classes:
        text = subprocess.run(["stress-ng", "--class", name + "?"], capture_output=True, text=True, check=False)
        for word in re.sub(r"^.*stressors:", "", text.stdout + text.stderr, flags=re.DOTALL).split():
            found.setdefault(word, name)
    return {name: of for name, of in sorted(found.items()) if name not in LEFT_OUT}


def prefix(as_root, directory):
    """Some stressors fill whatever file system they find."""
    setup = f'ip link set lo up 2>/dev/null; mount -t tmpfs -o size=600m,mode=777 stress {directory} && cd {directory} && exec "$@"'
    isolated = ["unshare", "--net", "--ipc", "--mount", "sh", "-c", setup, "sh"] if as_root else []
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all"] if as_root else []
    return [*isolated, *nobody, "prlimit", "--as=1500000000", "--core=0", "--fsize=500000000", "--nproc=2000"]


def once(command, stressor, seconds, directory):
    words = [*prefix(os.geteuid() == 0, directory), *command, "stress-ng", f"--{stressor}", "1", "--timeout", f"{seconds}s", "--verify", "--temp-path", directory, "--vm-bytes", "32M",
             "--no-rand-seed"]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="backslashreplace",
                               cwd=directory, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=seconds + 60)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output, _ = process.communicate()
        status = 124
    return MEANING.get(status, f"status {status}"), "\n".join(line for line in output.splitlines() if "fail:" in line or "error:" in line)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=1)
    arguments.add_argument("--classes", default=CLASSES)
    arguments.add_argument("--way", default="auto", choices=WAYS)
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    if shutil.which("stress-ng") is None:
        print("stress: stress-ng is not installed")
        return 1
    directory = tempfile.mkdtemp(prefix="bewit-stress-")
    os.chmod(directory, 0o777)
    everything = directory + ".yaml"
    with open(everything, "w", encoding="utf-8") as file:
        file.write(EVERYTHING)
    wrapper = [harness.BEWIT, "run", "-q", "--alerts", "/dev/null", *(everything if word == "EVERYTHING" else word for word in WAYS[options.way]), "--"]
    counted, differences = collections.Counter(), []
    for stressor, of in stressors(options.classes.split(",")).items():
        if options.only and stressor not in options.only.split(","):
            continue
        for _ in range(1 if stressor in EXPECTED else TRIES):
            native, watched = once([], stressor, options.seconds, directory), once(wrapper, stressor, options.seconds, directory)
            if native[0] == watched[0]:
                break
        same = native[0] == watched[0]
        counted[native[0] if same else "different as expected" if stressor in EXPECTED else "different"] += 1
        if not same and stressor not in EXPECTED:
            differences.append(stressor)
            print(f"{stressor} ({of}): natively {native[0]}, under bewit {watched[0]}\n{watched[1]}", flush=True)
    shutil.rmtree(directory, ignore_errors=True)
    os.remove(everything)
    print(f"stress: {sum(counted.values())} stressors, " + ", ".join(f"{number} {what}" for what, number in sorted(counted.items())))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
