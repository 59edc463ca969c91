# SPDX-License-Identifier: Apache-2.0
"""The host's machine: what the tests of everything else stand on."""

import pytest

from mvpsdk.core._library import ffi, lib


@pytest.fixture(autouse=True)
def _fresh() -> None:
    lib.host_reset()


def test_time_is_what_a_test_says() -> None:
    """Counter and frequency are plain values."""
    lib.host.time = 1000
    assert lib.arch_time() == 1000
    assert lib.arch_time_frequency() == 62500000


def test_idling_moves_time_to_the_deadline() -> None:
    """The timer's interrupt is then pending, and taken active."""
    lib.arch_timer_set(500)
    lib.arch_idle()
    assert lib.host.time == 500
    assert lib.arch_irq_pending()
    assert lib.arch_irq_acknowledge() == 26
    assert lib.host.active[26] == 1
    assert lib.arch_irq_acknowledge() == 1023


def test_idling_never_moves_time_back() -> None:
    """A deadline that has passed fires at once; with an interrupt there, idling ends at once."""
    lib.host.time = 900
    lib.arch_timer_set(500)
    lib.arch_idle()
    lib.arch_idle()
    assert lib.host.time == 900
    assert lib.host.queue_count == 1
    assert lib.host.idles == 2


def test_interrupts_are_acknowledged_in_their_order() -> None:
    """And deactivated by number."""
    for intid in (40, 50):
        lib.host_raise(intid)
    assert [lib.arch_irq_acknowledge() for _ in range(2)] == [40, 50]
    lib.arch_irq_deactivate(40)
    assert [lib.host.active[intid] for intid in (40, 50)] == [0, 1]
    assert lib.host.deactivated[40] == 1


def test_memory_is_the_tests_where_it_gave_some() -> None:
    """Elsewhere an address is the process's own."""
    memory = ffi.new("uint8_t[]", 64)
    lib.host.memory, lib.host.memory_base, lib.host.memory_size = memory, 0x40000000, 64
    assert lib.arch_memory(0x40000010) == memory + 16
    assert int(ffi.cast("uintptr_t", lib.arch_memory(0x40000040))) == 0x40000040


def test_what_is_done_to_vcpu_and_memory_is_noted() -> None:
    """The last arguments and how often."""
    lib.arch_inject(ffi.NULL, 1, 2)
    lib.arch_fp_load(ffi.NULL)
    lib.arch_tlb_flush_vm(3)
    lib.arch_cache_clean(0x1000, 64)
    lib.arch_vtimer_off()
    host = lib.host
    assert (host.injected_esr, host.injected_far, host.injections) == (1, 2, 1)
    assert (host.fp_loads, host.flushed_vmid, host.flushes) == (1, 3, 1)
    assert (host.cleaned_pa, host.cleaned_size, host.cleans) == (0x1000, 64, 1)
    assert host.vtimer_offs == 1


def test_switches_show_their_last_position() -> None:
    """WFI traps, vector fetches, power."""
    assert not lib.arch_in_vector(ffi.NULL)
    lib.host.in_vector = 1
    assert lib.arch_in_vector(ffi.NULL)
    for on in (True, False):
        lib.arch_trap_wfi(on)
        assert lib.host.wfi_trapped == on
        lib.arch_power(on)
        assert lib.host.power == (2 if on else 1)


def test_the_console_takes_bytes_until_it_is_full() -> None:
    """And hands out what was typed."""
    assert lib.arch_console_put(0x41)
    lib.host.console_full = 1
    assert not lib.arch_console_put(0x42)
    assert bytes(lib.host.sent[0 : lib.host.sent_count]) == b"A"
    lib.host_type(0x78)
    assert [lib.arch_console_get(), lib.arch_console_get()] == [0x78, -1]


def test_only_an_active_interrupt_can_be_ended() -> None:
    """The virtual CPU interface says so, and acknowledges nothing where nothing pends."""
    assert not lib.host_guest_end(27)
    assert lib.host_guest_acknowledge() == 1023
    assert not lib.host_maintenance()
    assert lib.arch_lr_empty() == 0b1111
