/* SPDX-License-Identifier: Apache-2.0 */
/* The boot menu: which persona, on a handset that runs one at a time. */
#ifndef CORE_MENU_H
#define CORE_MENU_H

#include <stdbool.h>
#include <stdint.h>

struct partition;

/* Starts the persona named (NUL-padded, 16 bytes; all zero: none named), or opens the menu, or
 * starts the default at once if the menu's time is 0. With concurrent personas: starts them all. */
void menu_open(const uint8_t *choice);

/* A key was typed. False: no menu is open, the key is a guest's. */
bool menu_key(uint8_t key);

/* The time is over: starts the default. */
void menu_expired(void);

/* A persona whose images or part are not as they must be can't start. Where personas take turns,
 * another does: the default, or the first of those that have not failed. */
void menu_fall(const struct partition *failed);

#endif
