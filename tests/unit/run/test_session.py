# SPDX-License-Identifier: Apache-2.0
"""A session tells what happens, and ends QEMU whatever happens."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mvpsdk import run
from mvpsdk.errors import InputError, MissingToolError, TimeoutError_, ToolFailedError
from mvpsdk.run import session as session_file
from mvpsdk.units import MIB, Pa

if TYPE_CHECKING:
    from collections.abc import Callable

    Handset = Callable[..., run.Session]

HELLO = ["print", "[work] hello\r\n"]
WORLD = ["print", "[work] world\r\n"]


def expect(*texts: str) -> tuple[run.Expectation, ...]:
    """The expectations as a user writes them."""
    return tuple(run.Expectation.parse(text) for text in texts)


def end(session: run.Session) -> run.Exit:
    """Run to the end."""
    with session:
        *_, last = session
    assert isinstance(last, run.Exit)
    return last


def alive(session: run.Session) -> bool:
    """Whether the session's QEMU still runs."""
    return session._qemu._process.poll() is None


def test_expectations_met_end_it(handset: Handset) -> None:
    """The session ends as soon as the last expectation is met, and QEMU with it."""
    session = handset(HELLO, WORLD, expect=expect("work:hello", "work:world"))
    with session:
        kinds = [type(event).__name__ for event in session]
    assert kinds == ["Line", "Met", "Line", "Met", "Exit"]
    assert not alive(session)


def test_rejected_line_ends_it_at_once(handset: Handset) -> None:
    """What is rejected ends the session, with the line and what was still awaited."""
    session = handset(
        HELLO,
        ["print", "[mvp] stop reason=66\r\n"],
        reject=(run.pattern("stop reason"),),
        expect=expect("work:never"),
    )
    last = end(session)
    assert (last.reason, last.ok) == ("rejected", False)
    assert last.rejected
    assert last.rejected.text == "stop reason=66"
    assert [str(one) for one in last.awaited] == ["work:never"]
    assert [line.text for line in last.last] == ["hello", "stop reason=66"]


def test_hypervisor_that_halts_ends_it_at_once(handset: Handset) -> None:
    """After its last words nothing can come any more, so nobody waits for the time to run out."""
    stop = ["print", "[mvp] stop reason=0x13 table=0x2 index=0x0 value=0x1 bound=0x2\r\n"]
    last = end(handset(HELLO, stop, expect=expect("work:never")))
    assert (last.reason, last.ok) == ("halted", False)
    assert last.rejected
    assert last.rejected.text.startswith("stop reason=0x13")


def test_halt_that_is_expected_is_well(handset: Handset) -> None:
    """A test of the refusal itself expects the hypervisor's last words."""
    last = end(handset(["print", "[mvp] stop reason=0x13\r\n"], expect=expect("mvp:reason=0x13")))
    assert (last.reason, last.ok) == ("met", True)


def test_guest_cannot_pretend_a_halt(handset: Handset) -> None:
    """The same words of a guest end nothing."""
    fake = ["print", "[work] stop reason=0x13\r\n"]
    assert end(handset(fake, WORLD, expect=expect("work:world"))).ok


HALTED = "halted, no PSCI to"


@pytest.mark.parametrize(
    ("wish", "reason", "ok"), [("power off", "powered-off", True), ("reset", "halted", False)]
)
def test_board_without_psci_ends_it_by_its_words(
    handset: Handset, wish: str, reason: str, *, ok: bool
) -> None:
    """As far off as it gets is off; a reset does not come. Of a guest they are words."""
    guest = ["print", f"[work] {HALTED} {wish}\r\n"]
    last = end(handset(guest, ["print", f"[mvp] {HALTED} {wish}\r\n"], until_exit=True))
    assert (last.reason, last.ok) == (reason, ok)
    assert last.wall < 5
    awaited = handset(guest, ["print", f"[mvp] {HALTED} {wish}\r\n"], expect=expect("work:more"))
    assert not end(awaited).ok


def test_time_runs_out(handset: Handset) -> None:
    """Without what is expected the session ends in time and says what it awaited."""
    last = end(handset(HELLO, expect=expect("work:never"), timeout=0.3))
    assert (last.reason, last.ok) == ("timeout", False)
    assert [str(one) for one in last.awaited] == ["work:never"]
    assert 0.3 <= last.wall < 5


def test_time_runs_out_in_a_flood_too(handset: Handset) -> None:
    """A machine that never stops printing doesn't outlive its time."""
    flood = [["print", "[work] x\r\n" * 500]] * 4000
    assert end(handset(*flood, timeout=0.3, expect=expect("work:y"))).reason == "timeout"


