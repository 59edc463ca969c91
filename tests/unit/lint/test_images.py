# SPDX-License-Identifier: Apache-2.0
"""Image rules on facts that no small file brings about, and on images alone."""

from __future__ import annotations

from typing import Any

import pytest

from mvpsdk.image import Stop
from mvpsdk.image.views import View, Views
from mvpsdk.lint import Bench, Finding, Severity


def alone(nouns: Any, rule: str, views: Views | None = None, **facts: Any) -> tuple[Finding, ...]:
    """What one rule finds of an image without a handset."""
    image = nouns.kernel(**{"role": "image", "arm64": None, "views": views, **facts})
    bench = Bench(images=(image,))
    found: tuple[Finding, ...] = nouns.lint(bench, select=[rule]).findings
    return found


def elf(nouns: Any, **headers: Any) -> dict[str, Any]:
    """Facts of an ELF file."""
    return {"format": "elf", "elf": nouns.elf(**headers)}


REFUSED = View(failure="refused", detail="bad magic")


def test_a_file_that_every_parser_refuses_is_unparsable(nouns: Any) -> None:
    """Both reasons are told."""
    views = Views(by_parser={"lief": REFUSED, "pyelftools": REFUSED})
    (found,) = alone(nouns, "IMG001", views, format="elf", elf=None)
    assert "lief: bad magic; pyelftools: bad magic" in found.message


def test_a_reader_that_was_stopped_is_told(nouns: Any) -> None:
    """Whatever the format is, and each reader by its name; nothing else is said then."""
    stops = (
        Stop(reader="headers", failure="timed out", detail="no answer within its time"),
        Stop(reader="contents", failure="failed", detail="KeyError: 3"),
    )
    found = alone(nouns, "IMG001", stopped=stops, format="cpio")
    assert [finding.message for finding in found] == [
        f"linux stops the reader of {what}: it is damaged or hostile"
        for what in (
            "headers (timed out: no answer within its time)",
            "its contents (failed: KeyError: 3)",
        )
    ]


def test_a_reader_that_is_stopped_by_what_is_packed_is_told(nouns: Any) -> None:
    """A kernel in a container can be hostile, too."""
    stop = Stop(reader="code", failure="failed", detail="KeyError: 3")
    inside = nouns.kernel(stopped=(stop,))
    (found,) = alone(nouns, "IMG001", inside=inside, format="android-boot", architecture="")
    assert "stops the reader of its instructions (failed: KeyError: 3)" in found.message


def test_a_file_that_one_parser_refuses_is_disputed(nouns: Any) -> None:
    """One parser's word against the other's."""
    views = Views(by_parser={"lief": View(fields={"entry": 0}), "pyelftools": REFUSED})
    (found,) = alone(nouns, "IMG004", views, **elf(nouns))
    assert "pyelftools refuses it (bad magic)" in found.message


def test_a_field_that_one_parser_does_not_see_is_disputed(nouns: Any) -> None:
    """A segment more or less is a difference."""
    views = Views(by_parser={"lief": View(fields={"a": 1}), "pyelftools": View()})
    (found,) = alone(nouns, "IMG004", views, **elf(nouns))
    assert "lief 0x1, pyelftools none" in found.message


def test_pointers_of_32_bits_are_another_architecture(nouns: Any) -> None:
    """ILP32 runs on the processor, but not on the platform."""
    (found,) = alone(nouns, "IMG002", **elf(nouns, bits=32))
    assert "32-bit pointers" in found.message


def test_a_compressed_file_alone_may_be_a_ramdisk(nouns: Any) -> None:
    """A warning, since nobody said what it is for."""
    (found,) = alone(nouns, "IMG003", format="gzip", architecture="")
    assert found.severity is Severity.WARNING


def test_a_container_alone_is_an_error(nouns: Any) -> None:
    """No CPU runs an Android boot image, whatever it is for."""
    (found,) = alone(nouns, "IMG003", format="android-boot", architecture="")
    assert found.severity is Severity.ERROR
    assert found.fix == "take the image out of its container, and name that"


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"interpreter": "/lib/ld.so"}, "/lib/ld.so"),
        ({"needed": ("libc.so.6",)}, "libc.so.6"),
        ({"foreign_relocations": 3}, "3 relocations by symbol"),
    ],
)
def test_firmware_that_asks_for_a_loader_is_found(
    nouns: Any, headers: dict[str, Any], asked: str
) -> None:
    """There is nobody to look up a symbol or load a library."""
    (found,) = alone(nouns, "IMG006", **elf(nouns, **headers))
    assert f"it asks for {asked}" in found.message


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("IMG001", {"format": "unknown"}),
        ("IMG005", {"format": "cpio"}),
        ("IMG006", {"format": "cpio"}),
        ("IMG007", {"format": "cpio", "architecture": ""}),
        ("IMG007", {"format": "unknown", "architecture": ""}),
    ],
)
def test_a_rule_that_has_nothing_to_say_says_why(
    nouns: Any, rule: str, facts: dict[str, Any]
) -> None:
    """Not applicable, with a reason."""
    bench = Bench(images=(nouns.kernel(role="image", arm64=None, **facts),))
    (check,) = nouns.lint(bench, select=[rule]).checks
    assert check.outcome == "not-applicable"
    assert check.reason


def test_a_note_is_evidence_of_the_architecture(nouns: Any) -> None:
    """A flat binary that carries the ABI note was built for this platform."""
    flat = {"role": "image", "format": "unknown", "architecture": "", "arm64": None}
    bench = Bench(images=(nouns.kernel(**flat, note=object()),))
    (check,) = nouns.lint(bench, select=["IMG002"]).checks
    assert check.outcome == "pass"
