# SPDX-License-Identifier: Apache-2.0
"""From lines to findings: cause, rule, fix, and names where a bundle gives them."""

from __future__ import annotations

from dataclasses import replace

import pytest

import packs
from mvpsdk import decode
from mvpsdk.core import facade as core
from mvpsdk.core.facade import Reason
from mvpsdk.decode import Context, Finding, Kind, Report
from mvpsdk.errors import InputError

PACK = packs.good_pack()
OK = core.pack_check(core.pack_write(PACK), size=1 << 40)
BANNER = f"hypervisor window=0x40400000 fingerprint=0x{core.FINGERPRINT[:8].hex()}"


def read(*said: str, context: Context | None = None) -> Report:
    """The report of a log in which the hypervisor says this."""
    return decode.decode(["".join(f"[mvp] {text}\r\n" for text in said).encode()], context)


def only(*said: str, context: Context | None = None) -> Finding:
    """The one finding of such a log."""
    (finding,) = read(*said, context=context).findings
    return finding


def test_a_log_without_findings_says_so() -> None:
    """A boot that went well."""
    report = read(BANNER, "partition runs index=0x0", "partition stopped index=0x1 state=0x3")
    assert report == Report(lines=3, own=3, boots=1, findings=(), dropped=0, remarks=())
    assert not report.stops


def test_a_refusal_has_its_entry_cause_rule_and_fix() -> None:
    """Without a bundle the entry is known by table and index."""
    finding = only("stop reason=0x31 table=0x4 index=0x2 value=0x1000 bound=0x2000")
    assert finding.kind is Kind.STOP
    assert finding.reason == Reason.MEM_OVERLAP
    assert finding.where == "region table, entry 2"
    assert finding.details == ("found 0x1000; what it collides with is 0x2000",)
    assert finding.advice.rule
    assert finding.advice.rule.code == "MEM002"
    assert finding.stops
    assert not finding.damaged


def test_a_bundle_gives_the_entry_its_name() -> None:
    """As lint would call it, and whether the host judges the bundle alike."""
    context = Context(pack=PACK, verdict=OK)
    finding = only("stop reason=0x31 table=0x4 index=0x0 value=0x1 bound=0x2", context=context)
    region = PACK.regions[0]
    owner = PACK.partitions[region.partition].name
    assert finding.where.startswith(f"region table, entry 0: {region.kind.name.lower()} [")
    assert finding.where.endswith(f'of "{owner}"')
    assert "what arrived on the phone is not what you have" in finding.details[1]


def test_a_bundle_that_is_refused_alike_is_the_culprit() -> None:
    """And one that is refused for something else is told, too."""
    said = "stop reason=0x31 table=0x4 index=0x0 value=0x1 bound=0x2"
    bad = replace(OK, reason=Reason.MEM_OVERLAP)
    other = replace(OK, reason=Reason.MEM_ALIGN)
    same = only(said, context=Context(verdict=bad)).details[1]
    assert (
        same == "the bundle at hand is refused for the same reason: it is the bundle that is wrong"
    )
    assert "for another reason: 0x33" in only(said, context=Context(verdict=other)).details[1]


@pytest.mark.parametrize(
    ("table", "index", "where"),
    [
        (0, 0xFFFFFFFF, "board table: all of board together"),
        (1, 0, "memory table, entry 0: memory"),
        (4, 999, "region table, entry 999, which this bundle does not have"),
        (9, 0xFFFFFFFF, "the pack's header"),
        (77, 0, "table 0x4d, which no pack has"),
    ],
)
def test_an_entry_that_is_none_is_said_to_be_none(table: int, index: int, where: str) -> None:
    """Tables of header and board, and numbers out of a damaged line."""
    said = f"stop reason=0x20 table={table:#x} index={index:#x} value=0x0 bound=0x0"
    assert only(said, context=Context(pack=PACK, verdict=OK)).where.startswith(where)


@pytest.mark.parametrize("code", [0x01, 0x03, 0x41, 0x48])
def test_a_stop_that_is_about_no_entry_names_none(code: int) -> None:
    """The loader's side, and the machine's."""
    said = f"stop reason={code:#x} table=0x0 index=0x0 value=0x0 bound=0x0"
    finding = only(said, context=Context(pack=PACK, verdict=OK))
    assert finding.where == ""
    assert len(finding.details) == 1


def test_two_drivers_are_told_with_the_stop_that_they_explain() -> None:
    """The lines before it hold their names."""
    finding = only(
        "console driver of the pack 8250",
        "console driver of this build pl011",
        "stop reason=0x48 table=0x0 index=0x0 value=0x0 bound=0x0",
    )
    assert finding.line == 3
    assert finding.details[1:] == (
        "console driver of the pack 8250",
        "console driver of this build pl011",
    )


