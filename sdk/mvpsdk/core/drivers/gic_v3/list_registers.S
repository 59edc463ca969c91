/* SPDX-License-Identifier: Apache-2.0 */
/* List registers by number (ICH_LR<n>_EL2): their names are part of the instruction, so a call jumps
 * to the one that it needs. */

    .macro registers each
    \each   12, 0
    \each   12, 1
    \each   12, 2
    \each   12, 3
    \each   12, 4
    \each   12, 5
    \each   12, 6
    \each   12, 7
    \each   13, 0
    \each   13, 1
    \each   13, 2
    \each   13, 3
    \each   13, 4
    \each   13, 5
    \each   13, 6
    \each   13, 7
    .endm

    .macro read_one crm, op2
    mrs     x0, s3_4_c12_c\crm\()_\op2
    ret
    .endm

    .macro write_one crm, op2
    msr     s3_4_c12_c\crm\()_\op2, x1
    ret
    .endm

    .section .text.list_registers, "ax"
    .globl  arch_lr_read
    .type   arch_lr_read, %function
arch_lr_read:                       /* w0 = n */
    adr     x2, 1f
    and     w0, w0, #15
    add     x2, x2, x0, lsl #3
    br      x2
1:  registers read_one
    .size   arch_lr_read, . - arch_lr_read

    .globl  arch_lr_write
    .type   arch_lr_write, %function
arch_lr_write:                      /* w0 = n, x1 = value */
    adr     x2, 1f
    and     w0, w0, #15
    add     x2, x2, x0, lsl #3
    br      x2
1:  registers write_one
    .size   arch_lr_write, . - arch_lr_write
