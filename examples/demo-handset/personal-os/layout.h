/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual addresses and MMU registers: literal numbers, read by C and by the assembler.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

/* The upper half: 39 bits from KERNEL_BASE. Each window is made of 2 MiB blocks. */
#define KERNEL_BASE 0xffffff8000000000   /* the image, in pages of 4 KiB: at most 2 MiB */
#define FDT_WINDOW 0xffffff8000200000    /* the device tree, read-only: two blocks */
#define DEVICE_WINDOW 0xffffff8000600000 /* device blocks, in order of mapping */
#define RAM_WINDOW 0xffffff8040000000    /* RAM from its base on, save the image's block: 1 GiB */

/* Arm ARM, D17.2: attribute 0 is normal write-back memory, attribute 1 device-nGnRE. */
#define MMU_MAIR 0x04ff
/* 4 KiB granule, 39 bits in both halves, tables walked inner-shareable and write-back. */
#define MMU_TCR 0x00000000b5193519
/* RES1 bits, MMU, data and instruction caches, stack alignment, and writable means never executable
 * (WXN, bit 19). */
#define MMU_SCTLR 0x30d8180d

#define FRAME_SIZE 272

#endif