def test_wild_accesses_are_counted_by_place() -> None:
    """One finding for each pc, with its first and last line; nobody stopped."""
    wild = "wild access partition=0x1 reason=0x42 pc={} address={}"
    report = read(*(wild.format(pc, hex(n)) for n in range(50) for pc in ("0x80", "0x90")))
    assert [(found.line, found.last, found.count) for found in report.findings] == [
        (1, 99, 50),
        (2, 100, 50),
    ]
    assert not report.stops


def test_a_wild_address_is_told_by_its_neighbours() -> None:
    """How far past which of the partition's regions it is."""
    regions = sorted((row for row in PACK.regions if row.partition == 1), key=lambda row: row.ipa)
    last = regions[-1]
    beyond = last.ipa + last.size + 0x10
    said = "wild access partition=0x1 reason=0x42 pc=0x80 address={:#x}"
    context = Context(pack=PACK)
    past = only(said.format(beyond), context=context)
    inside = only(said.format(last.ipa), context=context)
    below = only(said.format(0), context=context)
    assert f'partition 1, "{PACK.partitions[1].name}"' == past.where
    assert f"0x10 bytes past its {last.kind.name.lower()}" in past.details[0]
    assert f"in its {last.kind.name.lower()}" in inside.details[0]
    if regions[0].ipa:
        assert f"{regions[0].ipa:#x} below its" in below.details[0]


def test_a_crash_says_what_its_reason_means_by_pc_and_address() -> None:
    """A digest's image, an SError's syndrome, an address."""
    crash = "partition crashed index=0x1 reason={:#x} pc={:#x} address={:#x}"
    context = Context(pack=PACK)
    digest = only(crash.format(0x40, 0, 0x8000), context=context)
    serror = only(crash.format(0x46, 0x80, 0xBE000011), context=context)
    fetch = only(crash.format(0x42, 0x80, 0), context=context)
    assert f'image "{PACK.images[0].name}"' in digest.details[0]
    assert digest.details[0].endswith("loaded at 0x8000")
    assert serror.details[0] == "syndrome 0xbe000011: SError, uncontainable"
    assert fetch.details[0].startswith("guest address 0x0")
    assert digest.stops
    assert "image 7" in only(crash.format(0x40, 7, 0)).details[0]


def test_a_trap_has_its_syndrome_in_words() -> None:
    """Which register, and what it belongs to."""
    finding = only("not offered partition=0x0 reason=0x44 pc=0x80 syndrome=0x6232dd01")
    assert "MRS x8, S3_3_C7_C0_1" in finding.details[0]
    assert not finding.stops


@pytest.mark.parametrize(
    "said",
    [
        "stop reason=0x31 table=0x4 index=0x2 value=0x10",
        "stop reason=0x31 table=0x4 index=0x2 value=0xg bound=0x1",
        "stop rea?on=0x31 table=0x4 index=0x2 value=0x1 bound=0x1",
        "stop reason=0x31 tab",
        "stop reason=",
        "panic reason=0x45 synd",
        "partition crashed index=",
    ],
)
def test_a_damaged_line_is_told_as_damaged(said: str) -> None:
    """What can be read of it is used, nothing is made up."""
    finding = only(said)
    assert finding.damaged
    assert finding.text == said
    assert finding.reason == (0x31 if " reason=0x31 " in said else 0x45 if "0x45" in said else None)
    assert finding.advice.fix


def test_a_reason_in_a_line_of_no_known_kind_is_explained() -> None:
    """A later version may have more to say."""
    finding = only("channel broken index=0x1 reason=0x44")
    assert finding.kind is Kind.OTHER
    assert finding.advice.name == "MVP_RUN_TRAP"


def test_an_unknown_code_is_told_as_unknown() -> None:
    """It has the line and no cause that is made up."""
    finding = only("stop reason=0x99 table=0x0 index=0x0 value=0x0 bound=0x0")
    assert finding.advice.meaning == "unknown reason 0x99"


def test_what_a_reader_should_know_of_the_log_is_remarked() -> None:
    """Several boots, lost bytes, other builds."""
    other = "hypervisor window=0x0 fingerprint=0x1"
    context = Context(pack=PACK)
    plain = read(BANNER, BANNER, "console lost bytes=0x10", "console lost bytes=0x5").remarks
    assert plain == (
        "the hypervisor came up 2 times: findings of all of them are told",
        "21 bytes found the console busy and are not in the log",
    )
    assert "another build than this mvpsdk" in read(other).remarks[0]
    assert "the bundle is of another build" in read(other, context=context).remarks[0]
    assert read(BANNER, context=context).remarks == ()


def test_what_is_no_elf_gives_no_symbols() -> None:
    """It is told with the way to get the right file."""
    for data in (b"", b"\x7fELF", b"text" * 100):
        with pytest.raises(InputError, match="no ELF file") as caught:
            decode.symbols(data)
        assert "mvpsdk build -o" in caught.value.hint


PANIC = "panic reason=0x45 syndrome=0x96000004 offset=0x1234 address=0xdead"


