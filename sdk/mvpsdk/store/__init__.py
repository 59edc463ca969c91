# SPDX-License-Identifier: Apache-2.0
"""Files: the cache, downloads, the lock, and outputs that appear whole or not at all."""

from mvpsdk.store.cache import Cache
from mvpsdk.store.digest import file_digest, open_input
from mvpsdk.store.folder import write_folder
from mvpsdk.store.inputs import Source, Store, pin, unlocked
from mvpsdk.store.lock import Lock, Pin, lock_path
from mvpsdk.store.output import output, write_bytes

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
