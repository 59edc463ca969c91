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

/* A byte that a guest prints. Never blocks: what the UART does not take at once goes to a ring. */
void console_guest_put(struct partition *source, uint8_t byte);
#define CONSOLE_STEP 32 /* bytes of a guest's text at a time: no interrupt is taken meanwhile */
/* A text from a guest, CONSOLE_STEP bytes at most: taken to the end of its first line. Returns how
 * many bytes that was, at least one of any. */
uint32_t console_guest_write(struct partition *source, const uint8_t *text, uint32_t size);

/* The hypervisor's own line, "[mvp] " text. It may have no % in it. */
void log_line(const char *text);
/* The same; each % of the text stands for the next of the values, in hex. */
void log_values(const char *text, const uint64_t *values);
/* A line of a text and a word. */
void log_words(const char *text, const char *word);

/* Sends a few of the bytes that wait. True: more wait, and the UART would take them now; false:
 * none do, or the UART's interrupt will tell that there is room. */
bool console_send(void);
/* Do any wait? */
bool console_waits(void);

/* The UART's interrupt, or a poll: takes what came, and has what waits sent (sched_run()). */
void console_service(void);

/* Waits until all is sent, or the UART takes no more: before the machine halts. */
void console_flush(void);

#endif
