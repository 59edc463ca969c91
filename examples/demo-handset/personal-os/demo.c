/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The self-demonstration that the boot argument "demo" asks for: the jobs run their ticks, the
 * system says how they fared, and powers itself off.
 */
#include "kernel.h"

#define DEMO_LIMIT 10000 /* milliseconds; far more than the slowest job needs */

static bool is_done(void)
{
    for (uint32_t n = 0; n < JOBS; n++) {
        if (jobs[n].ticks < DEMO_TICKS) {
            return false;
        }
    }
    return true;
}

static uint64_t report_jobs(void)
{
    uint64_t late = 0;

    for (uint32_t n = 0; n < JOBS; n++) {
        const struct job *job = &jobs[n];

        print("%-7s %2lu ticks, one each %3lu ms, %lu late; %lu %s\n", job->name, job->ticks,
              job->period, job->late, job->result, job->unit);
        late += job->late;
    }
    return late;
}

static void report_protection(void)
{
    bool code = mmu_writable((uint64_t)demo_task);
    bool zero = mmu_writable(0);

    print("memory  code is %s, address 0 is %s\n", code ? "WRITABLE" : "read-only",
          zero ? "MAPPED" : "nobody's");
}

void demo_task(void *unused)
{
    uint64_t limit = time_now() + time_ticks(DEMO_LIMIT);
    uint64_t primes = 0;
    uint64_t late;

    (void)unused;
    /* As busy as can be: the jobs must preempt this. */
    for (uint64_t number = 2; !is_done() && time_now() < limit; number++) {
        primes += is_prime(number) ? 1 : 0;
    }
    late = report_jobs();
    print("demo    %lu primes found in the time that the tasks left\n", primes);
    report_protection();
    print("personal: %lu tasks, %lu ticks each, %lu late\n", (uint64_t)JOBS,
          is_done() ? (uint64_t)DEMO_TICKS : 0, late);
    machine_off();
}
