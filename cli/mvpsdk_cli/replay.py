# SPDX-License-Identifier: Apache-2.0
"""Answers a check that was made before of the very same files, without making it again.

A command whose file says ``REPLAY = True`` is a pure function of what it reads. While it runs,
Python's own audit events (PEP 578) tell every file that it opens, every folder that it lists and
every program that it starts: no list of inputs has to be kept anywhere. What it said is kept in the
cache with the state of all of them (inode, size, times), of its own modules, of the folders on PATH
and of every folder that it took a file from, so that a file that is new counts too. The same call
on the same day, in the same folder and environment, is answered from there as long as nothing of
all that has changed.

Nothing is kept of a run that failed, that wrote outside the cache, that used the network, that
compiled, or that met a file which had changed within the last two seconds: its time may not tell
the next change. ``--profile release`` always makes every check.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from mvpsdk.store import Cache

__all__ = ["COMMAND", "answer"]

COMMAND = "\nREPLAY = True\n"
"""What stands in the file of a command that is a pure function of what it reads."""

COMPILED = f"{os.sep}__pycache__"  # what Python makes of sources, which count themselves
VOLATILE = ("_", "OLDPWD", "SHLVL")  # variables by which a shell tells its own state
_ASKS = (
    "--version",
    "version",
    "-print-prog-name=",
)  # what a program may be asked without doing anything
_NETWORK = ("socket.connect", "socket.getaddrinfo")
_FOLDERS = ("os.scandir", "os.listdir")


def answer(words: list[str], make: Callable[[], int]) -> int:
    """Answer from the cache if nothing has changed; else make the check, and keep what it says."""
    from mvpsdk.store import Cache

    cache = Cache.default()
    key = _key(words)
    kept = _recall(cache, key)
    if kept is not None:
        code, out, err = kept
        sys.stdout.write(out)
        sys.stderr.write(err)
        return code
    begin = time.time_ns()
    with _heard() as said, _watched(_Watch(str(cache.root))) as watch:
        code = make()
    if code in (0, 1):
        _keep(cache, key, watch.inputs(begin), (code, *said))
    return code


# ---- what was said ----


class _Tee:
    """A stream that remembers what goes through it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.said: list[str] = []

    def write(self, text: str) -> int:
        """Pass a text on."""
        self.said.append(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Yield a list that holds, in the end, what went to stdout and to stderr."""
    streams, said = (sys.stdout, sys.stderr), [""]
    tees = [_Tee(stream) for stream in streams]
    said.clear()
    sys.stdout, sys.stderr = tees
    try:
        yield said
    finally:
        sys.stdout, sys.stderr = streams
        said.extend("".join(tee.said) for tee in tees)


# ---- what was read ----


class _Watch:
    """What a run reads, each with its state at that moment."""

    def __init__(self, cache: str) -> None:
        self._cache = os.path.join(os.path.realpath(cache), "")  # noqa: PTH118 - a text
        self._seen: dict[str, str] = {}
        self.impure = False

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in an audit event."""
        if event == "open" and isinstance(arguments[0], str | bytes):
            self._opened(os.fsdecode(arguments[0]), arguments[1], arguments[2])
        elif event in _FOLDERS and isinstance(arguments[0], str | bytes):
            self._listed(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100 - no symlinks
        elif event == "subprocess.Popen":
            self._started(arguments[0], arguments[1])
        elif event in _NETWORK:
            self.impure = True

    def _opened(self, name: str, mode: str | None, flags: int) -> None:
        path = os.path.abspath(name)  # noqa: PTH100 - no symlink is to be resolved
        if set(mode or "") & set("wxa+") or flags & (os.O_WRONLY | os.O_RDWR):
            ours = os.path.realpath(path).startswith((self._cache, "/dev/"))
            self.impure = self.impure or not ours
            return
        self._add(path)
        if not path.startswith(self._cache):
            self._add(os.path.dirname(path))  # noqa: PTH120 - a text

    def _listed(self, path: str) -> None:
        """A folder, and the folders in it: a file may be looked for there."""
        self._add(path)
        try:
            with os.scandir(path) as entries:
                inside = [entry.path for entry in entries if entry.is_dir()]
        except OSError:
            return
        for folder in inside:
            self._add(folder)

    def _started(self, program: object, words: Iterable[object]) -> None:
        asked = [str(word) for word in words][1:]
        pure = _reads_images(asked) or all(word.startswith(_ASKS) for word in asked)
        self.impure = self.impure or not pure
        self._add(os.fsdecode(str(program)))

    def _add(self, path: str) -> None:
        if path not in self._seen and COMPILED not in path:
            self._seen[path] = _state(path)

    def inputs(self, begin: int) -> list[str] | None:
        """Everything that the result depends on; None if that can't be told for sure."""
        if self.impure or any(_state(path) != state for path, state in self._seen.items()):
            return None
        modules = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        paths = {*self._seen, *filter(None, modules), *_places()}
        from mvpsdk.store import settled

        old = all(_changed(path) < begin - settled.SETTLED for path in paths)
        return sorted(paths) if old else None


def _reads_images(words: list[str]) -> bool:
    """Whether a program is our reader of images: we have hashed them all before we start it."""
    worker = sys.modules.get("mvpsdk.image.worker")
    return worker is not None and words == ["-P", str(worker.SCRIPT)]


def _places() -> list[str]:
    """Folders in which a file might appear that would have been taken."""
    return [os.getcwd(), *filter(None, os.environ.get("PATH", "").split(os.pathsep))]  # noqa: PTH109


def _state(path: str) -> str:
    """What changes whenever a file or a folder does; "" if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - hundreds of them
    except (OSError, ValueError):
        return ""
    times = f"{found.st_mtime_ns} {found.st_ctime_ns}"
    return f"{found.st_mode} {found.st_ino} {found.st_size} {times}"


def _changed(path: str) -> int:
    """When a file last changed, in nanoseconds since 1970."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return 0
    return max(found.st_mtime_ns, found.st_ctime_ns)


_listener: list[_Watch] = []
_noting = threading.local()  # files are read by several threads, and each is heard
_hooked: list[bool] = []


@contextmanager
def _watched(watch: _Watch) -> Iterator[_Watch]:
    """Let a watch hear the audit events of a block. A hook stays for good, so there is one only."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hear)
    _listener.append(watch)
    try:
        yield watch
    finally:
        _listener.clear()


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listener or getattr(_noting, "now", False):  # what we do ourselves is no event
        return
    _noting.now = True
    try:
        _listener[0].note(event, arguments)
    finally:
        _noting.now = False


# ---- what is kept ----


def _key(words: list[str]) -> str:
    """Name a call by all that it depends on but files."""
    import hashlib

    today = time.strftime("%Y-%m-%d", time.gmtime())
    shell = sorted(f"{k}={v}" for k, v in os.environ.items() if k not in VOLATILE)
    seen = (sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.isatty())
    whole = [words, os.getcwd(), shell, seen, today, sys.version, os.geteuid()]  # noqa: PTH109
    return hashlib.sha256(repr(whole).encode(errors="surrogateescape")).hexdigest()


def _digest(paths: Iterable[str]) -> str:
    """The state of all of these, in one number."""
    import hashlib

    text = "\n".join(f"{path}\0{_state(path)}" for path in paths)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _recall(cache: Cache, key: str) -> tuple[int, str, str] | None:
    """What was said of this call, if all that it depends on is as it was; else None."""
    import json

    try:
        kept = json.loads(cache.note("replies", key) or b"")
        paths, digest, code, out, err = (kept[name] for name in _FIELDS)
    except (ValueError, KeyError, TypeError):
        return None
    return (code, out, err) if _digest(paths) == digest else None


def _keep(cache: Cache, key: str, inputs: list[str] | None, said: tuple[Any, ...]) -> None:
    """Keep what was said; a cache that can't be written only costs time."""
    import json
    from contextlib import suppress

    from mvpsdk.errors import MvpError

    if inputs is None:
        return
    values = (inputs, _digest(inputs), *said)
    with suppress(MvpError):
        cache.jot("replies", key, json.dumps(dict(zip(_FIELDS, values, strict=True))).encode())


_FIELDS = ("inputs", "state", "code", "out", "err")
