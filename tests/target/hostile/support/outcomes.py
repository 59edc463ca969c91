# SPDX-License-Identifier: Apache-2.0
"""What must come of each attack of the hostile persona, seen by itself and by the log.

Syndromes are those of ESR_EL1 (Arm DDI 0487, D19.2.37). Where QEMU 7.2 models less than the
architecture has, it is said: caches (so that maintenance by address never faults), HCR_EL2.TIDCP
(so that a Cortex-A53's own registers can be read) and the check of SP's alignment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import registers
from attacker import PLACES
from mvpsdk.core.facade import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["EXPECTED", "LEVELS", "Outcome", "accesses", "counted"]

STAGE2, SYNDROME, TRAP = Reason.RUN_STAGE2_FAULT, Reason.RUN_NO_SYNDROME, Reason.RUN_TRAP
DONE = 0x5600_600D  # the persona's own SVC at the end of the attack: nothing stopped it
UNDEFINED = 0x0200_0000
ABORT, WRITE = 0x9200_0010, 0x40  # external abort from EL0; one EC more from EL1
FETCH = 0x8200_0010
ILLEGAL = 0x3A00_0000  # PSTATE.IL: illegal execution state
SVC, MSR_TRAP = 0x15, 0x18  # exception classes: its own call, a register that EL1 keeps from EL0
NOT_SUPPORTED, INVALID, DENIED, ALREADY_ON = (2**64 - n for n in (1, 2, 3, 4))
LEVELS = {1: 4, 0: 8}  # exception level -> vector, of synchronous exceptions of AArch64
PSTATE = {1: 0x3C5, 0: 0x3C0}  # of the attack: EL1h, EL0t, all masked
A32_VECTOR, A32_PSTATE = 12, 0x1D0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a line says, as far as it is looked at; and the reasons in the log before it."""

    fields: Mapping[str, int | frozenset[str]]
    reasons: Mapping[int, int] = field(default_factory=dict)


def _one(reason: int | None) -> dict[int, int]:
    return {} if reason is None else {reason: 1}


def _stopped(
    level: int, esr: int, *, far: int | None = None, reason: int | None = None, pc: int = 0
) -> Outcome:
    fields = {"vector": LEVELS[level], "esr": esr, "pc": pc, "spsr": PSTATE[level]}
    return Outcome(fields=fields if far is None else {**fields, "far": far}, reasons=_one(reason))


def _done(level: int, pc: int = 4, **fields: int) -> Outcome:
    state = {"vector": LEVELS[level], "esr": DONE, "pc": pc, "spsr": PSTATE[level]}
    return Outcome(fields={**state, **fields})


READS = ("read8", "read16", "read32", "read64", "signed8", "acquire")
WRITES = ("write8", "write16", "write32", "write64", "release")
READS_UNDESCRIBED = (
    *("load_pair", "load_exclusive", "store_exclusive", "load_pre", "load_post", "load_vector"),
)
"""The exclusive store's own load is the first to fail."""
WRITES_UNDESCRIBED = ("store_pair", "store_pre", "store_post", "store_vector")
ATOMICS = ("swap", "add", "compare")  # a Cortex-A53 has none of ARMv8.1
MAINTENANCE = ("clean", "invalidate", "fetch_line")
EL0_MAINTENANCE = {
    "zero": 0x6212_DC08,
    "clean": 0x6212_DC1C,
    "fetch_line": 0x6212_DC0A,
    "invalidate": UNDEFINED,
}
"""Trapped to the guest's own EL1, by its own SCTLR_EL1.DZE and UCI."""


def _data(level: int, write: int, far: int, reason: int) -> Outcome:
    return _stopped(level, (ABORT | write) + (level << 26), far=far, reason=reason)


def accesses(level: int, address: int, *, device: bool) -> Iterator[tuple[str, Outcome]]:
    """Each form: a device is emulated where the syndrome describes the access."""
    for form in READS:
        yield form, _done(level, 8) if device else _data(level, 0, address, STAGE2)
    for form in WRITES:
        yield form, _done(level, 8) if device else _data(level, WRITE, address, STAGE2)
    for form in READS_UNDESCRIBED:
        yield form, _data(level, 0, address, SYNDROME)
    for form in WRITES_UNDESCRIBED:
        yield form, _data(level, WRITE, address, SYNDROME)
    for form in ATOMICS:
        yield form, _stopped(level, UNDEFINED)
    yield "fetch", _stopped(level, FETCH + (level << 26), far=address, reason=STAGE2)
    if level:
        yield "zero", _data(level, WRITE, address, SYNDROME)
        yield from ((form, _done(level, 8)) for form in MAINTENANCE)
    else:
        yield from ((form, _stopped(level, esr)) for form, esr in EL0_MAINTENANCE.items())


DEVICES = {"gicd": 0x0800_0180, "gicr": 0x080B_0180, "uart": 0x0900_0018, "rtc": 0x0901_0000}
NAMES = {
    "hypervisor": "HYPERVISOR",
    "firmware": "FIRMWARE",
    "pack": "PACK",
    "own-physical": "OWN",
    "gic-other": "GIC_OTHER",
    "bus": "BUS",
    "hole": "HOLE",
    "above": "ABOVE",
}


