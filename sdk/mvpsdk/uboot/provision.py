# SPDX-License-Identifier: Apache-2.0
"""What a phone's U-Boot is built with, so that it boots signed bundles and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.uboot.script import boot_script
from mvpsdk.uboot.tree import control_tree, key_node
from mvpsdk.units import format_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mvpsdk.sign import PublicKey
    from mvpsdk.uboot.model import Target

__all__ = ["CONFIG", "provision"]

CONFIG = """\
# SPDX-License-Identifier: Apache-2.0
# What mvpsdk's boot script and its promise need of U-Boot: scripts/kconfig/merge_config.sh adds it.

# A configuration is verified, and its whole tree is checked before anything in it is believed.
CONFIG_FIT=y
CONFIG_FIT_SIGNATURE=y
CONFIG_FIT_FULL_CHECK=y
CONFIG_RSA=y
CONFIG_RSA_VERIFY=y
CONFIG_SHA256=y
# An image format without signatures is not even known.
# CONFIG_LEGACY_IMAGE_FORMAT is not set

# Keys and script stand in the control tree, and the environment in nobody's reach. One that lies in
# storage can name a "preboot" command, and a damaged one is replaced by whatever was compiled in.
CONFIG_OF_CONTROL=y
CONFIG_ENV_IS_NOWHERE=y
CONFIG_BOOTDELAY=-2
# CONFIG_USE_PREBOOT is not set
CONFIG_AUTOBOOT=y

# What the script is made of.
CONFIG_HUSH_PARSER=y
CONFIG_CMD_BOOTM=y
CONFIG_CMD_FDT=y
CONFIG_CMD_PART=y
CONFIG_CMD_ITEST=y
CONFIG_CMD_SETEXPR=y
CONFIG_CMD_CRC32=y
CONFIG_CMD_MEMORY=y
CONFIG_CMD_POWEROFF=y
CONFIG_EFI_PARTITION=y
"""


def provision(
    target: Target,
    keys: Sequence[PublicKey],
    *,
    board: str,
    tree: bytes = b"",
    slots: Iterable[tuple[str, int]] = (),
) -> dict[str, bytes]:
    """Return files by their names, for a board whose U-Boot is to require one of these keys.

    `control.dtsi` goes into the source of U-Boot's own tree; `control.dtb` is that tree if `tree`
    is the board's, else it holds keys and script alone; `u-boot.config` is merged into its
    configuration; `device.toml` tells what a bundle must fit (schema mvpsdk.device/1), `slots` by
    their names and bytes among it.

    Raises InputError without a key, for a key that signs no configuration, and for a damaged tree.
    """
    if not keys:
        raise InputError(
            "a control tree without a key verifies nothing",
            hint="give the public key that bundles are signed for: --key PUB",
        )
    script = boot_script(target, [key_node(key) for key in keys])
    facts = f"""\
schema = "mvpsdk.device/1"

[device]
board = "{board}"
compatible = "{target.compatible}"
rollback-index = 0             # raise it with what the device has started
control-tree = "control.dtb"
"""
    for name, size in slots:
        facts += f'\n[[partition]]\nname = "{name}"\nsize = "{format_size(size)}"\n'
    return {
        "control.dtsi": _source(keys, script).encode(),
        "control.dtb": control_tree(tree, keys, script=script),
        "u-boot.config": CONFIG.encode(),
        "device.toml": facts.encode(),
    }


def _source(keys: Sequence[PublicKey], script: str) -> str:
    lines = [
        "// SPDX-License-Identifier: Apache-2.0",
        "// Include this at the end of the board's tree in U-Boot's sources.",
        "/ {",
        "\tsignature {",
        '\t\trequired-mode = "any";',
        *(line for key in keys for line in _key(key)),
        "\t};",
        "\tconfig {",
        "\t\tbootdelay = <(-2)>;",
        f"\t\tbootcmd = {_quoted(script)};",
        "\t};",
        "};",
    ]
    return "\n".join(lines) + "\n"


def _key(key: PublicKey) -> Iterator[str]:
    from mvpsdk.sign import public_node

    yield f"\t\t{key_node(key)} {{"
    for name, value in public_node(key).items():
        text = value.removesuffix(b"\0")
        plain = value.endswith(b"\0") and text.isascii() and text.decode().isprintable()
        yield f"\t\t\t{name} = {_quoted(text.decode()) if plain else f'[{value.hex(chr(32))}]'};"
    yield "\t\t};"


def _quoted(text: str) -> str:
    """A string of a device tree's source (DTSpec 6.4)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
