/* SPDX-License-Identifier: Apache-2.0 */
#include "flash.h"

#include <stddef.h>

#include <mvp/pack.h>
#include <mvp/platform.h>

#include "arch.h"
#include "machine.h"
#include "vcpu.h"

/* Commands (28F256P30, table 15). */
#define READ_ARRAY 0xff
#define READ_STATUS 0x70
#define CLEAR_STATUS 0x50
#define READ_ID 0x90
#define READ_QUERY 0x98
#define PROGRAM 0x40
#define PROGRAM_TOO 0x10
#define BUFFER 0xe8
#define ERASE 0x20
#define CONFIRM 0xd0
#define LOCKS 0x60

#define MANUFACTURER 0x89 /* Intel */
#define DEVICE 0x18       /* as QEMU's says */
#define BUS 4             /* bytes of a word: 2 of each chip */
#define UNKNOWN 0xffffffffffffffff
#define SEQUENCE_ERROR (FLASH_ERASE_ERROR | FLASH_PROGRAM_ERROR)

/* What a chip tells of itself (JESD68.01), from QUERY_FIRST on, a byte in each of its words. */
#define QUERY_FIRST 0x10
static const uint8_t query[] = {
    'Q',  'R',  'Y',        /* 10 */
    0x01, 0x00, 0x31, 0x00, /* 13: Intel's command set, its table is at 31 */
    0x00, 0x00, 0x00, 0x00, /* 17: no other one */
    0x45, 0x55, 0x00, 0x00, /* 1b: volts: 4.5 to 5.5 */
    0x07, 0x07, 0x0a, 0x00, /* 1f: usual time: word and buffer 2^7 us, sector 2^10 ms */
    0x04, 0x04, 0x04, 0x00, /* 23: at most 2^4 times that */
    0x19, 0x01, 0x00,       /* 27: 2^25 bytes, 16 bits wide */
    0x06, 0x00,             /* 2a: the buffer has 2^6 bytes */
    0x01, 0xff, 0x00,       /* 2c: sectors of one size: 256, */
    0x00, 0x02,             /* 2f: of 512 times 256 bytes */
    'P',  'R',  'I',        /* 31 */
    '1',  '0',              /* 34: version */
    0x00, 0x00, 0x00, 0x00, /* 36: nothing beyond the commands above: no locks, no suspension */
    0x00, 0x00, 0x00,       /* 3a */
    0x50, 0x00,             /* 3d: volts */
};
_Static_assert(2 * FLASH_BUFFER >> 8 == 1, "2a: each chip has half of it");
_Static_assert(MVP_FLASH_SECTOR == 2 * 512 * 256, "2f: each chip has half of it");

void flash_add(struct partition *partition, const struct mvp_region *region)
{
    struct flash *bank = &partition->flash[region->ipa / MVP_FLASH_SIZE % FLASH_BANKS];

    bank->pa = region->pa;
    bank->size = region->size;
}

/* The bank's addresses are nobody else's: what is there of tables is the bank's. */
static void show(struct partition *partition, const struct flash *bank, bool on)
{
    uint64_t number = (uint64_t)(bank - partition->flash);
    uint64_t root = partition->vttbr & TABLE_ADDRESS;

    table_show(&machine.pool, root, number * MVP_FLASH_SIZE, MVP_FLASH_SIZE, on);
    arch_tlb_flush_vm(partition->index + 1);
}

static void set_mode(struct partition *partition, struct flash *bank, uint32_t mode)
{
    bool was = bank->mode == FLASH_ARRAY;
    bool is = mode == FLASH_ARRAY;

    bank->mode = mode;
    if (was != is) {
        show(partition, bank, is);
    }
}

void flash_reset(struct partition *partition)
{
    for (uint32_t n = 0; n < FLASH_BANKS; n++) {
        struct flash *bank = &partition->flash[n];

        set_mode(partition, bank, FLASH_ARRAY);
        bank->cycle = FLASH_COMMAND;
        bank->status = 0;
    }
}

struct flash *flash_at(struct partition *partition, uint64_t ipa)
{
    struct flash *bank = &partition->flash[ipa / MVP_FLASH_SIZE % FLASH_BANKS];

    return ipa / MVP_FLASH_SIZE < FLASH_BANKS && bank->size != 0 ? bank : NULL;
}

/* What one chip has on its half of the bus at a word's address. */
static uint32_t half(const struct flash *bank, uint64_t word)
{
    switch (bank->mode) {
    case FLASH_ID:
        if (word == 0) {
            return MANUFACTURER;
        }
        return word == 1 ? DEVICE : 0;
    case FLASH_QUERY:
        return word - QUERY_FIRST < sizeof query ? query[word - QUERY_FIRST] : 0;
    case FLASH_STATUS:
        return bank->status | (bank->cycle == FLASH_ERASING ? 0 : FLASH_READY);
    default:
        return 0xffff; /* an array that is not there: else it would be mapped */
    }
}

static uint64_t bus(const struct flash *bank, uint64_t offset)
{
    return half(bank, offset / BUS) * 0x10001ULL;
}

uint64_t flash_read(const struct flash *bank, uint64_t offset, uint32_t size)
{
    if (size > BUS) {
        return bus(bank, offset) | bus(bank, offset + BUS) << 32;
    }
    return bus(bank, offset) >> 8 * (offset % BUS);
}

