/* SPDX-License-Identifier: Apache-2.0 */
#include "menu.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "loader.h"
#include "machine.h"
#include "optional.h"
#include "partition.h"
#include "timer.h"

static const struct mvp_pack_header *header(void)
{
    return machine.pack;
}

static struct partition *persona_at(uint32_t number)
{
    for (uint32_t n = 0; n < machine.partition_count; n++) {
        struct partition *partition = &machine.partitions[n];

        if (partition->config->kind == MVP_PERSONA && number-- == 0) {
            return partition;
        }
    }
    return NULL;
}

static struct partition *persona_named(const uint8_t *name)
{
    struct partition *persona;

    for (uint32_t n = 0; (persona = persona_at(n)) != NULL; n++) {
        if (bytes_equal(persona->config->name, name, sizeof persona->config->name)) {
            return persona;
        }
    }
    return NULL;
}

static void start(struct partition *persona)
{
    machine.menu_deadline = TIMER_NEVER;
    machine.focus = persona;
    partition_start(persona);
}

static void start_all(void)
{
    struct partition *persona;

    for (uint32_t n = 0; (persona = persona_at(n)) != NULL; n++) {
        start(persona);
    }
}

static void show(void)
{
    struct partition *persona;

    log_line("boot menu, a key chooses:");
    for (uint32_t n = 0; (persona = persona_at(n)) != NULL; n++) {
        char line[8 + sizeof persona->config->name] = "  1 = ";

        line[2] = (char)('1' + n);
        for (uint32_t i = 0; i < sizeof persona->config->name; i++) {
            line[6 + i] = (char)persona->config->name[i];
        }
        log_line(line);
    }
}

void menu_expired(void)
{
    machine.menu_deadline = TIMER_NEVER;
    if (header()->default_persona != MVP_NONE) {
        start(&machine.partitions[header()->default_persona]);
    }
}

void menu_open(const uint8_t *choice)
{
    struct partition *named = persona_named(choice);

    machine.menu_deadline = TIMER_NEVER;
    if ((header()->flags & MVP_PACK_FLAG_CONCURRENT) != 0) {
        start_all();
    } else if (named != NULL) {
        start(named);
    } else if (FEATURE_MENU == 0 || header()->menu_ms == 0) {
        menu_expired();
    } else {
        show();
        machine.menu_deadline = arch_time() + header()->menu_ms * arch_time_frequency() / 1000;
    }
}

bool menu_key(uint8_t key)
{
    struct partition *persona;

    if (FEATURE_MENU == 0 || machine.menu_deadline == TIMER_NEVER) {
        return false;
    }
    persona = key >= '1' ? persona_at((uint32_t)key - '1') : NULL;
    if (persona != NULL) {
        start(persona);
    }
    return true;
}

#if FEATURE_DELEGATE
static bool may_start(const struct partition *persona)
{
    return persona->config->kind == MVP_PERSONA && persona->loader.phase != LOADER_FAILED;
}

void menu_fall(const struct partition *failed)
{
    uint32_t index = header()->default_persona;

    if (failed->config->kind != MVP_PERSONA || (header()->flags & MVP_PACK_FLAG_CONCURRENT) != 0) {
        return;
    }
    if (index == MVP_NONE || !may_start(&machine.partitions[index])) {
        index = 0;
        while (index < machine.partition_count && !may_start(&machine.partitions[index])) {
            index++;
        }
    }
    if (index < machine.partition_count) {
        start(&machine.partitions[index]);
    }
}
#endif
