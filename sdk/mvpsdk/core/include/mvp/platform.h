/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual handset platform, version 1: what every persona sees on every board.
 *
 * A subset of the machine that ARM operating systems already support as QEMU "virt", at the
 * same addresses. Addresses are guest physical (IPA), in bytes. Literal numbers only: this file
 * is read by C, by the assembler and by cffi.
 */
#ifndef MVP_PLATFORM_H
#define MVP_PLATFORM_H

#define MVP_PLATFORM_VERSION 1

#define MVP_FLASH_SIZE 0x04000000   /* of a bank, from 0 on; there are two */
#define MVP_FLASH_SECTOR 0x00040000 /* what is erased at once */
#define MVP_GICD_BASE 0x08000000
#define MVP_GICD_SIZE 0x00010000
#define MVP_GICD2_SIZE 0x00001000 /* of a GICv2's distributor, at the same place */
#define MVP_GICC_BASE 0x08010000  /* GICv2: the CPU interface, */
#define MVP_GICC_SIZE 0x00002000  /* two pages */
#define MVP_GICR_BASE 0x080a0000
#define MVP_GICR_STRIDE 0x00020000 /* one redistributor per vCPU: RD_base and SGI_base frames */
#define MVP_UART_BASE 0x09000000
#define MVP_UART_SIZE 0x00001000
#define MVP_UART_INTID 33
#define MVP_RTC_BASE 0x09010000
#define MVP_RTC_SIZE 0x00001000
#define MVP_RTC_INTID 34
#define MVP_GPIO_BASE 0x09030000
#define MVP_GPIO_SIZE 0x00001000
#define MVP_GPIO_INTID 39
#define MVP_GPIO_POWER_KEY 3 /* pins that are inputs, high while it is so */
#define MVP_GPIO_RING 4
#define MVP_VIRTIO_BASE 0x0a000000
#define MVP_VIRTIO_SLOT_SIZE 0x200
#define MVP_VIRTIO_SLOTS 32
#define MVP_VIRTIO_INTID 48
#define MVP_CHANNEL_BASE 0x0b000000
#define MVP_RAM_BASE 0x40000000

#define MVP_PERSONA_INTIDS 96 /* a persona's GIC has INTIDs below this one */
#define MVP_VIRTUAL_TIMER_INTID 27
#define MVP_PHYSICAL_TIMER_INTID 30

#define MVP_UART_CLOCK_HZ 24000000

#endif
