# SPDX-License-Identifier: Apache-2.0
"""Where what was raised becomes what the user reads, and the exit code.

With ``--format json`` an error is also one JSON object on stdout, so that a pipeline always has
something to parse: ``{"schema": "mvpsdk.error/1", "kind": …, "exit-code": …, "errors": [{"message",
"place", "hint", "rule"}]}``; with ``--format jsonl`` the same on one line.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from types import FrameType
from typing import Any, TextIO

from mvpsdk.errors import Fault, MvpError, Place
from mvpsdk_cli import render

SCHEMA = "mvpsdk.error/1"
KINDS = {
    1: "check-failed",
    2: "input",
    3: "missing",
    4: "timeout",
    5: "refused",
    70: "internal",
    130: "interrupted",
    143: "terminated",
}
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
BROKEN_PIPE = 141  # as a program killed by SIGPIPE: whoever read our output has had enough


class Terminated(BaseException):
    """SIGTERM, raised where the program stood, so that every `finally` still runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What goes to the user: the exit code, the faults, and a usage line after a wrong call."""

    exit_code: int
    faults: tuple[Fault, ...]
    usage: str = ""


def guard(action: Callable[[], int], arguments: list[str]) -> int:
    """Runs the action; returns the exit code, with everything told that is to be told."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal can't show is no error
    old = signal.signal(signal.SIGTERM, _on_terminate)
    try:
        return _guarded(action, arguments)
    finally:
        signal.signal(signal.SIGTERM, old)


def _guarded(action: Callable[[], int], arguments: list[str]) -> int:
    try:
        code = action()
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
        return BROKEN_PIPE
    except (Exception, KeyboardInterrupt, Terminated) as error:  # noqa: BLE001 - the boundary
        if os.environ.get("MVPSDK_DEBUG") == "1":
            _traceback(error)
        return _told(failure(error), arguments)
    return code


def _told(what: Failure, arguments: list[str]) -> int:
    """Tells a failure; returns its exit code, which says what was wrong whoever could be told.

    A stream may take no more (a full disk, a reader that left): the other one is still tried.
    """
    for tell in (lambda: _write_json(what, arguments), sys.stdout.flush, lambda: _tell(what)):
        try:
            tell()
        except OSError:
            _discard(sys.stdout)
    return what.exit_code


def _on_terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def failure(error: BaseException) -> Failure:
    """What to tell about anything raised."""
    if isinstance(error, MvpError):
        return Failure(exit_code=error.exit_code, faults=error.faults)
    if isinstance(error, Terminated):
        return _simple(143, "terminated")
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return _simple(130, "interrupted")
    if isinstance(error, OSError) and error.filename is not None:
        return _file_failure(error)
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return _output_failure(error)
    return _usage(error) or _bug(error)


def _simple(code: int, message: str) -> Failure:
    return Failure(exit_code=code, faults=(Fault(message=message),))


def _file_failure(error: OSError) -> Failure:
    reason = (error.strerror or type(error).__name__).lower()
    place = Place(file=os.fsdecode(error.filename))
    hint = "check the path, and who may read and write there"
    return Failure(exit_code=2, faults=(Fault(message=reason, place=place, hint=hint),))


def _output_failure(error: OSError) -> Failure:
    """Only the standard streams fail without a name: whatever else writes is `store.output`."""
    reason = (error.strerror or type(error).__name__).lower()
    hint = "make room where stdout goes, or send it somewhere else"
    return Failure(exit_code=3, faults=(Fault(message=f"can't write: {reason}", hint=hint),))


def _usage(error: BaseException) -> Failure | None:
    """A wrong call, as typer saw it; None if the error is none of typer's."""
    import typer

    if not isinstance(error, typer.TyperException):
        return None
    context = getattr(error, "ctx", None)
    name = context.command_path if context else "mvpsdk"
    usage = context.get_usage().removeprefix("Usage: ") if context else ""
    fault = Fault(
        message=error.format_message().replace("Value error, ", ""),
        hint=f"{name} --help shows how it is called",
    )
    return Failure(exit_code=2, faults=(fault,), usage=usage)


def _bug(error: BaseException) -> Failure:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    fault = Fault(
        message=f"internal error: {text}{_spot(error)}",
        hint=f"this is our own bug, not your mistake; please report it {_tracker()}, "
        "with what MVPSDK_DEBUG=1 prints for the same command",
    )
    return Failure(exit_code=70, faults=(fault,))


def _spot(error: BaseException) -> str:
    """Where it was raised, as ` (in file.py:12)`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    name = os.path.basename(trace.tb_frame.f_code.co_filename)  # noqa: PTH119 - a text, not a file
    return f" (in {name}:{trace.tb_lineno})"


def _tracker() -> str:
    """Where bugs are reported, from the installed package's own metadata."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("mvpsdk").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    trackers = [url.partition(",")[2].strip() for url in urls if url.startswith("Issues")]
    return f"at {trackers[0]}" if trackers else "to the maintainers of mvpsdk"


def _tell(told: Failure) -> None:
    for fault in told.faults:
        render.failure(fault.message, fault.rule)
        if fault.place:
            render.detail(f"at:   {_place(fault.place)}")
        if fault.hint:
            render.detail(f"next: {_indented(fault.hint)}")
    if told.usage:
        render.detail(f"usage: {told.usage}")


def _indented(hint: str) -> str:
    """A hint of several lines stays in its column."""
    return hint.replace("\n", "\n        ")


def _place(place: Place) -> str:
    text = str(place)
    if "://" in place.file:
        return text
    return render.path(place.file) + text.removeprefix(place.file)


def _write_json(told: Failure, arguments: list[str]) -> None:
    wanted = _format_of(arguments)
    if wanted not in {"json", "jsonl"}:
        return

    document = json_document(told)
    indent = 2 if wanted == "json" else None
    sys.stdout.write(render.encoded(document, indent) + "\n")
    sys.stdout.flush()


def json_document(told: Failure) -> dict[str, Any]:
    """A failure as a JSON document, `mvpsdk.error/1`."""
    return {
        "schema": SCHEMA,
        "kind": KINDS.get(told.exit_code, "error"),
        "exit-code": told.exit_code,
        "errors": [
            {
                "message": fault.message,
                "place": str(fault.place) if fault.place else None,
                "hint": fault.hint or None,
                "rule": fault.rule or None,
            }
            for fault in told.faults
        ],
    }


def _format_of(arguments: list[str]) -> str:
    """The value of `--format`, read without typer: the call itself may be what is wrong."""
    value = "text"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--format":
            value = following
        elif word.startswith("--format="):
            value = word.partition("=")[2]
    return value


def _traceback(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error, file=sys.stderr)


def _open_streams() -> None:
    """A stream that the caller closed (`>&-`) is as good as /dev/null."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _discard(stream: TextIO) -> None:
    """Points a stream at nothing, so that the interpreter's own flush at exit is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
