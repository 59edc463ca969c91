# SPDX-License-Identifier: Apache-2.0
"""The papers of a bundle that is being made: its bill of materials, and how it came to be.

The library that writes the bill of materials takes longer to load than the bill to be written, so
that is done beside the packing, which waits for the disk and for SHA-256.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mvpsdk.build import Image
    from mvpsdk.bundle.origins import Origin, Supply
    from mvpsdk.bundle.sbom import Bill
    from mvpsdk.plan import Plan

__all__ = ["PAPERS", "Paperwork", "begun"]

PAPERS = {
    "sbom": "bill of materials, CycloneDX 1.6",
    "provenance": "in-toto statement, SLSA provenance 1",
}
"""The papers by the names of their parts, in the bundle's order."""


class Paperwork:
    """Both papers, as far as they can be made."""

    def __init__(
        self, plan: Plan, hypervisor: Image, supply: Supply, made: Callable[[], Made]
    ) -> None:
        self.plan = plan
        self.hypervisor = hypervisor
        self.supply = supply
        self.made = made

    def write(self, name: str, parts: Mapping[str, str], profile: str) -> bytes:
        """Return a paper. parts: SHA-256 of all that stands before it, by name.

        Raises InputError if an input can't be read.
        """
        from mvpsdk.bundle import provenance

        files, sbom = self.made()
        if name == "sbom":
            return sbom
        return provenance.make(
            self.plan,
            self.hypervisor,
            files,
            parts,
            profile=profile,
            firmware=self.supply.firmware,
        )


Made = tuple[tuple["Origin", ...], bytes]
"""The inputs, and the bill of materials."""


@contextmanager
def begun(
    plan: Plan,
    hypervisor: Image,
    files: Mapping[str, Path],
    supply: Supply,
    write: Callable[[Bill], bytes] | None = None,
) -> Iterator[Paperwork]:
    """Begin the paperwork; the block waits for it where it needs it. write: see `sbom.make`."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(_made, plan, hypervisor, files, supply, write)
        yield Paperwork(plan, hypervisor, supply, made.result)


def _made(
    plan: Plan,
    hypervisor: Image,
    files: Mapping[str, Path],
    supply: Supply,
    write: Callable[[Bill], bytes] | None,
) -> Made:
    from mvpsdk.bundle import sbom
    from mvpsdk.bundle.origins import origins

    inputs = origins(plan, files, supply)
    return inputs, sbom.make(plan, hypervisor, inputs, firmware=supply.firmware, write=write)
