# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures: `sign` signs a bundle, `verify` says whether one may be trusted.

Keys are URIs: `file:PATH` (or the path alone), `test:`, and what else `providers` holds. Each name
is imported from its file on first use (PEP 562): who signs does not wait for what verifies.
"""

from typing import TYPE_CHECKING

from mvpsdk.first_use import names_of

if TYPE_CHECKING:
    from mvpsdk.sign.avb import avb_key
    from mvpsdk.sign.detached import attach, digests, signing_keys
    from mvpsdk.sign.drafting import draft, sign
    from mvpsdk.sign.generating import New, generate
    from mvpsdk.sign.judging import unproven
    from mvpsdk.sign.model import Certificate, PublicKey, Request, Secret, Signer
    from mvpsdk.sign.opening import open_signers, public_keys
    from mvpsdk.sign.persona import seal_part, verify_part
    from mvpsdk.sign.preflight import RSA_SIZES, check, faults, is_test_key, remarks
    from mvpsdk.sign.public import public_node, public_pem
    from mvpsdk.sign.report import Check, Report
    from mvpsdk.sign.sealing import seal
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
    "draft",
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

__getattr__ = names_of(
    __name__,
    {
        "mvpsdk.sign.avb": ("avb_key",),
        "mvpsdk.sign.detached": ("attach", "digests", "signing_keys"),
        "mvpsdk.sign.drafting": ("draft", "sign"),
        "mvpsdk.sign.generating": ("New", "generate"),
        "mvpsdk.sign.judging": ("unproven",),
        "mvpsdk.sign.model": ("Certificate", "PublicKey", "Request", "Secret", "Signer"),
        "mvpsdk.sign.opening": ("open_signers", "public_keys"),
        "mvpsdk.sign.persona": ("seal_part", "verify_part"),
        "mvpsdk.sign.preflight": ("RSA_SIZES", "check", "faults", "is_test_key", "remarks"),
        "mvpsdk.sign.public": ("public_node", "public_pem"),
        "mvpsdk.sign.report": ("Check", "Report"),
        "mvpsdk.sign.sealing": ("seal",),
        "mvpsdk.sign.verifying": ("Wanted", "verify"),
    },
)
