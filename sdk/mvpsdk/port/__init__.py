# SPDX-License-Identifier: Apache-2.0
"""Ports: what a new phone begins with. `handset_files` makes a handset's folder."""

from mvpsdk.port.handset import DEBIAN, PersonaImages, handset_files, persona_of

__all__ = ["DEBIAN", "PersonaImages", "handset_files", "persona_of"]
