# SPDX-License-Identifier: Apache-2.0
"""From a handset.toml to a Handset, and what is wrong with wrong ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from mvpsdk import handset
from mvpsdk.errors import HandsetError
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]

DIGEST = "5f" * 32
GOOD = f"""\
[handset]
name = "acme-one"
version = "1.4.0"
boards = ["qemu-virt", "acme"]
rollback-index = 3

[realtime]
image = "firmware/telephony.elf"
memory = "8 MiB"
map = "direct"
cpu = 0
priority = 10
devices = ["gpio"]

[[persona]]
name = "work"
kernel = "images/linux"
ramdisk = {{ url = "https://example.org/initrd.gz", sha256 = "{DIGEST}" }}
command-line = "console=ttyAMA0"
memory = "128 MiB"
cpus = [0]
vgic = "board"
restart = "always"

[[persona]]
name = "personal"
kernel = {{ path = "other.bin", sha256 = "{DIGEST}" }}
memory = "64 MiB"

[boot]
mode = "exclusive"
default = "personal"
menu-timeout = "3 s"

[[allow]]
rule = "MEM009"
at = "realtime.devices.modem"
reason = "no IOMMU on this SoC"
until = 2027-06-30

[on.acme.realtime]
memory = "12 MiB"

[[on.acme.persona]]
name = "personal"
memory = "32 MiB"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a good handset.toml, with `{old: new}` replaced."""

    def write(changes: dict[str, str] | None = None) -> Path:
        text = GOOD
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "handset.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_handset_has_what_its_file_says(write: Write, tmp_path: Path) -> None:
    """Every key of the file is a field of the handset; paths are relative to the file."""
    acme = handset.load(write())
    work, personal = acme.personas
    assert (acme.name, acme.version, acme.rollback_index) == ("acme-one", "1.4.0", 3)
    assert acme.boards == ("qemu-virt", "acme")
    assert acme.realtime == handset.Realtime(
        image=handset.Input(path=tmp_path / "firmware/telephony.elf"),
        source=None,
        memory=8 * MIB,
        map="direct",
        cpu=0,
        priority=10,
        devices=("gpio",),
    )
    assert work.kernel == handset.Input(path=tmp_path / "images/linux")
    assert work.ramdisk == handset.Input(url="https://example.org/initrd.gz", sha256=DIGEST)
    assert (work.command_line, work.memory, work.restart) == (
        "console=ttyAMA0",
        128 * MIB,
        "always",
    )
    assert personal.kernel == handset.Input(path=tmp_path / "other.bin", sha256=DIGEST)
    assert acme.boot == handset.Boot(mode="exclusive", default="personal", menu_timeout=3000)
    assert acme.allow[0].until == dt.date(2027, 6, 30)
    assert acme.allow[0].place == acme.place("allow[0]")


def test_what_is_left_out_has_a_default(write: Write) -> None:
    """A persona needs a name, a kernel and memory; the first one is started if none is named."""
    acme = handset.load(write({'default = "personal"\n': "", 'menu-timeout = "3 s"\n': ""}))
    personal = acme.personas[1]
    assert (personal.command_line, personal.cpus, personal.vgic) == ("", (0,), "board")
    assert (personal.ramdisk, personal.restart, personal.format) == (None, "on-crash", "image")
    assert acme.boot == handset.Boot(mode="exclusive", default="work", menu_timeout=0)


def test_a_handset_says_what_its_hypervisor_may_lack(write: Write) -> None:
    """A persona's clock, and the words before the pack is read; both are there by default."""
    usual = handset.load(write())
    assert usual.boot.early_console
    assert [persona.rtc for persona in usual.personas] == [True, True]

    bare = {
        'restart = "always"': 'restart = "always"\nrtc = false',
        'menu-timeout = "3 s"': "early-console = false",
    }
    acme = handset.load(write(bare))

    assert not acme.boot.early_console
    assert [persona.rtc for persona in acme.personas] == [False, True]


def test_inputs_are_listed_by_role(write: Write) -> None:
    """Every file that has to be there is listed by its role; sources are not images."""
    acme = handset.load(write())
    assert list(acme.inputs()) == ["realtime", "work/kernel", "work/ramdisk", "personal/kernel"]
    assert str(acme.inputs()["work/ramdisk"]) == "https://example.org/initrd.gz"
    source = handset.load(write({'image = "firmware/telephony.elf"': 'source = "firmware"'}))
    assert "realtime" not in source.inputs()
    assert source.realtime
    assert source.realtime.source == source.path.parent / "firmware"


def test_a_folder_means_the_file_inside(write: Write) -> None:
    """A handset's folder may be named instead of its file."""
    path = write()
    assert handset.load(path.parent) == handset.load(path)


