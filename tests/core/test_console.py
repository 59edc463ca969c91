# SPDX-License-Identifier: Apache-2.0
"""One console, several speakers; and the boot menu."""

import re
from collections.abc import Callable

import pytest

import handset
from handset import NEVER, Handset
from mvpsdk.core._library import ffi, lib


@pytest.fixture
def machine() -> Handset:
    """A machine at rest."""
    return Handset()


@pytest.fixture
def say(machine: Handset) -> Callable[[int, bytes], None]:
    """A partition prints, as often as it takes."""

    def write(index: int, text: bytes) -> None:
        while text:
            piece = text[: lib.CONSOLE_STEP]
            text = text[lib.console_guest_write(machine.partition(index), piece, len(piece)) :]

    return write


Say = Callable[[int, bytes], None]


def test_every_line_begins_with_its_source(machine: Handset, say: Say) -> None:
    """A guest's lines carry its name; line ends become CR LF once."""
    say(1, b"one\ntwo\r\n")
    assert machine.console() == "[work] one\r\n[work] two\r\n"


def test_a_broken_line_is_taken_up_again(machine: Handset, say: Say) -> None:
    """Another speaker closes the line; the first goes on with a plus."""
    say(1, b"ab")
    say(0, b"rt\n")
    say(1, b"cd\n")
    assert machine.console() == "[work] ab\r\n[realtime] rt\r\n[work+ cd\r\n"


def test_a_lone_carriage_return_moves_within_the_line(machine: Handset, say: Say) -> None:
    """CR at the start of a line is dropped; within one it passes."""
    say(1, b"\r1%\r2%\n")
    assert machine.console() == "[work] 1%\r2%\r\n"


def test_the_hypervisors_values_are_hex(machine: Handset) -> None:
    """Each % of the text is the next value."""
    lib.log_values(b"a=% b=%", ffi.new("uint64_t[]", [0, 0xDEADBEEF00]))
    assert machine.console() == "[mvp] a=0x0 b=0xdeadbeef00\r\n"


def test_the_hypervisor_can_say_a_word(machine: Handset) -> None:
    """A line of its own, as any."""
    lib.log_words(b"driver ", b"pl011")
    assert machine.console() == "[mvp] driver pl011\r\n"


def test_what_the_uart_does_not_take_waits(machine: Handset, say: Say) -> None:
    """A full UART delays; nothing is lost or reordered."""
    machine.host.console_full = 1
    say(1, b"late\n")
    assert machine.console() == ""
    machine.host.console_full = 0
    lib.console_service()
    assert machine.console() == "[work] late\r\n"


def test_a_step_ends_with_a_line(machine: Handset) -> None:
    """The next line's prefix counts, too."""
    text = b"ab\n\n\ncd"
    taken = []
    while text:
        taken.append(lib.console_guest_write(machine.partition(1), text, len(text)))
        text = text[taken[-1] :]
    assert taken == [3, 1, 1, 2]


def test_a_line_of_the_hypervisors_goes_out_in_steps(machine: Handset) -> None:
    """It is said at once; most of it is sent later, so that the firmware is on time."""
    machine.cpu.resched = 0
    lib.log_line(b"." * 100)
    assert machine.host.sent_count == 0
    assert machine.cpu.resched == 1
    assert lib.console_send()
    assert machine.host.sent_count == 8
    assert machine.console() == "[mvp] " + "." * 100 + "\r\n"


def test_nothing_of_a_line_is_for_later_if_the_uart_takes_all(machine: Handset, say: Say) -> None:
    """A guest's byte costs no decision of the scheduler's."""
    say(1, b"a")
    machine.console()
    machine.cpu.resched = 0
    lib.console_guest_put(machine.partition(1), ord("b"))
    assert (machine.host.sent_count, machine.cpu.resched) == (1, 0)


def test_a_full_uart_is_tried_again_when_it_says_so(machine: Handset, say: Say) -> None:
    """Its interrupt has the rest sent; until then nobody's exits cost more."""
    machine.host.console_full = 1
    say(1, b"a")
    assert not lib.console_send()
    machine.cpu.resched = 0
    machine.host.console_full = 0
    say(1, b"b")
    assert (machine.host.sent_count, machine.cpu.resched) == (0, 0)
    lib.machine_interrupt(machine.cpu, 33)
    assert machine.cpu.resched == 1
    assert machine.console() == "[work] ab"


def test_before_a_halt_everything_is_sent(machine: Handset, say: Say) -> None:
    """What waits is sent without an interrupt; a UART that takes nothing does not hold it up."""
    machine.host.console_full = 1
    say(1, b"last words\n")
    lib.console_flush()
    assert machine.console() == ""
    machine.host.console_full = 0
    lib.console_flush()
    assert machine.console() == "[work] last words\r\n"


