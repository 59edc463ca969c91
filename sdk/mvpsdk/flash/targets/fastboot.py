# SPDX-License-Identifier: Apache-2.0
"""`fastboot:` (USB) and `fastboot:tcp:HOST[:PORT]`: a phone in its boot loader.

A boot loader keeps its own record of slots, so the order of writes is its own as well: the bundle
goes into the slot that is not active, and only then that is made active. If the boot loader knows
`MVP-compatible`, `MVP-rollback-index` and `MVP-sha256:PARTITION:SIZE` (docs/how-to/flash.md), the
checks before and after are as good as on a medium that is at hand.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOT_NAMES
from mvpsdk.device import Partition
from mvpsdk.errors import InputError, Place, RefusedError
from mvpsdk.flash.checks import check_slot, passed, refused
from mvpsdk.flash.copying import CHUNK, FileSource, hold_back
from mvpsdk.flash.fastboot_client import Client
from mvpsdk.flash.inputs import Kind
from mvpsdk.flash.model import Event, PartPlan, Plan, Result, Step
from mvpsdk.flash.preflight import Known, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Check, Options, Tell
    from mvpsdk.flash.targets import Access

__all__ = ["open_target"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Device:
    """What the boot loader says."""

    known: Known
    active: str  # "a" or "b"
    room: int | None  # bytes that it takes at once


class FastbootTarget:
    """A device in its boot loader."""

    def __init__(self, address: str, client: Client) -> None:
        """Take how it is reached."""
        self._name, self.client = f"fastboot:{address}", client

    @property
    def name(self) -> str:
        """What people call it."""
        return self._name

    def plan(self, what: Input, options: Options, tell: Tell) -> Plan:
        """Ask the boot loader, hold the bundle against it, and say what would be done.

        Raises InputError for what fastboot can't flash, RefusedError for a device without slots;
        else as the client does.
        """
        _check_kind(what)
        device = self._ask()
        slot = _slot(device.active, options.slot)
        digest = _digest(what, tell)
        if options.slot == "inactive" and self._there(f"boot_{device.active}", what) == digest:
            slot = device.active
        partition = f"boot_{slot}"
        size = self.client.number(f"partition-size:{partition}")
        room = () if size is None else (Partition(name=partition, size=size),)
        verdict = judge(what.path, device.known, room, options, tell, size=what.size)
        what.hold_still()
        there = self._there(partition, what)
        missing = None if there is None else 0 if there == digest else what.size
        same = missing == 0 and options.slot == "inactive"
        checks = (*self._slot_checks(device.active, slot, size, same=same), *verdict.checks)
        part = PartPlan(name=partition, size=what.size, missing=missing, sha256=digest.hex())

        def work(tell: Tell) -> Result:
            return self._work(what, part, slot, device, tell)

        return Plan(
            target=self.name,
            kind=what.kind.value,
            slot=slot,
            checks=checks,
            parts=(part,),
            work=work,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """There is nothing to be closed: each step is a run of the client."""

    def _ask(self) -> _Device:
        active = (self.client.variable("current-slot") or "").removeprefix("_")
        if active not in SLOT_NAMES:
            hint = "mvpsdk flashes devices with the slots a and b"
            raise RefusedError(f'the device says its current slot is "{active}"', hint=hint)
        known = Known(
            name=self.name,
            board=self.client.variable("product") or "",
            compatible=self.client.variable("MVP-compatible") or "",
            rollback_index=self.client.number("MVP-rollback-index") or 0,
            says="its boot loader",
        )
        return _Device(known=known, active=active, room=self.client.number("max-download-size"))

    def _slot_checks(
        self, active: str, slot: str, size: int | None, *, same: bool
    ) -> Iterator[Check]:
        name, what = "slot", "the slot to be written against the one that is active"
        good = {each: self.client.variable(f"slot-successful:{each}") for each in SLOT_NAMES}
        if slot == active and same:
            found = f"{slot}, which is active, has it already"
            yield passed(name, what, found)
        elif slot == active:
            other = SLOT_NAMES[1 - SLOT_NAMES.index(slot)]
            found = f"slot {slot} was asked for, and slot {slot} is active"
            yield refused(name, what, found, f"write the other one: --slot {other}")
        elif good[slot] == "yes" and good[active] == "no":
            found = f"slot {slot} is the only one that is known to start; slot {active} is not yet"
            yield refused(name, what, found, f"start slot {active} first: fastboot reboot")
        else:
            found = f"{slot} is written, {active} is active"
            yield passed(name, what, found)
        if size is None:
            found = f"the device tells no size of boot_{slot}"
            hint = f"does it have that partition? fastboot getvar partition-size:boot_{slot}"
            yield refused("partition", "where the bundle goes", found, hint)

    def _there(self, partition: str, what: Input) -> bytes | None:
        """The SHA-256 of what the partition begins with; None: the device doesn't know."""
        text = self.client.variable(f"MVP-sha256:{partition}:{what.size:x}")
        try:
            return None if text is None else b64decode(text, validate=True)
        except ValueError:
            hint = "it should be 32 bytes in base64: see docs/how-to/flash.md"
            message = f'the device says the SHA-256 of {partition} is "{text}"'
            raise RefusedError(message, hint=hint) from None

    def _work(self, what: Input, part: PartPlan, slot: str, device: _Device, tell: Tell) -> Result:
        if part.missing == 0 and slot == device.active:
            return Result(changed=False, read_back=True)
        if part.missing != 0:
            self.client.flash(part.name, what.path, device.room)
            tell(Event(step=Step.WRITE, part=part.name, amount=what.size, total=what.size))
        there = self._there(part.name, what)
        if there is not None:
            hold_back(part.name, there.hex(), part.sha256)
            tell(Event(step=Step.READ_BACK, part=part.name, amount=what.size, total=what.size))
        self.client.set_active(slot)
        tell(Event(step=Step.MARK_GOOD, part=f"slot {slot}"))
        return Result(changed=True, read_back=there is not None)


