# SPDX-License-Identifier: Apache-2.0
"""Exception syndromes (ESR_ELx) in words: Arm DDI 0487, D19.2, ESR_EL2."""

from __future__ import annotations

__all__ = ["exception_class", "syndrome"]

_CLASSES = {
    0x00: "unknown reason (an instruction that does not exist here)",
    0x01: "trapped WFI or WFE",
    0x03: "trapped MCR or MRC, coprocessor 15",
    0x04: "trapped MCRR or MRRC, coprocessor 15",
    0x05: "trapped MCR or MRC, coprocessor 14",
    0x06: "trapped LDC or STC",
    0x07: "trapped FP, SIMD or SVE",
    0x0A: "trapped LD64B or ST64B",
    0x0C: "trapped MRRC, coprocessor 14",
    0x0D: "branch target exception",
    0x0E: "illegal execution state",
    0x11: "SVC from AArch32",
    0x12: "HVC from AArch32",
    0x13: "SMC from AArch32",
    0x15: "SVC",
    0x16: "HVC",
    0x17: "SMC",
    0x18: "trapped system register or instruction",
    0x19: "trapped SVE",
    0x1A: "trapped ERET",
    0x1C: "pointer authentication failure",
    0x20: "instruction abort from a lower exception level",
    0x21: "instruction abort from the same exception level",
    0x22: "misaligned PC",
    0x24: "data abort from a lower exception level",
    0x25: "data abort from the same exception level",
    0x26: "misaligned SP",
    0x28: "trapped floating-point exception, AArch32",
    0x2C: "trapped floating-point exception",
    0x2F: "SError",
    0x30: "breakpoint from a lower exception level",
    0x31: "breakpoint from the same exception level",
    0x32: "software step from a lower exception level",
    0x33: "software step from the same exception level",
    0x34: "watchpoint from a lower exception level",
    0x35: "watchpoint from the same exception level",
    0x38: "BKPT from AArch32",
    0x3A: "vector catch from AArch32",
    0x3C: "BRK",
}
_INSTRUCTION_ABORTS, _DATA_ABORTS = {0x20, 0x21}, {0x24, 0x25}
_CALLS = {0x11, 0x12, 0x13, 0x15, 0x16, 0x17, 0x3C}  # an immediate in ISS 15:0
_ASYNCHRONOUS = 0b010001  # the fault status code of an SError that is described
_SYSTEM, _SERROR, _WAIT = 0x18, 0x2F, 0x01

_LEVELLED = {  # fault status code 5:2; the level of the table is in 1:0
    0b0000: "address size fault",
    0b0001: "translation fault",
    0b0010: "access flag fault",
    0b0011: "permission fault",
    0b0101: "external abort on a table walk",
    0b0111: "parity or ECC error on a table walk",
}
_FAULTS = {
    0b010000: "external abort",
    0b010001: "tag check fault",
    0b010011: "external abort on a table walk, level -1",
    0b011000: "parity or ECC error",
    0b011011: "parity or ECC error on a table walk, level -1",
    0b100001: "alignment fault",
    0b101001: "address size fault, level -1",
    0b101011: "translation fault, level -1",
    0b110000: "TLB conflict",
    0b110001: "unsupported atomic hardware update",
    0b110100: "lockdown fault",
    0b110101: "unsupported exclusive or atomic access",
}
_SERRORS = {
    0: "uncontainable",
    1: "unrecoverable",
    2: "restartable",
    3: "recoverable",
    6: "corrected",
}


def exception_class(esr: int) -> int:
    """Return the exception class, ESR_ELx.EC."""
    return esr >> 26 & 63


def syndrome(esr: int, level: str = "") -> str:
    """Put a syndrome into words.

    level: the exception level that took it, such as "EL2", where that is known; "the same exception
    level" is then called by it.
    """
    found = exception_class(esr)
    head = _CLASSES.get(found, f"exception class {found:#x}, which Arm has not assigned")
    if level:
        head = head.replace("the same exception level", level)
    return ", ".join([head, *_fields(found, esr)])


