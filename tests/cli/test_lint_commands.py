# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk lint`, `rules` and `explain`, as people and pipelines call them."""

from __future__ import annotations

import datetime as dt
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.errors import Fault
from mvpsdk.lint import Bench, catalogue, check
from mvpsdk_cli.commands import _findings
from mvpsdk_cli.main import main
from tree_tables import blob, phone

if TYPE_CHECKING:
    from collections.abc import Callable

HANDSET = """\
[handset]
name = "one"
version = "1.0.0"
boards = ["qemu-virt"]

[[persona]]
name = "work"
kernel = "linux"
memory = "{memory}"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
{more}
"""


def kernel(image_size: int = 0x20_0000) -> bytes:
    """An arm64 Image of one page."""
    header = struct.pack(
        "<IIQQQQQQ4sI", 0x91005A4D, 0x14000000, 0, image_size, 0xA, 0, 0, 0, b"ARM\x64", 0
    )
    return header.ljust(0x1000, b"\0")


@pytest.fixture
def handset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> Callable[..., None]:
    """Writes a handset into the working directory."""
    assert own_cache.is_dir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def write(*, memory: str = "32 MiB", more: str = "", **header: int) -> None:
        Path("linux").write_bytes(kernel(**header))
        Path("handset.toml").write_text(HANDSET.format(memory=memory, more=more))

    return write


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a call."""
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What a call prints with --format json."""
    code, out, _ = run(capsys, *words, "--format", "json")
    parsed: dict[str, Any] = {**json.loads(out), "exit": code}
    return parsed


