# SPDX-License-Identifier: Apache-2.0
"""A bundle that runs on the virtual handset, and what is expected of it."""

from __future__ import annotations

import re
import time
from collections import deque
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from mvpsdk.run.clock import Clock
from mvpsdk.run.demux import Demux
from mvpsdk.run.expect import Watch
from mvpsdk.run.model import BOARD, HYPERVISOR, Event, Exit, Line, Met
from mvpsdk.run.qmp import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from mvpsdk.run.clock import Reading, Sample
    from mvpsdk.run.model import Options, Reason
    from mvpsdk.run.qemu import Qemu
    from mvpsdk.units import Pa

__all__ = ["Session"]

# What the hypervisor says before it halts the board (core/arch/aarch64); nobody else can, since
# guests' lines carry their own prefix.
_LAST_WORDS = re.compile(r"stop reason=0x[0-9a-f]+|panic ends")
_HALTED = re.compile(r"halted, no PSCI to (power off|reset)")  # where a board can do neither
# What the boot script says before it powers off (uboot/boot.hush).
_REFUSED = re.compile(r"mvp: nothing is started: ")
_PANIC = re.compile(r"panic reason=0x[0-9a-f]+")
_DYING = 5.0  # seconds of the host's time until a panic has said all that it can
_QUIET = 0.2  # seconds of silence after which a line that isn't ended counts as a prompt
_STAMP = 0.02  # seconds between two looks at the virtual clock: each costs QEMU's attention


