"""Power cuts, from a recording of a real process's system calls.

``strace`` records what the writer asks of the kernel. From that record the files are
built as a disk may hold them when the power goes after any call: everything that was
synced is there; of what was not, an arbitrary part. It is what LazyFS does, without a
filesystem of its own: contents by fsync of the file, names by fsync of the folder.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_CALLS = "openat,lseek,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
_LINE = re.compile(r"(?P<call>\w+)\((?P<given>.*)\) += (?P<result>-?\d+)")
_FD = re.compile(r"^\d+<(?P<path>[^>]*)>")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def record(command: list[str], into: Path) -> list[str]:
    """Run a command to its end; one line a system call."""
    strace = shutil.which("strace")
    assert strace is not None
    subprocess.run(
        [strace, "-y", "-x", "-s", "10000000", "-e", f"trace={_CALLS}", "-o", into, *command],
        check=True,
        stdout=subprocess.PIPE,
        timeout=120,
    )
    return into.read_text(encoding="latin-1").splitlines()


@dataclass
class _File:
    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut there

    def sync(self) -> None:
        self.durable, self.pending = self.content([True] * len(self.pending)), []

    def content(self, reached: list[bool]) -> bytes:
        content = bytearray(self.durable)
        for (at, data), there in zip(self.pending, reached, strict=True):
            if not there:
                continue
            if data is None:
                del content[at:]
                continue
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + len(data)] = data
        return bytes(content)


class Disk:
    """What the files under a folder are, to the kernel and on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names = {
            str(path): _File(path.read_bytes()) for path in root.rglob("*") if path.is_file()
        }
        self.durable_names = dict(self.names)
        # A folder, and what one change of it makes of names; a rename is one change.
        self.pending_names: list[tuple[str, list[tuple[str, _File | None]]]] = []
        self.offsets: dict[str, int | None] = {}  # of open files, by descriptor; None: appends
        self.said = b""  # what the process printed

    def call(self, line: str) -> bool:
        """Do what one line says; False if it concerns nothing here."""
        found = _LINE.search(line)
        if found is None or int(found["result"]) < 0:
            return False
        call, given = found["call"], found["given"]
        texts = [_bytes(text) for text in _TEXT.findall(given)]
        opened = _FD.match(given)
        if call == "write" and given.startswith("1<"):
            self.said += texts[0]
            return True
        if call in ("openat", "unlink", "rename"):
            if call == "openat":
                self.offsets[found["result"]] = None if "O_APPEND" in given else 0
            return self._name(call, given, [text.decode() for text in texts])
        path = opened["path"] if opened else ""
        if not path.startswith(str(self.root)):
            return False
        if call in ("fsync", "fdatasync"):
            self._sync(path)
            return True
        file, descriptor = self.names.get(path), given.split("<")[0]
        if file is None:
            return False
        if call == "lseek":
            self.offsets[descriptor] = int(found["result"])
            return False
        numbers = [int(number) for number in re.findall(r", (\d+)(?=[,)]|$)", given)]
        if call == "pwrite64":
            file.pending.append((numbers[-1], texts[0]))
        elif call == "ftruncate":
            file.pending.append((numbers[-1], None))
        else:
            if (at := self.offsets[descriptor]) is None:
                at = len(file.content([True] * len(file.pending)))
            else:
                self.offsets[descriptor] = at + len(texts[0])
            file.pending.append((at, texts[0]))
        return True

    def _name(self, call: str, given: str, paths: list[str]) -> bool:
        if not paths or not paths[0].startswith(str(self.root)):
            return False
        if call == "openat":
            file = self.names.get(paths[0])
            if "O_TRUNC" in given and file is not None:
                file.pending.append((0, None))
            if file is None and "O_CREAT" in given:
                self._change(paths[0], [(paths[0], _File())])
        elif call == "unlink":
            self._change(paths[0], [(paths[0], None)])
        else:  # of a file, or of a folder with all that is in it
            source, target = paths
            moved = {
                name: file
                for name, file in self.names.items()
                if name == source or name.startswith(f"{source}/")
            }
            came = [(target + name[len(source) :], file) for name, file in moved.items()]
            self._change(target, [*came, *((name, None) for name in moved)])
        return True

    def _change(self, path: str, change: list[tuple[str, _File | None]]) -> None:
        self.pending_names.append((str(Path(path).parent), change))
        for name, file in change:
            _put(self.names, name, file)

    def _sync(self, path: str) -> None:
        if (file := self.names.get(path)) is not None:
            file.sync()
            return
        for folder, change in self.pending_names:
            for name, file in change if folder == path else ():
                _put(self.durable_names, name, file)
        self.pending_names = [each for each in self.pending_names if each[0] != path]

    def after_a_power_cut(self, into: Path, chance: random.Random | None) -> None:
        """Write what the disk may hold now; without ``chance`` only what was synced."""
        names = dict(self.durable_names)
        # A folder's changes are journalled in their order: a front part of them is there.
        front = chance.randint(0, len(self.pending_names)) if chance else 0
        for _, change in self.pending_names[:front]:
            for name, file in change:
                _put(names, name, file)
        self._write(into, names, lambda: chance is not None and chance.random() < 0.5)

    def after_a_kill(self, into: Path) -> None:
        """Write what the kernel holds: a process that dies takes nothing of it along."""
        self._write(into, self.names, lambda: True)

    def _write(self, into: Path, names: dict[str, _File], reached: Callable[[], bool]) -> None:
        for name, file in names.items():
            target = into / Path(name).relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content([reached() for _ in file.pending]))


def cuts(disk: Disk, lines: list[str]) -> Iterator[int]:
    """Do the calls one after another; stops after each that changes something here."""
    for number, line in enumerate(lines):
        if disk.call(line):
            yield number


def writer(home: Path, count: int) -> list[str]:
    """The command whose calls are recorded."""
    return [sys.executable, str(Path(__file__).with_name("writer.py")), str(home), str(count)]


def _put(names: dict[str, _File], path: str, file: _File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _bytes(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")
