# SPDX-License-Identifier: Apache-2.0
"""What a run of the hostile persona has shown: its rows, what differs, the firmware's figures."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import outcomes2
import registers
from mvpsdk.core.facade import Reason
from outcomes import DEVICES, EXPECTED, NAMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from attacker import Run
    from faults import Fault

__all__ = [
    "Latency",
    "differences",
    "fp_lost",
    "group_at",
    "latency",
    "missed",
    "rows",
    "table",
    "told",
]

REFUSAL = re.compile(
    r"(?:wild access|not offered) partition=0x1 reason=0x(\w+) .*?(syndrome=0x(\w+))?$"
)
ROW = re.compile(r"[=+] (\S+) (.*)")
GROUP = re.compile(r"@ (\w+) at=(\w+)")
FINAL = re.compile(r"final: met (\d+) missed (\d+) worst (\d+) ticks")
LATENCY = re.compile(
    r"latency: samples (\d+) early (\d+) min (\d+) median (\d+) p999 (\d+) max (\d+)"
)
GROUP_OF = {
    **dict.fromkeys(NAMES, "memory"),
    **dict.fromkeys(DEVICES, "devices"),
    **dict.fromkeys(("walk-hypervisor", "walk-hole", "walk-gicd", "walk-uart"), "walks"),
    "storm": "storms",
    "debug": "exceptions",
    **dict.fromkeys((*outcomes2.NAMES, "icc"), "gic2"),
}
"""Of a row's first word; others are their group's name."""
SLOW = re.compile(r"slow: (\d+) at (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """From a deadline of the firmware's to its vector, in instructions."""

    samples: int
    early: int
    least: int
    median: int
    p999: int
    most: int
    slowest: tuple[tuple[int, str], ...]  # and the group that attacked then


def rows(run: Run) -> dict[str, Outcome]:
    """Each attack's outcome, with the reasons that the log gave since the one before."""
    found: dict[str, Outcome] = {}
    reasons: Counter[int] = Counter()
    refused: set[str] = set()
    for speaker, text in run.lines:
        if speaker == "mvp" and (match := REFUSAL.match(text)):
            reasons[int(match[1], 16)] += 1
            if int(match[1], 16) == Reason.RUN_TRAP:
                refused.add(registers.trapped(int(match[3], 16)))
        elif speaker == "hostile" and GROUP.match(text):
            reasons.clear()
            refused.clear()
        elif speaker == "hostile" and (match := ROW.match(text)):
            fields = dict(_fields(match[2]))
            if refused:
                fields["refused"] = frozenset(refused)
            found[match[1]] = Outcome(fields=fields, reasons=dict(reasons))
            reasons.clear()
            refused.clear()
    return found


def _fields(text: str) -> Iterable[tuple[str, int | frozenset[str]]]:
    for word in text.split():
        name, _, value = word.partition("=")
        yield name, registers.decoded(value) if name == "list" else int(value, 16)


def differences(
    found: Mapping[str, Outcome], all_expected: Mapping[str, Outcome] = EXPECTED
) -> list[str]:
    """What is not as it should be, by attack; none: all is."""
    told = []
    for name, expected in all_expected.items():
        actual = found.get(name)
        if actual is None:
            told.append(f"{name}: said nothing")
            continue
        seen = {key: actual.fields.get(key) for key in expected.fields}
        if seen != expected.fields:
            told.append(f"{name}: {_show(actual.fields)}, expected {_show(expected.fields)}")
        if dict(actual.reasons) != dict(expected.reasons):
            told.append(f"{name}: log {actual.reasons}, expected {dict(expected.reasons)}")
    return told


def _show(fields: Mapping[str, int | frozenset[str]]) -> str:
    shown = (
        f"{name}={value:#x}" if isinstance(value, int) else f"{name}={','.join(sorted(value))}"
        for name, value in fields.items()
    )
    return " ".join(shown)


def missed(run: Run) -> tuple[int, int]:
    """How many deadlines the 1 kHz task missed, and of how many."""
    (final,) = filter(None, map(FINAL.fullmatch, run.of("realtime")))
    return int(final[2]), int(final[1]) + int(final[2])


def latency(run: Run) -> Latency:
    """The firmware's figures."""
    (told,) = filter(None, map(LATENCY.fullmatch, run.of("realtime")))
    samples, early, least, median, p999, most = map(int, told.groups())
    slow = filter(None, map(SLOW.fullmatch, run.of("realtime")))
    return Latency(
        samples=samples,
        early=early,
        least=least,
        median=median,
        p999=p999,
        most=most,
        slowest=tuple((int(each[1]), group_at(run, int(each[2]))) for each in slow),
    )


def group_at(run: Run, count: int) -> str:
    """Who attacked at this physical count; what precedes the first attack is the start."""
    name = "start"
    for match in filter(None, map(GROUP.fullmatch, run.of("hostile"))):
        if int(match[2], 16) > count:
            break
        name = match[1]
    return name


FP = re.compile(r"fp: checks (\d+) lost (\d+)")


def fp_lost(run: Run) -> int:
    """How often the firmware found its FP registers changed."""
    (told,) = filter(None, map(FP.fullmatch, run.of("realtime")))
    assert int(told[1]) > 0
    return int(told[2])


def table(found: Mapping[str, Outcome], faults: Iterable[Fault]) -> str:
    """By kind of attack: how many, at which levels, the log's reasons, the faults that it sees."""
    seen: dict[str, list[str]] = {}
    for fault in faults:
        seen.setdefault(re.split(r"[.:]", fault.seen)[0], []).append(fault.name)
    kinds: dict[str, list[str]] = {}
    for name in found:
        kinds.setdefault(name.partition(".")[0], []).append(name)
    lines = [f"{'attack':16} {'rows':>5}  {'EL':4} log; faults that it is shown to see"]
    for kind, names in kinds.items():
        levels = "".join(sorted({name[-1] for name in names}))
        reasons = Counter[str]()
        for name in names:
            for reason, times in found[name].reasons.items():
                reasons[Reason(reason).name] += times
        log = ", ".join(f"{name} {times}" for name, times in sorted(reasons.items()))
        lines.append(f"{kind:16} {len(names):5}  {levels:4} {log}; {', '.join(seen.get(kind, []))}")
    return "\n".join(lines)


def told(run: Run, groups: Iterable[str]) -> list[str]:
    """All that is not as it should be in a run of some groups."""
    found = rows(run)
    both = {**EXPECTED, **outcomes2.EXPECTED}
    wanted = {name: outcome for name, outcome in both.items() if _group(name) in groups}
    return [*differences(found, wanted), *_firmware(run), *_forged(run)]


def _group(name: str) -> str:
    first = name.partition(".")[0]
    return GROUP_OF.get(first, first)


def _firmware(run: Run) -> list[str]:
    if not run.ended:
        return ["firmware: did not come to its end"]
    (lost, (late, deadlines)) = fp_lost(run), missed(run)
    told = [f"firmware: FP registers changed {lost} times"] if lost else []
    return [*told, *([f"firmware: missed {late} of {deadlines}"] if late else [])]


def _forged(run: Run) -> list[str]:
    lines = (line for line in run.raw.split(b"\n") if b"FORGED" in line)
    forged = [line for line in lines if not line.startswith((b"[hostile] ", b"[hostile+ "))]
    return [f"console: forged {line!r}" for line in forged]
