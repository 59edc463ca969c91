# SPDX-License-Identifier: Apache-2.0
"""Help is complete, true and quick."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk_cli.catalogue import SECTIONS, entries

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Cli = Callable[..., Any]
    Program = Callable[..., subprocess.Popen[str]]

GOLDEN = Path(__file__).parent / "golden"
HEAVY = ("lief", "pydantic", "requests", "rich", "elftools", "cryptography", "mvpsdk.core._lib")
PAGES = ("", "boards", "boards show", "completion", "doctor", "new-handset", "run", "schema")


def compare(name: str, shown: str) -> None:
    """Compare with the golden text; MVPSDK_UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        path.write_text(shown)
    assert path.read_text() == shown


@pytest.mark.parametrize("words", PAGES)
def test_help_is_as_it_was(cli: Cli, words: str) -> None:
    """A help page is public: it changes on purpose alone."""
    result = cli(*words.split(), "--help")
    assert (result.code, result.err) == (0, "")
    compare("-".join(["help", *words.split()]), result.out)


@pytest.mark.parametrize("name", entries())
def test_every_command_has_a_page_with_an_example(cli: Cli, name: str) -> None:
    """Each command's page says what it does and shows how."""
    result = cli(name, "--help")
    assert result.code == 0
    assert entries()[name].summary.split()[0] in result.out
    assert f"mvpsdk {name}" in result.out.partition("Examples:")[2]
    assert max(map(len, result.out.splitlines())) <= 100


@pytest.mark.parametrize("name", entries())
def test_summaries_are_the_docstrings(name: str) -> None:
    """The line in the root's help, read as text, is what Python reads."""
    entry = entries()[name]
    module = Path(GOLDEN.parents[2], "cli", *entry.module.split("."))
    source = module.with_suffix(".py").read_text()
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring
    assert docstring.splitlines()[0] == entry.summary
    assert f'\nSECTION = "{entry.section}"\n' in source
    assert entry.section in SECTIONS


def test_root_help_fits_a_terminal(cli: Cli) -> None:
    """No line of the root's help is wider than a terminal."""
    assert max(map(len, cli().out.splitlines())) <= 80


def test_no_words_are_help(cli: Cli) -> None:
    """Someone who types the name alone is helped."""
    assert cli() == cli("--help") == cli("-h")


def test_shared_options_stand_anywhere(cli: Cli) -> None:
    """Options that every command takes stand before or after its name."""
    assert cli("-v", "--color", "never", "schema") == cli("schema", "--color=never", "-v")


def test_shared_options_alone_are_help(cli: Cli) -> None:
    """Options without a command are no reason to fail."""
    assert cli("-qv", "--no-input").code == 2
    assert cli("-v", "--no-input") == cli("--help")


def test_help_wins_over_other_options(cli: Cli) -> None:
    """Help is shown even among other options, and in a bunch."""
    assert cli("doctor", "-vh") == cli("doctor", "-v", "--help") == cli("doctor", "--help")


def test_version(cli: Cli) -> None:
    """The version is the library's."""
    from mvpsdk import __version__

    assert cli("--version").out == f"mvpsdk {__version__}\n"


QUICK = ["--help", "--version", *(f"{name} --help" for name in entries())]


@pytest.mark.parametrize("words", QUICK)
def test_help_imports_nothing_heavy(program: Program, words: str) -> None:
    """Help is there at once, since nothing is imported that it doesn't need."""
    process = program(*words.split(), PYTHONPROFILEIMPORTTIME="1")
    _, err = process.communicate(timeout=60)
    imported = {line.rpartition("|")[2].strip() for line in err.splitlines()}
    assert "mvpsdk_cli.main" in imported
    assert not imported.intersection(HEAVY)


def test_root_help_does_without_typer(program: Program) -> None:
    """The root's page needs no parser."""
    process = program("--help", PYTHONPROFILEIMPORTTIME="1")
    _, err = process.communicate(timeout=60)
    assert not [line for line in err.splitlines() if line.rpartition("|")[2].strip() == "typer"]


def test_root_help_takes_little_time(program: Program) -> None:
    """150 ms of processor time at most, the least of nine runs: a busy host only adds."""
    spent = []
    for _ in range(9):
        with program("--help") as process:
            assert process.stdout
            assert process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        spent.append(usage.ru_utime + usage.ru_stime)
    assert min(spent) < 0.15


def test_completion_offers_commands_options_and_boards(
    cli: Cli, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell is told what may come next."""
    monkeypatch.setenv("_MVPSDK_COMPLETE", "complete_bash")

    def offered(words: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
        with pytest.raises(SystemExit):
            cli()
        return capfd.readouterr().out.split()

    assert offered("mvpsdk bo") == ["boards"]
    assert "--expect" in offered("mvpsdk run --")
    assert offered("mvpsdk run --via ") == ["direct", "u-boot"]
    assert "qemu-virt" in offered("mvpsdk boards show ")
    assert "run" in offered("mvpsdk schema ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_mvpsdk(cli: Cli, shell: str) -> None:
    """Each shell's script calls the program itself."""
    assert "_MVPSDK_COMPLETE" in cli("completion", shell).out
