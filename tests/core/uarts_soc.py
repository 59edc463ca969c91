# SPDX-License-Identifier: Apache-2.0
"""UARTs that SoC makers built themselves, as their manuals tell them; see uarts.py."""

from __future__ import annotations

from uarts import Uart

__all__ = ["Cadence", "Geni", "MiniUart", "UartDm"]


class Cadence(Uart):
    """Xilinx UG585, chapter 19 and B.33.

    What has happened is kept in ISR until a 1 is written to it. levels: what still holds then is
    there again at once, as in QEMU; else it must happen anew.
    """

    depth = 64
    RTRIG, REMPTY, RFUL, TEMPTY, TFUL = 1, 2, 4, 8, 16

    def __init__(self, *, levels: bool = False) -> None:
        super().__init__()
        self.levels = levels
        self.control = 0x128  # after reset: transmitter and receiver are disabled
        self.mask = self.RTRIG | self.TEMPTY | 0x100  # what a boot loader has left on
        self.happened = self.TEMPTY
        self.trigger = 32

    def polled(self) -> None:
        """Nothing is enabled in IMR."""
        self.mask = 0

    def state(self) -> int:
        """SR, as far as ISR has it too."""
        return (
            (self.RTRIG if len(self.received) >= self.trigger else 0)
            | (0 if self.received else self.REMPTY)
            | (self.RFUL if len(self.received) == self.depth else 0)
            | (0 if self.to_send else self.TEMPTY)
            | (self.TFUL if len(self.to_send) == self.depth else 0)
        )

    def enabled(self) -> None:
        """Refuse use of a transmitter or receiver that is off."""
        assert self.control & 0x3C == 0x14, "transmitter or receiver is off"

    def read(self, offset: int, width: int) -> int:
        """FIFO, SR."""
        assert width == 4
        if offset == 0x30:
            self.enabled()
            return self.pop()
        assert offset == 0x2C
        return self.state()

    def write(self, offset: int, width: int, value: int) -> None:
        """FIFO, CR, IER, IDR, ISR, RXWM."""
        assert width == 4
        if offset == 0x30:
            self.enabled()
            self.push(value)
        elif offset == 0x00:
            assert not value & 3, "a FIFO is emptied"
            self.control = value
        elif offset == 0x08:
            self.mask |= value
        elif offset == 0x0C:
            self.mask &= ~value
        elif offset == 0x14:
            self.happened &= ~value
            self.happened |= self.state() if self.levels else 0
        else:
            assert offset == 0x20
            self.trigger = value

    @property
    def line(self) -> bool:
        """The one interrupt."""
        return bool(self.happened & self.mask)

    def on_sent(self) -> None:
        """That the FIFO is empty happens with the last byte."""
        self.happened |= 0 if self.to_send else self.TEMPTY

    def on_arrived(self) -> None:
        """The receive trigger happens when as many bytes are there."""
        self.happened |= self.state() & self.RTRIG


class MiniUart(Uart):
    """BCM2711 ARM Peripherals, 2.2, with the errata: receive is bit 0 of IER, transmit bit 1."""

    depth = 8

    def __init__(self) -> None:
        super().__init__()
        self.mask = 0x0F  # what a boot loader has left on

    def polled(self) -> None:
        """Nothing is enabled in AUX_MU_IER_REG."""
        self.mask = 0

    def read(self, offset: int, width: int) -> int:
        """AUX_MU_IO_REG, AUX_MU_LSR_REG."""
        assert width == 4
        if offset == 0x00:
            return self.pop()
        assert offset == 0x14
        room = len(self.to_send) < self.depth
        return (1 if self.received else 0) | (0x20 if room else 0) | (0 if self.to_send else 0x40)

    def write(self, offset: int, width: int, value: int) -> None:
        """AUX_MU_IO_REG, AUX_MU_IER_REG."""
        assert width == 4
        if offset == 0x00:
            self.push(value)
        else:
            assert offset == 0x04
            self.mask = value

    @property
    def line(self) -> bool:
        """Its share of the AUX interrupt; receive needs bits 3:2, too."""
        received = self.mask & 0x0D == 0x0D and bool(self.received)
        return received or bool(self.mask & 2 and not self.to_send)


