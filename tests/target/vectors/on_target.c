/* SPDX-License-Identifier: Apache-2.0 */
/* The target's end: a list in memory, answers as lines of hex by semihosting (Arm IHI 0100). */
#include "interpreter.h"

#define LIST 0x48000000 /* where the test has QEMU load it */
#define ANSWERS_MAX 8192
#define LINE 17 /* characters: 16 digits and a newline */
#define SYS_WRITE0 0x04
#define SYS_EXIT 0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

static uint64_t answers[ANSWERS_MAX];
static char text[ANSWERS_MAX * LINE + 1];

__asm__(".section .text.start, \"ax\"\n"
        ".global _start\n"
        "_start: ldr x0, =_stack_end\n"
        "mov sp, x0\n"
        "b target_main\n");

static void semihosting(uint64_t operation, const void *argument)
{
    register uint64_t x0 __asm__("x0") = operation;
    register const void *x1 __asm__("x1") = argument;

    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

static void write_line(char *line, uint64_t value)
{
    for (uint32_t n = 0; n < LINE - 1; n++) {
        line[n] = "0123456789abcdef"[value >> (60 - 4 * n) & 15];
    }
    line[LINE - 1] = '\n';
}

_Noreturn void target_main(void);
_Noreturn void target_main(void)
{
    static const uint64_t exit[2] = {ADP_STOPPED_APPLICATION_EXIT, 0};
    uint64_t count = vectors_run((const uint64_t *)LIST, answers);

    for (uint64_t n = 0; n < count; n++) {
        write_line(text + n * LINE, answers[n]);
    }
    semihosting(SYS_WRITE0, text);
    for (;;) {
        semihosting(SYS_EXIT, exit);
    }
}