def test_a_good_handset_is_one_line(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Here is the default, and all six outcomes are told."""
    handset()
    code, out, _ = run(capsys, "lint")
    assert code == 0
    assert len(out.splitlines()) == 1
    for word in ("passed", "failed", "suppressed", "baselined", "not applicable", "not checked"):
        assert word in out


def test_a_finding_is_told_with_place_and_way_out(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both parties come first; what they kept from being checked comes after."""
    handset(image_size=64 << 20)
    code, out, _ = run(capsys, "lint", "handset.toml")
    first = out.splitlines()[0]
    assert code == 1
    assert first.startswith("MEM005 error [qemu-virt] ")
    assert "0x2000000" in first
    assert "handset.toml:9:1 (persona.work.memory)" in out
    assert "  fix:" in out
    unplanned = "DEV004, DEV005, MEM001, MEM002, MEM003, MEM004, MEM007, MEM009, RTF003"
    assert f"not checked: {unplanned}: there is no plan" in out


def test_json_is_all_that_goes_to_stdout(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The schema comes first, the exit code is the same."""
    handset(image_size=64 << 20)
    report = document(capsys, "lint", ".", "--statistics")
    assert next(iter(report)) == "schema"
    assert report["schema"] == "mvpsdk.lint/1"
    assert report["exit"] == 1
    assert report["statistics"] == {"MEM005": 1}
    assert report["findings"][0]["place"]["line"] == 9


def test_rules_can_be_selected_and_ignored(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commas and repetition both work."""
    handset(image_size=64 << 20)
    some = document(capsys, "lint", "--select", "IMG,MEM004", "--select", "MEM005")
    none = document(capsys, "lint", "--ignore", "MEM")
    assert {check["rule"] for check in some["checks"]} >= {"IMG001", "MEM004", "MEM005"}
    others = {rule.group for rule in catalogue()} - {"MEM"}
    assert {check["rule"][:3] for check in none["checks"]} == others


def test_a_wrong_rule_is_a_wrong_call(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with what may have been meant."""
    handset()
    code, _, err = run(capsys, "lint", "--select", "MEM0005")
    assert code == 2
    assert "MEM005" in err


def test_fail_on_and_statistics(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning is exit 0, unless it is asked for."""
    handset(memory="33 MiB")
    assert run(capsys, "lint")[0] == 0
    code, out, _ = run(capsys, "lint", "--fail-on", "warning", "--statistics")
    assert code == 1
    assert "1  MEM004  unaligned-region" in out


def test_strict_fails_on_what_could_not_be_checked(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flat binary names no architecture."""
    handset()
    Path("linux").write_bytes(b"\1" * 4096)
    text = Path("handset.toml").read_text()
    Path("handset.toml").write_text(text.replace('"linux"', '"linux"\nformat = "raw"'))
    code, out, _ = run(capsys, "lint")
    assert code == 0
    assert "not checked: IMG002: work/kernel (linux) is a flat binary" in out
    assert run(capsys, "lint", "--strict")[0] == 1


def test_exceptions_are_told(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is used says what it excuses; expired and unused ones are said, too."""
    allow = '[[allow]]\nrule = "{}"\nat = "{}"\nreason = "known"\n'
    more = allow.format("MEM004", "persona.work") + allow.format("MEM002", "realtime")
    handset(memory="33 MiB", more=more + allow.format("IMG002", "") + "until = 2020-01-01\n")
    code, out, _ = run(capsys, "lint", "--fail-on", "error")
    assert code == 1
    assert '(allowed: "known")' in out
    assert "REP004 warning [[allow]] MEM002 at realtime excuses nothing" in out
    assert "REP004 error [[allow]] IMG002 at everything has expired" in out


def test_a_board_alone(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """By its folder or its file."""
    handset()
    from mvpsdk import board

    path = board.find()["qemu-virt"]
    for argument in (str(path), str(path.parent)):
        report = document(capsys, "lint", argument)
        assert (report["exit"], report["target"]) == (0, "qemu-virt")


def test_a_tree_alone(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """By its first bytes or its name; what is found points at a node."""
    handset()
    Path("Acme_One-1.2.dtb").write_bytes(blob(phone()))
    Path("fdt").write_bytes(blob({**phone(), "psci": {**phone()["psci"], "method": "hvc"}}))
    report = document(capsys, "lint", "Acme_One-1.2.dtb")
    assert (report["exit"], report["target"]) == (0, "acme-one-1-2")
    assert report["statistics"] == {"BRD003": 1}
    code, out, _ = run(capsys, "lint", "fdt")
    assert code == 1
    assert out.startswith("BRD003 error [fdt] PSCI is called by HVC")
    assert "  at:      fdt:/psci (board.el2)" in out


def test_a_tree_that_is_none_is_exit_2(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name says that it should be one."""
    handset()
    Path("vendor.dtb").write_text("[board]")
    for name in ("vendor.dtb", "absent.dtb"):
        code, _, err = run(capsys, "lint", name)
        assert (code, name in err) == (2, True)


def test_an_image_alone(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a handset; several with one call."""
    handset(image_size=0)
    Path("junk.elf").write_bytes(b"\x7fELF junk")
    report = document(capsys, "lint", "--image", "linux", "--image", "junk.elf")
    assert report["exit"] == 1
    assert report["target"] == "linux, junk.elf"
    assert {found["rule"] for found in report["findings"]} == {"IMG001", "IMG007"}
    assert report["findings"][0]["place"]["file"] == "linux"


def test_a_tree_is_no_image_and_has_no_boards(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can't be meant is told, not passed over."""
    handset()
    Path("vendor.dtb").write_bytes(blob(phone()))

    code, _, err = run(capsys, "lint", "--image", "vendor.dtb")
    assert (code, "next: mvpsdk lint vendor.dtb" in err) == (2, True)
    code, _, err = run(capsys, "lint", "vendor.dtb", "--board", "qemu-virt")
    assert (code, "leave --board out" in err) == (2, True)


def test_strict_tells_why_it_failed(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """All that was checked has passed, and yet the exit code is 1."""
    handset()
    Path("flat.bin").write_bytes(bytes(range(256)) * 64)

    code, _, err = run(capsys, "lint", "--image", "flat.bin", "--strict")

    assert (code, "failed by --strict: 1 of the checks" in err) == (1, True)


@pytest.mark.parametrize("words", [["absent.toml"], ["--image", "absent"], ["absent/board.toml"]])
def test_what_is_not_there_is_exit_2(
    handset: Any, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """A file that can't be read is told with its name."""
    handset()
    code, _, err = run(capsys, "lint", *words)
    assert code == 2
    assert "absent" in err


def test_a_finding_without_a_place_names_its_subject() -> None:
    """Where no file names it, the key does."""
    bench = Bench(faults=(Fault(message="too large", rule="MEM003", hint="take less"),))
    report = check([bench], today=dt.date(2026, 1, 1), select=["MEM003"])
    lines = list(_findings.text(report))
    assert lines[0] == "MEM003 error too large"
    assert lines[1].split() == ["at:", "plan"]


def test_rules_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """As a table, as JSON with the pages, as the reference."""
    codes = [rule.code for rule in catalogue()]
    _, out, _ = run(capsys, "rules")
    listed = document(capsys, "rules")
    _, pages, _ = run(capsys, "rules", "--format", "markdown")
    assert [line.split()[0] for line in out.splitlines()] == codes
    assert [rule["code"] for rule in listed["rules"]] == codes
    assert listed["schema"] == "mvpsdk.rules/1"
    assert all(f"## {code} " in pages for code in codes)


@pytest.mark.parametrize("code", ["MEM005", "mem005", "image-does-not-fit"])
def test_explain_shows_a_page(capsys: pytest.CaptureFixture[str], code: str) -> None:
    """By code or name, offline."""
    exit_code, out, _ = run(capsys, "explain", code)
    assert exit_code == 0
    assert out.startswith("MEM005 image-does-not-fit\n")
    assert "Use instead" in out
    assert "```" not in out


def test_explain_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same page, by sections."""
    page = document(capsys, "explain", "MEM001")
    assert page["schema"] == "mvpsdk.rule/1"
    assert page["reasons"] == ["MVP_MEM_HYPERVISOR"]
    assert "What it does" in page["sections"]


def test_explain_of_an_unknown_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and what may have been meant."""
    code, _, err = run(capsys, "explain", "MEM05")
    assert code == 2
    assert "did you mean MEM005" in err


def test_completion_knows_the_codes() -> None:
    """The shell completes what `explain` takes."""
    from mvpsdk_cli.commands import explain

    assert "IMG001" in explain._codes()


@pytest.fixture
def boards(handset: Any) -> Callable[..., None]:
    """Writes a board of its own, with text replaced, beside a handset that is made for it."""
    from mvpsdk import board

    def write(changes: dict[str, str]) -> None:
        handset()
        text = board.find()["qemu-virt"].read_text()
        for old, new in {'"qemu-virt"': '"mine"', **changes}.items():
            assert old in text
            text = text.replace(old, new)
        Path("boards/mine").mkdir(parents=True, exist_ok=True)
        Path("boards/mine/board.toml").write_text(text)
        product = Path("handset.toml").read_text()
        Path("handset.toml").write_text(product.replace('"qemu-virt"', '"mine"'))

    return write


def test_a_board_with_gaps_is_told_gap_by_gap(
    boards: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """By itself and under a handset: each gap has its rule, its place and the way to fill it."""
    boards({'"free"': '"TODO"', '"1 GiB"\n\n[[': '"TODO"\n\n[['})
    for words in (["boards/mine"], []):
        report = document(capsys, "lint", *words)
        assert report["exit"] == 1
        assert report["statistics"] == {"BRD001": 1, "BRD003": 1}
        assert [found["place"]["line"] for found in report["findings"]] == [18, 9]
        assert all("TODO" in found["message"] and found["fix"] for found in report["findings"])


def test_a_handset_on_a_board_with_gaps_has_no_plan(
    boards: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its images are judged, what needs a plan is not, and no tool failed."""
    boards({'"free"': '"TODO"'})
    report = document(capsys, "lint")
    outcomes = {check["rule"]: check["outcome"] for check in report["checks"]}
    assert outcomes["IMG002"] == "pass"
    assert outcomes["MEM001"] == "not-checked"
    assert run(capsys, "lint", "--ignore", "BRD")[0] == 0
    assert run(capsys, "lint", "--ignore", "BRD", "--strict")[0] == 1


def test_a_contradiction_is_a_finding_if_a_rule_speaks_of_it(
    boards: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What no rule speaks of is a wrong input, as for every other command."""
    boards({"irq = 39": "irq = 33"})
    assert document(capsys, "lint")["statistics"] == {"DEV004": 1}
    boards({'memory = "1 GiB"': 'memory = "2 GiB"'})
    code, _, err = run(capsys, "lint", "boards/mine")
    assert code == 2
    assert "virtual.memory" in err
