# SPDX-License-Identifier: Apache-2.0
"""Finding a cross compiler, and running tools."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mvpsdk.build import find, toolchain
from mvpsdk.build.tool import run
from mvpsdk.errors import InputError, MissingToolError, TimeoutError_, ToolFailedError

ALL = ("aarch64-none-elf-gcc", "aarch64-linux-gnu-gcc", "clang", "ld", "ld.lld")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, *names: str) -> None:
    """Put in tools that say their names, and know where their companions are."""
    for name in names:
        path = folder / name
        path.write_text(
            "#!/bin/sh\n"
            f'case $1 in -print-prog-name=*) echo "{folder}/${{1#*=}}";;\n'
            f"--version) echo {name} 1.0; echo more;; esac\n"
        )
        path.chmod(0o755)


def test_the_bare_metal_gcc_comes_first(tools: Path) -> None:
    """With everything there, the order is GCC bare-metal, GCC for Linux, Clang, Zig."""
    install(tools, *ALL)

    assert find().compiler == (str(tools / "aarch64-none-elf-gcc"),)
    (tools / "aarch64-none-elf-gcc").unlink()
    assert find().identity == "aarch64-linux-gnu-gcc 1.0; ld 1.0"
    (tools / "aarch64-linux-gnu-gcc").unlink()
    assert find().compiler == (str(tools / "clang"), "--target=aarch64-none-elf")
    (tools / "clang").unlink()
    assert find().family == "zig"


def test_a_family_can_be_asked_for(tools: Path) -> None:
    """Then no other is taken."""
    install(tools, *ALL)

    assert find("clang").family == "clang"
    assert find("clang").linker == (str(tools / "ld.lld"),)
    assert find("gcc").family == "gcc"
    assert find("zig").identity.startswith("zig 0.17.")


@pytest.mark.usefixtures("tools")
def test_zig_needs_nothing_on_path() -> None:
    """It is found as a package of this Python, compiler and linker in one program, not imported."""
    found = find()

    program, *rest = found.compiler
    assert Path(program).parent.name == "ziglang"
    assert rest == ["cc", "-target", "aarch64-freestanding-none"]
    assert found.linker == (program, "ld.lld")
    assert "ziglang" not in sys.modules


def test_only_zig_is_told_where_to_keep_what_it_made(tmp_path: Path) -> None:
    """In the build's own folder, so that nothing is taken from a home, and nothing left there."""
    assert find("gcc").environment(tmp_path) == {}
    assert find("zig").environment(tmp_path) == {
        "ZIG_LOCAL_CACHE_DIR": str(tmp_path / "zig-cache"),
        "ZIG_GLOBAL_CACHE_DIR": str(tmp_path / "zig-cache"),
    }


@pytest.fixture
def no_ziglang(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without the package."""
    monkeypatch.setattr(toolchain, "find_spec", lambda _name: None)


@pytest.mark.usefixtures("no_ziglang")
def test_nothing_there_says_how_to_get_it(tools: Path) -> None:
    """The error says what was looked for, and the line that installs it."""
    install(tools, "clang", "aarch64-linux-gnu-gcc")

    with pytest.raises(MissingToolError) as caught:
        find()

    assert caught.value.message == (
        "no AArch64 cross compiler: no aarch64-none-elf-gcc,"
        " aarch64-linux-gnu-gcc without ld, clang without ld.lld, no Python package ziglang"
    )
    assert "pip install 'mvpsdk[toolchain]'" in caught.value.hint
    assert "apt install gcc-aarch64-linux-gnu" in caught.value.hint
    assert caught.value.exit_code == 3


def test_an_unknown_family_is_a_wrong_call() -> None:
    """The error names those that there are."""
    with pytest.raises(InputError, match="no toolchain tcc") as caught:
        find("tcc")

    assert caught.value.hint == "use gcc, clang or zig"


def test_a_tool_says_what_it_prints() -> None:
    """Both streams come back; the language is the tools' own."""
    assert run(["sh", "-c", "echo $LC_ALL; echo err >&2"]) == "C\nerr\n"


def test_a_tool_can_be_told_more() -> None:
    """What its environment gets comes to what is there; the language stays the tools' own."""
    said = run(["sh", "-c", "echo $HELLO $LC_ALL"], environment={"HELLO": "hi", "LC_ALL": "de"})
    assert said == "hi C\n"


def test_a_failing_tool_is_quoted() -> None:
    """The error has the status and the tool's own words, not too many."""
    with pytest.raises(ToolFailedError, match="sh failed with status 3:\nwrong"):
        run(["sh", "-c", "echo wrong >&2; exit 3"])
    with pytest.raises(ToolFailedError) as caught:
        run(["sh", "-c", "yes x | head -n 1000; exit 1"])
    assert len(caught.value.message.splitlines()) == 41


def test_a_killed_tool_names_the_signal() -> None:
    """A compiler that is killed (out of memory, say) is told apart from one that complains."""
    with pytest.raises(ToolFailedError, match="sh was killed by signal 9"):
        run(["sh", "-c", "kill -9 $$"])


def test_a_missing_tool_is_missing() -> None:
    """What can't be run is named."""
    with pytest.raises(MissingToolError, match="can't run /no/tool"):
        run(["/no/tool"])


def test_a_hanging_tool_is_stopped() -> None:
    """Time runs out on it."""
    with pytest.raises(TimeoutError_, match=r"sleep still ran after 0.05 seconds"):
        run(["sleep", "10"], timeout=0.05)