def test_time_that_ran_out_is_well_if_nothing_was_awaited(handset: Handset) -> None:
    """A run that only rejects has passed when its time is over."""
    assert end(handset(HELLO, timeout=0.3, reject=(run.pattern("panic"),))).ok


DYING = "[mvp] panic reason=0x45\r\n[mvp] panic x0=0x1\r\n"


def test_a_panic_is_heard_to_its_end(handset: Handset) -> None:
    """What follows its first line is in the session, what follows its last is not."""
    with handset(["print", f"{DYING}[mvp] panic ends\r\n"], ["print", "[work] x\r\n"]) as session:
        *lines, last = list(session)
    assert [line.text for line in lines if isinstance(line, run.Line)] == [
        "panic reason=0x45",
        "panic x0=0x1",
        "panic ends",
    ]
    assert isinstance(last, run.Exit)
    assert (last.reason, last.ok) == ("halted", False)
    assert last.rejected
    assert last.rejected.text == "panic reason=0x45"


def test_a_panic_that_breaks_off_ends_the_session_too(
    handset: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its console may be what is broken."""
    monkeypatch.setattr(session_file, "_DYING", 0.1)
    last = end(handset(["print", DYING], ["sleep", 60]))
    assert last.reason == "halted"
    assert last.rejected
    assert last.wall < 30


def test_power_off_before_the_expected_fails(handset: Handset) -> None:
    """A machine that goes off early hasn't shown what was expected."""
    last = end(handset(HELLO, ["exit", 0], expect=expect("work:world")))
    assert (last.reason, last.ok) == ("powered-off", False)


def test_until_exit_waits_for_power_off(handset: Handset) -> None:
    """With until_exit a met expectation doesn't end the session, power-off does."""
    session = handset(HELLO, WORLD, ["exit", 0], expect=expect("work:hello"), until_exit=True)
    with session:
        events = list(session)
    assert [event.text for event in events if isinstance(event, run.Line)] == ["hello", "world"]
    last = events[-1]
    assert isinstance(last, run.Exit)
    assert (last.reason, last.ok) == ("powered-off", True)


def test_until_exit_without_power_off_fails(handset: Handset) -> None:
    """With until_exit the time must not run out."""
    assert not end(handset(HELLO, until_exit=True, timeout=0.3)).ok


def test_unfinished_line_counts_when_the_machine_goes_off(handset: Handset) -> None:
    """The last line needs no line end."""
    assert end(handset(["print", "[work] bye"], ["exit", 0], expect=expect("work:bye"))).ok


def test_prompt_counts_once_it_is_quiet(handset: Handset) -> None:
    """A prompt without a line end meets an expectation, and what is typed arrives."""
    session = handset(
        ["print", "[work] login: "], ["echo"], expect=expect("work:login: $", "work:root")
    )
    with session:
        for event in session:
            if isinstance(event, run.Met) and event.text == "login: ":
                session.send(b"root\n")
    assert isinstance(event, run.Exit)
    assert event.ok


def test_qemu_that_ends_at_once_is_an_error(handset: Handset) -> None:
    """A QEMU that refuses its arguments is quoted."""
    with pytest.raises(ToolFailedError, match=r"ended with status 1\n.*unsupported machine type"):
        handset(machine="bad")


def test_qemu_that_fails_is_an_error(handset: Handset) -> None:
    """A QEMU that fails on the way is quoted."""
    session = handset(HELLO, ["complain", "out of luck\n"], ["exit", 3])
    with pytest.raises(ToolFailedError, match=r"ended with status 3\n  out of luck"):
        end(session)


def test_qemu_that_lacks_a_rom_says_which_package_has_it(handset: Handset) -> None:
    """A machine with a display is refused by a QEMU that was installed without recommendations."""
    session = handset(["complain", 'failed to find romfile "vgabios.bin"\n'], ["exit", 1])
    with pytest.raises(ToolFailedError, match="failed to find romfile") as caught:
        end(session)
    assert "apt install seabios" in str(caught.value.hint)


def test_qemu_that_is_killed_is_an_error(handset: Handset) -> None:
    """A QEMU that dies by a signal isn't taken for a power-off."""
    with pytest.raises(ToolFailedError, match="killed by signal 11"):
        end(handset(["die", 11]))


def test_qemu_that_hangs_is_ended(handset: Handset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A QEMU that answers no more raises the error to retry, and is killed."""
    monkeypatch.setattr("mvpsdk.run.qemu._GRACE", 0.3)
    session = handset(["hang"], ["print", "[work] hung\r\n"], clock=False)
    with session:
        next(session)
        session._qemu._monitor_socket.settimeout(0.3)
        with pytest.raises(TimeoutError_, match="did not answer"):
            session.read_memory(Pa(0), 4)
    assert not alive(session)


def test_missing_qemu_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without QEMU the error names the package."""
    monkeypatch.setenv("MVPSDK_QEMU", "no-such-qemu")
    machine = run.Machine(machine="virt", cpu="max", memory=1)
    bootable = run.Bootable(hypervisor=os.devnull, pack=os.devnull, machine=machine)  # type: ignore[arg-type]
    with pytest.raises(MissingToolError, match="needs no-such-qemu") as caught:
        run.boot(bootable)
    assert "apt install qemu-system-arm" in caught.value.hint


def test_unknown_persona_is_refused(handset: Handset) -> None:
    """A persona that the bundle hasn't got is named beside those it has."""
    with pytest.raises(InputError, match='no persona "play"') as caught:
        handset(persona="play")
    assert "work, personal" in caught.value.hint


def test_unknown_way_is_refused(handset: Handset) -> None:
    """The ways to boot are found by folder."""
    assert "direct" in run.ways()
    with pytest.raises(InputError, match="no way to boot is called 'magic'"):
        handset(via="magic")


def test_error_in_the_block_ends_qemu(handset: Handset) -> None:
    """Ctrl-C, or a bug in the caller, leaves no QEMU behind."""
    session = handset(HELLO)

    def interrupted() -> None:
        with session:
            next(session)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not alive(session)


def test_leaving_ends_it(handset: Handset) -> None:
    """A user who leaves ends the session without a failure."""
    session = handset(HELLO)
    with session:
        next(session)
        session.leave()
        last = next(session)
    assert isinstance(last, run.Exit)
    assert (last.reason, last.ok) == ("left", True)
    assert not alive(session)


def test_refused_command_is_an_error(handset: Handset) -> None:
    """QEMU's refusal is told with its words."""
    with handset(HELLO) as session, pytest.raises(ToolFailedError, match="there is nothing"):
        session._qemu._qmp.command("query-nothing")


def test_refusal_to_greet_is_an_error(handset: Handset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A QEMU that doesn't speak its protocol in time is killed."""
    monkeypatch.setattr("mvpsdk.run.qmp._ANSWER", 0.01)
    with pytest.raises(TimeoutError_, match="did not answer"):
        handset(HELLO, machine="mute")


def test_qemu_that_vanishes_is_an_error(handset: Handset) -> None:
    """Whoever asks a QEMU that has ended is told so; typing to it is no error."""
    with handset(HELLO) as session:
        session._qemu._process.kill()
        session._qemu._process.wait()
        session.send(b"x")
        session.send(b"y")
        for _ in range(2):
            with pytest.raises(ToolFailedError, match="has ended"):
                session.read_memory(Pa(0), 1)


def test_nothing_is_left_running_for_long(handset: Handset) -> None:
    """Closing twice is closing once, and quick."""
    session = handset(["sleep", 30])
    begin = time.monotonic()
    session.close()
    session.close()
    assert time.monotonic() - begin < 3
    assert not alive(session)


def test_unknown_partition_is_refused() -> None:
    """An expectation of a partition that the pack hasn't got could never be met."""
    machine = run.Machine(machine="virt", cpu="max", memory=MIB)
    nothing = Path(os.devnull)
    bootable = run.Bootable(
        hypervisor=nothing, pack=nothing, machine=machine, partitions=("realtime", "work")
    )
    with pytest.raises(InputError, match='no partition is called "play"') as caught:
        run.boot(bootable, run.Options(expect=expect("mvp:x", "play:y")))
    assert "board, mvp, realtime, work" in caught.value.hint


def test_qemu_that_hangs_after_power_off_is_ended(handset: Handset) -> None:
    """A question that met the power-off is given up; the run ends as it should have."""
    last = end(handset(["print", "[work] good bye\r\n"], ["off"], until_exit=True))
    assert (last.reason, last.ok) == ("powered-off", True)
    assert last.wall < 5


def test_look_into_a_machine_that_is_off_is_an_error(handset: Handset) -> None:
    """It says so at once."""
    with handset(["print", "[work] good bye\r\n"], ["off"]) as session:
        next(session)
        time.sleep(0.2)
        for _ in range(2):
            with pytest.raises(ToolFailedError, match="has powered off"):
                session.read_memory(Pa(0), 4)
