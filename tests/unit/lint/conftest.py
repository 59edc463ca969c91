# SPDX-License-Identifier: Apache-2.0
"""Nouns by hand: images, a handset and a board that are there only as far as a rule looks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board as boards
from mvpsdk import plan
from mvpsdk.errors import Place
from mvpsdk.handset import Allow, Boot, Handset, Input, Persona
from mvpsdk.image import Arm64Header, Elf, ImageFacts, Segment
from mvpsdk.lint import Bench, check

if TYPE_CHECKING:
    from mvpsdk.board import Board, Draft
    from mvpsdk.lint import Outcome, Report
    from mvpsdk.plan import Plan

TODAY = dt.date(2026, 6, 15)


class Nouns:
    """Makes nouns; what is not said is good."""

    today = TODAY

    @staticmethod
    def kernel(**changes: Any) -> ImageFacts:
        """Facts of an arm64 Image of 1 MiB."""
        header = {"text_offset": 0, "image_size": 0x20_0000, "flags": 0xA, "reserved": (0, 0, 0)}
        of_header = {key: changes.pop(key) for key in tuple(header) if key in changes}
        values: dict[str, Any] = {
            "path": Path("images/linux"),
            "role": "work/kernel",
            "size": 0x10_0000,
            "sha256": "00" * 32,
            "format": "arm64-image",
            "architecture": "arm64",
            "arm64": Arm64Header(**{**header, **of_header}),
        }
        return ImageFacts(**{**values, **changes})

    @staticmethod
    def board(name: str = "qemu-virt") -> Board:
        """The virtual handset's board, perhaps by another name."""
        from dataclasses import replace

        return replace(boards.named("qemu-virt"), name=name)

    @staticmethod
    def draft() -> Draft:
        """The same board as its file tells it."""
        return boards.draft(boards.find()["qemu-virt"])

    @staticmethod
    def allow(rule: str = "IMG002", **changes: Any) -> Allow:
        """An exception without an end."""
        values: dict[str, Any] = {"rule": rule, "at": "", "reason": "known", "until": None}
        return Allow(**{**values, **changes})

    @staticmethod
    def handset(*allow: Allow, boards: tuple[str, ...] = ("qemu-virt", "other")) -> Handset:
        """A handset of one persona, `work`, without firmware."""
        persona = Persona(
            name="work",
            kernel=Input(path=Path("images/linux")),
            ramdisk=None,
            command_line="",
            memory=32 << 20,
            cpus=(0,),
            vgic="board",
            restart="never",
            format="image",
        )
        return Handset(
            name="one",
            version="1",
            boards=boards,
            rollback_index=0,
            realtime=None,
            personas=(persona,),
            boot=Boot(mode="exclusive", default="work", menu_timeout=0),
            allow=allow,
            path=Path("handset.toml"),
            places={
                "persona[0]": Place(file="handset.toml", line=9, column=1),
                "persona[0].kernel": Place(file="handset.toml", line=11, column=1),
                "persona[0].memory": Place(file="handset.toml", line=12, column=1),
            },
        )

    def plan(self, board: Board | None = None, **changes: Any) -> Plan:
        """The plan of that handset with a kernel."""
        facts = self.kernel(**changes)
        return plan.make(board or self.board(), self.handset(), {facts.role: facts})

    def bench(self, *allow: Allow, **facts: Any) -> Bench:
        """A good handset; with changed facts, one that got no further than its images."""
        return Bench(
            draft=self.draft(),
            board=self.board(),
            handset=self.handset(*allow),
            images=(self.kernel(**facts),),
            plan=None if facts else self.plan(),
        )

    @staticmethod
    def lint(*benches: Bench, **options: Any) -> Report:
        """Lint on the day that the tests agree on."""
        return check(benches, **{"today": TODAY, **options})

    @staticmethod
    def outcomes(report: Report) -> dict[str, Outcome]:
        """The outcome of each rule, of reports with one board and one image at most."""
        assert len(report.checks) == len({(entry.rule, entry.subject) for entry in report.checks})
        return {entry.rule: entry.outcome for entry in report.checks}

    @staticmethod
    def elf(**changes: Any) -> Elf:
        """An ELF file's headers: static, position independent, one segment of code."""
        code = Segment(
            index=0,
            virtual=0,
            physical=0,
            offset=0,
            file_size=4096,
            memory_size=4096,
            align=4096,
            readable=True,
            writable=False,
            executable=True,
            sha256="00" * 32,
        )
        values: dict[str, Any] = {
            "bits": 64,
            "big_endian": False,
            "type": "DYN",
            "machine": "AARCH64",
            "entry": 0,
            "segments": (code,),
            "relocations": 0,
            "foreign_relocations": 0,
            "interpreter": "",
            "needed": (),
        }
        return Elf(**{**values, **changes})


@pytest.fixture
def nouns() -> Nouns:
    """The maker of nouns."""
    return Nouns()
