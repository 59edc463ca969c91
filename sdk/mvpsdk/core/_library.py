# SPDX-License-Identifier: Apache-2.0
"""Loads the compiled core, and makes sure that it is the one that these sources make."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any

from mvpsdk.core import fingerprint as sources
from mvpsdk.errors import CoreError

__all__ = ["FINGERPRINT", "ffi", "lib"]

REBUILD = (
    "rebuild it: `make host` in a checkout, else reinstall mvpsdk "
    "(while you edit the C, MVPSDK_CORE_STALE=1 goes on with the old one)"
)
log = logging.getLogger(__name__)


def _load() -> tuple[Any, Any]:
    try:
        _lib = importlib.import_module("mvpsdk.core._lib")
    except ImportError as error:
        message = f"the compiled core can't be loaded: {error}"
        raise CoreError(message, hint=REBUILD) from error
    return _lib.ffi, _lib.lib


def check_fingerprint(compiled: bytes, present: bytes) -> None:
    """Compare the library's fingerprint with that of the sources beside it.

    With MVPSDK_CORE_STALE=1 in the environment a difference is logged only.

    Raises:
        CoreError: they differ; both are named.
    """
    if compiled != present:
        message = (
            f"the compiled core (fingerprint {compiled.hex()[:16]}…) was built from other sources "
            f"than those in {sources.CORE} (fingerprint {present.hex()[:16]}…)"
        )
        if os.environ.get("MVPSDK_CORE_STALE") != "1":
            raise CoreError(message, hint=REBUILD)
        log.warning(message)


ffi, lib = _load()

FINGERPRINT: bytes = bytes(ffi.buffer(lib.mvp_fingerprint(), 32))
"""SHA-256 of the portable sources that the library was built from."""

if sources.files():
    check_fingerprint(FINGERPRINT, sources.digest())