def test_the_lines_after_a_panic_belong_to_it() -> None:
    """Who was on the CPU, and from where the exception came."""
    finding = only(
        PANIC,
        "panic window=0x40200000 fingerprint=0x1",
        "panic x28=0x0 x29=0x0 x30=0x40201fe8 sp=0x0",
        "panic elr=0x40201234 spsr=0x600003c9 hcr=0x0 vttbr=0x2000040000000",
        "panic ends",
        context=Context(pack=PACK),
    )
    assert finding.details[-1] == f'partition 1, "{PACK.partitions[1].name}" was on the CPU'
    assert finding.details[:2] == (
        "syndrome 0x96000004: data abort from EL2, translation fault, level 0, read",
        "fault address 0xdead",
    )


@pytest.mark.parametrize(("spsr", "level"), [(0x5, "EL1"), (0x0, "EL0"), (0x13, "AArch32")])
def test_a_panic_out_of_a_guest_says_so(spsr: int, level: str) -> None:
    """It is no fault of EL2's code then."""
    said = f"panic elr=0x0 spsr={spsr:#x} hcr=0x0 vttbr=0x0"
    details = only(PANIC, said).details
    assert details[2].startswith(f"taken from a guest in {level}")
    assert details[3] == "no partition was on the CPU"


def test_registers_without_a_panic_are_nobodys() -> None:
    """The log begins in the middle of one, or it was too long."""
    flood = [f"panic x{n}={n:#x}" for n in range(200)]
    assert read("panic x0=0x1", "panic ends").findings == ()
    assert only(PANIC, *flood).details == only(PANIC).details


def test_the_traces_tail_is_a_timeline() -> None:
    """By the time before its last entry, with the vCPUs' names and the values in words."""
    lines = (
        "trace tail of=0x80 frequency=0x3b9aca00",
        "trace switch at=0x1000 vcpu=0x1 value=0xffffffff",
        "trace hvc at=0x1400 vcpu=0x1 value=0x84000000",
        "trace sync at=0x1500 vcpu=0x1 value=0x82000006",
        "trace irq at=0x1600 vcpu=0xffffffff value=0x1b",
        "trace inject at=0x1700 vcpu=0x0 value=0x1b",
        "trace fault at=0x1800 vcpu=0x63 value=0x96000010",
        "trace later at=0x1810 vcpu=0x0 value=0x5",
        "trace hvc at=0x1",
    )
    details = only(PANIC, *lines, context=Context(pack=PACK)).details[2:]
    assert details[0] == "the last 7 of 128 events, by their time before the last:"
    fetch = "instruction abort from a lower exception level, translation fault, level 2"
    assert [" ".join(text.split()) for text in details[1:]] == [
        "-2.064 µs work/0 comes on the CPU after nobody",
        "-1.040 µs work/0 exit: HVC or SMC, x0 = 0x84000000",
        f"-0.784 µs work/0 exit: {fetch}",
        "-0.528 µs nobody physical interrupt 27",
        "-0.272 µs realtime/0 is given interrupt 27",
        "-0.016 µs vCPU 99 is given an exception: data abort from EL1, external abort, read",
        "-0.000 µs realtime/0 later, 0x5",
    ]
    undated = only(PANIC, *lines[1:3]).details[3]
    assert " ".join(undated.split()) == "-1024 ticks vCPU 1 comes on the CPU after nobody"
    assert only(PANIC, lines[0]).details == only(PANIC).details


DMA = "dma refused partition={:#x} reason=0x4c stream={:#x} kind={:#x} address={:#x} write={:#x}"


def test_a_refused_transfer_names_device_and_address() -> None:
    """By stream and owner; what is near the address is told of the partition's own."""
    found = only(DMA.format(0, 0x10, 0x10, 0x40600000, 1), context=Context(pack=PACK, verdict=OK))
    assert found.kind is Kind.DMA
    assert found.where == 'partition 0, "realtime"'
    assert found.details[0] == "stream 0x10: there is nothing at that address"
    assert found.details[1].startswith("a write to 0x40600000, ")


def test_a_stream_of_nobodys_is_said_to_be() -> None:
    """It never got as far as an address; an event that is not known is told by its number."""
    found = only(DMA.format(0xFFFFFFFF, 0x18, 0x04, 0, 0))
    assert found.where == "a device of nobody's"
    assert [text.partition(": ")[0] for text in found.details] == ["stream 0x18"]
    strange = only(DMA.format(0, 0x18, 0x77, 0x1000, 0))
    assert strange.details == ("stream 0x18: event 0x77 of the SMMU", "a read from 0x1000")


def test_a_device_that_goes_on_is_told_once() -> None:
    """Whatever the addresses."""
    said = [DMA.format(0, 0x10, 0x10, n << 12, 0) for n in range(5)]
    assert only(*said).count == 5


def test_a_damaged_refusal_has_no_details() -> None:
    """The values are not all there."""
    assert only("dma refused partition=0x0 reason=0x4c stream=0x10 ki").details == ()