def _fields(found: int, esr: int) -> list[str]:
    if found in _INSTRUCTION_ABORTS:
        return [*_fault(esr), *_walk(esr)]
    if found in _DATA_ABORTS:
        return [*_fault(esr), "write" if esr >> 6 & 1 else "read", *_walk(esr), *_access(esr)]
    if found in _CALLS:
        return [f"immediate {esr & 0xFFFF:#x}"]
    if found == _SYSTEM:
        return [_register(esr)]
    if found == _SERROR:
        return [_serror(esr)]
    return [("WFI", "WFE", "WFIT", "WFET")[esr & 3]] if found == _WAIT else []


def _fault(esr: int) -> list[str]:
    code = esr & 63
    if code in _FAULTS:
        return [_FAULTS[code]]
    if code >> 2 in _LEVELLED:
        return [f"{_LEVELLED[code >> 2]}, level {code & 3}"]
    return [f"fault status {code:#x}, which Arm has not assigned"]


def _walk(esr: int) -> list[str]:
    """Bits 7 (S1PTW) and 10 (FnV), which instruction and data aborts share."""
    said = ["on a stage-2 lookup of a stage-1 table"] if esr >> 7 & 1 else []
    return [*said, "FAR is not valid"] if esr >> 10 & 1 else said


def _access(esr: int) -> list[str]:
    """Bits 24 (ISV), 23:22 (SAS), 20:16 (SRT), 8 (CM)."""
    if esr >> 8 & 1:
        return ["by a cache or address translation instruction"]
    if not esr >> 24 & 1:
        return []
    return [f"{8 << (esr >> 22 & 3)} bits, register {_general(esr >> 16 & 31)}"]


def _general(number: int) -> str:
    return "xzr" if number == 31 else f"x{number}"  # noqa: PLR2004 - the number of the zero register


def _serror(esr: int) -> str:
    if esr >> 24 & 1:
        return f"as the CPU's maker defines it: {esr & 0xFFFFFF:#x}"
    if esr & 63 != _ASYNCHRONOUS:
        return "of no described kind"
    return _SERRORS.get(esr >> 10 & 7, "of no described kind")


def _register(esr: int) -> str:
    """ISS of a trapped MSR, MRS or system instruction: Op0 21:20, Op2 19:17, Op1 16:14, ..."""
    op0, op2, op1 = esr >> 20 & 3, esr >> 17 & 7, esr >> 14 & 7
    crn, crm, general = esr >> 10 & 15, esr >> 1 & 15, _general(esr >> 5 & 31)
    name = f"S{op0}_{op1}_C{crn}_C{crm}_{op2}"
    does = f"MRS {general}, {name}" if esr & 1 else f"MSR {name}, {general}"
    return f"{does} ({_group(op0, op1, crn, crm)})"


def _group(op0: int, op1: int, crn: int, crm: int) -> str:
    """What a register belongs to, by Arm DDI 0487, D18.2 (op0 2: debug; 1: instructions)."""
    if op0 < 2:  # noqa: PLR2004 - instructions, not registers
        return "a cache, TLB or address translation instruction"
    if op0 == 2:  # noqa: PLR2004 - the debug registers' op0
        return "debug or trace"
    if crn in {11, 15}:
        return "defined by the CPU's maker"
    if (crn, crm) in {(9, 12), (9, 13), (9, 14)} or (crn == 14 and crm >= 8):  # noqa: PLR2004
        return "performance monitors"
    if op1 >= 4:  # noqa: PLR2004 - EL2's, EL3's and the secure EL1's
        return {4: "of EL2", 5: "of EL2's host", 6: "of EL3"}.get(op1, "of a secure level")
    return {12: "interrupt controller", 14: "timers"}.get(crn, "of EL1 or EL0")
