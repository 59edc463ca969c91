# SPDX-License-Identifier: Apache-2.0
"""The tamper table: what is done to a bundle or a phone, who refuses it, and by which words.

A case:

    name, what        what was done, for people
    base              the bundle that it is done to, of those of conftest.py; by default "good"
    change            see tampering.py
    part              a persona's part beside it, of conftest.py's, which verify is asked about; and
                      part-change: one of flip = BYTE, cut = BYTES, zeros = true
    phone             "no-key", "hint-only", "other-key": another control tree; "no-verification":
                      U-Boot requires no key; "damaged-misc", "no-tries", ...: other boot control
    trusted           "expired": verify is given the stranger's keys, by that certificate
    verify            a refusal of `mvpsdk verify`, `check: what it found`; … stands for anything
    verify-not        why there is none
    device            true: with --device, the facts of the phone
    by, says          who refuses it on the virtual handset, "u-boot", "hypervisor" or "script",
                      which runs in U-Boot, and a line of its; or "nobody": it boots
    why-not           why it is not booted
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ED25519", "EXPIRED", "PHONES", "RSA", "VENDOR", "Case", "find", "page", "pattern"]

HERE = Path(__file__).parents[1]
CASES = HERE / "cases"
RSA, ED25519, EXPIRED, VENDOR = (
    str(HERE / "keys" / name)
    for name in ("stranger-rsa.pem", "stranger-ed25519.pem", "expired.crt", "vendor-rsa.pem")
)
"""Keys of somebody whom no phone trusts, an old certificate of the first; an OS vendor's key."""
BY = {"u-boot": "U-Boot", "script": "the boot script", "hypervisor": "the hypervisor", "nobody": ""}
PHONES = (
    *("", "no-key", "hint-only", "other-key", "no-verification", "at-index"),
    *("damaged-misc", "one-damaged-copy", "no-tries", "floor"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One row."""

    group: str
    name: str
    what: str
    base: str = "good"
    change: tuple[dict[str, Any], ...] = ()
    part: str = ""
    part_change: dict[str, Any] = field(default_factory=dict)
    phone: str = ""
    verify: str = ""
    verify_not: str = ""
    trusted: str = ""
    device: bool = False
    by: str = ""
    says: str = ""
    why_not: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for a row that leaves something unsaid."""
        if bool(self.verify) == bool(self.verify_not):
            raise ValueError(f"{self.name}: verify refuses it, or it is said why not")
        if bool(self.by) == bool(self.why_not) or bool(self.by in ("", "nobody")) == bool(
            self.says
        ):
            raise ValueError(f"{self.name}: somebody refuses it, or it is said why it isn't booted")
        if (self.by and self.by not in BY) or self.phone not in PHONES:
            raise ValueError(f"{self.name}: who or what is that?")


def find() -> list[Case]:
    """Return all cases, by their files and their order in them."""
    return [
        Case(group=path.stem.partition("-")[2], **_plain(row))
        for path in sorted(CASES.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    found = {key.replace("-", "_"): value for key, value in row.items()}
    return {**found, "change": tuple(found.get("change", ()))}


def pattern(words: str) -> re.Pattern[str]:
    """What a case's words match: … is anything."""
    return re.compile(".*".join(re.escape(part) for part in words.split("…")))


PAGE = """\
# The tamper table

<!-- Made by `make docs` from tests/target/tamper/cases. -->

What somebody can do to a signed bundle, or to a phone, and who refuses it by which words: `mvpsdk
verify` on the host with exit code 1, before anything is flashed, and on the virtual handset
(`mvpsdk run --via u-boot`) Debian's U-Boot, the boot script that runs in it, or the hypervisor. A
test does each of them and finds these words; … stands for what differs from build to build. The
bundle that all this is done to is verified, and boots.

What the phone has to hold for this: its U-Boot, that one's control tree with the keys and the boot
script (`mvpsdk provision`), and an environment that nobody else can write. Boot control in `misc`
has a checksum and no more: whoever can write the disk can lower the rollback floor in it. A store
that holds against that takes hardware (RPMB, a TPM), which is the board's.

Slots that are made to get past the boot script alone, which reads numbers before U-Boot verifies
them, are in `tests/target/uboot/test_crafted_slots.py`: texts where numbers should be, and a part
that would take the place of what was verified. They are refused, too.
"""


def page() -> str:
    """Return the page of all cases, for the documentation."""
    cases = find()
    booted = sum(bool(case.by) for case in cases)
    lines = [PAGE, f"{len(cases)} rows, {booted} of them booted."]
    for group in dict.fromkeys(case.group for case in cases):
        rows = [case for case in cases if case.group == group]
        lines += [f"\n## {group.replace('-', ' ').capitalize()}\n", *_rows(rows)]
    return "\n".join(lines) + "\n"


def _rows(cases: list[Case]) -> Iterator[str]:
    yield "| what was done | `verify` | on the virtual handset |\n|---|---|---|"
    for case in cases:
        verify = f"{_code(case.verify)}{' (`--device`)' if case.device else ''}"
        if case.verify_not:
            verify = f"not refused: {case.verify_not}"
        phone = (
            f"{BY[case.by]}: {_code(case.says)}"
            if case.says
            else "boots: what it starts is as it was signed"
        )
        if case.why_not:
            phone = f"not booted: {case.why_not}"
        yield f"| {case.what} | {verify} | {phone} |"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
