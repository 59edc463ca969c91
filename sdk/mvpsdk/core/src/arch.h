/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that the portable core may ask of the machine. arch/aarch64 does it; arch/host
 * records it, so that a test can say "mapping this page flushed VM 2 once".
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct vcpu;

/* The physical counter, in ticks of CNTFRQ. */
uint64_t arch_time(void);
/* Ticks a second. */
uint64_t arch_time_frequency(void);
/* Sets the hypervisor's own timer (CNTHP) to an absolute counter value; all ones: off. */
void arch_timer_set(uint64_t deadline);

/* List registers of the CPU's virtual interface, in the GICv3 format (Arm IHI 0069, ICH_LR<n>_EL2)
 * whatever the hardware's own is. Of a vGICv2's SGI, bits 12:10 are its sender's number. */
uint64_t arch_lr_read(uint32_t n);
void arch_lr_write(uint32_t n, uint64_t value);
/* Bit n: list register n holds nothing (ICH_ELRSR_EL2). */
uint32_t arch_lr_empty(void);
/* Asks for a maintenance interrupt when the list registers run (nearly) dry (ICH_HCR_EL2.UIE). */
void arch_lr_underflow(bool on);

/* The virtual interface is the loaded vCPU's (ICH_HCR_EL2.En), as it is from the start; false: it
 * is nobody's, and its registers trap. */
void arch_interface(bool on);
/* What an interface in software tells its CPU: enum gicc2_signal (HCR_EL2.VI, .VF). */
void arch_signal(uint32_t signal);

/* Physical interrupt: its active state; a PPI's is this CPU's. */
void arch_irq_active(uint32_t intid, bool active);
/* Physical interrupt: ends it (ICC_DIR). */
void arch_irq_deactivate(uint32_t intid);
/* Is a physical interrupt waiting for this CPU? (ISR_EL1) */
bool arch_irq_pending(void);

/* The guest's address (IPA) behind an address of the vCPU that is loaded on this CPU, as its stage
 * 1 has it; all ones: it has none. */
uint64_t arch_guest_address(uint64_t address);

/* Makes the vCPU that is loaded on this CPU take a synchronous exception at its own EL1 with this
 * syndrome (ESR_EL1) and address (FAR_EL1); the exception's return address is the vCPU's pc. */
void arch_inject(struct vcpu *vcpu, uint64_t esr, uint64_t far);

/* Traps WFI and WFE of the guest, or lets it idle the CPU itself (HCR_EL2.TWI and TWE). */
void arch_trap_wfi(bool on);
/* Sleeps until a physical interrupt is pending. */
void arch_idle(void);
/* Takes the pending physical interrupt: returns its INTID, priority dropped; 1023: none. */
uint32_t arch_irq_acknowledge(void);
/* The loaded vCPU has been stopped: its virtual timer must not fire any more. */
void arch_vtimer_off(void);

/* The hypervisor's lock (smp.h), for this CPU: from here on machine.smp.here is its index. */
void arch_lock(struct cpu *cpu);
void arch_unlock(void);
/* Sleeps until another CPU gives up the lock, calls arch_wake(), or for no reason. */
void arch_wait(void);
void arch_wake(void);
/* Brings another CPU into the hypervisor: its SGI SMP_KICK is pending. */
void arch_kick(const struct cpu *cpu);

/* Physical memory as the hypervisor sees it. */
void *arch_memory(uint64_t pa);

/* Stops the board: power off, or reset (PSCI to the firmware below), else halts. */
void arch_power(bool reset);

/* The loaded vCPU's first use of FP or SIMD since it came: its registers replace the former
 * owner's. */
void arch_fp_load(struct vcpu *vcpu);
/* Is the vCPU about to fetch an exception vector of its own? (pc within VBAR_EL1's 2 KiB) */
bool arch_in_vector(struct vcpu *vcpu);

/* This VM's memory is another: forget what the TLBs know of it, and all fetched instructions. */
void arch_tlb_flush_vm(uint32_t vmid);
/* Cleans and invalidates data to the point of coherency. */
void arch_cache_clean(uint64_t pa, uint64_t size);

/* A register of 32 bits of a device that reads memory by itself: what has been written to memory so
 * far, it sees first. */
uint32_t arch_device_read(uint64_t address);
void arch_device_write(uint64_t address, uint32_t value);

/* A UART that a console driver serves, by its `compatible` in device trees, and how its registers
 * lie where the tree does not say. */
struct console_part {
    const char *compatible;
    uint32_t shift; /* registers stand 1 << shift bytes apart */
    uint32_t width; /* bytes of one access */
};

/* The name of this build's console driver: core/drivers/console_<name>.c. */
const char *arch_console_name(void);
/* The n-th part that it serves; NULL: there are no more. */
const struct console_part *arch_console_part(uint32_t n);
/* One byte to the board's console; false: its FIFO is full, try later. */
bool arch_console_put(uint8_t byte);
/* One byte from it; -1: none. */
int32_t arch_console_get(void);

#endif
