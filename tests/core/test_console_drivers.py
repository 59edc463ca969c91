# SPDX-License-Identifier: Apache-2.0
"""Console drivers on models of the parts that they serve: no byte lost, no interrupt for ever."""

from __future__ import annotations

import ctypes
import subprocess
from collections import deque
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mvpsdk.core.drivers import console_drivers, console_parts
from mvpsdk.core.fingerprint import CORE
from uarts import Imx, Ns16550, Pl011, Uart
from uarts_soc import Cadence, Geni, MiniUart, UartDm

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "uart"
FLAGS = (
    *("-std=c11", "-ffreestanding", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"),
    *("-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wswitch-default", "-Wvla"),
    *(
        f"-I{HERE}",
        f"-I{CORE}/include",
        f"-I{CORE}/src",
        f"-I{CORE}/arch/aarch64",
        f"-I{CORE}/drivers",
    ),
    *("-fno-stack-protector", "-nostdlib"),
)
COMPILERS = ("gcc", "clang")
BASE = 0x01C2_8400  # as on a phone: not at the start of a page
PAGE = 0x00A9_0000  # of an engine that fills one
STORM = 8  # times in a row that the line may still be high after it has been served
READ = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint64, ctypes.c_uint32)
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_uint32)


@cache
def built(driver: str, compiler: str) -> ctypes.CDLL:
    """A driver as a library of this machine; a warning is an error."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "console_name.h").write_text(f'#define CONSOLE_NAME "{driver}"\n')
        sources = [HERE / "harness.c", CORE / "drivers" / f"console_{driver}.c"]
        command = [compiler, *FLAGS, f"-I{folder}", *map(str, sources), "-o", f"{folder}/lib.so"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        library = ctypes.CDLL(f"{folder}/lib.so")
    library.arch_console_put.restype = ctypes.c_bool
    library.arch_console_name.restype = ctypes.c_char_p
    library.harness_part.restype = ctypes.c_char_p
    library.harness_open.argtypes = [ctypes.c_uint64, ctypes.c_uint32, ctypes.c_uint32]
    return library


class Bench:
    """A driver at a UART, used as src/console.c uses it."""

    def __init__(self, driver: str, uart: Uart, compiler: str = "gcc") -> None:
        self.core, self.uart = built(driver, compiler), uart
        self.base = base = PAGE if isinstance(uart, Geni) else BASE
        self.faults: list[BaseException] = []
        self.waiting: deque[int] = deque()
        self.typed = bytearray()
        self.calls = (READ(self._read), WRITE(self._write))  # kept: C calls them
        self.core.harness_model(*self.calls)
        layout = (uart.shift, uart.width) if isinstance(uart, Ns16550) else (0, 1)
        self.core.harness_open(base, *layout)

    def _read(self, address: int, width: int) -> int:
        try:
            return self.uart.read(address - self.base, width)
        except (AssertionError, KeyError) as fault:
            self.faults.append(fault)
            return 0

    def _write(self, address: int, width: int, value: int) -> None:
        try:
            self.uart.write(address - self.base, width, value)
        except (AssertionError, KeyError) as fault:
            self.faults.append(fault)

    def check(self) -> None:
        """Fail if the model has refused an access."""
        for fault in self.faults:
            raise fault

    def interrupts(self) -> None:
        """The hypervisor is ready for interrupts, and looks what has come before."""
        self.core.harness_interrupts()
        self.service()

    def put(self, byte: int) -> bool:
        """One byte."""
        taken = bool(self.core.arch_console_put(byte))
        self.check()
        return taken

    def get(self) -> int:
        """One byte, or -1."""
        byte = int(self.core.arch_console_get())
        self.check()
        return byte

    def say(self, text: bytes) -> None:
        """What the UART does not take waits for its interrupt."""
        for byte in text:
            self.drain()
            if self.waiting or not self.put(byte):
                self.waiting.append(byte)

    def drain(self) -> None:
        """Send what waits."""
        while self.waiting and self.put(self.waiting[0]):
            self.waiting.popleft()

    def service(self) -> None:
        """The interrupt's handler."""
        self.drain()
        for _ in range(self.uart.room):
            byte = self.get()
            if byte < 0:
                break
            self.typed.append(byte)

    def settle(self) -> None:
        """Serve interrupts until there is none; one that can't be served fails the test."""
        for _ in range(STORM):
            if not self.uart.line:
                return
            self.service()
        raise AssertionError("an interrupt that does not end")


