# SPDX-License-Identifier: Apache-2.0
"""plan, build, bundle, inspect, extract, lock and fetch, as people and pipelines call them.

No compiler is needed: the hypervisor is a stand-in.
"""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import build
from mvpsdk.build.recipe import Recipe
from mvpsdk.core.facade import FINGERPRINT
from mvpsdk_cli import downloads, render, schemas
from mvpsdk_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HANDSET = """\
[handset]
name = "one"
version = "1.0.0"
boards = [{boards}]

[[persona]]
name = "work"
kernel = {kernel}
ramdisk = "initrd"
memory = "{memory}"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
{more}
"""
MISSING = '"missing"'


def arm64_image(size: int) -> bytes:
    """An arm64 Image of so many bytes."""
    head = struct.pack("<IIQQQ24s4sI", 0x91005A4D, 0, 0, size, 0xA, b"", b"ARM\x64", 0)
    return head.ljust(size, b"k")


def stand_in(name: str) -> build.Image:
    """A program that nobody compiled."""
    binary = arm64_image(4096)
    nothing = Path("/nowhere")
    recipe = Recipe(
        name=name,
        sources=(),
        includes=(),
        script=nothing,
        entry="",
        names={},
        fingerprint=FINGERPRINT.hex(),
    )
    return build.Image(
        name=name,
        binary=binary,
        elf=b"elf",
        sha256=hashlib.sha256(binary).hexdigest(),
        elf_sha256="",
        memory_size=5000,
        total=build.Sizes(text=4000, bss=900),
        by_source={"core/src/pack.c": build.Sizes(text=4000, bss=900)},
        toolchain="gcc 1",
        sources="ab" * 32,
        recipe=recipe,
    )


Write = "Callable[..., None]"


@pytest.fixture
def handset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes a handset into the working directory; the compiler is a stand-in."""
    chain = build.Toolchain(
        family="gcc", compiler=("gcc",), linker="ld", objdump="objdump", identity="gcc 1"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MVPSDK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(build, "find", lambda _family=None: chain)
    monkeypatch.setattr(build, "image", lambda *_a, **_k: stand_in("hypervisor"))
    monkeypatch.setattr(build, "firmware", lambda *_a, **_k: stand_in("firmware"))

    def write(
        *,
        boards: str = '"qemu-virt"',
        kernel: str = '"linux"',
        memory: str = "32 MiB",
        more: str = "",
    ) -> None:
        Path("linux").write_bytes(arm64_image(70_000))
        Path("initrd").write_bytes(b"\x1f\x8b\x08" + bytes(5000))
        text = HANDSET.format(boards=boards, kernel=kernel, memory=memory, more=more)
        Path("handset.toml").write_text(text)

    return write


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a call."""
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What a call prints with --format json."""
    _, out, _ = run(capsys, *words, "--format", "json")
    parsed: dict[str, Any] = json.loads(out)
    return parsed


def matches(found: dict[str, Any]) -> bool:
    """Whether a report has just the keys that its published schema names."""
    name = found["schema"].partition(".")[2].partition("/")[0]
    return set(schemas.schema(name)["properties"]) == set(found)


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
    assert "interrupt 39 of gpio" in out
    assert "work/kernel" in out


def firmware_elf() -> bytes:
    """A static position-independent ELF for AArch64 with one segment."""
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 183, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 120, 4096, 4096)


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
    """The error names the boards and the option."""
    handset(boards='"qemu-virt", "other"')

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert "several boards: qemu-virt, other" in err
    assert "--board" in err
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


def bundled(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Makes x.itb."""
    handset()
    assert run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")[0] == 0


