# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures: `sign` signs a bundle, `verify` says whether one may be trusted.

Keys are URIs: `file:PATH` (or the path alone), `test:`, and what else `providers` holds.
"""

from mvpsdk.sign.model import Certificate, PublicKey, Request, Secret, Signer
from mvpsdk.sign.opening import open_signers, public_keys
from mvpsdk.sign.preflight import check
from mvpsdk.sign.public import public_node
from mvpsdk.sign.report import Check, Report
from mvpsdk.sign.sealing import seal, sign
from mvpsdk.sign.verifying import Wanted, verify

__all__ = [
    "Certificate",
    "Check",
    "PublicKey",
    "Report",
    "Request",
    "Secret",
    "Signer",
    "Wanted",
    "check",
    "open_signers",
    "public_keys",
    "public_node",
    "seal",
    "sign",
    "verify",
]
