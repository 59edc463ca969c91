# SPDX-License-Identifier: Apache-2.0
"""The hypervisor core, and the only door to it from Python: `facade`."""