def test_a_board_may_differ(write: Write) -> None:
    """What stands under [on.BOARD] holds on that board and nowhere else, with its own place."""
    acme = handset.load(write())
    there = acme.for_board("acme")
    assert acme.for_board("qemu-virt") is acme
    assert acme.realtime
    assert there.realtime
    assert (acme.realtime.memory, there.realtime.memory) == (8 * MIB, 12 * MIB)
    assert there.realtime.devices == acme.realtime.devices
    assert [persona.memory for persona in there.personas] == [128 * MIB, 32 * MIB]
    places = (there.place("realtime.memory"), there.place("persona[1].memory"))
    assert [place.line for place in places if place] == [42, 46]
    assert there.place("realtime.priority") == acme.place("realtime.priority")


def test_a_board_may_have_one_persona_more(write: Write) -> None:
    """A persona of another name under [on.BOARD] is one more."""
    more = '[[on.acme.persona]]\nname = "third"\nkernel = "third.bin"'
    acme = handset.load(write({'[[on.acme.persona]]\nname = "personal"': more}))
    assert len(acme.personas) == 2
    names = [persona.name for persona in acme.for_board("acme").personas]
    assert names == ["work", "personal", "third"]


def test_a_fault_on_one_board_has_its_place(write: Write) -> None:
    """A wrong difference is told where it is written, not where it is merged to."""
    with pytest.raises(HandsetError) as caught:
        handset.load(write({'memory = "12 MiB"': 'memoryx = "12 MiB"'}))
    assert 'unknown key realtime.memoryx; did you mean "memory"?' in str(caught.value)
    assert caught.value.place
    assert caught.value.place.line == 42


LATER = "this version of mvpsdk can't do that yet"
SCHEDULE = '[[boot.schedule]]\npersona = "work"\n[[allow]]'
CHANNEL = '[[channel]]\nname = "control"\n[[allow]]'


@pytest.mark.parametrize(
    ("changes", "line", "expected"),
    [
        ({'map = "direct"': 'map = "virtual"'}, 10, f'realtime.map: "virtual": {LATER}'),
        ({'"exclusive"': '"concurrent"'}, 31, f'boot.mode: "concurrent": {LATER}'),
        ({"[[allow]]": SCHEDULE}, 35, f"boot.schedule: {LATER}"),
        ({"[[allow]]": CHANNEL}, 35, f"channel: {LATER}"),
    ],
)
def test_what_a_later_version_does_is_refused(
    write: Write, changes: dict[str, str], line: int, expected: str
) -> None:
    """What this version can't do is refused by its key, with what is possible now."""
    with pytest.raises(HandsetError) as caught:
        handset.load(write(changes))
    assert caught.value.message == expected
    assert caught.value.hint.startswith("now: ")
    assert caught.value.place
    assert caught.value.place.line == line


@pytest.mark.parametrize(
    ("changes", "line", "expected"),
    [
        ({'memory = "8 MiB"': "memory = 8"}, 9, "realtime.memory: a size is text with a unit"),
        ({"priority = 10": "priority = 100"}, 12, "realtime.priority: must be at most 99"),
        ({"priority = 10": "priorityx = 10"}, 12, 'did you mean "priority"?'),
        ({'image = "fir': 'source = "x"\nimage = "fir'}, 7, "realtime: give either image"),
        ({'kernel = "images/linux"': ""}, 15, 'persona[0]: format = "image" needs kernel'),
        (
            {'kernel = "images/linux"': 'format = "rom"'},
            15,
            'persona[0]: format = "rom" needs rom',
        ),
        (
            {'vgic = "board"': 'format = "rom"\nrom = "u-boot.bin"'},
            15,
            'kernel and ramdisk can\'t be given with format = "rom"',
        ),
        ({'vgic = "board"': 'vars-size = "1 MiB"'}, 15, "vars-size can't be given with"),
        ({'kernel = "images/linux"': "kernel = 5"}, 17, "persona[0].kernel: must be a table"),
        ({'kernel = "images/linux"': "kernel = {}"}, 17, "kernel: give one of path, url and deb"),
        ({'kernel = "images/linux"': 'kernel = ""'}, 17, "kernel.path: must not be empty"),
        ({'kernel = "images/linux"': 'kernel = { urk = "" }'}, 17, 'did you mean "url"?'),
        ({"https://": "ftp://"}, 18, "persona[0].ramdisk.url"),
        (
            {f'initrd.gz", sha256 = "{DIGEST}"': 'i", sha256 = "5f"'},
            18,
            "persona[0].ramdisk.sha256",
        ),
        ({'restart = "always"': 'restart = "often"'}, 23, "'never', 'on-crash' or 'always'"),
        ({'name = "work"': 'name = "realtime"'}, 16, '"realtime" is a name that mvpsdk itself'),
        ({'name = "work"': 'name = "personal"'}, 26, 'two personas are called "personal"'),
        ({'name = "work"': 'name = "a-name-of-16-byte"'}, 16, "longer than 15 characters"),
        ({'default = "personal"': 'default = "persona"'}, 32, 'there is no persona "persona"'),
        ({'menu-timeout = "3 s"': "menu-timeout = 3"}, 33, "boot.menu-timeout: a duration is text"),
        ({'menu-timeout = "3 s"': 'menu-timeout = "99999 min"'}, 33, "longer than 49 days"),
        ({'reason = "no IOMMU on this SoC"': ""}, 35, "allow[0].reason is missing"),
        ({'"no IOMMU on this SoC"': '""'}, 38, "allow[0].reason: must not be empty"),
        ({'"MEM009"': '"ALL"'}, 36, 'allow[0].rule: "ALL" has characters'),
        (
            {"2027-06-30": '"soon"'},
            39,
            'allow[0].until: must be a date such as 2027-06-30, not "soon"',
        ),
        ({'"qemu-virt", "acme"': '"acme", "acme"'}, 4, 'handset.boards[1]: "acme" is listed twice'),
        ({'["gpio"]': '["gpio", "gpio"]'}, 13, 'devices[1]: "gpio" is listed twice'),
        (
            {'["gpio"]': '[]\nwx = "never"'},
            14,
            "realtime.wx: must be 'warn' or 'enforce', not \"never\"",
        ),
        ({'"qemu-virt", "acme"': '"qemu-virt"'}, 41, 'on.acme: "acme" is none of handset.boards'),
        ({'["qemu-virt", "acme"]': "[]"}, 4, "handset.boards: needs at least 1 of them"),
        ({"cpus = [0]": "cpus = 0"}, 21, "persona[0].cpus: must be a list in brackets, not 0"),
        ({"console=ttyAMA0": "é"}, 19, 'persona[0].command-line: "é" has characters'),
    ],
)
def test_a_fault_has_its_place(
    write: Write, changes: dict[str, str], line: int, expected: str
) -> None:
    """A wrong file is answered with what is wrong and the line of the key."""
    with pytest.raises(HandsetError) as caught:
        handset.load(write(changes))
    found = [fault for fault in caught.value.faults if expected in fault.message]
    assert [fault.place.line for fault in found if fault.place] == [line]


