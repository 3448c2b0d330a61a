#!/usr/bin/env python3
"""run_fuzzer.py FUZZER SEEDS...: runs a fuzzer for BEWIT_FUZZ_SECONDS (default 15) on the seeds in those folders.

What it finds stays in a file that it names; the seeds are not changed.
"""
import os
import subprocess
import sys
import tempfile

fuzzer, *seeds = sys.argv[1:]
seconds = os.environ.get("BEWIT_FUZZ_SECONDS", "15")
with tempfile.TemporaryDirectory() as corpus:
    done = subprocess.run([fuzzer, f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1",
                           corpus, *seeds], check=False)
sys.exit(done.returncode)
