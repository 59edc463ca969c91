/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address translation (Arm ARM, D8): 4 KiB granule, 39-bit upper half. Code is read-only, data
 * never runs, and address 0 is nobody's.
 */
#include "kernel.h"
#include "layout.h"

#define PAGE 0x1000UL
#define BLOCK 0x200000UL
#define ENTRIES 512

#define ENTRY_BLOCK (1UL | ACCESSED)
#define ENTRY_PAGE (3UL | ACCESSED)
#define ENTRY_TABLE 3UL
#define ACCESSED (1UL << 10)
#define DEVICE (1UL << 2) /* attribute 1 of MMU_MAIR */
#define SHARED (3UL << 8)
#define READ_ONLY (1UL << 7)
#define NEVER_USER (1UL << 54)
#define NEVER (NEVER_USER | 1UL << 53)

#define TABLE(name) uint64_t name[ENTRIES] __attribute__((aligned(4096)))

TABLE(mmu_low);
TABLE(mmu_high);
static TABLE(blocks); /* image, device tree and devices */
static TABLE(pages);  /* of the image */
static TABLE(ram);

static uint64_t image_base;
static uint32_t device_blocks = (DEVICE_WINDOW - KERNEL_BASE) / BLOCK;

extern char _head[], _text_end[], _rodata_end[], _bss_end[];

static uint64_t page_rights(const char *page)
{
    if (page < _text_end) {
        return NEVER_USER | READ_ONLY;
    }
    return page < _rodata_end ? NEVER | READ_ONLY : NEVER;
}

void mmu_build(uint64_t fdt, uint64_t image)
{
    uint64_t window = fdt & ~(BLOCK - 1);
    uint32_t slot = (FDT_WINDOW - KERNEL_BASE) / BLOCK;
    uint32_t n = 0;

    image_base = image;
    for (const char *page = _head; page < _bss_end; page += PAGE) {
        pages[n] = (image + n * PAGE) | ENTRY_PAGE | SHARED | page_rights(page);
        n++;
    }
    blocks[0] = (uint64_t)pages | ENTRY_TABLE;
    blocks[slot] = window | ENTRY_BLOCK | SHARED | NEVER | READ_ONLY;
    blocks[slot + 1] = (window + BLOCK) | ENTRY_BLOCK | SHARED | NEVER | READ_ONLY;
    mmu_high[0] = (uint64_t)blocks | ENTRY_TABLE;
    mmu_high[1] = (uint64_t)ram | ENTRY_TABLE;
    /* The instructions that turn the MMU on must be found at the same address afterwards. */
    mmu_low[(image >> 30) % ENTRIES] =
        (image >> 30 << 30) | ENTRY_BLOCK | SHARED | NEVER_USER | READ_ONLY;
}

/* New entries: the walker must see them before the next access does. */
static void publish(void)
{
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}

uint64_t mmu_device(uint64_t physical)
{
    uint64_t block = physical & ~(BLOCK - 1);
    uint32_t slot = (DEVICE_WINDOW - KERNEL_BASE) / BLOCK;

    while (slot < device_blocks && (blocks[slot] & 0xffffffe00000UL) != block) {
        slot++;
    }
    if (slot == ENTRIES) {
        return 0;
    }
    if (slot == device_blocks) {
        blocks[slot] = block | ENTRY_BLOCK | DEVICE | NEVER;
        device_blocks++;
        publish();
    }
    return KERNEL_BASE + slot * BLOCK + (physical - block);
}

void mmu_ram(uint64_t base, uint64_t size)
{
    for (uint64_t n = 0; n < size / BLOCK && n < ENTRIES; n++) {
        uint64_t block = base + n * BLOCK;

        if (block != image_base) {
            ram[n] = block | ENTRY_BLOCK | SHARED | NEVER;
        }
    }
    publish();
}

uint64_t mmu_image(void)
{
    return image_base;
}

bool mmu_writable(uint64_t address)
{
    __asm__ volatile("at s1e1w, %0\n\tisb" ::"r"(address) : "memory");
    return (sysreg_read("par_el1") & 1) == 0;
}