class Session(AbstractContextManager["Session"]):
    """A machine that runs. Iterate over it for what happens; leave the `with` block to end it."""

    def __init__(self, qemu: Qemu, options: Options, clock: Pa | None) -> None:
        """Watch over a machine that stands before its first instruction; see `mvpsdk.run.start`."""
        self._qemu = qemu
        self._options = options
        self._clock = Clock(qemu, clock)
        self._demux = Demux()
        self._watch = Watch(options.expect, options.reject)
        self.tap: Callable[[bytes], None] | None = None  # is shown the console as it comes
        self._kept = ExitStack()
        self._pending: deque[Event] = deque()
        self._running = self._ended = self._left = False
        self._panic: tuple[Line, float] | None = None  # its first line, and when that came
        self._began = time.monotonic()
        self._virtual = 0 if self._clock else None
        self._stamped = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the machine. Does nothing the second time."""
        self._qemu.close()
        self._kept.close()

    def keep(self, files: ExitStack) -> None:
        """Close this too, once the machine has ended."""
        self._kept = files

    # ---- what happens ----

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        """What happens next, the last being an Exit. Lets the machine run, if it doesn't yet.

        Raises ToolFailedError if QEMU fails, TimeoutError_ if it hangs.
        """
        while not self._pending:
            if self._ended:
                raise StopIteration
            self._pump()
        return self._pending.popleft()

    def _pump(self) -> None:
        if not self._running:
            self._running = True
            self._began = time.monotonic()
            with suppress(Gone):  # so short a run: its console holds all of it
                self._qemu.resume()
        data = self._qemu.read(self._patience())
        self._stamp()
        if self.tap and data:
            self.tap(data)
        for event in self._events(data):
            self._pending.append(event)
            if isinstance(event, Exit):
                self._ended = True
                return
        if end := self._ending(data):
            self._pending.append(end)
            self._ended = True

    def _events(self, data: bytes | None) -> Iterator[Event]:
        """What a piece of console brings: b"" its end, None a silence."""
        if data is None:
            prompt = self._demux.open_line()
            lines = []
            yield from self._met(prompt) if prompt else ()
        else:
            lines = self._demux.feed(data) if data else self._demux.close()
        for line in lines:
            yield from self._seen(replace(line, virtual=self._virtual, wall=self._wall()))

    def _seen(self, line: Line) -> Iterator[Event]:
        yield line
        self._watch.remember(line)
        if self._watch.rejects(line):
            yield self._exit("rejected", ok=False, rejected=line)
            return
        yield from self._met(line)
        if line.partition == HYPERVISOR and _PANIC.match(line.text):
            self._panic = self._panic or (line, self._wall())
        if line.partition == HYPERVISOR and _LAST_WORDS.match(line.text):
            last = self._panic[0] if self._panic else line
            yield self._exit("halted", ok=False, rejected=last)
        elif line.partition == BOARD and _REFUSED.match(line.text):
            yield self._exit("refused", ok=False, rejected=line)
        elif line.partition == HYPERVISOR and (halted := _HALTED.match(line.text)):
            yield self._halted(line, off=halted[1] == "power off")

    def _halted(self, line: Line, *, off: bool) -> Exit:
        """Off counts as what was asked for, though the board stays on; a reset does not come."""
        if off:
            return self._exit("powered-off", ok=not self._watch.awaited)
        return self._exit("halted", ok=False, rejected=line)

    def _met(self, line: Line) -> Iterator[Event]:
        for expectation in self._watch.meets(line):
            yield Met(
                expectation=expectation, text=line.text, virtual=self._virtual, wall=self._wall()
            )
        if self._options.expect and not self._watch.awaited and not self._options.until_exit:
            yield self._exit("met", ok=True)

    def _ending(self, data: bytes | None) -> Exit | None:
        """How it ends here, if it does."""
        if data == b"":
            return self._power_off()
        if self._panic and self._wall() - self._panic[1] >= _DYING:
            return self._exit("halted", ok=False, rejected=self._panic[0])
        if self._left:
            return self._exit("left", ok=not self._watch.awaited)
        timeout = self._options.timeout
        if timeout is not None and self._wall() >= timeout:
            return self._exit(
                "timeout", ok=not self._watch.awaited and not self._options.until_exit
            )
        return None

    def _power_off(self) -> Exit:
        if self._qemu.status():
            raise self._qemu.failure()
        if self._panic:
            return self._exit("halted", ok=False, rejected=self._panic[0])
        return self._exit("powered-off", ok=not self._watch.awaited)

    def _exit(self, reason: Reason, *, ok: bool, rejected: Line | None = None) -> Exit:
        return Exit(
            reason=reason,
            ok=ok,
            awaited=self._watch.awaited,
            rejected=rejected,
            last=() if ok else self._watch.last,
            virtual=self._virtual,
            wall=self._wall(),
        )

    # ---- time ----

    def _wall(self) -> float:
        return time.monotonic() - self._began

    def _patience(self) -> float:
        timeout = self._options.timeout
        return _QUIET if timeout is None else min(_QUIET, timeout - self._wall())

    def _stamp(self) -> None:
        """Looks at the virtual clock, but not at each line of a flood."""
        if not self._clock or self._wall() - self._stamped < _STAMP:
            return
        self._stamped = self._wall()
        with suppress(Gone):  # the console says so too
            seconds = self._clock.look()
            self._virtual = self._virtual if seconds is None else seconds

    def virtual_seconds(self) -> int:
        """Whole seconds of virtual time since reset, by QEMU's own clock.

        Raises InputError if the board has no clock or the run isn't deterministic.
        """
        return self._clock.seconds()

    def sample(self, probe: Callable[[], Reading]) -> Sample[Reading]:
        """Read the virtual clock and, at the same moment, whatever `probe` reads.

        Many samples of a guest's counter make a `mvpsdk.run.bracket`.
        """
        return self._clock.sample(probe)

    # ---- the machine ----

    def paused(self) -> AbstractContextManager[None]:
        """The machine stands still for the length of a `with` block."""
        return self._qemu.paused()

    def read_memory(self, base: Pa, size: int) -> bytes:
        """Physical memory of the machine, in bytes."""
        return self._qemu.read_memory(base, size)

    def send(self, data: bytes) -> None:
        """Type on the machine's console."""
        self._qemu.send(data)

    def leave(self) -> None:
        """Let the iteration end soon, from any thread."""
        self._left = True
