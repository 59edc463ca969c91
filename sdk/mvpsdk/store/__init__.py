# SPDX-License-Identifier: Apache-2.0
"""Files: the cache, downloads, the lock, and outputs that appear whole or not at all.

What takes a TOML parser or an archive's reader is imported on first use (PEP 562): an answer out of
the cache does without.
"""

import importlib
from typing import TYPE_CHECKING, Any

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

_LATER = {
    **dict.fromkeys(("Source", "Store", "pin", "unlocked"), "inputs"),
    **dict.fromkeys(("Lock", "Pin", "lock_path"), "lock"),
    "write_folder": "folder",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes and functions
    """Import what is named from its file."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
