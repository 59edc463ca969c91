# SPDX-License-Identifier: Apache-2.0
"""What rules on Linux kernels share: configuration, command line, and who drives a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.lint.model import NotApplicable, NotChecked

if TYPE_CHECKING:
    from mvpsdk.image.contents import Contents
    from mvpsdk.image.drivers import Drivers
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.lint.subject import ImageSubject

__all__ = ["Linux", "linux_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Linux:
    """The Linux kernel of a persona.

    Attributes:
        release: as its banner has it.
        drivers: what is built into it.
        options: its configuration; empty if it isn't known.
        ramdisk: what is beside it; None: it has none.
        command_line: the persona's.
        unsure: why the configuration that is there does not count; empty: it does.
    """

    release: str
    drivers: Drivers
    options: dict[str, str]
    ramdisk: ImageFacts | None
    command_line: str
    unsure: str = ""

    @property
    def inside(self) -> Contents | None:
        """What is inside the ramdisk; None: there is none, or it can't be read."""
        return self.ramdisk.contents if self.ramdisk else None

    def lacks(self, option: str) -> bool:
        """Whether the configuration says that an option is not set."""
        return self.options.get(option) == "n"

    def drives(self, device: str, module: str) -> bool:
        """Whether a driver is built in, or comes as a module with the ramdisk."""
        modules = self.inside.module_names if self.inside else ()
        return device in self.drivers.built_in or module in modules

    @property
    def whole_command_line(self) -> str:
        """What the kernel takes: the persona's, joined with that of its configuration.

        Linux, drivers/of/fdt.c, early_init_dt_scan_chosen().
        """
        own = self.options.get("CMDLINE", "").replace("\\", "")
        if self.options.get("CMDLINE_FORCE") == "y":
            return own
        if self.options.get("CMDLINE_EXTEND") == "y":
            return f"{self.command_line} {own}"
        return self.command_line or own


def linux_of(subject: ImageSubject) -> Linux | NotApplicable | NotChecked:
    """Return what is known of a persona's Linux kernel, or why nothing is to be said."""
    facts, persona = subject.facts, subject.persona
    if subject.part != "kernel" or persona is None:
        return NotApplicable(reason="only a persona's kernel is looked at")
    if not facts.contents or not facts.contents.release or not facts.drivers:
        return NotApplicable(reason="it is no Linux kernel, or is packed: it has no banner")
    if facts.faults:
        return NotChecked(reason=f"{subject.owner} is not whole: {facts.faults[0]}")
    release = facts.contents.release
    beside = subject.other("kernel-config")
    configuration = facts.drivers.configuration
    if beside:
        if not beside.configuration:
            return NotChecked(
                reason=f"{beside.role} ({beside.path.name}) is no whole .config", failed=True
            )
        configuration = beside.configuration
    fits = configuration is None or _line(release) == _line(configuration.version)
    return Linux(
        release=release,
        drivers=facts.drivers,
        options=dict(configuration.options) if configuration and fits else {},
        ramdisk=subject.other("ramdisk"),
        command_line=persona.command_line,
        unsure=""
        if fits or configuration is None
        else f"the configuration is of {configuration.version}, the kernel is {release}",
    )


def _line(version: str) -> list[str]:
    """The line of kernels: Debian's release says no more of the version that its .config has."""
    return version.split(".")[:2]
