# SPDX-License-Identifier: Apache-2.0
"""The entry point. What needs no parser (the help page, the version) is answered without one."""

import gc
import os
import sys

HELP: tuple[list[str], ...] = (["--help"], ["-h"], [])
HELP_WORDS = ("--help", "-h")
FRESH_WORDS = (*HELP_WORDS, "--no-cache")
OBJECTS = 50_000
"""New objects at which garbage is looked for. What is imported stays; to look through it again and
again, as Python does at every 700 objects, takes an eighth of a bundle's making."""
SHARED_FLAGS = {"-q", "--quiet", "-v", "--verbose", "--no-input"}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (the table stands in ``boundary``)."""
    words = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(OBJECTS)
    if "_MVPSDK_COMPLETE" in os.environ:
        return _complete()
    from mvpsdk_cli import boundary

    return boundary.guard(lambda: _dispatch(words), words)


def _dispatch(words: list[str]) -> int:
    words = _hoist(words)
    if words[:1] in HELP:
        from mvpsdk_cli import help as root_help
        from mvpsdk_cli import render

        render.out(root_help.page())
        return 0
    if words[0] == "--version":
        return _version()
    from mvpsdk_cli import replay

    return replay.answer(words, lambda: _run(words)) if _replays(words) else _run(words)


def _run(words: list[str]) -> int:
    # Plugins of others' have no business in the validation of a handset, and are slow to look for.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from mvpsdk_cli import app

    return app.run(words)


def _replays(words: list[str]) -> bool:
    """Whether a call that was answered before may be answered from the cache."""
    from mvpsdk_cli import catalogue, replay

    file = catalogue.COMMANDS / f"{words[0]}.py"
    fresh = any("release" in word or word in FRESH_WORDS for word in words)
    return not fresh and file.is_file() and replay.COMMAND in file.read_text(encoding="utf-8")


def _hoist(words: list[str]) -> list[str]:
    """Moves shared options that stand before the verb behind it, where every command takes them.

    Were they the root's own, typer would load pydantic to convert them before any `--help`.
    """
    count = 0
    while count < len(words) and _is_shared(words[count]):
        count += 2 if words[count] == "--color" else 1
    verb = words[count : count + 1]
    return [*verb, *words[:count], *words[count + 1 :]] if verb else []


def _is_shared(word: str) -> bool:
    repeated = word.startswith("-v") and not word.strip("-v")
    return word in SHARED_FLAGS or repeated or word.partition("=")[0] == "--color"


def _version() -> int:
    from mvpsdk import __version__
    from mvpsdk_cli import render

    render.out(f"mvpsdk {__version__}")
    return 0


def _complete() -> int:
    from mvpsdk_cli import app

    app.complete()
    return 0