PARTS: dict[str, tuple[str, Callable[[], Uart]]] = {
    "pl011": ("pl011", Pl011),
    "imx": ("imx", Imx),
    "16550a": ("8250", Ns16550),
    "16550": ("8250", lambda: Ns16550(fifo="broken")),
    "16450": ("8250", lambda: Ns16550(fifo="none")),
    "designware": ("8250", lambda: Ns16550(shift=2, width=4, designware=True)),
    "designware-bytes": ("8250", lambda: Ns16550(shift=2, width=1, designware=True)),
    "tegra": ("8250", lambda: Ns16550(shift=2, width=4, timeouts=False)),
    "cadence": ("cadence", Cadence),
    "cadence-levels": ("cadence", lambda: Cadence(levels=True)),
    "mini-uart": ("bcm2835_aux", MiniUart),
    "uartdm": ("msm_uartdm", UartDm),
    "geni": ("geni", Geni),
    "halfwords": ("8250", lambda: Ns16550(shift=1, width=2)),
}


@pytest.fixture(params=PARTS)
def part(request: pytest.FixtureRequest) -> str:
    """Each part in turn."""
    return str(request.param)


def bench_of(part: str, compiler: str = "gcc") -> Bench:
    """A part with its driver, opened."""
    driver, make = PARTS[part]
    return Bench(driver, make(), compiler)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("driver", console_drivers())
def test_a_driver_says_what_its_source_says(driver: str, compiler: str) -> None:
    """Its name is its file's, and its parts are those that Python reads in the source."""
    library = built(driver, compiler)
    served = [part.compatible for part in console_parts() if part.driver == driver]
    assert library.arch_console_name() == driver.encode()
    assert [library.harness_part(n).decode() for n in range(len(served))] == served
    assert library.harness_part(len(served)) is None


def test_each_driver_is_tested_on_a_part() -> None:
    """A driver without a model would be one that nobody has tried."""
    assert {driver for driver, _ in PARTS.values()} == set(console_drivers())


@pytest.mark.parametrize("compiler", COMPILERS)
def test_before_interrupts_bytes_go_out_as_there_is_room(part: str, compiler: str) -> None:
    """The hypervisor speaks long before it can be interrupted: the driver asks for none."""
    bench = bench_of(part, compiler)
    bench.uart.polled()
    for byte in b"what has come before interrupts":
        while not bench.put(byte):
            bench.uart.transmit(1)
        assert not bench.uart.line
    bench.uart.transmit(bench.uart.depth)
    assert bytes(bench.uart.sent) == b"what has come before interrupts"
    assert bench.get() == -1
    assert not bench.uart.line


def test_what_a_boot_loader_has_left_is_quiet_afterwards(part: str) -> None:
    """Interrupts that it had on are off; what was typed by then is there."""
    bench = bench_of(part)
    for byte in b"key"[: bench.uart.depth]:
        bench.uart.arrive(byte)
    bench.uart.wait()
    if isinstance(bench.uart, Imx):
        bench.uart.registers[Imx.UCR2] &= ~Imx.RXEN
    bench.interrupts()
    assert bytes(bench.typed) == b"key"[: bench.uart.depth]
    assert not bench.uart.line
    if isinstance(bench.uart, Imx):
        assert bench.uart.stray() == []
        assert bench.uart.registers[Imx.UCR2] & Imx.RXEN, "a loader may only have spoken"


