# SPDX-License-Identifier: Apache-2.0
"""A kernel whose pages are of a size that the core can't translate.

## What it does

Compares the page size in the header of an arm64 kernel with the translation granules of each core
that the persona runs on.

## Why is this bad?

4 KiB pages are on every core of a phone, 16 KiB pages only on later ones.

**On the device:** the kernel finds that its granule is not there, and parks itself before it has
printed anything.

## How it is decided

By bits 1 and 2 of the header's flags (Linux `Documentation/arch/arm64/booting.rst`), and by the
core's Technical Reference Manual (ID_AA64MMFR0_EL1: TGran4, TGran16, TGran64). A kernel whose
header doesn't say, and a core that is not in the table, are not checked. Confidence: certain.

## Example

```text
linux       flags 0xc: 16 KiB pages
board       cpu.core = "cortex-a53": 4 KiB and 64 KiB
```

## Use instead

A kernel that is configured with `CONFIG_ARM64_4K_PAGES=y`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.lint.programs import core_names, known
from mvpsdk.units import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.cores import Core
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "CPU003"
NAME = "granule-unsupported"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the kernel parks itself before any output"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare the kernel's page size with what each core has."""
    header, names = subject.facts.arm64, core_names(subject)
    if subject.part != "kernel" or header is None:
        yield NotApplicable(reason="only an arm64 kernel says its page size")
        return
    cores, unknown = known(names)
    unknown += [core.name for core in cores if not core.granules]
    if not names:
        yield NotApplicable(reason="nobody has said on which board it runs")
    elif not header.page_size:
        yield NotChecked(reason=f"{subject.owner}: its header does not say its page size")
    else:
        for core in cores:
            if core.granules and header.page_size not in core.granules:
                yield _flaw(subject, header.page_size, core)
        if unknown and header.page_size != 4 * KIB:
            yield NotChecked(
                reason=f"the granules of {unknown[0]} are not in mvpsdk's table of cores"
            )


def _flaw(subject: ImageSubject, size: int, core: Core) -> Flaw:
    has = " and ".join(f"{granule // KIB} KiB" for granule in core.granules)
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} has pages of {size // KIB} KiB; {core.name} has {has}",
        parties=(
            Party(name="pages", value=f"{size // KIB} KiB"),
            Party(name=core.name, value=has),
        ),
        fix="take a kernel with pages of 4 KiB (CONFIG_ARM64_4K_PAGES=y)",
    )
