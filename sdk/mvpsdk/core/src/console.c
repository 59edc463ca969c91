/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "machine.h"
#include "menu.h"

#define FLUSH_POLLS 10000000 /* of the UART: longer than a ring takes at 9600 baud */
#define RING_SIZE 1024       /* bytes that wait for the UART */
#define LINE_SIZE 160        /* the longest line of the hypervisor's, or step of a guest's */
#define SEND_STEP 8          /* bytes to the UART at a time: no interrupt is taken meanwhile */

/* The hypervisor speaks as a source of its own: partition NULL. */
static struct {
    uint8_t ring[RING_SIZE + LINE_SIZE] __attribute__((aligned(8)));
    uint32_t head;
    uint32_t count;
    uint32_t full;                  /* the UART took no more; its interrupt tells when it does */
    uint32_t lost;                  /* bytes that found the ring full since the last line said so */
    uint32_t cut;                   /* the loss began within a line */
    uint32_t midline;               /* the line on the screen is not ended */
    uint32_t last;                  /* byte that a guest put last */
    const struct partition *source; /* whose line it is */
} console;

/* What is said at once. It is put together in the ring, behind what waits there, or behind the ring
 * if that is too full. */
struct line {
    uint8_t *start;
    uint8_t *at;
    const uint8_t *end;
};

static struct cpu *this_cpu(void)
{
    return &machine.cpus[FEATURE_SMP != 0 ? machine.smp.here : 0];
}

static uint32_t tail(void)
{
    return (console.head + console.count) % RING_SIZE;
}

static struct line open(void)
{
    bool has_room = console.lost == 0 && RING_SIZE - console.count >= LINE_SIZE;
    uint8_t *start = console.ring + (has_room ? tail() : RING_SIZE);

    return (struct line){start, start, start + LINE_SIZE};
}

static void add(struct line *line, uint8_t byte)
{
    if (line->at != line->end) {
        *line->at++ = byte;
    }
}

/* Until the text's end or a stop in it. Returns what is left of it. */
static const char *add_until(struct line *line, const char *text, char stop)
{
    uint8_t *at = line->at;
    const uint8_t *end = line->end;

    while (*text != 0 && *text != stop && at != end) {
        *at++ = (uint8_t)*text++;
    }
    line->at = at;
    return text;
}

static void add_text(struct line *line, const char *text)
{
    (void)add_until(line, text, 0);
}

static void add_name(struct line *line, const uint8_t *name)
{
    for (uint32_t n = 0; n < sizeof((struct mvp_partition *)0)->name && name[n] != 0; n++) {
        add(line, name[n]);
    }
}

static void add_hex(struct line *line, uint64_t value)
{
    uint32_t shift = (63 - (uint32_t)__builtin_clzll(value | 1)) & ~3U;

    add_text(line, "0x");
    for (; shift < 64; shift -= 4) {
        add(line, (uint8_t) "0123456789abcdef"[value >> shift & 15]);
    }
}

/* Begins a line of source, or takes up the one that another source broke into. */
static void begin(struct line *line, struct partition *source)
{
    if (console.midline != 0) {
        add_text(line, "\r\n");
    }
    add(line, '[');
    if (source == NULL) {
        add_text(line, "mvp] ");
    } else {
        add_name(line, source->config->name);
        add_text(line, source->midline != 0 ? "+ " : "] ");
        source->midline = 1;
    }
    console.source = source;
    console.midline = 1;
}

/* For want of room it is lost whole, and nothing gets in behind a gap: it would stand under
 * another's name. */
static void lose(uint32_t size)
{
    if (console.lost == 0) {
        console.cut = console.ring[(tail() - 1) % RING_SIZE] != '\n';
    }
    console.lost += size;
}

