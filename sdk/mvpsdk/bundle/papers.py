# SPDX-License-Identifier: Apache-2.0
"""Reading the papers in a bundle, its SBOM and its provenance; nothing in them is trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import BundleError, Place
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle.model import Contents

__all__ = ["Component", "Dependency", "Provenance", "components", "provenance"]

_LONGEST = 16 * MIB


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """What the SBOM says of one component."""

    ref: str
    version: str
    sha256: str
    licence: str
    purl: str
    url: str
    properties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """An input that the provenance names."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """How a bundle says that it came to be."""

    parameters: tuple[tuple[str, str], ...]  # by name: "board", "features", ...
    versions: tuple[tuple[str, str], ...]  # of what made it: "mvpsdk", "toolchain"
    dependencies: tuple[Dependency, ...]


def components(contents: Contents) -> tuple[Component, ...] | None:
    """Return what the SBOM lists, its tools left out; None if there is none.

    Raises BundleError if it can't be read.
    """
    document = _document(contents, "sbom")
    if document is None:
        return None
    return tuple(_component(each) for each in _tables(document.get("components")))


def _component(table: dict[str, Any]) -> Component:
    licences = [_text(each, "expression") for each in _tables(table.get("licenses"))]
    references = [_text(each, "url") for each in _tables(table.get("externalReferences"))]
    return Component(
        ref=_text(table, "bom-ref"),
        version=_text(table, "version"),
        sha256=", ".join(_text(each, "content") for each in _tables(table.get("hashes"))),
        licence=", ".join(licences),
        purl=_text(table, "purl"),
        url=", ".join(references),
        properties=tuple(
            (_text(each, "name").removeprefix("mvpsdk:"), _text(each, "value"))
            for each in _tables(table.get("properties"))
        ),
    )


def provenance(contents: Contents) -> Provenance | None:
    """Return what the provenance says; None if there is none. Raises BundleError: not readable."""
    document = _document(contents, "provenance")
    if document is None:
        return None
    predicate = _table(document, "predicate")
    build = _table(predicate, "buildDefinition")
    builder = _table(_table(predicate, "runDetails"), "builder")
    return Provenance(
        parameters=tuple(
            (name, _plain(value))
            for kind in ("externalParameters", "internalParameters")
            for name, value in sorted(_table(build, kind).items())
        ),
        versions=tuple(
            (name, _plain(value)) for name, value in sorted(_table(builder, "version").items())
        ),
        dependencies=tuple(
            Dependency(
                name=_text(each, "name"),
                sha256=_text(_table(each, "digest"), "sha256"),
            )
            for each in _tables(build.get("resolvedDependencies"))
        ),
    )


def _document(contents: Contents, name: str) -> dict[str, Any] | None:
    part = next((each for each in contents.parts if each.name == name), None)
    if part is None:
        return None
    place = Place(file=str(contents.path))
    hint = "the bundle is damaged, or another tool made it"
    if part.span.size > _LONGEST:
        found = f"it has {describe_size(part.span.size)}, of at most {describe_size(_LONGEST)}"
        raise BundleError(f"the {name} can't be read: {found}", place=place, hint=hint)
    try:
        document = json.loads(part.span.read())
    except (ValueError, RecursionError) as error:
        message = f"the {name} can't be read: {error}"
        raise BundleError(message, place=place, hint=hint) from error
    if not isinstance(document, dict):
        raise BundleError(f"the {name} can't be read: it is no object", place=place, hint=hint)
    return document


def _tables(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list, if it is one."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _plain(value: object) -> str:
    """A value in a word."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
