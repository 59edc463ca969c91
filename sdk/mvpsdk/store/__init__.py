# SPDX-License-Identifier: Apache-2.0
"""Files: the cache, downloads, the lock, and outputs that appear whole or not at all.

What takes a TOML parser or an archive's reader is imported on first use (PEP 562): an answer out of
the cache does without.
"""

from typing import TYPE_CHECKING

from mvpsdk.first_use import names_of
from mvpsdk.store.cache import Cache
from mvpsdk.store.digest import file_digest, open_input
from mvpsdk.store.output import output, write_bytes

if TYPE_CHECKING:
    from mvpsdk.store.folder import write_folder
    from mvpsdk.store.inputs import Source, Store, pin, unlocked
    from mvpsdk.store.lock import Lock, Pin, lock_path

__all__ = [
    "Cache",
    "Lock",
    "Pin",
    "Source",
    "Store",
    "file_digest",
    "lock_path",
    "open_input",
    "output",
    "pin",
    "unlocked",
    "write_bytes",
    "write_folder",
]

__getattr__ = names_of(
    __name__,
    {
        "mvpsdk.store.folder": ("write_folder",),
        "mvpsdk.store.inputs": ("Source", "Store", "pin", "unlocked"),
        "mvpsdk.store.lock": ("Lock", "Pin", "lock_path"),
    },
)