class UartDm(Uart):
    """Qualcomm's UARTDM 1.4 (APQ8016E manual, BLSP UART_DM), one character a word."""

    depth = 64
    SR, IMR, TFWR, RFWR, DMEN, FIFO = 0x08, 0x14, 0x1C, 0x20, 0x3C, 0x70
    TXLEV, RXSTALE, RXLEV = 1 << 0, 1 << 3, 1 << 4

    def __init__(self) -> None:
        super().__init__()
        self.single = False  # DMEN: characters come and go one by one
        self.mask = self.TXLEV | self.RXSTALE | self.RXLEV  # what a boot loader has left on
        self.levels = {self.TFWR: 10, self.RFWR: 31}
        self.stale = True

    def polled(self) -> None:
        """Nothing is enabled in IMR."""
        self.mask = 0

    def read(self, offset: int, width: int) -> int:
        """SR, RF."""
        assert width == 4
        assert self.single, "four characters a word"
        if offset == self.FIFO:
            return self.pop()
        assert offset == self.SR
        room = len(self.to_send) < self.depth
        return (1 if self.received else 0) | (4 if room else 0) | (0 if self.to_send else 8)

    def write(self, offset: int, width: int, value: int) -> None:
        """IMR, TFWR, RFWR, DMEN, TF."""
        assert width == 4
        if offset == self.FIFO:
            assert self.single, "four characters a word"
            self.push(value)
        elif offset == self.DMEN:
            assert value & 0x0F == 0, "DMA is on"
            self.single = value & 0x30 == 0x30
        elif offset == self.IMR:
            self.mask = value
        else:
            self.levels[offset] = value

    @property
    def line(self) -> bool:
        """The interrupt: levels, and a stale event that nobody has ended."""
        sent = self.mask & self.TXLEV and len(self.to_send) <= self.levels[self.TFWR]
        received = self.mask & self.RXLEV and len(self.received) > self.levels[self.RFWR]
        return bool(sent or received or (self.mask & self.RXSTALE and self.stale))


class Geni(Uart):
    """A GENI serial engine as UART: commands of a main and a secondary sequencer (geni-se.h).

    Words of four characters are received, the last one partial once nothing more has come.
    """

    depth = 1
    room = 64
    DONE, WATERMARK, LAST = 1 << 0, 1 << 26, 1 << 27

    def __init__(self) -> None:
        super().__init__()
        self.length = 0  # characters that the command still sends
        self.expected = 0  # characters that it still takes from us
        self.main = self.DONE  # M_IRQ_STATUS
        self.secondary = 0
        self.masks = {0x614: self.DONE, 0x644: 0}
        self.gates = 0
        self.reading = False
        self.ended = False  # the last word is told, partial as it may be
        self.words = 2  # RX_WATERMARK

    def polled(self) -> None:
        """Nothing is enabled."""
        self.masks = {0x614: 0, 0x644: 0}

    def present(self) -> int:
        """Words that can be taken."""
        whole, rest = divmod(len(self.received), 4)
        return whole + bool(rest and self.ended)

    def read(self, offset: int, width: int) -> int:
        """GENI_STATUS, RX_FIFO_STATUS, RX_FIFO."""
        assert width == 4
        if offset == 0x40:
            return (1 if self.length else 0) | (0x1000 if self.reading else 0)
        if offset == 0x804:
            partial = len(self.received) % 4 if self.ended else 0
            return self.present() | (0x80000000 | partial << 28 if partial else 0)
        assert offset == 0x780
        assert self.present(), "a word is read that is not there"
        count = min(4, len(self.received))
        return sum(self.received.popleft() << 8 * n for n in range(count))

    def write(self, offset: int, width: int, value: int) -> None:
        """Commands, masks, TX_FIFO."""
        assert width == 4
        if offset == 0x270:
            assert not self.length, "a command is under way"
            self.expected = value
        elif offset == 0x600:
            assert value == 1 << 27
            assert not self.length, "a command is under way"
            self.length = self.expected
        elif offset == 0x700:
            assert self.expected == 1, "characters that no command has announced"
            self.expected = 0
            self.push(value)
        elif offset == 0x630:
            assert value == 1 << 27
            assert not self.reading, "a command is under way"
            self.reading = True
        elif offset == 0x618:
            self.main &= ~value
        elif offset == 0x648:
            self.secondary &= ~value
        elif offset == 0x810:
            self.words = value
        elif offset == 0xE1C:
            self.gates = value
        else:
            assert offset in self.masks
            self.masks[offset] = value

    @property
    def line(self) -> bool:
        """Both sequencers', where they are let through."""
        main = self.gates & 4 and self.main & self.masks[0x614]
        return bool(main or (self.gates & 8 and self.secondary & self.masks[0x644]))

    def on_sent(self) -> None:
        """The command is done."""
        self.length -= 1
        self.main |= self.DONE

    def on_arrived(self) -> None:
        """Past the watermark; and what follows a partial word begins another one."""
        assert not (self.ended and len(self.received) % 4 != 1), "a partial word is still there"
        self.ended = False
        if self.present() > self.words:
            self.secondary |= self.WATERMARK

    def wait(self) -> None:
        """After a while of silence the last word is told."""
        super().wait()
        if self.received and len(self.received) % 4:
            self.ended = True
            self.secondary |= self.LAST
