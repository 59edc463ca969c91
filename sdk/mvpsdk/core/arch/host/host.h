/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that the host build runs on: src/arch.h's functions note what they were asked to do,
 * so that tests can read it, and hand out what tests have put there.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

#define HOST_INTIDS 1024
#define HOST_LRS 16
#define HOST_QUEUE 64
#define HOST_CONSOLE 8192

/* One of the machine's CPUs, while another is at hand. */
struct host_cpu {
    uint64_t lr[16]; /* HOST_LRS */
    uint32_t underflow;
    uint32_t kicks;  /* how often it was called */
    uint32_t called; /* 1: and has not come yet */
    uint32_t stood;  /* 1: it stands still, and has list registers to fill */
    uint32_t voided; /* how often what it came for was void */
    uint32_t zero;
};

struct host {
    /* Time. */
    uint64_t time; /* what arch_time() returns; idling moves it to the timer's deadline */
    uint64_t frequency;
    uint64_t deadline;  /* arch_timer_set()'s last; all ones: off */
    uint32_t timer_irq; /* INTID that the timer raises when idling reaches the deadline */
    uint32_t idles;
    uint32_t wfi_trapped;
    uint32_t vtimer_offs;

    /* The CPU's virtual interface. */
    uint64_t lr[16]; /* HOST_LRS */
    uint32_t lr_count;
    uint32_t underflow;
    uint32_t lr_writes;
    uint32_t interface_off; /* 1: arch_interface() made it nobody's */
    uint32_t signal;        /* arch_signal()'s last */
    uint32_t signals;

    /* The others; machine.smp.here is the CPU at hand. */
    struct host_cpu cpus[8]; /* MVP_MAX_CPUS */
    uint32_t locks;
    uint32_t unlocks;

    /* The physical interrupt controller. */
    uint32_t queue_head; /* interrupts that arch_irq_acknowledge() will hand out */
    uint32_t queue_count;
    uint32_t queue[64];         /* HOST_QUEUE */
    uint8_t active[1024];       /* HOST_INTIDS */
    uint32_t deactivated[1024]; /* how often, by guest or hypervisor */

    /* What was done to the vCPU. */
    uint64_t injected_esr;
    uint64_t injected_far;
    uint32_t injections;
    uint32_t fp_loads;
    uint32_t in_vector; /* what arch_in_vector() says */
    uint64_t stage1;    /* what arch_guest_address() adds */

    /* Memory. */
    uint8_t *memory; /* stands for [memory_base, memory_base + memory_size) */
    uint64_t memory_base;
    uint64_t memory_size;
    uint32_t flushed_vmid; /* the last one */
    uint32_t flushes;
    uint64_t cleaned_pa; /* the last range */
    uint64_t cleaned_size;
    uint32_t cleans;

    /* Registers of a device that reads memory by itself, by physical address: a test's model. */
    uint32_t (*device_read)(uint64_t address);
    void (*device_write)(uint64_t address, uint32_t value);

    uint32_t power; /* 1: switched off, 2: reset */

    /* The board's console. */
    uint32_t console_full; /* 1: arch_console_put() takes nothing */
    uint32_t sent_count;
    uint32_t typed_head;
    uint32_t typed_count;
    uint8_t sent[8192]; /* HOST_CONSOLE */
    uint8_t typed[64];  /* HOST_QUEUE */
};

extern struct host host;

/* As after power-on: all records empty, 4 list registers, 62.5 MHz. */
void host_reset(void);
/* What follows happens on another CPU. */
void host_at(uint32_t index);
/* A physical interrupt that waits to be acknowledged. */
void host_raise(uint32_t intid);
/* A byte that someone types. */
void host_type(uint8_t byte);

/* The guest's side of the virtual CPU interface (Arm IHI 0069, 4.8), with all priorities unmasked.
 */

/* Acknowledges the most urgent pending interrupt of group 1, or of group 0: its INTID, or 1023. */
uint32_t host_guest_acknowledge(void);
/* Ends and deactivates an interrupt; false: it is active in no list register. */
bool host_guest_end(uint32_t intid);
/* Is the maintenance interrupt high? */
bool host_maintenance(void);

/* What the vectors do with a synchronous exception other than HVC, all registers saved. */
struct vcpu *host_sync(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar);

#endif
