# SPDX-License-Identifier: Apache-2.0
"""As QEMU loads a Linux: the hypervisor as the kernel, the pack as its ramdisk.

(docs/system/arm/virt.rst and hw/arm/boot.c: entered at EL2 with x0 = device tree.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.run.model import Bootable, Options

__all__ = ["PARTS", "arguments"]

PARTS = ("hypervisor", "pack")


def arguments(bootable: Bootable, options: Options, command: Sequence[str]) -> list[str]:  # noqa: ARG001 - each way is called alike
    """`-kernel`, `-initrd`, `-dtb`, and the persona in the boot arguments if one is chosen."""
    choice = ["-append", f"mvp.persona={options.persona}"] if options.persona else []
    tree = ["-dtb", str(bootable.tree)] if bootable.tree else []
    return ["-kernel", str(bootable.hypervisor), "-initrd", str(bootable.pack), *tree, *choice]