def test_inspect_shows_an_intact_bundle(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is for, what is in it, and that it is as it was made."""
    bundled(handset, capsys)

    code, out, _ = run(capsys, "inspect", "x.itb")

    assert code == 0
    assert "handset      one 1.0.0" in out
    assert "dev, unsigned" in out
    assert "DAMAGED" not in out
    assert "work: persona, priority 100, default" in out


def test_inspect_tells_damage(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped byte is named with both digests; the exit code is 1."""
    bundled(handset, capsys)
    data = bytearray(Path("x.itb").read_bytes())
    data[data.index(b"kkkk") + 100] ^= 1
    Path("x.itb").write_bytes(data)

    code, out, _ = run(capsys, "inspect", "x.itb")

    assert code == 1
    assert "DAMAGED" in out
    assert "is damaged: SHA-256" in out


def test_inspect_tells_why_a_pack_is_refused(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is the one that the hypervisor would give at boot."""
    bundled(handset, capsys)
    run(capsys, "extract", "x.itb", "pack", "-o", "parts")
    data = bytearray(Path("parts/pack").read_bytes())
    data[400] ^= 1
    Path("parts/pack").write_bytes(data)

    code, out, _ = run(capsys, "inspect", "parts/pack")
    found = document(capsys, "inspect", "parts/pack")

    assert code == 1
    assert "the pack is refused: reason 19" in out
    assert found["verdict"]["reason"] == 19
    assert matches(found)


@pytest.mark.parametrize("name", ["x.itb", "linux", "initrd"])
def test_inspect_as_json_matches_its_schema(
    name: str, handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same keys for a bundle, a kernel and a ramdisk."""
    bundled(handset, capsys)

    assert matches(document(capsys, "inspect", name))


def test_inspect_tells_faults_of_an_image(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An ELF file that is cut short is told as one."""
    handset()
    Path("cut.elf").write_bytes(firmware_elf()[:100])

    _, out, _ = run(capsys, "inspect", "cut.elf")
    _, whole, _ = run(capsys, "inspect", "linux")

    assert "format       elf" in out
    assert "fault" in out
    assert "70000 bytes, text offset 0x0" in whole


def test_extract_gives_the_inputs_back(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it without names, one with; each path is told."""
    bundled(handset, capsys)

    code, out, _ = run(capsys, "extract", "x.itb", "work/kernel", "-o", "parts")

    assert (code, out) == (0, "parts/work/kernel\n")
    assert Path("parts/work/kernel").read_bytes() == Path("linux").read_bytes()
    found = document(capsys, "extract", "x.itb", "-o", "all")
    assert matches(found)
    assert len(found["files"]) == 6


def test_extract_names_what_there_is(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name is a wrong call."""
    bundled(handset, capsys)

    code, _, err = run(capsys, "extract", "x.itb", "kernel", "-o", "parts")

    assert code == 2
    assert "work/kernel" in err


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


def test_locked_inputs_are_held_to_the_lock(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """As locked: a bundle. Changed: both digests and the way out."""
    handset()
    code, out, err = run(capsys, "lock", ".")
    assert code == 0
    assert out.startswith("work/kernel   ")
    assert "pinned 2 inputs in handset.lock" in err
    words = ["bundle", ".", "-o", "x.itb", "--unsigned", "--locked"]
    assert run(capsys, *words)[0] == 0

    Path("linux").write_bytes(arm64_image(70_001))

    code, _, err = run(capsys, *words)
    assert code == 2
    assert "work/kernel has SHA-256" in err
    assert "mvpsdk lock" in err
    assert run(capsys, *words[:-1])[0] == 0


def test_locked_without_a_lock_says_how_to_make_one(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next step is in the error."""
    handset()

    code, _, err = run(capsys, "plan", ".", "--locked")

    assert code == 2
    assert "mvpsdk lock" in err


def test_a_lock_as_json_matches_its_schema(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, digest and size of each input."""
    handset()

    found = document(capsys, "lock", ".")

    assert matches(found)
    assert found["inputs"][0]["size"] == 70_000


def test_a_digest_in_the_handset_file_is_held_to(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is something else is refused with both digests."""
    handset(kernel=f'{{ path = "linux", sha256 = "{"ab" * 32}" }}')

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert f"it should be {'ab' * 32}" in err


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where this machine serves the test's folder."""

    class Handler(SimpleHTTPRequestHandler):
        """Serves the folder without a word."""

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_fetch_fills_the_cache_and_offline_uses_it(
    handset: Any, url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Pinned by the lock, fetched once, and then no server is needed."""
    handset(kernel=f'{{ url = "{url}/linux" }}')
    assert run(capsys, "plan", ".")[0] == 2
    assert run(capsys, "lock", ".")[0] == 0
    for folder in ("files", "partial"):
        for path in sorted((tmp_path / "cache" / folder).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert run(capsys, "plan", ".", "--offline")[0] == 2

    code, out, _ = run(capsys, "fetch", ".")

    assert code == 0
    assert out.startswith("work/kernel  ")
    assert run(capsys, "plan", ".", "--offline")[0] == 0
    assert matches(document(capsys, "fetch", "."))


def test_a_damaged_cache_is_named(
    handset: Any, url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A cached file that isn't what its name says is told, with the command that mends it."""
    handset(kernel=f'{{ url = "{url}/linux" }}')
    run(capsys, "lock", ".")
    digest = hashlib.sha256(Path("linux").read_bytes()).hexdigest()
    (tmp_path / "cache" / "files" / digest[:2] / digest).write_bytes(arm64_image(4096))

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert "mvpsdk fetch" in err
    assert run(capsys, "fetch", ".")[0] == 0
    assert run(capsys, "plan", ".")[0] == 0


def test_nothing_to_fetch_is_said(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A handset of local files is complete."""
    handset()

    code, out, err = run(capsys, "fetch", ".")

    assert (code, out) == (0, "")
    assert "nothing to fetch" in err


def test_one_role_has_one_pin(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Boards that want different files for one role can't share a lock."""
    handset(
        boards='"qemu-virt", "other"',
        more='[[on.other.persona]]\nname = "work"\nkernel = "initrd"\n',
    )

    code, _, err = run(capsys, "lock", ".")

    assert code == 2
    assert "work/kernel is" in err


def test_each_download_has_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's progress is told piece by piece; the next file starts from nothing."""
    shown: list[tuple[str, int]] = []

    class Bar:
        """Stands in for a progress bar."""

        def __init__(self, _title: str, total: int) -> None:
            shown.append(("open", total))

        def __enter__(self) -> Callable[[int], None]:
            return lambda amount: shown.append(("advance", amount))

        def __exit__(self, *_error: object) -> None:
            shown.append(("close", 0))

    monkeypatch.setattr(render, "progress", Bar)
    with downloads.bars() as progress:
        progress(10, 100)
        progress(100, 100)
        progress(20, 50)

    assert shown == [
        ("open", 100),
        ("advance", 10),
        ("advance", 90),
        ("close", 0),
        ("open", 50),
        ("advance", 20),
        ("close", 0),
    ]


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
