# SPDX-License-Identifier: Apache-2.0
"""UARTs as their manuals tell them, register by register, for tests of the console drivers.

A model knows the FIFOs, the status bits and the interrupt line. It refuses, with AssertionError,
what a manual forbids or leaves open: a byte too many, a byte taken that isn't there, an access of
the wrong width, a register that a driver has no business with.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar

__all__ = ["Imx", "Ns16550", "Pl011", "Uart"]


class Uart:
    """What they share: FIFOs, and the wire."""

    depth = 16  # bytes that it takes to send

    @property
    def room(self) -> int:
        """Bytes that it holds until somebody reads them."""
        return self.depth

    def __init__(self) -> None:
        self.sent = bytearray()  # what has left on the wire
        self.to_send: deque[int] = deque()
        self.received: deque[int] = deque()
        self.waited = False  # bytes lie in the FIFO, and no more have come for a while

    def read(self, offset: int, width: int) -> int:
        """A read of width bytes."""
        raise NotImplementedError

    def write(self, offset: int, width: int, value: int) -> None:
        """A write of width bytes."""
        raise NotImplementedError

    @property
    def line(self) -> bool:
        """Whether it asks for an interrupt."""
        raise NotImplementedError

    def polled(self) -> None:
        """It is as a boot loader leaves it that uses no interrupts."""
        raise NotImplementedError

    def transmit(self, count: int) -> None:
        """As much time goes by as that many bytes take to leave."""
        for _ in range(min(count, len(self.to_send))):
            self.sent.append(self.to_send.popleft())
            self.on_sent()

    def arrive(self, byte: int) -> None:
        """A byte comes in by the wire."""
        assert len(self.received) < self.room, "a byte is lost: nobody reads"
        self.received.append(byte)
        self.waited = False
        self.on_arrived()

    def wait(self) -> None:
        """A while goes by in which nothing comes."""
        self.waited = bool(self.received)

    def push(self, byte: int) -> None:
        """The driver writes a byte to send."""
        assert len(self.to_send) < self.depth, "a byte is lost: the FIFO is full"
        self.to_send.append(byte)

    def pop(self) -> int:
        """The driver takes a byte."""
        assert self.received, "a byte is read that is not there"
        self.waited = False
        return self.received.popleft()

    def on_sent(self) -> None:
        """A byte has left."""

    def on_arrived(self) -> None:
        """A byte has come."""


class Pl011(Uart):
    """Arm DDI 0183, with the FIFOs on and both trigger levels at a half, as after reset.

    Its interrupts are latched when a level is reached: clearing one that still has its reason takes
    it away until the level is reached anew (3.3.10, 3.3.13, and 2.8 on each interrupt).
    """

    RX, TX, RT = 0x10, 0x20, 0x40

    def __init__(self) -> None:
        super().__init__()
        self.raw = 0
        self.mask = self.RX | self.TX  # what a boot loader has left on

    def polled(self) -> None:
        """Nothing is enabled in UARTIMSC."""
        self.mask = 0

    def read(self, offset: int, width: int) -> int:
        """UARTDR, UARTFR, UARTIMSC."""
        assert width == 4
        if offset == 0x00:
            byte = self.pop()
            if len(self.received) < self.depth // 2:
                self.raw &= ~self.RX
            if not self.received:
                self.raw &= ~self.RT
            return byte
        if offset == 0x18:
            full = len(self.to_send) == self.depth
            return (0 if self.received else 0x10) | (0x20 if full else 0)
        assert offset == 0x38
        return self.mask

    def write(self, offset: int, width: int, value: int) -> None:
        """UARTDR, UARTIMSC, UARTICR."""
        assert width == 4
        if offset == 0x00:
            self.push(value)
            if len(self.to_send) > self.depth // 2:
                self.raw &= ~self.TX
        elif offset == 0x38:
            self.mask = value
        else:
            assert offset == 0x44
            self.raw &= ~value

    @property
    def line(self) -> bool:
        """UARTINTR, the combined one."""
        return bool(self.raw & self.mask)

    def on_sent(self) -> None:
        """At the trigger level the transmit interrupt is latched."""
        if len(self.to_send) == self.depth // 2:
            self.raw |= self.TX

    def on_arrived(self) -> None:
        """At the trigger level the receive interrupt is latched."""
        if len(self.received) == self.depth // 2:
            self.raw |= self.RX

    def wait(self) -> None:
        """After 32 bits of silence the receive timeout is latched."""
        super().wait()
        if self.waited:
            self.raw |= self.RT


class Ns16550(Uart):
    """TI PC16550D (SNLS378) and its relatives.

    fifo: "works"; "broken", as in the first 16550, or "none", as in the 16450. designware: it has
    USR and the busy interrupt, and may raise a timeout with an empty FIFO (DW_apb_uart). timeouts:
    off where they have an enable bit of their own that must not be needed (Tegra).
    """

    RBR, IER, IIR, LSR, USR = 0, 1, 2, 5, 31
    RECEIVE, TRANSMIT = 1, 2  # of IER
    TRIGGERS = (1, 4, 8, 14)

    def __init__(
        self,
        *,
        shift: int = 0,
        width: int = 1,
        fifo: str = "works",
        designware: bool = False,
        timeouts: bool = True,
    ) -> None:
        super().__init__()
        self.shift, self.width = shift, width
        self.fifo, self.designware, self.timeouts = fifo, designware, timeouts
        self.enabled = 0x0F  # what a boot loader has left on
        self.control = 0xC1  # FCR: FIFOs on, receive trigger at 14 bytes
        self.sent_all = False  # the transmitter's interrupt is latched
        self.busy = False  # DesignWare's own
        self.phantom = False
        self.depth = 16 if fifo == "works" else 1

    def polled(self) -> None:
        """Nothing is enabled in IER."""
        self.enabled = 0

    def register(self, offset: int, width: int) -> int:
        """The number of the register that is meant."""
        assert width == self.width
        assert offset % (1 << self.shift) == 0
        return offset >> self.shift

    def cause(self) -> int:
        """The low half of IIR: what is most urgent; 1: nothing."""
        trigger = self.TRIGGERS[self.control >> 6] if self.fifo == "works" else 1
        if self.enabled & self.RECEIVE and len(self.received) >= trigger:
            return 0x4
        if self.enabled & self.RECEIVE and (self.phantom or (self.waited and self.timeouts)):
            return 0xC
        if self.enabled & self.TRANSMIT and self.sent_all:
            return 0x2
        return 0x7 if self.busy else 0x1

    def read(self, offset: int, width: int) -> int:
        """RBR, IER, IIR, LSR, and USR of DesignWare's."""
        number = self.register(offset, width)
        if number == self.RBR:
            return self.take()
        if number == self.IER:
            return self.enabled
        if number == self.IIR:
            cause = self.cause()
            self.sent_all &= cause != 0x2
            on = {"works": 0xC0, "broken": 0x80, "none": 0}[self.fifo]
            return cause | (on if self.control & 1 else 0)
        if number == self.USR:
            assert self.designware
            self.busy = False
            return 0
        assert number == self.LSR
        return (0 if self.to_send else 0x60) | (0x01 if self.received else 0)

    def take(self) -> int:
        """A read of RBR; it also ends a timeout of nothing."""
        if self.phantom and not self.received:
            self.phantom = False
            return 0
        self.phantom = False
        return self.pop()

    def write(self, offset: int, width: int, value: int) -> None:
        """THR, IER, FCR."""
        number = self.register(offset, width)
        if number == self.RBR:
            self.push(value)
            self.sent_all = False
        elif number == self.IER:
            off = not self.enabled & self.TRANSMIT
            self.enabled = value
            self.sent_all |= bool(off and value & self.TRANSMIT and not self.to_send)
        else:
            assert number == self.IIR
            if (self.control ^ value) & 1:  # going on or off empties both FIFOs
                self.received.clear()
                self.to_send.clear()
            self.control = value

    @property
    def line(self) -> bool:
        """INTR."""
        return self.cause() != 0x1

    def on_sent(self) -> None:
        """When the last byte has left for the line, the transmitter's interrupt is latched."""
        self.sent_all |= not self.to_send