def test_lost_bytes_are_counted_aloud(machine: Handset, say: Say) -> None:
    """When the ring is full too, the loss is said as soon as there is room."""
    machine.host.console_full = 1
    say(1, b"x" * 1100 + b"\n")
    machine.host.console_full = 0
    text = machine.console()
    shown = text.split("[mvp]")[0].count("x")
    kept = len("[work] ") + shown
    assert 1024 - 160 < kept <= 1024
    assert f"console lost bytes={1100 - shown + 2:#x}" in text
    assert text.count("\r\n") == 2


def test_no_guest_speaks_under_anothers_name_after_a_loss(machine: Handset, say: Say) -> None:
    """Its name was lost with the rest: what it says next must not stand at a line's start alone."""
    machine.host.console_full = 1
    say(1, b"x" * 100 + b"\n" + b"x" * 900 + b"\n")
    say(2, b"y")
    machine.host.console_full = 0
    first = machine.console()
    say(2, b"[mvp] all is well\n")
    lines = (first + machine.console()).split("\r\n")
    assert lines[0] == "[work] " + "x" * 100
    assert re.fullmatch(r"\[work\] x+", lines[1])
    assert lines[2].startswith("[mvp] console lost bytes=")
    assert lines[3:] == ["[personal+ [mvp] all is well", ""]


def test_what_waits_goes_round_in_the_ring(machine: Handset, say: Say) -> None:
    """Wherever a line begins, it comes out as it went in."""
    for size in range(1, 150):
        line = bytes(ord("a") + n % 26 for n in range(size))
        say(1, line + b"\n")
        assert machine.console() == f"[work] {line.decode()}\r\n"


def test_typed_bytes_reach_the_persona_in_focus(machine: Handset) -> None:
    """After the menu is gone a key is a guest's."""
    machine.start(1)
    machine.machine.focus = machine.partition(1)
    lib.host_type(ord("k"))
    lib.machine_interrupt(machine.cpu, 33)
    assert machine.partition(1).uart.rx_count == 1


def test_without_focus_a_key_is_dropped(machine: Handset) -> None:
    """Nobody listens."""
    lib.host_type(ord("k"))
    lib.console_service()
    assert machine.partition(1).uart.rx_count == 0


def choose(name: bytes = b"") -> None:
    """Open the menu with a choice of the boot arguments."""
    lib.menu_open(name.ljust(16, b"\0"))


def states(machine: Handset) -> list[int]:
    """Of the two personas."""
    return [int(machine.partition(n).state) for n in (1, 2)]


def test_a_named_persona_starts_without_a_menu(machine: Handset) -> None:
    """mvp.persona= in the boot arguments decides."""
    choose(b"personal")
    assert states(machine) == [lib.MVP_PARTITION_OFF, lib.MVP_PARTITION_LOADING]


def test_without_a_menu_the_default_starts(machine: Handset) -> None:
    """A menu time of 0 means no menu, and a name that no persona has chooses nothing."""
    choose(b"nobody")
    assert states(machine) == [lib.MVP_PARTITION_LOADING, lib.MVP_PARTITION_OFF]


def test_without_a_default_nothing_starts() -> None:
    """No menu and no default: the firmware is alone."""
    machine = Handset(handset.pack(default_persona=None))
    choose()
    assert states(machine) == [lib.MVP_PARTITION_OFF, lib.MVP_PARTITION_OFF]


def test_concurrent_personas_all_start() -> None:
    """Where all are resident there is nothing to choose."""
    from test_sched import apart

    machine = Handset(handset.pack(concurrent=True, regions=apart()))
    choose()
    assert states(machine) == [lib.MVP_PARTITION_LOADING, lib.MVP_PARTITION_LOADING]


@pytest.fixture
def menu() -> Handset:
    """The menu is open for 3 s."""
    machine = Handset(handset.pack(menu_ms=3000))
    choose()
    return machine


def test_the_menu_lists_the_personas(menu: Handset) -> None:
    """Each with the key that chooses it."""
    assert menu.console().splitlines()[1:] == ["[mvp]   1 = work", "[mvp]   2 = personal"]
    assert menu.machine.menu_deadline == 3 * 62_500_000


@pytest.mark.parametrize(("key", "expected"), [(b"1", 1), (b"2", 2)])
def test_a_key_chooses(menu: Handset, key: bytes, expected: int) -> None:
    """The persona starts and the menu is gone."""
    lib.host_type(key[0])
    lib.console_service()
    assert states(menu)[expected - 1] == lib.MVP_PARTITION_LOADING
    assert menu.machine.menu_deadline == NEVER


@pytest.mark.parametrize("key", [b"9", b" "])
def test_another_key_chooses_nothing(menu: Handset, key: bytes) -> None:
    """The menu stays open."""
    lib.host_type(key[0])
    lib.console_service()
    assert menu.machine.menu_deadline != NEVER


def test_when_the_time_is_over_the_default_starts(menu: Handset) -> None:
    """The hypervisor's timer keeps the menu's time."""
    lib.timer_program(menu.cpu)
    menu.host.time = menu.host.deadline
    lib.machine_interrupt(menu.cpu, 26)
    assert states(menu)[0] == lib.MVP_PARTITION_LOADING
