# SPDX-License-Identifier: Apache-2.0
"""The guest ABI: what a hypervisor build offers, what an image needs, and what has changed."""

from mvpsdk.abi.comparing import compare, compare_notes
from mvpsdk.abi.digest import layouts_digest
from mvpsdk.abi.features import wanted
from mvpsdk.abi.fitting import Misfit, misfits
from mvpsdk.abi.header import abi_of, names_in
from mvpsdk.abi.history import current, version_of, versions
from mvpsdk.abi.layouts import compare_enum, compare_struct
from mvpsdk.abi.model import Abi, Call, Change
from mvpsdk.abi.offer import offered
from mvpsdk.abi.own import own_digest, own_enums, own_structs
from mvpsdk.abi.sides import Side, diff, of_image, of_version, verdict

__all__ = [
    "Abi",
    "Call",
    "Change",
    "Misfit",
    "Side",
    "abi_of",
    "compare",
    "compare_enum",
    "compare_notes",
    "compare_struct",
    "current",
    "diff",
    "layouts_digest",
    "misfits",
    "names_in",
    "of_image",
    "of_version",
    "offered",
    "own_digest",
    "own_enums",
    "own_structs",
    "verdict",
    "version_of",
    "versions",
    "wanted",
]
