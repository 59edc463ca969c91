# SPDX-License-Identifier: Apache-2.0
"""Starting a bundle on the virtual handset."""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.run import choosing, command, mending, via
from mvpsdk.run.model import BOARD, HYPERVISOR, Bootable, Machine, Options
from mvpsdk.run.parts import check_parts
from mvpsdk.run.qemu import Qemu
from mvpsdk.run.session import Session
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from mvpsdk.bundle import Contents, Manifest
    from mvpsdk.bundle.manifest import Virtual

__all__ = ["boot", "start"]

_NEEDED = ("hypervisor", "pack")
_OPTIONS = frozenset(
    ("acpi", "gic-version", "highmem", "iommu", "its", "mte", "ras", "secure", "virtualization")
)
"""Of QEMU's machines, that a bundle may set: none of them names a file."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_SERIAL = 16
_AUDIO = (8, 2)
"""From this version on QEMU wants to be told what becomes of a machine's sound, if it has any."""


def start(path: Path | str, options: Options | None = None) -> Session:
    """Start the machine that a bundle was made for, with that very bundle in it.

    Raises BundleError if the file is no bundle that can run here, InputError for a persona, a
    partition or a way that there isn't, MissingToolError without QEMU, ToolFailedError if QEMU ends
    at once.
    """
    from mvpsdk import bundle  # reading a bundle takes the core; the machine alone does not

    options = options or Options()
    way = via.find(options.via)
    opened = bundle.open(Path(path))
    contents = opened.started() if way.PARTS else _flashed(opened)
    manifest = _manifest(contents)
    machine = _machine(manifest, contents)
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="mvpsdk-run-"))
        parts = bundle.extract(contents, way.PARTS, Path(name)) if way.PARTS else ()
        files = dict(zip(way.PARTS, parts, strict=True))
        bootable = Bootable(
            machine=machine,
            hypervisor=files.get("hypervisor"),
            pack=files.get("pack"),
            flashed=contents.path,
            rollback_index=manifest.rollback_index,
            facts=contents.pack,
            folder=Path(name),
            personas=manifest.personas,
            partitions=_partitions(contents),
            tree=_tree(manifest, contents, Path(name)),
        )
        session = boot(bootable, options)
        session.keep(stack.pop_all())
    return session


def boot(bootable: Bootable, options: Options | None = None) -> Session:
    """Start a machine with these files in it; it runs from the session's first event on.

    Raises as `start` does.
    """
    options = options or Options()
    _check(bootable, options)
    check_parts(bootable, options)
    machine = command.machine_arguments(
        bootable.machine, shift=options.shift if options.deterministic else None
    )
    way = via.find(options.via)
    clock = bootable.machine.clock if options.deterministic else None
    program = choosing.choose(bootable.machine, options.qemu)
    silent = ["-audio", "none"] if choosing.version(program) >= _AUDIO else []
    mended = mending.arguments(bootable.machine)
    built = [program, *machine, *silent, *mended]
    qemu = Qemu([*built, *way.arguments(bootable, options, built)])
    try:
        mending.mend(qemu, bootable.machine)
    except BaseException:
        qemu.close()
        raise
    return Session(qemu, options, clock)


def _flashed(opened: Contents) -> Contents:
    """A bundle that tells what this is for. Which one starts is the boot loader's to decide."""
    if not opened.boot:
        return opened
    if opened.boot.sparse:
        raise BundleError(
            "this sparse image can't be a machine's disk",
            place=Place(file=str(opened.path)),
            hint="make it whole: simg2img FILE phone.img; or boot its active slot: --via direct",
        )
    held = (slot.contents for slot in opened.boot.slots)
    return next((contents for contents in held if contents), opened)


def _manifest(contents: Contents) -> Manifest:
    if contents.manifest and {part.name for part in contents.parts}.issuperset(_NEEDED):
        return contents.manifest
    raise BundleError(
        f"this file ({contents.kind}) can't be run: it lacks hypervisor, pack or manifest",
        place=Place(file=str(contents.path)),
        hint="make a bundle: mvpsdk bundle HANDSET -o FILE --unsigned",
    )


def _machine(manifest: Manifest, contents: Contents) -> Machine:
    virtual = manifest.virtual
    if virtual is None:
        raise BundleError(
            f'QEMU does not know the board "{manifest.board}"',
            place=Place(file=str(contents.path)),
            hint="if it does, say how in the board's [virtual] table, and bundle again",
        )
    _check_machine(virtual, contents)
    return Machine(
        machine=virtual.machine,
        cpu=virtual.cpu,
        memory=virtual.memory,
        cpus=virtual.cpus,
        clock=None if virtual.clock is None else Pa(virtual.clock),
        serial=virtual.serial,
        qemu=choosing.least(virtual.qemu, _ram(contents)),
        parking=mending.parking(contents.pack, virtual.cpus) if contents.pack else None,
    )


def _check_machine(virtual: Virtual, contents: Contents) -> None:
    """Raise BundleError for what makes QEMU do something else than build a machine.

    The bundle may be anybody's, and some options of a machine name files of this host to be written
    or read.
    """
    kind, *options = virtual.machine.split(",")
    strange = [each for each in options if each.partition("=")[0] not in _OPTIONS]
    strange += [each for each in (kind, virtual.cpu) if not _WORD.fullmatch(each)]
    if strange or virtual.serial > _MOST_SERIAL:
        said = f"{virtual.machine} {virtual.cpu}, console {virtual.serial}"
        raise BundleError(
            f"the bundle wants a machine that nobody builds unasked: {said}"[:200],
            place=Place(file=str(contents.path)),
            hint=f"of a machine's options these are passed on: {', '.join(sorted(_OPTIONS))}",
        )


def _ram(contents: Contents) -> int:
    """Where RAM begins."""
    from mvpsdk.core.facade import MemoryKind  # whoever reads a bundle has it already

    rows = contents.pack.memory if contents.pack else ()
    return min((row.base for row in rows if row.kind is MemoryKind.RAM), default=0)


def _tree(manifest: Manifest, contents: Contents, folder: Path) -> Path | None:
    """Make a device tree if QEMU doesn't."""
    if not (manifest.virtual and manifest.virtual.tree == "minimal" and contents.pack):
        return None
    from mvpsdk.run import minimal

    path = folder / "board.dtb"
    path.write_bytes(minimal.tree(contents.pack))
    return path


def _partitions(contents: Contents) -> tuple[str, ...]:
    return tuple(entry.name for entry in contents.pack.partitions) if contents.pack else ()


def _check(bootable: Bootable, options: Options) -> None:
    if options.persona not in (None, *bootable.personas):
        there = ", ".join(bootable.personas) or "none"
        message = f'the bundle has no persona "{options.persona}"'
        raise InputError(message, hint=f"it has: {there}")
    known = {*bootable.partitions, HYPERVISOR, BOARD}
    for expectation in options.expect:
        if bootable.partitions and expectation.partition not in known:
            message = f'no partition is called "{expectation.partition}"'
            raise InputError(message, hint=f"there are: {', '.join(sorted(known))}")
