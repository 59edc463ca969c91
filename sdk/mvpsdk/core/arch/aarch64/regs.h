/* SPDX-License-Identifier: Apache-2.0 */
/* System registers and barriers of this CPU. Names and bits: Arm DDI 0487, D19. */
#ifndef AARCH64_REGS_H
#define AARCH64_REGS_H

#include <stdint.h>

#define READ(name)                                            \
    __extension__({                                           \
        uint64_t read_value;                                  \
        __asm__ volatile("mrs %0, " name : "=r"(read_value)); \
        read_value;                                           \
    })
#define WRITE(name, value) __asm__ volatile("msr " name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define ISB() __asm__ volatile("isb" ::: "memory")
#define DSB() __asm__ volatile("dsb sy" ::: "memory")

/* GICv3 system registers by number: assemblers differ in which names they know. */
#define ICC_IAR1 "s3_0_c12_c12_0"
#define ICC_EOIR1 "s3_0_c12_c12_1"
#define ICC_BPR1 "s3_0_c12_c12_3"
#define ICC_CTLR "s3_0_c12_c12_4"
#define ICC_IGRPEN1 "s3_0_c12_c12_7"
#define ICC_DIR "s3_0_c12_c11_1"
#define ICC_SGI1R "s3_0_c12_c11_5"
#define ICC_PMR "s3_0_c4_c6_0"
#define ICC_SRE_EL1 "s3_0_c12_c12_5"
#define ICC_SRE_EL2 "s3_4_c12_c9_5"
#define ICH_AP0R0 "s3_4_c12_c8_0"
#define ICH_AP1R0 "s3_4_c12_c9_0"
#define ICH_HCR "s3_4_c12_c11_0"
#define ICH_VTR "s3_4_c12_c11_1"
#define ICH_ELRSR "s3_4_c12_c11_5"
#define ICH_VMCR "s3_4_c12_c11_7"

#endif
