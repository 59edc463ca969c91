# SPDX-License-Identifier: Apache-2.0
"""What the rules of the guest ABI share: which hypervisor an image meets, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.abi import (
    compare_enum,
    compare_struct,
    misfits,
    offered,
    own_enums,
    own_structs,
    version_of,
)
from mvpsdk.abi.features import CHOICES, present, wanted
from mvpsdk.core.facade import CONSTANTS
from mvpsdk.lint.model import NotApplicable, NotChecked

if TYPE_CHECKING:
    from mvpsdk.abi import Change, Misfit
    from mvpsdk.core.facade import Note
    from mvpsdk.image.code import Call
    from mvpsdk.image.layouts import Enum, Layouts, Struct
    from mvpsdk.image.model import AbiNote
    from mvpsdk.lint.subject import ImageSubject

__all__ = [
    "UNKNOWN",
    "breaks_of",
    "calls_of",
    "debug_information",
    "guest_note",
    "is_firmware",
    "is_ours",
    "is_program",
    "layouts_of",
    "misfits_of",
    "offer",
]

_PROGRAMS = {"kernel", "realtime", "rom", ""}
UNKNOWN = "00" * 32
"""The digest of a note that says nothing of layouts."""
_GICV3 = 3
_SERVICE, _SUB_RANGE = 0xFFFF_0000, 0xFF00  # of a function id (Arm DEN0028, section 2.5)
_FAST_64, _FAST_32 = 0xC600_0000, 0x8600_0000


def is_program(subject: ImageSubject) -> bool:
    """Tell an image that runs from one that is data."""
    return subject.part in _PROGRAMS


def guest_note(subject: ImageSubject) -> AbiNote | None:
    """Return what an image says that it needs; None: it says nothing."""
    note = subject.facts.note
    return note if note and note.role == CONSTANTS["NOTE_ROLE_GUEST"] else None


def offer(subject: ImageSubject) -> Note | None:
    """Return what the hypervisor will offer: the one that this handset builds for this board.

    For an image alone, one with all that there is. None: not all of the board is known.
    """
    bench = subject.bench
    if bench.handset is None:
        return offered(_GICV3, present(CHOICES, _GICV3))
    if bench.board is None:
        return None
    gic = bench.board.interrupt_controller.version
    return offered(gic, present(wanted(bench.handset, bench.board), gic))


def misfits_of(subject: ImageSubject) -> tuple[Misfit, ...] | NotApplicable | NotChecked:
    """Return what an image's note asks for and its hypervisor has not, or why that is not known."""
    note, hypervisor = guest_note(subject), offer(subject)
    if note is None:
        return NotApplicable(reason="it carries no ABI note")
    if hypervisor is None:
        return NotChecked(reason="not all of the board is known")
    return tuple(misfits(note, hypervisor))


def debug_information(subject: ImageSubject) -> Layouts | None:
    """Return what the image's own debug information says, or that of the ELF file beside it."""
    beside = subject.other("symbols")
    return subject.facts.layouts or (beside.layouts if beside else None)


def layouts_of(
    subject: ImageSubject,
) -> tuple[tuple[Struct, ...], tuple[Enum, ...]] | NotApplicable | NotChecked:
    """Return an image's shared structs and enums, or why they are not known.

    Debug information says how they were compiled; without it, the digest in the note says of which
    version they are.
    """
    found, note = debug_information(subject), guest_note(subject)
    if found and found.damage:
        reason = f"{subject.owner}: its debug information can't be read: {found.damage}"
        return NotChecked(reason=reason, failed=True)
    if found and (found.structs or found.enums):
        return found.structs, found.enums
    if note is None or note.layouts == UNKNOWN:
        return NotApplicable(reason="nothing says that it uses a shared struct")
    known = version_of(note.layouts)
    if known is None:
        return NotChecked(
            reason=f"{subject.owner}: its layouts {note.layouts[:16]} are those of no released ABI,"
            " and it has no debug information"
        )
    return known.structs, known.enums


def breaks_of(subject: ImageSubject) -> tuple[Change, ...] | NotApplicable | NotChecked:
    """Return what of an image's layouts is not as the hypervisor has it, or why nobody knows."""
    if not is_program(subject):
        return NotApplicable(reason="it holds no program")
    layouts = layouts_of(subject)
    return layouts if isinstance(layouts, NotApplicable | NotChecked) else _broken(*layouts)


def _broken(structs: tuple[Struct, ...], enums: tuple[Enum, ...]) -> tuple[Change, ...]:
    """Return the changes that break; each thing once."""
    found: list[Change] = []
    for struct in structs:
        own = [each for each in own_structs() if each.name == struct.name]
        found += (change for each in own for change in compare_struct(struct, each))
    for enum in enums:
        same = [each for each in own_enums() if each.name == enum.name]
        found += (change for each in same for change in compare_enum(enum, each))
    return tuple(dict.fromkeys(change for change in found if change.kind == "broke"))


def is_firmware(subject: ImageSubject) -> bool:
    """Tell the phone maker's own firmware from operating systems, which find out where they run."""
    return subject.part == "realtime"


def calls_of(subject: ImageSubject) -> tuple[Call, ...] | NotApplicable:
    """Return the HVC and SMC instructions whose function is known, or why there are none."""
    code = subject.facts.code
    if code is None:
        return NotApplicable(reason="it holds no instructions for AArch64")
    known = tuple(call for call in code.calls if call.function is not None)
    if not known:
        return NotApplicable(reason="no call in it has a function id that can be told")
    return known


def is_ours(function: int) -> bool:
    """Tell ids of the vendor-specific hypervisor service that are for this one.

    Those at 0xc60000xx and 0x860000xx are another hypervisor's own.
    """
    return function & _SERVICE in (_FAST_64, _FAST_32) and function & _SUB_RANGE != 0