class Imx(Uart):
    """i.MX 6Dual/6Quad reference manual, chapter 64."""

    depth = 32
    URXD, UTXD, UCR1, UCR2, UCR3, UCR4, UFCR = 0x00, 0x40, 0x80, 0x84, 0x88, 0x8C, 0x90
    USR2, UTS = 0x98, 0xB4
    TRDYEN, DREN, RXEN = 1 << 13, 1 << 0, 1 << 1
    ENABLES: ClassVar[dict[int, tuple[int, ...]]] = {
        # ADEN IDEN RRDYEN RXDMAEN TXMPTYEN RTSDEN TXDMAEN ATDMAEN
        UCR1: (15, 12, 9, 8, 6, 5, 3, 2),
        UCR2: (15, 3),  # ESCI ATEN
        # DTREN PARERREN FRAERREN RXDSEN AIRINTEN AWAKEN DTRDEN ACIEN
        UCR3: (13, 12, 11, 6, 5, 4, 3, 0),
        UCR4: (8, 7, 6, 3, 2, 1),  # ENIRI WKEN IDDMAEN TCEN BKEN OREN
    }
    """Bits that raise an interrupt or start DMA, beside TRDYEN and DREN."""
    LEFT: ClassVar[dict[int, int]] = {
        UCR1: 0x0001,
        UCR2: 0x4027,
        UCR3: 0x0784,
        UCR4: 0x8000,
        UFCR: 0x0201,  # TXTL 0 is reserved, and yet boot loaders leave it
    }
    """What else a boot loader has set up: the UART on, 8 bits, and so on."""

    def __init__(self) -> None:
        super().__init__()
        self.registers = dict(self.LEFT)
        for register, bits in self.ENABLES.items():
            self.registers[register] |= sum(1 << bit for bit in bits)

    def polled(self) -> None:
        """Nothing is enabled in UCR1 to UCR4."""
        self.registers = dict(self.LEFT)

    def arrive(self, byte: int) -> None:
        """Nothing comes in while the receiver is off."""
        if self.registers[self.UCR2] & self.RXEN:
            super().arrive(byte)

    def read(self, offset: int, width: int) -> int:
        """URXD, the control registers, USR2, UTS."""
        assert width == 4
        if offset == self.URXD:
            return 0x8000 | self.pop()
        if offset == self.USR2:
            return 0x0001 if self.received else 0
        if offset == self.UTS:
            return 0x0010 if len(self.to_send) == self.depth else 0
        return self.registers[offset]

    def write(self, offset: int, width: int, value: int) -> None:
        """UTXD, the control registers."""
        assert width == 4
        if offset == self.UTXD:
            self.push(value)
        else:
            assert offset in self.registers
            self.registers[offset] = value

    def stray(self) -> list[tuple[int, int]]:
        """What is on beside TRDYEN and DREN: register and bit of each."""
        return [
            (register, bit)
            for register, bits in self.ENABLES.items()
            for bit in bits
            if self.registers[register] >> bit & 1
        ]

    @property
    def line(self) -> bool:
        """The combined interrupt."""
        ready = bool(self.registers[self.UCR4] & self.DREN and self.received)
        level = self.registers[self.UFCR] >> 10
        if self.registers[self.UCR1] & self.TRDYEN:
            assert level >= 2, "a reserved trigger level"
            ready |= len(self.to_send) <= level
        return ready or bool(self.stray())
