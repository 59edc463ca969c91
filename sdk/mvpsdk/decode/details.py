# SPDX-License-Identifier: Apache-2.0
"""What the values of a line say: which entry is at fault, and what collides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import Reason
from mvpsdk.decode.messages import Kind
from mvpsdk.decode.syndrome import syndrome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mvpsdk.decode.context import Context
    from mvpsdk.decode.messages import Message

__all__ = ["details", "where"]

_NONE = 0xFFFFFFFF  # index of a refusal that is about no single entry
_ENTRY = range(Reason.ENTRY_NOT_EL2, Reason.PACK_NOT_FOUND)  # before there is a pack
_RUN = range(Reason.RUN_IMAGE_DIGEST, 0x80)  # about no table, whatever the line says


def where(message: Message, context: Context) -> str:
    """Name who or what is at fault; "" if that can't be told."""
    values = message.values
    if message.kind is Kind.STOP:
        return _refused(message, context)
    if message.kind is Kind.PANIC:
        return _place(values, context)
    index = values.get("partition", values.get("index"))
    if index is None or index == _NONE:
        return "" if index is None else "a device of nobody's"
    return context.partition(index)


def details(message: Message, context: Context) -> tuple[str, ...]:
    """Say what the values mean, one sentence each."""
    tell = _TELL.get(message.kind)
    return tuple(tell(message.values, context)) if tell else ()


def _refused(message: Message, context: Context) -> str:
    table, index, code = (message.values.get(key) for key in ("table", "index", "reason"))
    if table is None or index is None or code is None or code in _ENTRY or code in _RUN:
        return ""
    if code == Reason.PACK_NOT_FOUND:
        return "the ramdisk"
    return context.entry(table, index)


def _place(values: Mapping[str, int], context: Context) -> str:
    offset = values.get("offset")
    if offset is None:
        return ""
    name = context.place(offset)
    return f"the hypervisor at {offset:#x}" + (f", {name}" if name else "")


def _of_stop(values: Mapping[str, int], context: Context) -> Iterator[str]:
    if "value" in values and "bound" in values:
        yield f"found {values['value']:#x}; what it collides with is {values['bound']:#x}"
    code = values.get("reason", 0)
    if context.verdict is None or code in _ENTRY or code in _RUN:
        return
    if context.verdict.ok:
        yield "the bundle at hand is not refused: what arrived on the phone is not what you have"
    elif context.verdict.reason == code:
        yield "the bundle at hand is refused for the same reason: it is the bundle that is wrong"
    else:
        found = f"{context.verdict.reason:#x}, {context.verdict.reason.text}"
        yield f"the bundle at hand is refused for another reason: {found}"


def _of_panic(values: Mapping[str, int], _context: Context) -> Iterator[str]:
    if "syndrome" in values:
        yield f"syndrome {values['syndrome']:#x}: {syndrome(values['syndrome'], 'EL2')}"
    if "address" in values:
        yield f"fault address {values['address']:#x}"


def _of_access(values: Mapping[str, int], context: Context) -> Iterator[str]:
    if "address" not in values or "pc" not in values:
        return
    near = context.address(values.get("partition", _NONE), values["address"])
    yield f"guest address {values['address']:#x}" + (f", {near}" if near else "")
    yield f"its program counter {values['pc']:#x}"


def _of_trap(values: Mapping[str, int], _context: Context) -> Iterator[str]:
    if "syndrome" in values:
        yield f"syndrome {values['syndrome']:#x}: {syndrome(values['syndrome'], 'EL2')}"
    if "pc" in values:
        yield f"its program counter {values['pc']:#x}"


def _of_crash(values: Mapping[str, int], context: Context) -> Iterator[str]:
    """What stands in pc and address depends on the reason (partition_crash() and its callers)."""
    if "address" not in values or "pc" not in values:
        return
    code, pc, address = values.get("reason"), values["pc"], values["address"]
    if code == Reason.RUN_IMAGE_DIGEST:
        yield f"{context.image(pc)}, loaded at {address:#x}"
    elif code == Reason.RUN_SERROR:
        yield f"syndrome {address:#x}: {syndrome(address, 'EL2')}"
        yield f"its program counter {pc:#x}"
    else:
        yield from _of_access({**values, "partition": values.get("index", _NONE)}, context)


def _of_dma(values: Mapping[str, int], context: Context) -> Iterator[str]:
    """Tell of an event of the SMMU's (Arm IHI 0070, 7.3)."""
    if not values.keys() >= _DMA_KEYS:
        return
    kind, address = values["kind"], values["address"]
    yield f"stream {values['stream']:#x}: {_EVENTS.get(kind, f'event {kind:#x} of the SMMU')}"
    if kind >= _TRANSLATION:
        near = context.address(values["partition"], address)
        what = "a write to" if values["write"] else "a read from"
        yield f"{what} {address:#x}" + (f", {near}" if near else "")


_TRANSLATION = 0x10
_EVENTS = {
    0x02: "it is beyond the table of streams: board.toml does not name it",
    0x04: "nobody has it: board.toml does not name it, or the firmware does not own its device",
    _TRANSLATION: "there is nothing at that address",
    0x11: "the address is larger than the SMMU's",
    0x13: "the partition may not write there itself",
}
"""C_BAD_STREAMID, C_BAD_STE, F_TRANSLATION, F_ADDR_SIZE, F_PERMISSION."""
_DMA_KEYS = {"stream", "partition", "kind", "address", "write"}

_TELL: dict[Kind, Callable[[Mapping[str, int], Context], Iterator[str]]] = {
    Kind.STOP: _of_stop,
    Kind.PANIC: _of_panic,
    Kind.WILD: _of_access,
    Kind.NOT_OFFERED: _of_trap,
    Kind.DMA: _of_dma,
    Kind.CRASH: _of_crash,
}
