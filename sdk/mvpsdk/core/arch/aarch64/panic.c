/* SPDX-License-Identifier: Apache-2.0 */
/* The last words of EL2, one line at a time, so that what can be said is out before what can't. */
#include <stddef.h>

#include "aarch64.h"
#include "console.h"
#include "offsets.h"
#include "regs.h"
#include "trace.h"

#define EC_SHIFT 26
#define EC_DABT_SAME 0x25

_Static_assert(offsetof(struct panic_frame, sp) == PANIC_SP, "panic.S");
_Static_assert(offsetof(struct panic_frame, taken) == PANIC_TAKEN, "panic.S");
_Static_assert(sizeof(struct panic_frame) <= PANIC_FRAME && PANIC_FRAME % 16 == 0, "panic.S");

/* x0..x30 and SP, as they follow one another in struct panic_frame. */
static const char registers[8][32] = {
    "panic x0=% x1=% x2=% x3=%",     "panic x4=% x5=% x6=% x7=%",
    "panic x8=% x9=% x10=% x11=%",   "panic x12=% x13=% x14=% x15=%",
    "panic x16=% x17=% x18=% x19=%", "panic x20=% x21=% x22=% x23=%",
    "panic x24=% x25=% x26=% x27=%", "panic x28=% x29=% x30=% sp=%",
};

static void tell(const char *text, const uint64_t *values)
{
    log_values(text, values);
    console_flush();
}

static uint32_t reason(uint64_t syndrome, uint64_t address)
{
    bool stack = syndrome >> EC_SHIFT == EC_DABT_SAME && address - (uint64_t)cpu_guard < GUARD_SIZE;

    return stack ? MVP_RUN_STACK : MVP_RUN_PANIC;
}

void panic(const struct panic_frame *frame)
{
    uint64_t pc = READ("elr_el2");
    uint64_t syndrome = READ("esr_el2");
    uint64_t address = READ("far_el2");
    uint64_t first[4] = {reason(syndrome, address), syndrome, pc - (uint64_t)_head, address};
    uint64_t state[4] = {pc, READ("spsr_el2"), READ("hcr_el2"), READ("vttbr_el2")};

    early_console();
    tell("panic reason=% syndrome=% offset=% address=%", first);
    banner("panic window=% fingerprint=%");
    for (size_t n = 0; n < 8; n++) {
        tell(registers[n], &frame->x[n * 4]);
    }
    tell("panic elr=% spsr=% hcr=% vttbr=%", state);
    TRACE_TAIL();
    tell("panic ends", NULL);
}
