# SPDX-License-Identifier: Apache-2.0
"""plan, build and bundle, as people and pipelines call them; the hypervisor is a stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mvpsdk import build
from workbench import MISSING, document, firmware_elf, matches, run, stand_in


def test_a_plan_says_where_and_why(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The memory map, each partition's view, and a reason for each placement."""
    handset(
        more='[realtime]\nimage = "fw.elf"\nmemory = "8 MiB"\nmap = "direct"\ncpu = 0\n'
        'priority = 10\ndevices = ["gpio"]\n'
    )
    Path("fw.elf").write_bytes(firmware_elf())

    code, out, _ = run(capsys, "plan", ".")

    assert code == 0
    assert "one 1.0.0 on qemu-virt" in out
    assert "hypervisor  window" in out
    assert "interrupt 39  gpio's own" in out
    assert "work/kernel" in out


def test_a_plan_as_json_matches_its_schema(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Addresses and sizes are numbers."""
    handset()

    found = document(capsys, "plan", ".")

    assert matches(found)
    assert found["window"] == {"base": 0x40200000, "size": 0x200000}
    assert [image["name"] for image in found["partitions"][0]["images"]] == [
        "work/kernel",
        "work/ramdisk",
        "work/dtb",
    ]


def test_what_does_not_fit_has_no_plan(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The call names what collides, and exits with 2."""
    handset(memory="2 MiB")

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert "raise memory" in err


def test_several_boards_need_a_choice(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A bundle is for one: the error names the boards and the option."""
    handset(boards='"qemu-virt", "other"')

    code, _, err = run(capsys, "bundle", ".", "--unsigned", "-o", "out.itb")

    assert code == 2
    assert "several boards: qemu-virt, other" in err
    assert "--board" in err
    assert not Path("out.itb").exists()
    assert run(capsys, "plan", ".", "--board", "qemu-virt")[0] == 0


def test_unsigned_must_be_asked_for_by_name(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the word there is no bundle, and the error says why."""
    handset()

    code, _, err = run(capsys, "bundle", ".", "-o", "x.itb")

    assert code == 2
    assert "--unsigned" in err
    assert not Path("x.itb").exists()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--profile", "release", "--unsigned"], "a release bundle must be signed"),
        (["--container", "zip", "--unsigned"], "no container zip"),
    ],
)
def test_calls_that_cannot_be_are_refused_first(
    words: list[str], what: str, handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is read or built."""
    handset()

    code, _, err = run(capsys, "bundle", "nowhere", "-o", "x.itb", *words)

    assert code == 2
    assert what in err


def test_a_bundle_is_made_and_said_to_be_unsigned(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for the bundle, one for each part; the warning goes to stderr."""
    handset()

    code, out, err = run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")

    assert code == 0
    assert out.startswith("x.itb: one 1.0.0 for qemu-virt, ")
    assert "UNSIGNED" in err
    assert Path("x.itb").stat().st_size > 70_000


def test_a_bundle_as_json_matches_its_schema(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The manifest is in it."""
    handset()

    found = document(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")

    assert matches(found)
    assert found["manifest"]["signed"] is False
    assert found["size"] == Path("x.itb").stat().st_size


def test_lint_errors_keep_a_bundle_from_being_made(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding is told with its rule, and the exit code is that of a failed check."""
    handset(memory="2 MiB")

    code, _, err = run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")

    assert code == 1
    assert "[MEM005]" in err
    assert not Path("x.itb").exists()


def test_a_missing_image_is_a_wrong_input(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the file."""
    handset(kernel=MISSING)

    code, _, err = run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")

    assert code == 2
    assert "missing" in err


def test_build_reports_sizes(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each source, and a total."""
    handset(
        more='[realtime]\nsource = "fw"\nmemory = "8 MiB"\nmap = "direct"\ncpu = 0\npriority = 10\n'
    )
    Path("fw").mkdir()

    code, out, _ = run(capsys, "build", ".")

    assert code == 0
    assert "hypervisor  gcc 1" in out
    assert "firmware  gcc 1" in out
    assert "core/src/pack.c  4000       0     0  900" in out


def test_build_writes_to_a_folder(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The binary, its ELF and the compilation database."""
    handset()

    found = document(capsys, "build", ".", "-o", "out", "--no-cache")

    assert matches(found)
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "compile_commands.json",
        "hypervisor.bin",
        "hypervisor.elf",
    ]


def test_firmware_from_source_is_planned(
    handset: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is built first; where the cache can't be written, a folder of its own serves."""
    handset(
        more='[realtime]\nsource = "fw"\nmemory = "8 MiB"\nmap = "direct"\ncpu = 0\npriority = 10\n'
    )
    Path("fw").mkdir()
    made = stand_in("firmware")
    elf = firmware_elf()
    object.__setattr__(made, "elf", elf)
    monkeypatch.setattr(build, "firmware", lambda *_a, **_k: made)

    assert "realtime/segment0" in run(capsys, "plan", ".")[1]
    monkeypatch.setenv("MVPSDK_CACHE_DIR", "/proc/nowhere")
    assert "realtime/segment0" in run(capsys, "plan", ".")[1]


def test_a_tool_that_failed_keeps_a_bundle_from_being_made(
    handset: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that could not be made is no check that passed."""
    from mvpsdk import lint
    from mvpsdk.lint.model import Check, Outcome

    handset()
    failed = Check(
        rule="IMG003",
        board="qemu-virt",
        subject="realtime.image",
        outcome=Outcome.NOT_CHECKED,
        reason="the parser crashed",
        failed=True,
    )
    report = lint.Report(
        target="one",
        boards=(),
        findings=(),
        suppressed=(),
        baselined=(),
        checks=(failed,),
        allows=(),
    )
    monkeypatch.setattr(lint, "check", lambda *_a, **_k: report)

    code, _, err = run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")

    assert code == 2
    assert "realtime.image: the parser crashed" in err
    assert not Path("x.itb").exists()


def test_quiet_says_nothing_of_files_that_are_made(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the result; JSON, which is asked for by name, still comes."""
    handset()
    for words in ("lock .", "bundle . -o x.itb --unsigned", "extract x.itb -o parts", "fetch ."):
        assert run(capsys, *words.split(), "--quiet") == (0, "", "")
    assert document(capsys, "extract", "x.itb", "-o", "parts", "--quiet")["files"]


def test_a_bundle_never_replaces_firmware_sources(
    handset: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the firmware is built from is an input too; another file beside it may be written."""
    handset(
        more='[realtime]\nsource = "fw"\nmemory = "8 MiB"\nmap = "direct"\ncpu = 0\npriority = 10\n'
    )
    source = Path("fw/main.c")
    source.parent.mkdir()
    source.write_text("int x;")
    made = stand_in("firmware")
    object.__setattr__(made, "elf", firmware_elf())
    monkeypatch.setattr(build, "firmware", lambda *_a, **_k: made)
    bundling = ["bundle", ".", "--unsigned", "-o"]

    code, _, err = run(capsys, *bundling, "fw/main.c")

    assert code == 2
    assert "one of the bundle's own inputs" in err
    assert source.read_text() == "int x;"
    assert [run(capsys, *bundling, "fw/phone.itb")[0] for _ in "ab"] == [0, 0]