FLAGS = 0x90  # of the PL011: nothing to read, nothing left to send


def _flags() -> Iterator[tuple[str, Outcome]]:
    """What is read of a device is what its register holds, as wide as it was asked for."""
    for level in LEVELS:
        for form in READS:
            value = FLAGS | ~0xFF & (1 << 64) - 1 if form == "signed8" else FLAGS
            yield f"uart.{form}.{level}", _done(level, 8, x1=value)


def _memory() -> Iterator[tuple[str, Outcome]]:
    places = [(name, PLACES[place], False) for name, place in NAMES.items()]
    devices = [(name, address, True) for name, address in DEVICES.items()]
    for name, address, device in (*places, *devices):
        for level in LEVELS:
            for form, outcome in accesses(level, address, device=device):
                yield f"{name}.{form}.{level}", outcome


UPPER = 0xFFFF_FFFF_0000_0000


def _walks() -> Iterator[tuple[str, Outcome]]:
    """The hypervisor tells of a walk as of the access that needed it; FAR is the access's own."""
    for place in ("hypervisor", "hole", "gicd", "uart"):
        yield f"walk-{place}.read32.1", _data(1, 0, UPPER, SYNDROME)
        yield f"walk-{place}.write32.1", _data(1, WRITE, UPPER, SYNDROME)
        yield f"walk-{place}.fetch.1", _stopped(1, FETCH + (1 << 26), far=UPPER, reason=STAGE2)


def counted(name: str, **fields: int) -> Iterator[tuple[str, Outcome]]:
    """A row of numbers."""
    yield name, Outcome(fields={key.replace("_", "-"): value for key, value in fields.items()})


PSCI = {
    "on-self": ALREADY_ON,
    "on-unknown": INVALID,
    "on-upper-affinity": INVALID,
    "on-32-upper-bits": ALREADY_ON,
    "on-all-ones": INVALID,
    "on-hypervisor": INVALID,
    "on-odd-address": ALREADY_ON,
    "info-level-9": INVALID,
    "info-unknown": INVALID,
    "info-reserved-bits": INVALID,
    "features-of-none": NOT_SUPPORTED,
    "features-64-of-32": 0,
    "suspend-system": NOT_SUPPORTED,
    "memory-protect": NOT_SUPPORTED,
    "reset-2": NOT_SUPPORTED,
    "migrate": NOT_SUPPORTED,
    "freeze": NOT_SUPPORTED,
    "64-bit-version": NOT_SUPPORTED,
    "64-bit-off": NOT_SUPPORTED,
    "yielding": NOT_SUPPORTED,
    "state-of-firmware": DENIED,
    "set-the-clock": DENIED,
    "write-from-hypervisor": INVALID,
    "write-past-ram": INVALID,
    "write-wraps": INVALID,
    "write-huge": INVALID,
    "write-upper-size": INVALID,
    "write-nothing": 0,
}


def _calls() -> Iterator[tuple[str, Outcome]]:
    for conduit in ("hvc", "smc"):
        yield from counted(f"calls.{conduit}.1", wrong_result=0, wrong_register=0)
    for name, x0 in PSCI.items():
        yield from counted(f"psci.{name}.1", x0=x0)


def _devices() -> Iterator[tuple[str, Outcome]]:
    for name in ("gicd", "gicr", "gicr-sgi", "pl011", "pl031"):
        yield from counted(f"fuzz.{name}.1", accesses=4096, failed=0)
    yield from counted("gic.typer.1", before=0x248_0002, after=0x248_0002)
    for name in ("sgi", "virtual-timer", "virtual-timer-asleep", "physical-timer", "uart", "all"):
        yield from counted(f"storm.{name}.1", many=1)
    for conduit in ("hvc", "smc"):
        none = dict.fromkeys(("wrong_result", "wrong_register", "early", "others"), 0)
        yield from counted(f"suspend.{conduit}.1", **none)


def _exceptions() -> Iterator[tuple[str, Outcome]]:
    undefined = ("halt", "undefined", "debug_exit", "sve", "matrix", "mte", "pauth")
    for level in LEVELS:
        for name in undefined:
            yield f"exceptions.{name}.{level}", _stopped(level, UNDEFINED)
        yield f"exceptions.break.{level}", _stopped(level, 0xF200_0001)
        yield f"exceptions.call.{level}", _stopped(level, 0x5600_0002, pc=4)
        yield f"exceptions.none.{level}", _done(level, 8)
        yield f"exceptions.sleep_event.{level}", _done(level, 12)
        yield f"exceptions.pc_off.{level}", _stopped(level, 0x8A00_0000)
    yield "exceptions.hvc.0", _stopped(0, UNDEFINED)
    yield "exceptions.smc.0", _stopped(0, UNDEFINED)
    yield from _old_programs()
    for mode in ("el2h", "el2t", "el3h", "a32-hyp", "a32-svc", "illegal"):
        fields = {"vector": LEVELS[1], "esr": ILLEGAL}
        yield f"exceptions.return-{mode}.1", Outcome(fields=fields)
    for name, spsr in (("breakpoint", 0x3C5), ("step", 0x1C5), ("step-ss", 0x1C5)):
        yield f"debug.{name}.1", _done(1, 8, spsr=spsr)
    yield from counted("debug.registers.1", mdscr=0, bcr=0, bvr=0)


