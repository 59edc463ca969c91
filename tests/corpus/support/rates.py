# SPDX-License-Identifier: Apache-2.0
"""How often each rule finds something in vendors' trees: a rule whose rate moves has changed.

The console's rule is left out: its rate falls with each new driver.
"""

__all__ = ["LEFT_OUT", "MARGIN", "RATES"]

LEFT_OUT = "BRD011"
MARGIN = 2.0  # percentage points that a newer kernel of the same line may bring

RATES = {
    "6.1": {
        "BRD001 error": 55.7,  # the boot loader fills RAM in
        "BRD002 error": 0.5,
        "BRD003 error": 0.7,
        "BRD003 warning": 27.1,
        "BRD003 note": 72.9,
        "BRD004 error": 4.2,
        "BRD005 error": 4.2,
        "BRD006 error": 0.2,
        "BRD006 warning": 14.9,
        "BRD007 error": 0.9,
        "BRD008 warning": 12.0,
        "BRD009 error": 6.6,
        "BRD009 warning": 2.3,
        "BRD010 warning": 17.0,
        "BRD012 warning": 2.8,
        "BRD012 note": 15.8,
        "CPU005 warning": 24.3,  # cores whose firmware has a workaround for guests
    },
    "6.12": {
        "BRD001 error": 56.2,
        "BRD002 error": 0.7,
        "BRD003 error": 0.4,
        "BRD003 warning": 24.9,
        "BRD003 note": 75.1,
        "BRD004 error": 3.5,
        "BRD005 error": 3.7,
        "BRD006 error": 0.1,
        "BRD006 warning": 13.0,
        "BRD007 error": 0.5,
        "BRD008 warning": 13.3,
        "BRD009 error": 4.6,
        "BRD009 warning": 2.2,
        "BRD010 warning": 12.9,
        "BRD012 warning": 6.4,
        "BRD012 note": 28.4,
        "CPU005 warning": 27.2,  # cores whose firmware has a workaround for guests
    },
}
"""Percent of the trees in which a rule finds something of this weight."""