/* Ones become zeros, never the reverse. */
static void program(struct flash *bank, uint64_t offset, const uint8_t *bytes, uint64_t size)
{
    uint8_t *to = arch_memory(bank->pa + offset);

    if (offset >= bank->size || size > bank->size - offset) {
        bank->status |= FLASH_PROGRAM_ERROR;
        return;
    }
    for (uint64_t n = 0; n < size; n++) {
        to[n] &= bytes[n];
    }
    arch_cache_clean(bank->pa + offset, size);
}

static void store(uint8_t *to, uint64_t value, uint32_t size)
{
    for (uint32_t n = 0; n < size; n++) {
        to[n] = (uint8_t)(value >> 8 * n);
    }
}

void flash_erase_step(uint64_t pa)
{
    uint64_t *to = arch_memory(pa);

    for (uint32_t n = 0; n < FLASH_ERASE_STEP / sizeof *to; n++) {
        to[n] = ~0ULL;
    }
    arch_cache_clean(pa, FLASH_ERASE_STEP);
}

/* Returns true: all of the sector is. */
static bool erase(struct flash *bank, uint64_t offset)
{
    uint64_t sector = offset & ~(uint64_t)(MVP_FLASH_SECTOR - 1);

    if (sector >= bank->size) {
        bank->status |= FLASH_ERASE_ERROR;
        return true;
    }
    flash_erase_step(bank->pa + sector + bank->erased);
    bank->erased += FLASH_ERASE_STEP;
    return bank->erased >= MVP_FLASH_SECTOR;
}

static void wrong_sequence(struct flash *bank)
{
    bank->status |= SEQUENCE_ERROR;
    bank->cycle = FLASH_COMMAND;
}

/* Words that do not come are as if they were erased: programming leaves them. Who takes the two
 * chips for one of 16 bits, as U-Boot does, writes as many words of that size. */
static void expect(struct flash *bank, uint32_t words)
{
    if (words > FLASH_BUFFER / BUS) {
        wrong_sequence(bank);
        return;
    }
    for (uint32_t n = 0; n < FLASH_BUFFER; n++) {
        bank->buffer[n] = 0xff;
    }
    bank->expected = words;
    bank->block = UNKNOWN;
    bank->cycle = FLASH_LOAD;
}

static void load(struct flash *bank, uint64_t offset, uint32_t size, uint64_t value)
{
    uint64_t block = offset & ~(uint64_t)(FLASH_BUFFER - 1);
    uint64_t at = offset - block;

    if (bank->block == UNKNOWN) {
        bank->block = block;
    }
    if (bank->block != block || size > BUS || size > FLASH_BUFFER - at) {
        wrong_sequence(bank);
        return;
    }
    store(&bank->buffer[at], value, size);
    bank->expected--;
    if (bank->expected == 0) {
        bank->cycle = FLASH_COMMIT;
    }
}

static void second(struct partition *partition, struct flash *bank, uint32_t cycle)
{
    bank->cycle = cycle;
    set_mode(partition, bank, FLASH_STATUS);
}

static void command(struct partition *partition, struct flash *bank, uint32_t code)
{
    switch (code) {
    case READ_STATUS:
        set_mode(partition, bank, FLASH_STATUS);
        break;
    case READ_ID:
        set_mode(partition, bank, FLASH_ID);
        break;
    case READ_QUERY:
        set_mode(partition, bank, FLASH_QUERY);
        break;
    case CLEAR_STATUS:
        bank->status = 0;
        break;
    case PROGRAM:
    case PROGRAM_TOO:
        second(partition, bank, FLASH_PROGRAM);
        break;
    case BUFFER:
        second(partition, bank, FLASH_COUNT);
        break;
    case ERASE:
        second(partition, bank, FLASH_CONFIRM);
        break;
    case LOCKS:
        second(partition, bank, FLASH_LOCK);
        break;
    default: /* READ_ARRAY; and whoever asks for another maker's chip finds an array, too */
        set_mode(partition, bank, FLASH_ARRAY);
        break;
    }
}

/* Erasing is done while its second command is tried again and again: whoever never asks for the
 * status finds it done, and interrupts come in between. */
static bool confirmed(struct flash *bank, uint64_t offset, uint32_t code)
{
    if (bank->cycle == FLASH_CONFIRM) {
        if (code != CONFIRM) {
            wrong_sequence(bank);
            return true;
        }
        bank->erased = 0;
        bank->cycle = FLASH_ERASING;
    }
    if (!erase(bank, offset)) {
        return false;
    }
    bank->cycle = FLASH_COMMAND;
    return true;
}

static void commit(struct flash *bank, uint32_t code)
{
    if (code != CONFIRM) {
        wrong_sequence(bank);
        return;
    }
    program(bank, bank->block, bank->buffer, FLASH_BUFFER);
    bank->cycle = FLASH_COMMAND;
}

bool flash_write(struct partition *partition, struct flash *bank, uint64_t offset, uint32_t size,
                 uint64_t value)
{
    uint32_t code = (uint8_t)value;
    uint8_t bytes[sizeof value];

    switch (bank->cycle) {
    case FLASH_COMMAND:
        command(partition, bank, code);
        break;
    case FLASH_PROGRAM:
        store(bytes, value, size);
        program(bank, offset, bytes, size);
        bank->cycle = FLASH_COMMAND;
        break;
    case FLASH_COUNT:
        expect(bank, (uint32_t)(value & 0xffff) + 1);
        break;
    case FLASH_LOAD:
        load(bank, offset, size, value);
        break;
    case FLASH_COMMIT:
        commit(bank, code);
        break;
    case FLASH_LOCK:
        bank->cycle = FLASH_COMMAND;
        break;
    default:
        return confirmed(bank, offset, code);
    }
    return true;
}