def test_a_key_raises_an_interrupt_and_ends_it(part: str) -> None:
    """Each one that comes; serving it leaves the line low."""
    bench = bench_of(part)
    bench.interrupts()
    for byte in b"keys":
        bench.uart.arrive(byte)
        bench.uart.wait()
        assert bench.uart.line
        bench.service()
        assert not bench.uart.line
    assert bytes(bench.typed) == b"keys"


def test_a_full_transmitter_says_when_there_is_room(part: str) -> None:
    """Only then: with nothing to send there is no interrupt."""
    bench = bench_of(part)
    bench.interrupts()
    text = bytes(range(256))
    bench.say(text[: bench.uart.depth])
    assert not bench.uart.line
    bench.uart.transmit(bench.uart.depth)
    assert not bench.uart.line
    bench.say(text)
    assert bench.waiting
    assert not bench.uart.line
    while bench.waiting:
        bench.uart.transmit(bench.uart.depth)
        assert bench.uart.line
        bench.service()
    bench.uart.transmit(bench.uart.depth)
    assert not bench.uart.line
    assert bytes(bench.uart.sent) == text[: bench.uart.depth] + text


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(1, 70)),
        st.tuples(st.just("transmit"), st.integers(1, 40)),
        st.tuples(st.just("arrive"), st.integers(1, 40)),
        st.tuples(st.just("wait"), st.just(0)),
    ),
    max_size=30,
)


class Use:
    """Somebody speaks and types while a UART is served by its interrupts alone."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.said, self.keys = bench, bytearray(), bytearray()

    def do(self, action: str, count: int) -> None:
        """One thing, and the interrupts that it brings."""
        uart = self.bench.uart
        if action == "say":
            text = bytes((len(self.said) + n) % 251 for n in range(count))
            self.said += text
            self.bench.say(text)
        elif action == "arrive":
            for _ in range(count):
                self.keys.append(len(self.keys) % 241)
                uart.arrive(self.keys[-1])
                self.bench.settle()
        elif action == "transmit":
            uart.transmit(count)
        else:
            uart.wait()
        self.bench.settle()

    def finish(self) -> None:
        """All the time in the world goes by."""
        for _ in range(len(self.said) + 1):
            self.do("transmit", 1)
        self.do("wait", 0)


@pytest.mark.parametrize("part", PARTS)
@settings(deadline=None)  # a busy host is no fault of the driver's
@given(actions=ACTIONS)
@example(actions=[("say", 33), ("transmit", 1), ("say", 1)])  # room without its interrupt
def test_no_byte_is_lost_and_no_interrupt_lasts(part: str, actions: list[tuple[str, int]]) -> None:
    """Whatever comes in whichever order: all that is said arrives, and all that is typed."""
    use = Use(bench_of(part))
    use.bench.interrupts()
    for action, count in actions:
        use.do(action, count)
    use.finish()
    assert bytes(use.bench.uart.sent) == bytes(use.said)
    assert bytes(use.bench.typed) == bytes(use.keys)
    assert not use.bench.uart.line


def test_a_board_without_one_touches_nothing(part: str) -> None:
    """Base 0: everything is taken, nothing comes."""
    driver, make = PARTS[part]
    bench = Bench(driver, make())
    bench.core.harness_open(0, 2, 4)
    bench.base = -BASE  # no offset of an access would be right
    bench.core.harness_interrupts()
    assert bench.put(0x41)
    assert bench.get() == -1
    assert bench.uart.sent == bytearray()


def test_opened_again_a_driver_begins_anew(part: str) -> None:
    """As after the move home: what it knew of a full transmitter is forgotten."""
    bench = bench_of(part)
    bench.interrupts()
    bench.say(bytes(100))
    again = bench_of(part)
    for byte in b"anew":
        while not again.put(byte):
            again.uart.transmit(1)
    again.uart.transmit(again.uart.depth)
    assert bytes(again.uart.sent) == b"anew"


def test_a_busy_interrupt_of_a_designware_ends() -> None:
    """Somebody has written LCR while the line was busy: IIR says 7 until USR is read."""
    bench = bench_of("designware")
    bench.interrupts()
    assert isinstance(bench.uart, Ns16550)
    bench.uart.busy = True
    assert bench.uart.line
    bench.service()
    assert not bench.uart.line


def test_a_timeout_of_nothing_ends() -> None:
    """DesignWare's raises one with an empty FIFO: a read of RBR ends it, and is no byte."""
    bench = bench_of("designware")
    bench.interrupts()
    assert isinstance(bench.uart, Ns16550)
    bench.uart.phantom = True
    assert bench.uart.line
    bench.service()
    assert not bench.uart.line
    assert bench.typed == bytearray()


