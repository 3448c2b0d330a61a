#!/usr/bin/env python3
"""Runtimes of other languages, which have signals, threads and stacks of their own."""
import os
import pathlib
import shutil
import subprocess
import unittest

from transparency import MOST, TestCase

SOURCES = pathlib.Path(__file__).resolve().parent / "languages"


def needs(*programs):
    missing = [name for name in programs if shutil.which(name) is None]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not installed")


class Languages(TestCase):
    @needs("javac", "java")
    def test_java(self):
        subprocess.run(["javac", "-d", self.directory, str(SOURCES / "Say.java")], check=True)
        self.assert_same(["java", "-Xmx256m", "-cp", self.directory, "Say"], ways=MOST, expected_status=3)
        self.assert_same(["java", "-Xmx256m", "-Xint", "-cp", self.directory, "Say", "end by a signal"], ways=MOST, expected_status=143)

    @needs("go")
    def test_go(self):
        built = self.path("say")
        subprocess.run(["go", "build", "-o", built, str(SOURCES / "say.go")], check=True, env={**os.environ, "GOCACHE": self.path("cache"), "GOFLAGS": "-mod=mod"})
        self.assert_same([built], ways=MOST, expected_status=4)

    @needs("node")
    def test_node(self):
        self.assert_same(["node", str(SOURCES / "say.mjs")], ways=MOST, expected_status=5)


if __name__ == "__main__":
    unittest.main()
