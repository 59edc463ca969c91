# SPDX-License-Identifier: Apache-2.0
"""As QEMU loads a Linux: the hypervisor as the kernel, the pack as its ramdisk.

(docs/system/arm/virt.rst and hw/arm/boot.c: entered at EL2 with x0 = device tree.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.run.command import quoted
from mvpsdk.run.parts import check_room, homes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.run.model import Bootable, Options

__all__ = ["PARTS", "arguments"]

PARTS = ("hypervisor", "pack")


def arguments(bootable: Bootable, options: Options, command: Sequence[str]) -> list[str]:  # noqa: ARG001 - each way is called alike
    """`-kernel`, `-initrd`, `-dtb`, and the persona in the boot arguments if one is chosen."""
    choice = ["-append", f"mvp.persona={options.persona}"] if options.persona else []
    tree = ["-dtb", str(bootable.tree)] if bootable.tree else []
    kernel = ["-kernel", str(bootable.hypervisor), "-initrd", str(bootable.pack)]
    return [*kernel, *tree, *choice, *_parts(bootable, options)]


def _parts(bootable: Bootable, options: Options) -> list[str]:
    """Each persona's part at its home, as a boot loader would leave it there."""
    homes = homes_of(bootable)
    found = []
    for name, path in options.parts:
        home = homes[name]
        check_room(path, home.size)
        found += ["-device", f"loader,file={quoted(path)},addr={home.base:#x},force-raw=on"]
    return found