/* Whoever leaves the hypervisor next sends some of it: sched_run(). */
static void say(const struct line *line)
{
    uint32_t size = (uint32_t)(line->at - line->start);

    this_cpu()->resched |= console.full ^ 1;
    if (line->start == console.ring + RING_SIZE) {
        lose(size);
        return;
    }
    if (line->at > console.ring + RING_SIZE) {
        bytes_copy(console.ring, console.ring + RING_SIZE,
                   (uint64_t)(line->at - (console.ring + RING_SIZE)));
    }
    console.count += size;
}

static struct line begin_own(void)
{
    struct line line = open();

    begin(&line, NULL);
    return line;
}

static void end_own(struct line *line)
{
    add_text(line, "\r\n");
    console.midline = 0;
    say(line);
}

/* Where bytes were lost is told as soon as there is room, before anything else. */
static void tell_loss(void)
{
    uint64_t lost = console.lost;

    console.lost = 0;
    console.midline = console.cut;
    log_values("console lost bytes=%", &lost);
}

bool console_send(void)
{
    uint32_t step = console.count < SEND_STEP ? console.count : SEND_STEP;
    uint32_t head = console.head;
    uint32_t n = 0;

    while (n < step && arch_console_put(console.ring[(head + n) % RING_SIZE])) {
        n++;
    }
    console.full = n < step ? 1 : 0;
    console.head = (head + n) % RING_SIZE;
    console.count -= n;
    if (console.count == 0 && console.lost != 0) {
        tell_loss();
    }
    return console_waits();
}

bool console_waits(void)
{
    return console.count > 0 && console.full == 0;
}

/* A byte of a guest's, with what its place on the console asks for. */
static void add_guest(struct line *line, struct partition *source, uint8_t byte)
{
    if (console.midline == 0 || console.source != source) {
        if (byte == '\r') {
            return; /* at the start of a line it moves nothing, and must not open one */
        }
        begin(line, source);
    }
    if (byte == '\n') {
        source->midline = 0;
        console.midline = 0;
        if (console.last != '\r') {
            add(line, '\r');
        }
    }
    console.last = byte;
    add(line, byte);
}

/* Most come one by one, within a line, and find the UART ready. */
void console_guest_put(struct partition *source, uint8_t byte)
{
    struct line line;

    if (console.count == 0 && console.midline != 0 && console.source == source && byte != '\n' &&
        arch_console_put(byte)) {
        console.last = byte;
        return;
    }
    line = open();
    add_guest(&line, source, byte);
    say(&line);
}

/* Within a line nothing but its end is special. */
static uint32_t add_rest(struct line *line, const uint8_t *text, uint32_t size)
{
    uint8_t *at = line->at;
    uint32_t n = 0;

    while (n < size && text[n] != '\n' && at != line->end) {
        *at++ = text[n++];
    }
    line->at = at;
    console.last = n > 0 ? text[n - 1] : console.last;
    return n;
}

uint32_t console_guest_write(struct partition *source, const uint8_t *text, uint32_t size)
{
    struct line line = open();
    uint32_t n = 0;

    while (n < size && (n == 0 || text[n - 1] != '\n')) {
        if (console.midline != 0 && console.source == source) {
            n += add_rest(&line, text + n, size - n);
        }
        if (n < size) {
            add_guest(&line, source, text[n++]);
        }
    }
    say(&line);
    return n;
}

void log_values(const char *text, const uint64_t *values)
{
    struct line line = begin_own();

    while (*(text = add_until(&line, text, '%')) == '%') {
        add_hex(&line, *values++);
        text++;
    }
    end_own(&line);
}

void log_words(const char *text, const char *word)
{
    struct line line = begin_own();

    add_text(&line, text);
    add_text(&line, word);
    end_own(&line);
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
        (void)console_send();
    }
}

void console_service(void)
{
    int32_t byte;

    console.full = 0;
    this_cpu()->resched |= console_waits() ? 1 : 0;
    for (uint32_t n = 0; n < PL011_FIFO && (byte = arch_console_get()) >= 0; n++) {
        take((uint8_t)byte);
    }
}