def _old_programs() -> Iterator[tuple[str, Outcome]]:
    """AArch32 at EL0: its exceptions have vectors of their own."""
    place = PLACES["HYPERVISOR"]
    entry = {"vector": A32_VECTOR, "spsr": A32_PSTATE}
    called = {**entry, "esr": 0x4600_0000, "pc": 4}
    yield "exceptions.a32_call.0", Outcome(fields=called)
    for name, esr in (("read", ABORT), ("fetch", FETCH)):
        fields = {**entry, "esr": esr, "far": place, "pc": 0}
        yield f"exceptions.a32_{name}.0", Outcome(fields=fields, reasons=_one(STAGE2))


def _rest() -> Iterator[tuple[str, Outcome]]:
    flood = {"hypervisor": PLACES["HYPERVISOR"] | 0xA00, "own": 0x4000_0A00, "gicd": 0x800_0A00}
    yield from counted("instructions.flood.1", **flood, scratch=0)
    yield from counted("fp.theft.1", first=0, wrong=0)
    yield from counted("console.forged.1", done=1)
    yield from _registers()


REFUSED = (
    *("hcr_el2", "sctlr_el2", "vttbr_el2", "vbar_el2", "elr_el2", "cntvoff_el2"),
    *("ich_hcr_el2", "sctlr_el12", "scr_el3", "vbar_el3", "implementation"),
)
ZERO = ("mdscr_el1", "dbgbvr0_el1", "dbgbcr0_el1", "dbgwvr0_el1", "actlr_el1")
NAMED: Mapping[str, Mapping[str, int]] = {
    **{name: {"read": 0, "written": 0} for name in REFUSED},
    **{name: {"read": SVC, "value": 0, "written": SVC, "then": 0} for name in ZERO},
    "oslar_el1": {"read": 0, "written": SVC},
    "icc_sre_el1": {"read": SVC, "value": 7, "written": SVC, "then": 7},
    "cntp_ctl_el0": {"read": SVC, "value": 0, "written": SVC, "then": 7},
    **{
        name: {"read": SVC, "value": value, "written": 0}
        for name, value in (
            ("midr_el1", 0x410F_D034),
            ("mpidr_el1", 0x8000_0000),
            ("id_aa64pfr0_el1", 0x0100_0012),  # EL1 without AArch32, GIC registers, no EL2, EL3
            ("id_aa64pfr1_el1", 0),
            ("id_aa64zfr0_el1", 0),
            ("id_aa64dfr0_el1", 0x10_1006),  # two breakpoints, two watchpoints, no PMU
            ("id_aa64isar1_el1", 0),
            ("id_aa64mmfr0_el1", 0x122),
        )
    },
}
"""At EL1: the class of exception of reading and of writing all ones, and what could be read."""
PMU = ("pmcr_el0", "pmccntr_el0", "pmevtyper0_el0")
OWN_TRAP = ("cntp_ctl_el0", *PMU)  # of EL0, to the guest's own EL1


def _named() -> Iterator[tuple[str, Outcome]]:
    for name, fields in NAMED.items():
        yield f"named.{name}.1", Outcome(fields=fields)
    for name in PMU:
        yield f"named.{name}.1", Outcome(fields={"read": 0, "written": 0}, reasons={TRAP: 2})
    for name in (*NAMED, *PMU):
        ec = MSR_TRAP if name in OWN_TRAP else 0
        yield f"named.{name}.0", Outcome(fields={"read": ec, "written": ec})
    yield from counted("kept.registers.1", general=0, system=0)
    yield from counted("starts.scrubbed.1", left=0)


def _registers() -> Iterator[tuple[str, Outcome]]:
    """Sweeps over all encodings: which can be read or executed, and which the log tells of."""
    for sweep, reachable in registers.REACHABLE.items():
        yield f"registers.{sweep}", Outcome(fields={"list": reachable})
    for sweep, refused in registers.REFUSED.items():
        fields: dict[str, int | frozenset[str]] = {"other": 0}
        reasons: dict[int, int] = {}
        if refused:
            fields["refused"] = refused
            reasons[TRAP] = len(refused)
        yield f"registers.{sweep}", Outcome(fields=fields, reasons=reasons)


EXPECTED: Mapping[str, Outcome] = dict(
    [*_memory(), *_flags(), *_walks(), *_named(), *_calls(), *_devices(), *_exceptions(), *_rest()]
)
"""By the attack's name: GROUP.ATTACK.EXCEPTION-LEVEL."""
