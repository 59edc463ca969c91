/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's one console, shared: every line starts with its source in brackets, "[work] ". A
 * line that another source broke into goes on with "[work+ ". Guests can't forge a prefix, since
 * whatever they print stands behind their own.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;
struct partition;

/* A byte that a guest prints. Never blocks: it goes to a ring that drains as the UART takes it. */
void console_guest_put(struct partition *source, uint8_t byte);
/* A text from a guest, whole lines kept together where they fit. */
void console_guest_write(struct partition *source, const uint8_t *text, uint32_t size);

/* The hypervisor's own line, "[mvp] " text. It may have no % in it. */
void log_line(const char *text);
/* The same; each % of the text stands for the next of the values, in hex. */
void log_values(const char *text, const uint64_t *values);
/* A line of a text and a word. */
void log_words(const char *text, const char *word);

/* The UART's interrupt, or a poll: sends what waits and takes what came. */
void console_service(void);

/* Waits until all is sent, or the UART takes no more: before the machine halts. */
void console_flush(void);

#endif
