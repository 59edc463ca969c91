/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "machine.h"
#include "menu.h"

#define FLUSH_POLLS 10000000 /* of the UART: longer than a ring takes at 9600 baud */
#define RING_SIZE 1024       /* bytes that wait for the UART; a power of two */

/* The hypervisor speaks as a source of its own: partition NULL. */
static struct {
    uint8_t ring[RING_SIZE];
    uint32_t head;
    uint32_t count;
    uint32_t lost;                  /* bytes that found the ring full since the last line said so */
    uint32_t midline;               /* the line on the screen is not ended */
    uint32_t last;                  /* byte that a guest put last */
    const struct partition *source; /* whose line it is */
} console;

static void drain(void)
{
    while (console.count > 0 && arch_console_put(console.ring[console.head])) {
        console.head = (console.head + 1) % RING_SIZE;
        console.count--;
    }
}

static void put(uint8_t byte)
{
    drain();
    if (console.count == 0 && arch_console_put(byte)) {
        return; /* if not, the driver knows that it is waited for */
    }
    if (console.count == RING_SIZE || console.lost != 0) {
        console.lost++; /* nothing gets in behind a gap: it would stand under another's name */
        return;
    }
    console.ring[(console.head + console.count) % RING_SIZE] = byte;
    console.count++;
}

static void put_text(const char *text)
{
    for (; *text != 0; text++) {
        put((uint8_t)*text);
    }
}

static void put_name(const uint8_t *name)
{
    for (uint32_t n = 0; n < sizeof((struct mvp_partition *)0)->name && name[n] != 0; n++) {
        put(name[n]);
    }
}

/* Opens a line of source, or takes up the one that another source broke into. */
static void begin(struct partition *source)
{
    if (console.midline != 0) {
        put_text("\r\n");
    }
    put('[');
    if (source == NULL) {
        put_text("mvp] ");
    } else {
        put_name(source->config->name);
        put_text(source->midline != 0 ? "+ " : "] ");
        source->midline = 1;
    }
    console.source = source;
    console.midline = 1;
}

static void put_hex(uint64_t value)
{
    uint32_t shift = 60;

    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    put_text("0x");
    for (;; shift -= 4) {
        put((uint8_t) "0123456789abcdef"[(value >> shift) & 15]);
        if (shift == 0) {
            return;
        }
    }
}

/* The gap is told as soon as there is room, before anything else, on a line of its own. */
static void catch_up(void)
{
    uint32_t lost = console.lost;

    drain();
    if (lost != 0 && console.count == 0) {
        console.lost = 0;
        begin(NULL);
        put_text("console lost bytes=");
        put_hex(lost);
        put_text("\r\n");
        console.midline = 0;
    }
}

void console_guest_put(struct partition *source, uint8_t byte)
{
    catch_up();
    if (console.midline == 0 || console.source != source) {
        if (byte == '\r') {
            return; /* at the start of a line it moves nothing, and must not open one */
        }
        begin(source);
    }
    if (byte == '\n') {
        source->midline = 0;
        console.midline = 0;
        if (console.last != '\r') {
            put('\r');
        }
    }
    console.last = byte;
    put(byte);
}

void console_guest_write(struct partition *source, const uint8_t *text, uint32_t size)
{
    for (uint32_t n = 0; n < size; n++) {
        console_guest_put(source, text[n]);
    }
}

void log_values(const char *text, const uint64_t *values)
{
    catch_up();
    begin(NULL);
    for (; *text != 0; text++) {
        if (*text == '%') {
            put_hex(*values++);
        } else {
            put((uint8_t)*text);
        }
    }
    put_text("\r\n");
    console.midline = 0;
}

void log_words(const char *text, const char *word)
{
    catch_up();
    begin(NULL);
    put_text(text);
    put_text(word);
    put_text("\r\n");
    console.midline = 0;
}

void log_line(const char *text)
{
    log_words(text, "");
}

static void take(uint8_t byte)
{
    if (!menu_key(byte) && machine.focus != NULL) {
        pl011_receive(&machine.focus->vcpus[0], byte);
    }
}

void console_flush(void)
{
    for (uint32_t n = 0; n < FLUSH_POLLS && console.count > 0; n++) {
        drain();
    }
}

void console_service(void)
{
    int32_t byte;

    catch_up();
    for (uint32_t n = 0; n < PL011_FIFO && (byte = arch_console_get()) >= 0; n++) {
        take((uint8_t)byte);
    }
}
