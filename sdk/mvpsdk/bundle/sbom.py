# SPDX-License-Identifier: Apache-2.0
"""The bill of materials in a bundle: CycloneDX 1.6, made by CycloneDX's own library.

It says what the plan, the build and the images' own bytes say, and nothing that is guessed. It has
no time, and its serial number is derived from what it lists: the same inputs, the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import mvpsdk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cyclonedx.model import ExternalReference, Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import LicenseExpression

    from mvpsdk.build import Image
    from mvpsdk.bundle.origins import Origin
    from mvpsdk.plan import Plan, PlannedImage

__all__ = ["make"]

ROOT = "handset"
"""bom-ref of what the bundle is as a whole."""
RUNTIME = "core/rt"
"""bom-ref of the library that firmware built from source is linked with."""

_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)+(?![\w.-])")
_OURS = "Apache-2.0"
_LINUX = "GPL-2.0-only WITH Linux-syscall-note"
"""Of every Linux kernel (its file COPYING)."""


def make(
    plan: Plan, hypervisor: Image, files: Sequence[Origin], *, firmware: Image | None = None
) -> bytes:
    """Return the bill of materials of a bundle as JSON.

    files: the bundle's inputs. firmware: the realtime firmware, if it was built from source.
    """
    from cyclonedx.output.json import JsonV1Dot6

    bom = _bom(plan, hypervisor, files, firmware)
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    return _numbered(document)


def _numbered(document: dict[str, Any]) -> bytes:
    """Give a document the serial number that follows from all else in it."""
    del document["serialNumber"]
    plain = json.dumps(document, sort_keys=True).encode()
    number = uuid.uuid5(uuid.NAMESPACE_OID, f"mvpsdk.sbom:{hashlib.sha256(plain).hexdigest()}")
    numbered = {**document, "serialNumber": number.urn}
    return (json.dumps(numbered, indent=2, sort_keys=True) + "\n").encode()


def _bom(plan: Plan, hypervisor: Image, files: Sequence[Origin], firmware: Image | None) -> Bom:
    from cyclonedx.model.bom import Bom

    handset = plan.handset
    kinds = _kinds()
    root = _component(ROOT, kinds["firmware"], handset.name, handset.version, board=plan.board.name)
    found = [_hypervisor(hypervisor)]
    found += [_file(each, firmware) for each in files if not each.evidence]
    found += [_made(image) for image in plan.images if image.data is not None]
    bom = Bom(components=found)
    bom.metadata.component = root
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the library would say when
    for tool in _tools(hypervisor):
        bom.metadata.tools.components.add(tool)
    bom.register_dependency(root, found)
    if firmware:
        runtime = _runtime()
        bom.components.add(runtime)
        built = next(each for each in found if each.name == "realtime")
        bom.register_dependency(built, [runtime])
    return bom


def _kinds() -> dict[str, ComponentType]:
    from cyclonedx.model.component import ComponentType

    return {kind.value: kind for kind in ComponentType}


def _hypervisor(built: Image) -> Component:
    return _component(
        "hypervisor",
        _kinds()["firmware"],
        "hypervisor",
        mvpsdk.__version__,
        sha256=built.sha256,
        licence=_OURS,
        size=len(built.binary),
        fingerprint=built.recipe.fingerprint,
        sources=built.sources,
        features=" ".join(built.recipe.features),
    )


def _file(origin: Origin, firmware: Image | None) -> Component:
    """A file of the handset's: firmware, or a part of a persona."""
    what = origin.role.rpartition("/")[2]
    kind = {"kernel": "operating-system", "ramdisk": "file", "vars": "data"}.get(what, "firmware")
    built = firmware if origin.role == "realtime" else None
    return _component(
        origin.role,
        _kinds()[kind],
        origin.role,
        origin.release or origin.package_version,
        sha256=origin.sha256,
        licence=_LINUX if origin.release else "",
        origin=origin,
        size=origin.size,
        abi=origin.abi,
        sources=built.sources if built else "",
    )


def _made(image: PlannedImage) -> Component:
    """What the planner made: a guest's device tree."""
    return _component(
        image.name,
        _kinds()["data"],
        image.name,
        mvpsdk.__version__,
        sha256=image.sha256,
        licence=_OURS,
        size=image.size,
    )


def _runtime() -> Component:
    version = mvpsdk.__version__
    return _component(RUNTIME, _kinds()["library"], "mvpsdk-rt", version, licence=_OURS)


def _tools(hypervisor: Image) -> Iterable[Component]:
    """What made it: this SDK, and compiler and linker by what they say they are."""
    kind = _kinds()["application"]
    yield _component("sdk", kind, "mvpsdk", mvpsdk.__version__, licence=_OURS)
    for number, identity in enumerate(hypervisor.toolchain.split("; ")):
        versions = [*_VERSION.finditer(identity)]  # "GNU ld (GNU Binutils for Debian) 2.40"
        name = identity[: versions[-1].start()].strip() if versions else ""
        version = versions[-1][0] if name else ""
        yield _component(f"toolchain-{number}", kind, name or identity, version)


def _component(
    ref: str,
    kind: ComponentType,
    name: str,
    version: str,
    *,
    sha256: str = "",
    licence: str = "",
    origin: Origin | None = None,
    **facts: str | int,
) -> Component:
    """A component; facts that are empty are not told."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component

    return Component(
        name=name,
        type=kind,
        bom_ref=ref,
        version=version or None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else (),
        licenses=_licences(licence),
        external_references=_references(origin),
        properties=_properties(facts),
        **({"purl": _purl(origin)} if origin and origin.package else {}),
    )


def _licences(expression: str) -> Iterable[LicenseExpression]:
    """Concluded, not declared: the bytes say what they are, not what they are under."""
    from cyclonedx.model.license import LicenseAcknowledgement, LicenseExpression

    known = LicenseAcknowledgement
    how = known.DECLARED if expression == _OURS else known.CONCLUDED
    return [LicenseExpression(expression, acknowledgement=how)] if expression else []


def _properties(facts: dict[str, str | int]) -> list[Property]:
    from cyclonedx.model import Property

    return [
        Property(name=f"mvpsdk:{name}", value=str(value))
        for name, value in facts.items()
        if value != ""
    ]


def _references(origin: Origin | None) -> list[ExternalReference]:
    """From where a file is fetched, and what that is by its digest."""
    from cyclonedx.model import (
        ExternalReference,
        ExternalReferenceType,
        HashAlgorithm,
        HashType,
        XsUri,
    )

    if not origin or not origin.url:
        return []
    digest = origin.archive or ("" if origin.member else origin.sha256)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else ()
    kind = ExternalReferenceType.DISTRIBUTION
    comment = f"{origin.member} in it" if origin.member else None
    return [ExternalReference(type=kind, url=XsUri(origin.url), hashes=hashes, comment=comment)]


def _purl(origin: Origin) -> Any:  # noqa: ANN401 - a PackageURL, of a library without types
    from packageurl import PackageURL

    qualifiers = {"arch": origin.architecture}
    return PackageURL("deb", "debian", origin.package, origin.package_version, qualifiers)
