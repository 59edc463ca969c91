/* SPDX-License-Identifier: Apache-2.0 */
/* Recording twins of src/arch.h, the interrupts' apart. */
#include "host.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "trap.h"

#define NEVER 0xffffffffffffffff
#define FREQUENCY 62500000
#define IDLES_MAX 100000 /* who idles longer would idle for ever */

struct host host;

void host_reset(void)
{
    static const struct host empty;

    bytes_copy(&host, &empty, sizeof(host));
    host.frequency = FREQUENCY;
    host.deadline = NEVER;
    host.timer_irq = 26;
    host.lr_count = 4;
}

void host_raise(uint32_t intid)
{
    host.queue[(host.queue_head + host.queue_count) % HOST_QUEUE] = intid;
    host.queue_count++;
}

void host_type(uint8_t byte)
{
    host.typed[(host.typed_head + host.typed_count) % HOST_QUEUE] = byte;
    host.typed_count++;
}

uint64_t arch_time(void)
{
    return host.time;
}

uint64_t arch_time_frequency(void)
{
    return host.frequency;
}

void arch_timer_set(uint64_t deadline)
{
    host.deadline = deadline;
}

void arch_idle(void)
{
    host.idles++;
    if (host.idles > IDLES_MAX) {
        __builtin_trap(); /* GCOV_EXCL_LINE */
    }
    if (host.queue_count == 0 && host.deadline != NEVER) {
        host.time = host.time < host.deadline ? host.deadline : host.time;
        host_raise(host.timer_irq);
    }
}

void arch_interface(bool on)
{
    host.interface_off = on ? 0 : 1;
}

void arch_signal(uint32_t signal)
{
    host.signal = signal;
    host.signals++;
}

void arch_trap_wfi(bool on)
{
    host.wfi_trapped = on ? 1 : 0;
}

void arch_vtimer_off(void)
{
    host.vtimer_offs++;
}

bool arch_irq_pending(void)
{
    return host.queue_count > 0;
}

void arch_inject(struct vcpu *vcpu, uint64_t esr, uint64_t far)
{
    (void)vcpu;
    host.injected_esr = esr;
    host.injected_far = far;
    host.injections++;
}

void arch_fp_load(struct vcpu *vcpu)
{
    (void)vcpu;
    host.fp_loads++;
}

uint64_t arch_guest_address(uint64_t address)
{
    return address + host.stage1;
}

bool arch_in_vector(struct vcpu *vcpu)
{
    (void)vcpu;
    return host.in_vector != 0;
}

/* Without memory of its own, an address is an address of this process. */
void *arch_memory(uint64_t pa)
{
    if (pa - host.memory_base < host.memory_size) {
        return host.memory + (pa - host.memory_base);
    }
    return (void *)(uintptr_t)pa; /* NOLINT(performance-no-int-to-ptr) */
}

void arch_power(bool reset)
{
    host.power = reset ? 2 : 1;
}

void arch_tlb_flush_vm(uint32_t vmid)
{
    host.flushed_vmid = vmid;
    host.flushes++;
}

void arch_cache_clean(uint64_t pa, uint64_t size)
{
    host.cleaned_pa = pa;
    host.cleaned_size = size;
    host.cleans++;
}

const char *arch_console_name(void)
{
    return "pl011";
}

/* As a driver of the board's would: one part that it was made for, and one like it. */
const struct console_part *arch_console_part(uint32_t n)
{
    static const struct console_part parts[] = {{"arm,pl011", 0, 1}, {"test,uart", 2, 4}};

    return n < sizeof parts / sizeof parts[0] ? &parts[n] : NULL;
}

bool arch_console_put(uint8_t byte)
{
    if (host.console_full != 0 || host.sent_count == HOST_CONSOLE) {
        return false;
    }
    host.sent[host.sent_count] = byte;
    host.sent_count++;
    return true;
}

int32_t arch_console_get(void)
{
    uint8_t byte = host.typed[host.typed_head];

    if (host.typed_count == 0) {
        return -1;
    }
    host.typed_head = (host.typed_head + 1) % HOST_QUEUE;
    host.typed_count--;
    return byte;
}

/* vectors.S: what is served costs no more than a step over the instruction. */
struct vcpu *host_sync(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar)
{
    uint64_t class = syndrome >> 26;
    uint32_t outcome = TRAP_REFUSED;

    if (class == 0x24) {
        outcome = trap_data(vcpu, syndrome, address, hpfar);
    } else if (class == 0x18) {
        outcome = trap_register(vcpu, syndrome);
    }
    if (outcome == TRAP_REFUSED) {
        return trap_sync(vcpu, syndrome, address, hpfar);
    }
    if (outcome == TRAP_RESCHED) {
        return trap_served(vcpu);
    }
    vcpu->pc += 4;
    return NULL;
}
