# SPDX-License-Identifier: Apache-2.0
"""Writes a bill of materials as CycloneDX 1.6, by CycloneDX's own library.

Run as a script by `scribing`: loads the library, takes what is to be listed as JSON on stdin, and
writes the document to stdout.
"""

from __future__ import annotations

import hashlib
import json
import sys
import uuid
from typing import TYPE_CHECKING, Any

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

if TYPE_CHECKING:
    from mvpsdk.bundle.sbom import Bill, Row

__all__ = ["document"]


def document(bill: Bill) -> bytes:
    """Return a bill of materials as CycloneDX has it."""
    return _numbered(json.loads(JsonV1Dot6(_bom(bill)).output_as_string()))


def _numbered(written: dict[str, Any]) -> bytes:
    """Give a document the serial number that follows from all else in it."""
    del written["serialNumber"]
    plain = json.dumps(written, sort_keys=True).encode()
    number = uuid.uuid5(uuid.NAMESPACE_OID, f"mvpsdk.sbom:{hashlib.sha256(plain).hexdigest()}")
    numbered = {**written, "serialNumber": number.urn}
    return (json.dumps(numbered, indent=2, sort_keys=True) + "\n").encode()


def _bom(bill: Bill) -> Bom:
    root = _component(bill["root"])
    found = [_component(row) for row in bill["components"]]
    bom = Bom(components=found)
    bom.metadata.component = root
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the library would say when
    for row in bill["tools"]:
        bom.metadata.tools.components.add(_component(row))
    bom.register_dependency(root, found)
    if bill["runtime"]:
        runtime = _component(bill["runtime"])
        bom.components.add(runtime)
        built = next(each for each in found if each.name == "realtime")
        bom.register_dependency(built, [runtime])
    return bom


def _component(row: Row) -> Component:
    return Component(
        name=row["name"],
        type=ComponentType(row["kind"]),
        bom_ref=row["ref"],
        version=row["version"] or None,
        hashes=_hashes(row["sha256"]),
        licenses=_licences(row),
        external_references=_references(row["reference"]),
        properties=[Property(name=name, value=value) for name, value in row["properties"].items()],
        purl=_purl(row["deb"]),
    )


def _hashes(sha256: str) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else []


def _licences(row: Row) -> list[LicenseExpression]:
    how = LicenseAcknowledgement(row["acknowledgement"])
    return [LicenseExpression(row["licence"], acknowledgement=how)] if row["licence"] else []


def _references(reference: dict[str, str] | None) -> list[ExternalReference]:
    if not reference:
        return []
    kind = ExternalReferenceType.DISTRIBUTION
    hashes, comment = _hashes(reference["sha256"]), reference["comment"] or None
    return [
        ExternalReference(type=kind, url=XsUri(reference["url"]), hashes=hashes, comment=comment)
    ]


def _purl(deb: dict[str, str] | None) -> PackageURL | None:
    if not deb:
        return None
    return PackageURL("deb", "debian", deb["name"], deb["version"], {"arch": deb["arch"]})


def main() -> int:
    """Write what stdin lists."""
    sys.stdout.buffer.write(document(json.load(sys.stdin.buffer)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