class Late(Ns16550):
    """A byte comes between a look at LSR and the one at IIR, and has waited by then."""

    def read(self, offset: int, width: int) -> int:
        """As ever, but for that."""
        if offset >> self.shift == self.IIR and not self.received:
            self.arrive(0x4B)
            self.control |= 0xC0
            self.wait()
        return super().read(offset, width)


def test_a_byte_that_comes_in_between_is_not_lost() -> None:
    """What looks like a timeout of nothing may be one of something by now."""
    bench = Bench("8250", Late(shift=2, width=4, designware=True))
    bench.core.harness_interrupts()
    bench.check()
    bench.uart.received.clear()
    assert bench.get() == 0x4B


class Quick(Ns16550):
    """All that was written has left by the time that somebody looks at IIR."""

    def read(self, offset: int, width: int) -> int:
        """As ever, but for that."""
        if offset >> self.shift == self.IIR:
            self.transmit(self.depth)
        return super().read(offset, width)


def test_a_transmitter_that_is_done_in_between_is_not_forgotten() -> None:
    """A read of IIR would end its interrupt, and what waits would wait for ever."""
    bench = Bench("8250", Quick())
    bench.interrupts()
    bench.say(bytes(40))
    for _ in range(3):
        bench.uart.transmit(16)
        assert bench.uart.line == bool(bench.waiting)
        bench.service()
    assert not bench.waiting


@pytest.mark.parametrize(("fifo", "taken"), [("works", 16), ("broken", 1), ("none", 1)])
def test_an_8250_is_filled_as_far_as_it_goes(fifo: str, taken: int) -> None:
    """IIR says whether there are FIFOs: then an empty transmitter takes 16 bytes at once."""
    bench = Bench("8250", Ns16550(fifo=fifo))
    bench.interrupts()
    assert [bench.put(0x2E) for _ in range(taken + 1)] == [True] * taken + [False]


def test_a_byte_that_comes_before_the_interrupt_is_ended_is_read() -> None:
    """A receive trigger that is forgotten after the byte came would not come again."""

    class Late(Cadence):
        def write(self, offset: int, width: int, value: int) -> None:
            if offset == 0x14 and self.control == 0x14 and not self.received:
                self.arrive(0x4B)
            super().write(offset, width, value)

    bench = Bench("cadence", Late())
    bench.core.harness_interrupts()
    bench.check()
    bench.uart.received.clear()
    assert bench.get() == 0x4B


def test_a_fifo_that_empties_before_it_is_waited_for_is_filled() -> None:
    """A Cadence tells once that it is empty: what was told too early is found out."""

    class Quick(Cadence):
        def write(self, offset: int, width: int, value: int) -> None:
            if offset == 0x14 and value == self.TEMPTY:
                self.transmit(self.depth)
            super().write(offset, width, value)

    bench = Bench("cadence", Quick())
    bench.interrupts()
    bench.say(bytes(100))
    assert not bench.waiting
    assert not bench.uart.line


def test_an_engine_that_does_not_begin_a_page_is_none() -> None:
    """Its registers would lie in another page, which is not mapped."""
    bench = Bench("geni", Geni())
    bench.core.harness_open(BASE, 0, 1)
    assert bench.put(0x41)
    assert bench.uart.sent == bytearray()
