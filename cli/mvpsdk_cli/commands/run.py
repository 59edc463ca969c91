# SPDX-License-Identifier: Apache-2.0
"""Boots a bundle on the virtual handset: the very file to flash.

The console is shown by partition. What is expected comes in order, each partition's for itself;
when all has come, the run ends with exit code 0. It ends with 1 when the time is over before, when
a rejected pattern shows, or when the machine goes off early. The hypervisor's own lines are those
of the partition mvp.

By `--via u-boot` it boots as a phone does: U-Boot, which holds the public keys, verifies the
configuration and starts it from a slot of a disk. A FIT is put into slot a of a new disk; a disk
image is used as it is, and written to. What is refused is said in lines of the partition board.

At a terminal, and with nothing expected, the keyboard is the handset's; Ctrl-A x leaves.

Examples:
    mvpsdk run phone.itb

    mvpsdk run phone.itb --persona work --expect 'work:Linux version' --reject 'stop reason'

    mvpsdk run phone.itb --via u-boot --key keys/acme.pub --expect 'mvp:partition runs'

    mvpsdk run phone.itb --part work=work.mvpart --persona work

    mvpsdk run phone.img --via u-boot --key keys/acme.pub --ephemeral --until-exit

    mvpsdk run phone.itb --expect 'realtime:missed=0' --format jsonl --junit boot.xml
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import completing, personas, render

if TYPE_CHECKING:
    from mvpsdk.run import Event, Exit, Options, Session
    from mvpsdk.sign import PublicKey

SECTION = "Run"
TIMEOUT = 120.0
DIRECT = "direct"
NO_KEY = "none"


class RunFormat(StrEnum):
    """How a run is told."""

    TEXT = "text"
    JSONL = "jsonl"


ViaOption = Annotated[
    str,
    typer.Option(
        "--via",
        help="direct: QEMU loads hypervisor and pack itself; u-boot: Debian's U-Boot verifies and"
        " boots the bundle from a disk.",
        autocompletion=completing.ways,
    ),
]
PartOption = Annotated[
    list[str] | None,
    typer.Option(
        "--part", metavar="PERSONA=FILE", help="A part that is updated apart; repeatable."
    ),
]
ExpectOption = Annotated[
    list[str] | None,
    typer.Option("--expect", metavar="PARTITION:REGEX", help="A line to come; repeatable."),
]
RejectOption = Annotated[
    list[str] | None,
    typer.Option("--reject", metavar="REGEX", help="What no line may show; repeatable."),
]
KeyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="PUB",
        help="A public key that U-Boot requires, repeatable: one must have signed; none: no key,"
        " so that U-Boot boots whatever is there.",
    ),
]
EphemeralOption = Annotated[
    bool,
    typer.Option(
        "--ephemeral", help="Leave a disk image as it is: what is written is thrown away."
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        show_default=f"{TIMEOUT:g}; none at the keyboard",
        help="Of this machine's time.",
    ),
]


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to boot.")],
    *,
    persona: Annotated[
        str | None, typer.Option("--persona", help="Boot this one; default: the boot menu decides.")
    ] = None,
    via: ViaOption = "direct",
    part: PartOption = None,
    key: KeyOption = None,
    ephemeral: EphemeralOption = False,
    expect: ExpectOption = None,
    reject: RejectOption = None,
    timeout: TimeoutOption = None,
    until_exit: Annotated[
        bool, typer.Option("--until-exit", help="Wait for the power-off, whatever has come.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report too.")
    ] = None,
    output_format: Annotated[
        RunFormat, typer.Option("--format", help="Text for people, or one JSON event a line.")
    ] = RunFormat.TEXT,
) -> int:
    from mvpsdk import run

    _check_report(junit, bundle)
    _check_way(via, key, ephemeral=ephemeral)
    checks = expect or reject or until_exit or junit or output_format is RunFormat.JSONL
    keyboard = not checks and render.interactive() and render.screen()
    options = run.Options(
        via=via,
        persona=persona,
        parts=tuple(map(personas.named_file, part or ())),
        keys=_keys(key),
        unsigned=key == [NO_KEY],
        ephemeral=ephemeral,
        expect=tuple(run.Expectation.parse(text) for text in expect or ()),
        reject=tuple(run.pattern(text) for text in reject or ()),
        timeout=timeout if timeout is not None or keyboard else TIMEOUT,
        until_exit=until_exit,
        deterministic=not keyboard,
    )
    with run.start(bundle, options) as session:
        events = _at_keyboard(session) if keyboard else _watch(session, output_format)
    end = _end(events)
    if junit:
        _write_junit(junit, bundle, options, events)
    if output_format is RunFormat.TEXT:
        _tell(end, options)
    return 0 if end.ok else 1


def _check_way(via: str, key: list[str] | None, *, ephemeral: bool) -> None:
    """What only means something behind a boot loader is not passed over in silence."""
    from mvpsdk.errors import InputError

    if via == DIRECT and (key or ephemeral):
        option = "--key" if key else "--ephemeral"
        raise InputError(
            f"{option} means nothing where QEMU loads the bundle itself, unverified, from no disk",
            hint="boot it as a phone does: --via u-boot",
        )
    if key and NO_KEY in key and len(key) > 1:
        raise InputError("--key none beside another key", hint="say one or the other")
    if key == [NO_KEY]:
        warning = "UNVERIFIED: U-Boot has no key, and boots whatever is there."
        render.note(render.style(warning, "yellow", on_stderr=True))


def _keys(key: list[str] | None) -> tuple[PublicKey, ...]:
    if not key or key == [NO_KEY]:
        return ()
    from mvpsdk import sign

    return sign.public_keys(key)


def _check_report(report: Path | None, bundle: Path) -> None:
    """Better told before the boot than after it."""
    from mvpsdk.errors import InputError, Place

    if report is None:
        return
    if report.resolve() == bundle.resolve():
        raise InputError(
            "the report would replace the bundle",
            place=Place(file=str(report)),
            hint="name another file",
        )
    if not report.resolve().parent.is_dir():
        raise InputError(
            "there is no such folder for the report",
            place=Place(file=str(report.parent)),
            hint="make it first",
        )


def _watch(session: Session, output_format: RunFormat) -> list[Event]:
    """Shows what happens; returns all but the lines, of which there may be many."""
    from mvpsdk.run import Line
    from mvpsdk_cli import handset

    show = handset.show_json if output_format is RunFormat.JSONL else handset.show_text
    kept: list[Event] = []
    for event in session:
        show(event)
        if not isinstance(event, Line):
            kept.append(event)
    return kept


def _at_keyboard(session: Session) -> list[Event]:
    from mvpsdk.run import Line
    from mvpsdk_cli import terminal

    render.note("the keyboard is the handset's; Ctrl-A x leaves")
    with terminal.attached(session):
        return [event for event in session if not isinstance(event, Line)]


def _end(events: list[Event]) -> Exit:
    from mvpsdk.run import Exit

    return next(event for event in events if isinstance(event, Exit))


def _tell(end: Exit, options: Options) -> None:
    from mvpsdk_cli import handset

    if end.ok:
        render.note(render.style(f"ok: {handset.summary(end, options)}", "green", on_stderr=True))
        return
    render.failure(handset.summary(end, options))
    for expectation in end.awaited:
        render.detail(f"awaited: {expectation}")


def _write_junit(path: Path, bundle: Path, options: Options, events: list[Event]) -> None:
    from mvpsdk import store
    from mvpsdk_cli import junit

    store.write_bytes(path, junit.report(bundle.name, options, events))
