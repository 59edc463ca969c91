/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stddef.h>

#include "arch.h"
#include "console.h"
#include "machine.h"

struct trace trace;

static const char lines[TRACE_EVENTS][40] = {
    "trace hvc at=% vcpu=% value=%",    "trace sync at=% vcpu=% value=%",
    "trace irq at=% vcpu=% value=%",    "trace switch at=% vcpu=% value=%",
    "trace inject at=% vcpu=% value=%", "trace fault at=% vcpu=% value=%",
};

/* Its partition is not asked: what a panic is about may be that very pointer. */
uint32_t trace_vcpu(const struct vcpu *vcpu)
{
    uintptr_t offset = (uintptr_t)vcpu - (uintptr_t)machine.vcpus;

    return vcpu == NULL ? TRACE_NOBODY : (uint32_t)(offset / sizeof *vcpu);
}

void trace_add(uint32_t event, const struct vcpu *vcpu, uint64_t value)
{
    struct trace_entry *entry = &trace.entries[trace.count % TRACE_ENTRIES];

    entry->time = arch_time();
    entry->value = value;
    entry->event = event;
    entry->vcpu = trace_vcpu(vcpu);
    trace.count++;
}

void trace_tail(void)
{
    uint64_t first = trace.count < TRACE_PRINTED ? 0 : trace.count - TRACE_PRINTED;
    uint64_t head[2] = {trace.count, arch_time_frequency()};

    log_values("trace tail of=% frequency=%", head);
    for (uint64_t n = first; n < trace.count; n++) {
        const struct trace_entry *entry = &trace.entries[n % TRACE_ENTRIES];
        uint64_t values[3] = {entry->time, entry->vcpu, entry->value};

        console_flush();
        log_values(lines[entry->event % TRACE_EVENTS], values);
    }
    console_flush();
}
