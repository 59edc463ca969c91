# SPDX-License-Identifier: Apache-2.0
"""Handsets: `load` reads a handset.toml and gives a `Handset`."""

from mvpsdk.handset.loading import load
from mvpsdk.handset.model import Allow, Boot, Handset, Input, Persona, Realtime, UpdateKey

__all__ = ["Allow", "Boot", "Handset", "Input", "Persona", "Realtime", "UpdateKey", "load"]
