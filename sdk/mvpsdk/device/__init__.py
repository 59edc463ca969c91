# SPDX-License-Identifier: Apache-2.0
"""What is known of one device: `load` reads it from a file that a person or a factory wrote."""

from mvpsdk.device.control import ControlKey, control_keys
from mvpsdk.device.loading import load
from mvpsdk.device.model import DeviceFacts, Partition

__all__ = ["ControlKey", "DeviceFacts", "Partition", "control_keys", "load"]
