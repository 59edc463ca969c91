/* SPDX-License-Identifier: Apache-2.0 */
/* What a test calls of a console driver, and what the driver's accesses call of the test. */
#include "driver.h"
#include "registers.h"

typedef uint32_t model_read(uint64_t address, uint32_t width);
typedef void model_write(uint64_t address, uint32_t width, uint32_t value);

void harness_model(model_read *read, model_write *write);
void harness_open(uint64_t base, uint32_t shift, uint32_t width);
void harness_interrupts(void);
const char *harness_part(uint32_t n);

static model_read *reader;
static model_write *writer;

void harness_model(model_read *read, model_write *write)
{
    reader = read;
    writer = write;
}

uint32_t register_read(uint64_t address, uint32_t width)
{
    return reader(address, width);
}

void register_write(uint64_t address, uint32_t width, uint32_t value)
{
    writer(address, width, value);
}

void harness_open(uint64_t base, uint32_t shift, uint32_t width)
{
    struct uart uart = {.base = base, .shift = shift, .width = width};

    console_open(&uart);
}

void harness_interrupts(void)
{
    console_interrupts();
}

const char *harness_part(uint32_t n)
{
    const struct console_part *part = arch_console_part(n);

    return part == NULL ? NULL : part->compatible;
}
