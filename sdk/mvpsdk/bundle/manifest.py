# SPDX-License-Identifier: Apache-2.0
"""What a bundle says about itself: no time, no path, no machine, so that it is reproducible."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LARGEST", "SCHEMA", "Content", "Manifest", "Signer", "Virtual", "parse"]

SCHEMA = "mvpsdk.manifest/1"
LARGEST = 1 << 20
"""Bytes of a manifest that is read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A part of the bundle, or an image in its pack."""

    name: str
    kind: str
    size: int  # bytes
    sha256: str
    load: int | None = None  # physical of a part, IPA of an image; None: wherever there is room


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Whose signature stands in the bundle, and over what."""

    part: str  # "configuration": hypervisor and pack, as U-Boot checks it; or "manifest"
    algorithm: str  # "sha256,rsa2048", "ed25519", ...
    key: str  # SHA-256 of the public key's SubjectPublicKeyInfo in DER


@dataclass(frozen=True, kw_only=True, slots=True)
class Virtual:
    """How the virtual handset builds this bundle's board."""

    machine: str  # for QEMU's -machine
    cpu: str
    memory: int  # bytes
    cpus: int
    clock: int | None  # physical address of a PL031 that tells virtual time; None: there is none
    serial: int = 0  # which of QEMU's -serial the console is
    tree: str = "qemu"  # who makes the device tree: "qemu", or "minimal": mvpsdk run does
    qemu: str = ""  # the least version of QEMU; "": any that has the machine


LATER: dict[str, Any] = {"serial": 0, "tree": "qemu", "qemu": ""}
"""What bundles of before do not say of their machine."""
EARLIER: dict[str, Any] = {"features": [], "signers": [], "tree": ""}
"""What they do not say of themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """A bundle's own account. Addresses and sizes in bytes, digests in hexadecimal."""

    handset: str
    version: str  # the handset's
    rollback_index: int
    board: str
    compatible: str  # of the board's device tree
    profile: str  # "dev" or "release"
    signed: bool
    signers: tuple[Signer, ...] = ()
    personas: tuple[str, ...]
    fingerprint: str  # of the core's portable sources
    sources: str  # SHA-256 over all sources of the hypervisor
    toolchain: str
    features: tuple[str, ...] = ()  # of the hypervisor, of those that a build may lack
    sdk: str  # version
    virtual: Virtual | None  # None: QEMU doesn't know the board
    tree: str = ""  # SHA-256 of the container's tree, without what signing adds to it
    parts: tuple[Content, ...]  # of the container, but for the manifest and its signature
    images: tuple[Content, ...]  # of the pack

    def json(self) -> bytes:
        """Return the manifest as it stands in the bundle."""
        document = {"schema": SCHEMA, **_dashed(asdict(self))}
        return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


_KINDS: dict[str, type[Any]] = {"str": str, "int": int, "bool": bool}
_TEXTS = "tuple[str, ...]"
_LARGEST = (1 << 64) - 1


def parse(data: bytes) -> Manifest:
    """Read a manifest; keys of later minor versions are passed over.

    Raises BundleError if it is not a manifest.
    """
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema is {document['schema']}, this SDK reads {SCHEMA}")  # noqa: TRY301
        values = _known(Manifest, EARLIER | document)
        virtual = values["virtual"]
        values["virtual"] = Virtual(**_known(Virtual, LATER | virtual)) if virtual else None
        values["features"] = tuple(values["features"])
        values["signers"] = tuple(Signer(**_known(Signer, each)) for each in values["signers"])
        for key in ("parts", "images"):
            entries = ({"load": None, **entry} for entry in values[key])
            values[key] = tuple(Content(**_known(Content, entry)) for entry in entries)
        made = Manifest(**{**values, "personas": tuple(values["personas"])})
        _check_types(made)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "the bundle is damaged, or another tool made it"
        raise BundleError(f"the manifest can't be read: {error}", hint=hint) from error
    return made


def _check_types(made: Manifest) -> None:
    """Raise TypeError for a value that is not of its kind: whoever wrote it is not trusted."""
    machine = (made.virtual,) if made.virtual else ()
    entries: tuple[Any, ...] = (made, *machine, *made.signers, *made.parts, *made.images)
    for entry in entries:
        for each in fields(entry):
            _check_value(each.name.replace("_", "-"), str(each.type), getattr(entry, each.name))


def _check_value(name: str, kind: str, value: object) -> None:
    """Raise TypeError for a wrong kind, a number that is no size, or a text that hides something.

    What a terminal would act on instead of showing it is no part of a name.
    """
    if kind == _TEXTS and isinstance(value, tuple):
        for each in value:
            _check_value(name, "str", each)
        return
    plain, _, optional = kind.partition(" | ")
    expected = object if optional and value is None else _KINDS.get(plain, object)
    wrong = not isinstance(value, expected) or (expected is int and isinstance(value, bool))
    wrong = wrong or (isinstance(value, int) and not 0 <= value <= _LARGEST)
    if wrong or (isinstance(value, str) and not value.isprintable()):
        raise TypeError(f"{name} is {value!r}"[:200])


def _known(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a class's fields. Raises KeyError if one is missing."""
    return {field.name: document[field.name.replace("_", "-")] for field in fields(kind)}


def _dashed(value: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("_", "-"): item for key, item in value.items()}
