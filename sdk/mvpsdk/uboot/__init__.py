# SPDX-License-Identifier: Apache-2.0
"""What U-Boot on a handset holds: public keys, and the script that boots one of two slots.

`control_tree` joins them, `boot_script` makes the script for a board, and `provision` writes what a
phone's U-Boot is built with.
"""

from mvpsdk.uboot.environment import ENVIRONMENT_SIZE, environment
from mvpsdk.uboot.model import Storage, Target, room
from mvpsdk.uboot.provision import provision
from mvpsdk.uboot.script import boot_script, sections
from mvpsdk.uboot.tree import control_tree, key_node

__all__ = [
    "ENVIRONMENT_SIZE",
    "Storage",
    "Target",
    "boot_script",
    "control_tree",
    "environment",
    "key_node",
    "provision",
    "room",
    "sections",
]
