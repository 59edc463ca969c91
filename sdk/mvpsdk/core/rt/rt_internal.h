/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the runtime library offer each other. */
#ifndef RT_INTERNAL_H
#define RT_INTERNAL_H

#include "../src/fdt.h"
#include "mvp_rt.h"

#include <stddef.h>

#define RT_INTID_SPECIAL 1020 /* from here on an INTID is no interrupt (Arm IHI 0069, 2.2.1) */

#define SPI 32 /* first INTID of shared interrupts (binding: arm,gic-v3); of private ones: */
#define PPI 16

/* Reads the device tree; false: something that the library needs is missing or damaged. */
bool rt_machine_read(const void *blob);
/* The tree, after that. */
const struct fdt *rt_tree(void);
bool rt_text_equal(const char *a, const char *b);
/* A big-endian number of `size` bytes at an offset of a property's value; 0 if it is not there. */
uint64_t rt_property_number(const struct fdt_token *property, uint32_t offset, uint32_t size);
/* Turns MMU and caches on: identity, RAM normal, all else device. */
void rt_mmu_on(void);
void rt_gic_start(void);
void rt_gic_enable(uint32_t intid);

/* What the versions of the GIC do each in their own way: gic2.c, gic3.c. */
struct rt_gic {
    void (*start)(void);
    /* Routes an interrupt to this CPU; returns the frame with its enable bit and its priority. */
    uint64_t (*route)(uint32_t intid);
    uint32_t (*acknowledge)(void); /* the INTID is what intid_mask leaves of it */
    void (*end)(uint32_t acknowledged);
    uint32_t intid_mask;
};

extern const struct rt_gic rt_gic2;
extern const struct rt_gic rt_gic3;
/* Waits until those bits read as 0; stops the firmware if they don't. */
void rt_wait_clear(uint64_t address, uint32_t bits);

void rt_timer_start(void);
void rt_timer_interrupt(void);
/* Called by start.S. */
_Noreturn void rt_start(const void *tree);
void rt_irq(void);
_Noreturn void rt_exception(uint64_t syndrome, uint64_t address, uint64_t pc);
/* The call, with x0 and x1 of the result. */
uint64_t rt_call_pair(uint64_t function, uint64_t a, uint64_t b, uint64_t *second);

static inline uint32_t rt_read32(uint64_t address)
{
    return *(const volatile uint32_t *)address;
}

static inline void rt_write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

#define rt_sysreg_read(name)                                        \
    ({                                                              \
        uint64_t value_;                                            \
        __asm__ volatile("mrs %0, " name : "=r"(value_)::"memory"); \
        value_;                                                     \
    })
#define rt_sysreg_write(name, value) \
    __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#endif
