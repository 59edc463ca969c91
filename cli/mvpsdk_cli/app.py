# SPDX-License-Identifier: Apache-2.0
"""The tree of commands: a group whose members are imported when they are named."""

import importlib
import inspect
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from mvpsdk_cli import help as root_help
from mvpsdk_cli import options, plain_values, render
from mvpsdk_cli.catalogue import Entry, entries, find

PROGRAM = "mvpsdk"


class LazyCommands(MutableMapping[str, Any]):
    """Commands by name; looking one up reads and imports its file, and no other."""

    def __init__(self) -> None:
        """Begin with none."""
        self._loaded: dict[str, Any] = {}
        self._removed: set[str] = set()

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - typer's command class is private
        if name not in self._loaded:
            entry = None if name in self._removed else find(name)
            if entry is None:
                raise KeyError(name)
            self._loaded[name] = load(entry)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401 - as above
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        self._loaded.pop(name, None)
        self._removed.add(name)

    def __contains__(self, name: object) -> bool:
        known = isinstance(name, str) and name not in self._removed and find(name) is not None
        return known or name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in {**entries(), **self._loaded} if name not in self._removed])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class LazyGroup(TyperGroup):
    """The root group: lazy commands, and our own help page."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - typer's attributes pass through
        """Take typer's attributes, with the lazy mapping for commands."""
        super().__init__(**{**attributes, "commands": None})
        self.commands = LazyCommands()

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - private types
        """Write the root's help page."""
        formatter.write(root_help.page() + "\n")


def root() -> Any:  # noqa: ANN401 - typer's command class is private
    """The root command."""
    app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None)
    app.callback(add_help_option=False)(_root)
    return get_command(app)


def _root() -> None:
    """Has no options of its own: ``main`` answers ``--help`` and ``--version`` without typer."""


def load(entry: Entry) -> Any:  # noqa: ANN401 - typer's command class is private
    """The command of one file, with the shared options added."""
    module = importlib.import_module(entry.module)
    app: typer.Typer = getattr(module, "app", None) or _single(module.command)
    command = get_command(app)
    command.name = entry.name
    command.help = page(module.__doc__ or "")
    _share(command)
    return command


def _single(function: Callable[..., Any]) -> typer.Typer:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(function)
    return app


def _share(command: Any) -> None:  # noqa: ANN401 - typer's command class is private
    command.params += shared_parameters()
    for parameter in command.params:
        plain_values.speed_up(parameter)
    command.add_help_option = False  # typer's own loads pydantic whenever it is not given
    for child in getattr(command, "commands", {}).values():
        _share(child)


def page(docstring: str) -> str:
    r"""A docstring as a help page: paragraphs are wrapped, indented ones kept as they are.

    Typer rewraps a paragraph unless it begins with the mark ``\b``.
    """
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    kept = (f"\b\n{text}" if "\n  " in f"\n{text}" else text for text in paragraphs)
    return "\n\n".join(kept)


def shared_parameters() -> list[Any]:
    """The options that every command takes; their values go to the output settings."""
    parameters = get_command(_single(options.shared)).params
    for parameter in parameters:
        parameter.expose_value = False
        parameter.callback = _take
    return parameters


def _take(context: Any, parameter: Any, value: object) -> object:  # noqa: ANN401 - private types
    if parameter.name == "help_page" and value:
        render.out(context.get_help())
        raise typer.Exit
    options.apply(str(parameter.name), value)
    return value


def run(arguments: list[str]) -> int:
    """Runs one command line; what it raises is for the boundary to tell the user."""
    render.reset()
    command = root()
    shown = _help(command, arguments)
    if shown:
        render.out(shown)
        return 0
    try:
        with command.make_context(PROGRAM, arguments) as context:
            result = command.invoke(context)
    except typer.Exit as leave:
        return leave.exit_code
    return int(result or 0)


def _help(command: Any, arguments: list[str]) -> str | None:  # noqa: ANN401 - private types
    """The help page that is asked for; found without parsing, which loads pydantic."""
    if not {"--help", "-h"}.intersection(arguments):
        return None
    context = typer.Context(command, info_name=PROGRAM)
    if arguments[0] not in command.commands:
        return None
    for word in arguments:
        members = getattr(context.command, "commands", {})
        if word in members:
            context = typer.Context(members[word], info_name=word, parent=context)
    return context.get_help()


def complete() -> None:
    """Answers the shell's question for completions (it stands in the environment), and exits."""
    import typer.completion

    typer.completion.completion_init()  # type: ignore[attr-defined]
    root().main(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE)


COMPLETE_VARIABLE = "_MVPSDK_COMPLETE"
