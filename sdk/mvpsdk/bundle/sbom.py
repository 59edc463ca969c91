# SPDX-License-Identifier: Apache-2.0
"""The bill of materials in a bundle: what it lists. CycloneDX's own library writes it (`_scribe`).

It says what the plan, the build and the images' own bytes say, and nothing that is guessed. It has
no time, and its serial number is derived from what it lists: the same inputs, the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import mvpsdk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mvpsdk.build import Image
    from mvpsdk.bundle.origins import Origin
    from mvpsdk.plan import Plan, PlannedImage

__all__ = ["Bill", "make"]

Row = dict[str, Any]
"""A component, in values that JSON has."""
Bill = dict[str, Any]
"""What is listed: the handset as "root", "components", "runtime" (or None) and "tools"."""

ROOT = "handset"
"""bom-ref of what the bundle is as a whole."""
RUNTIME = "core/rt"
"""bom-ref of the library that firmware built from source is linked with."""

_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)+(?![\w.-])")
_OURS = "Apache-2.0"
_LINUX = "GPL-2.0-only WITH Linux-syscall-note"
"""Of every Linux kernel (its file COPYING)."""


def make(
    plan: Plan,
    hypervisor: Image,
    files: Sequence[Origin],
    *,
    firmware: Image | None = None,
    write: Callable[[Bill], bytes] | None = None,
) -> bytes:
    """Return the bill of materials of a bundle as JSON.

    files: the bundle's inputs. firmware: the realtime firmware, if it was built from source. write:
    what makes CycloneDX of it, if not this process itself.
    """
    listed = _bill(plan, hypervisor, files, firmware)
    if write:
        return write(listed)
    from mvpsdk.bundle._scribe import document

    return document(listed)


def _bill(plan: Plan, hypervisor: Image, files: Sequence[Origin], firmware: Image | None) -> Bill:
    handset = plan.handset
    rows = [_hypervisor(hypervisor)]
    rows += [_file(each, firmware) for each in files if not each.evidence]
    rows += [_made(image) for image in plan.images if image.data is not None]
    return {
        "root": _row(ROOT, "firmware", handset.name, handset.version, board=plan.board.name),
        "components": rows,
        "runtime": _runtime() if firmware else None,
        "tools": [*_tools(hypervisor)],
    }


def _hypervisor(built: Image) -> Row:
    return _row(
        "hypervisor",
        "firmware",
        "hypervisor",
        mvpsdk.__version__,
        sha256=built.sha256,
        licence=_OURS,
        size=len(built.binary),
        fingerprint=built.recipe.fingerprint,
        sources=built.sources,
        features=" ".join(built.recipe.features),
    )


def _file(origin: Origin, firmware: Image | None) -> Row:
    """A file of the handset's: firmware, or a part of a persona."""
    what = origin.role.rpartition("/")[2]
    kind = {"kernel": "operating-system", "ramdisk": "file", "vars": "data"}.get(what, "firmware")
    built = firmware if origin.role == "realtime" else None
    return _row(
        origin.role,
        kind,
        origin.role,
        origin.release or origin.package_version,
        sha256=origin.sha256,
        licence=_LINUX if origin.release else "",
        origin=origin,
        size=origin.size,
        abi=origin.abi,
        sources=built.sources if built else "",
    )


def _made(image: PlannedImage) -> Row:
    """What the planner made: a guest's device tree."""
    return _row(
        image.name,
        "data",
        image.name,
        mvpsdk.__version__,
        sha256=image.sha256,
        licence=_OURS,
        size=image.size,
    )


def _runtime() -> Row:
    return _row(RUNTIME, "library", "mvpsdk-rt", mvpsdk.__version__, licence=_OURS)


def _tools(hypervisor: Image) -> Iterable[Row]:
    """What made it: this SDK, and compiler and linker by what they say they are."""
    yield _row("sdk", "application", "mvpsdk", mvpsdk.__version__, licence=_OURS)
    for number, identity in enumerate(hypervisor.toolchain.split("; ")):
        versions = [*_VERSION.finditer(identity)]  # "GNU ld (GNU Binutils for Debian) 2.40"
        name = identity[: versions[-1].start()].strip() if versions else ""
        version = versions[-1][0] if name else ""
        yield _row(f"toolchain-{number}", "application", name or identity, version)


def _row(
    ref: str,
    kind: str,
    name: str,
    version: str,
    *,
    sha256: str = "",
    licence: str = "",
    origin: Origin | None = None,
    **facts: str | int,
) -> Row:
    """A component; facts that are empty are not told.

    Our licence is declared, another's concluded: bytes say what they are, not what they are under.
    """
    return {
        "ref": ref,
        "kind": kind,
        "name": name,
        "version": version,
        "sha256": sha256,
        "licence": licence,
        "acknowledgement": "declared" if licence == _OURS else "concluded",
        "reference": _reference(origin),
        "properties": {f"mvpsdk:{key}": str(value) for key, value in facts.items() if value != ""},
        "deb": _deb(origin),
    }


def _reference(origin: Origin | None) -> dict[str, str] | None:
    """From where a file is fetched, and what that is by its digest."""
    if not origin or not origin.url:
        return None
    return {
        "url": origin.url,
        "sha256": origin.archive or ("" if origin.member else origin.sha256),
        "comment": f"{origin.member} in it" if origin.member else "",
    }


def _deb(origin: Origin | None) -> dict[str, str] | None:
    """The Debian package that it is out of."""
    if not origin or not origin.package:
        return None
    return {
        "name": origin.package,
        "version": origin.package_version,
        "arch": origin.architecture,
    }
