"""An initramfs in memory: cpio's "newc" format (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst), gzip around it."""
from __future__ import annotations

import gzip
import pathlib
import stat

MAGIC = b"070701"


class Initramfs:
    def __init__(self) -> None:
        self._bytes = bytearray()
        self._inode = 0

    def directory(self, name: str) -> None:
        self._entry(name, stat.S_IFDIR | 0o755, b"")

    def link(self, name: str, target: str) -> None:
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def file(self, name: str, content: bytes, mode: int = 0o644) -> None:
        self._entry(name, stat.S_IFREG | mode, content)

    def copy(self, name: str, source: pathlib.Path, mode: int = 0o755) -> None:
        self.file(name, source.read_bytes(), mode)

    def pack(self) -> bytes:
        self._entry("TRAILER!!!", 0, b"")
        return gzip.compress(bytes(self._bytes), compresslevel=1)

    def _entry(self, name: str, mode: int, content: bytes) -> None:
        self._inode += 1
        word = name.encode() + b"\0"
        # inode, mode, uid, gid, links, time, size, device (2), device of a node (2), length of the name, checksum
        fields = [self._inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(word), 0]
        self._bytes += MAGIC + b"".join(b"%08X" % field for field in fields) + word
        self._align()
        self._bytes += content
        self._align()

    def _align(self) -> None:
        self._bytes += bytes(-len(self._bytes) % 4)
