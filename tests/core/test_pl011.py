# SPDX-License-Identifier: Apache-2.0
"""The emulated PL011, as amba-pl011 drivers use it (Arm DDI 0183)."""

import pytest

import rig
from mvpsdk.core._library import ffi, lib
from rig import NONE, Rig

DR, FR, IBRD, FBRD, LCR_H, CR = 0x00, 0x18, 0x24, 0x28, 0x2C, 0x30
IFLS, IMSC, RIS, MIS, ICR, DMACR = 0x34, 0x38, 0x3C, 0x40, 0x44, 0x48
RX, TX, RT = 0x10, 0x20, 0x40
RXFE, RXFF, TXFE = 0x10, 0x40, 0x80
FIFO_ON = 0x10
UART = 33


class Uart(Rig):
    """A guest with a UART on its interrupt controller."""

    def __init__(self) -> None:
        super().__init__()
        self.set_up(UART)
        lib.pl011_init(ffi.addressof(self.partition.uart), UART)

    def get(self, offset: int) -> int:
        """Read a register."""
        return int(lib.pl011_read(self.vcpu(), offset))

    def put(self, offset: int, data: int) -> None:
        """Write a register."""
        lib.pl011_write(self.vcpu(), offset, data)

    def receive(self, text: bytes) -> int:
        """Type; returns how many bytes were taken."""
        return sum(bool(lib.pl011_receive(self.vcpu(), byte)) for byte in text)


@pytest.fixture
def uart() -> Uart:
    """A UART as after reset."""
    return Uart()


def test_it_identifies_as_a_pl011(uart: Uart) -> None:
    """Peripheral ID 0x00341011, PrimeCell ID 0xb105f00d, a byte in each register."""
    assert bytes(uart.get(0xFE0 + 4 * n) for n in range(8)) == bytes.fromhex("111034000df005b1")


def test_it_starts_as_the_manual_says(uart: Uart) -> None:
    """Enabled both ways, FIFOs half full, nothing pending, nothing received."""
    assert [uart.get(n) for n in (FR, CR, IFLS, IMSC, RIS, MIS)] == [0x90, 0x300, 0x12, 0, 0, 0]
    assert uart.get(0x04) == 0
    assert uart.get(0x100) == 0


@pytest.mark.parametrize(
    ("register", "width"),
    [(IBRD, 0xFFFF), (FBRD, 0x3F), (LCR_H, 0xFF), (CR, 0xFF87), (IFLS, 0x3F), (DMACR, 7)],
)
def test_settings_are_kept_in_their_width(uart: Uart, register: int, width: int) -> None:
    """Whatever a driver sets up it reads back."""
    uart.put(register, 0xFFFFFFFF)
    assert uart.get(register) == width


def test_writes_to_read_only_registers_change_nothing(uart: Uart) -> None:
    """Flags, status and identification."""
    for offset in (0x04, FR, RIS, MIS, 0xFE0):
        uart.put(offset, 0xFFFFFFFF)
    assert [uart.get(n) for n in (FR, RIS, MIS, 0xFE0)] == [0x90, 0, 0, 0x11]


def test_a_byte_written_is_on_the_console(uart: Uart) -> None:
    """Behind the partition's name; the transmitter is ready at once."""
    for byte in b"\nhello\n":
        uart.put(DR, 0xFFFFFF00 | byte)
    assert uart.get(FR) & TXFE
    while lib.console_send():
        pass
    sent = bytes(uart.host.sent[0 : uart.host.sent_count])
    assert b"[guest] hello\r\n" in sent


def test_the_transmit_interrupt_follows_each_byte(uart: Uart) -> None:
    """Cleared by the driver, it is there again after the next."""
    uart.put(DR, 0x41)
    assert uart.get(RIS) == TX
    uart.put(ICR, TX)
    assert uart.get(RIS) == 0
    uart.put(DR, 0x41)
    assert uart.get(RIS) == TX
    assert uart.get(MIS) == 0


def test_unmasking_transmit_finds_it_ready(uart: Uart) -> None:
    """A driver that waits for room before its first byte gets its interrupt."""
    uart.put(IMSC, TX)
    assert uart.get(MIS) == TX
    assert uart.acknowledge() == UART
    uart.put(ICR, TX)
    uart.put(DR, 0x41)
    uart.put(IMSC, 0)
    uart.end(UART)
    assert uart.acknowledge() == NONE


def test_what_is_typed_is_read_in_order(uart: Uart) -> None:
    """The flags say when there is no more."""
    uart.put(LCR_H, FIFO_ON)
    assert uart.receive(b"ab") == 2
    assert uart.get(FR) == TXFE
    assert [uart.get(DR), uart.get(DR), uart.get(DR)] == [0x61, 0x62, 0]
    assert uart.get(FR) == TXFE | RXFE


def test_typing_interrupts_until_all_is_read(uart: Uart) -> None:
    """The timeout interrupt comes with the first byte and goes with the last."""
    uart.put(LCR_H, FIFO_ON)
    uart.put(IMSC, RX | RT)
    uart.receive(b"ab")
    assert uart.get(MIS) == RT
    assert uart.acknowledge() == UART
    uart.get(DR)
    uart.end(UART)
    assert uart.acknowledge() == UART
    uart.get(DR)
    uart.end(UART)
    assert uart.acknowledge() == NONE


@pytest.mark.parametrize(("level", "bytes_"), [(0, 4), (1, 8), (2, 16), (3, 24), (4, 28)])
def test_the_receive_interrupt_comes_at_the_level_asked_for(
    uart: Uart, level: int, bytes_: int
) -> None:
    """And goes when the FIFO is below it again."""
    uart.put(LCR_H, FIFO_ON)
    uart.put(IFLS, level << 3)
    uart.receive(b"x" * (bytes_ - 1))
    assert not uart.get(RIS) & RX
    uart.receive(b"x")
    assert uart.get(RIS) & RX
    uart.get(DR)
    assert not uart.get(RIS) & RX


def test_a_full_fifo_takes_no_more(uart: Uart) -> None:
    """Nothing that was taken is lost."""
    uart.put(LCR_H, FIFO_ON)
    assert uart.receive(bytes(range(40))) == 32
    assert uart.get(FR) & RXFF
    assert [uart.get(DR) for _ in range(32)] == list(range(32))


def test_without_fifos_one_byte_is_full(uart: Uart) -> None:
    """The receive interrupt comes with each byte."""
    uart.receive(b"a")
    assert uart.get(FR) & RXFF
    assert uart.get(RIS) == RX | RT


def test_switching_fifos_empties_them(uart: Uart) -> None:
    """Setting the same again does not."""
    uart.put(IMSC, RX)
    uart.receive(b"a")
    uart.put(LCR_H, FIFO_ON | 0x60)
    assert uart.get(FR) & RXFE
    assert uart.bit_read(rig.ISPENDR, UART) == 0
    uart.receive(b"b")
    uart.put(LCR_H, FIFO_ON)
    assert uart.get(DR) == 0x62


def test_narrow_accesses_reach_their_register(uart: Uart) -> None:
    """A byte access inside a register's word is one to that register."""
    uart.put(DR + 1, 0x0A)
    assert uart.get(RIS + 2) == TX
