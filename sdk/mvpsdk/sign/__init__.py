# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures: `sign` signs a bundle, `verify` says whether one may be trusted.

Keys are URIs: `file:PATH` (or the path alone), `test:`, and what else `providers` holds. Each name
is imported from its file on first use (PEP 562): who signs does not wait for what verifies.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvpsdk.sign.avb import avb_key
    from mvpsdk.sign.detached import attach, digests, signing_keys
    from mvpsdk.sign.generating import New, generate
    from mvpsdk.sign.judging import unproven
    from mvpsdk.sign.model import Certificate, PublicKey, Request, Secret, Signer
    from mvpsdk.sign.opening import open_signers, public_keys
    from mvpsdk.sign.persona import seal_part, verify_part
    from mvpsdk.sign.preflight import RSA_SIZES, check, faults, is_test_key, remarks
    from mvpsdk.sign.public import public_node, public_pem
    from mvpsdk.sign.report import Check, Report
    from mvpsdk.sign.sealing import seal, sign
    from mvpsdk.sign.verifying import Wanted, verify

__all__ = [
    "RSA_SIZES",
    "Certificate",
    "Check",
    "New",
    "PublicKey",
    "Report",
    "Request",
    "Secret",
    "Signer",
    "Wanted",
    "attach",
    "avb_key",
    "check",
    "digests",
    "faults",
    "generate",
    "is_test_key",
    "open_signers",
    "public_keys",
    "public_node",
    "public_pem",
    "remarks",
    "seal",
    "seal_part",
    "sign",
    "signing_keys",
    "unproven",
    "verify",
    "verify_part",
]

_FILES = {
    "avb_key": "avb",
    **dict.fromkeys(("attach", "digests", "signing_keys"), "detached"),
    **dict.fromkeys(("New", "generate"), "generating"),
    **dict.fromkeys(("Certificate", "PublicKey", "Request", "Secret", "Signer"), "model"),
    **dict.fromkeys(("open_signers", "public_keys"), "opening"),
    **dict.fromkeys(("seal_part", "verify_part"), "persona"),
    **dict.fromkeys(("RSA_SIZES", "check", "faults", "is_test_key", "remarks"), "preflight"),
    **dict.fromkeys(("public_node", "public_pem"), "public"),
    **dict.fromkeys(("Check", "Report"), "report"),
    **dict.fromkeys(("seal", "sign"), "sealing"),
    "unproven": "judging",
    **dict.fromkeys(("Wanted", "verify"), "verifying"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes and functions
    """Import what is named from its file."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_FILES[name]}"), name)