def test_a_handset_runs_something(tmp_path: Path) -> None:
    """A handset without firmware and personas is refused."""
    path = tmp_path / "handset.toml"
    path.write_text('[handset]\nname = "a"\nversion = "1"\nboards = ["b"]\n')
    with pytest.raises(HandsetError, match="there is nothing to run"):
        handset.load(path)


def test_boot_firmware_is_a_persona_without_a_kernel(tmp_path: Path) -> None:
    """Its files have roles of their own; what it may write is whole sectors."""
    path = tmp_path / "handset.toml"
    head = '[handset]\nname = "a"\nversion = "1"\nboards = ["b"]\n[[persona]]\nname = "p"\n'
    text = head + 'memory = "64 MiB"\nformat = "rom"\nrom = "u-boot.bin"\n'
    path.write_text(text + 'vars = "env.img"\nvars-size = "260 KiB"\n')
    loaded = handset.load(path)
    (persona,) = loaded.personas
    assert (persona.format, persona.kernel, persona.vars_size) == ("rom", None, MIB // 2)
    assert list(loaded.inputs()) == ["p/rom", "p/vars"]
    path.write_text(text)
    assert handset.load(path).personas[0].vars_size == 3 * MIB // 4


def test_a_bank_of_flash_has_an_end(tmp_path: Path) -> None:
    """More than it can't be written."""
    path = tmp_path / "handset.toml"
    head = '[handset]\nname = "a"\nversion = "1"\nboards = ["b"]\n[[persona]]\nname = "p"\n'
    path.write_text(head + 'memory = "1 MiB"\nformat = "rom"\nrom = "x"\nvars-size = "65 MiB"\n')
    with pytest.raises(HandsetError, match="65 MiB is more than a bank of flash has"):
        handset.load(path)


def test_firmware_alone_is_a_handset(tmp_path: Path) -> None:
    """A handset may have firmware and no persona; then none is started."""
    path = tmp_path / "handset.toml"
    head = '[handset]\nname = "a"\nversion = "1"\nboards = ["b"]\n'
    path.write_text(head + '[realtime]\nimage = "x"\nmemory = "2 MiB"\n')
    assert handset.load(path).boot.default == ""


def test_personas_alone_are_a_handset(write: Write) -> None:
    """A handset may have personas and no firmware."""
    path = write({"[on.acme.realtime]": "[on.acme.handset]", 'memory = "12 MiB"': 'version = "2"'})
    text = path.read_text()
    path.write_text(text[: text.index("[realtime]")] + text[text.index("[[persona]]") :])
    acme = handset.load(path)
    assert acme.realtime is None
    assert list(acme.inputs()) == ["work/kernel", "work/ramdisk", "personal/kernel"]
    assert acme.for_board("acme").version == "2"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A handset that isn't there is an error with the name that was looked for."""
    with pytest.raises(HandsetError, match=r"nowhere.toml: there is no such file"):
        handset.load(tmp_path / "nowhere.toml")