def open_target(address: str, access: Access) -> FastbootTarget:
    """Make ready to reach a device. Raises InputError for an address that is none."""
    kind, _, rest = address.partition(":")
    if address and (kind not in ("tcp", "udp") or not rest):
        hint = "write fastboot: for USB, or fastboot:tcp:HOST[:PORT]"
        raise InputError(f'fastboot reaches nothing called "{address}"', hint=hint)
    if address and access.serial:
        hint = "leave --serial out: the address says which device it is"
        raise InputError("--serial is for devices on USB", hint=hint)
    client = Client(where=address or access.serial, timeout=access.timeout)
    return FastbootTarget(address, client)


def _check_kind(what: Input) -> None:
    place = Place(file=str(what.path))
    if what.kind is Kind.DISK:
        hint = "flash the bundle that the image was made of"
        raise InputError("fastboot writes partitions, no whole media", place=place, hint=hint)
    if what.kind is Kind.PART:
        raise InputError(
            "by fastboot a part can't go into a slot: nothing there can be read, so the rest of the"
            " slot can't be made the same",
            place=place,
            hint="flash a medium that is at hand, or the whole bundle with that persona in it",
        )


def _slot(active: str, wanted: str) -> str:
    check_slot(wanted)
    return SLOT_NAMES[1 - SLOT_NAMES.index(active)] if wanted == "inactive" else wanted


def _digest(what: Input, tell: Tell) -> bytes:
    source, digest = FileSource.of(what.path), sha256()
    for offset in range(0, what.size, CHUNK):
        piece = source.read(offset, min(CHUNK, what.size - offset))
        digest.update(piece)
        part = what.path.name
        tell(Event(step=Step.COMPARE, part=part, amount=len(piece), total=what.size))
    return digest.digest()
