/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three periodic jobs, each a task with absolute deadlines: start + n * period, so that none
 * drifts.
 */
#include "kernel.h"
#include "layout.h"

#define PAGE 0x1000UL
#define BLOCK 0x200000UL
#define PATROL_STEP 0x100000UL /* bytes of RAM looked at in one tick */

static void work_clock(struct job *job)
{
    job->result = time_milliseconds(time_now());
}

bool is_prime(uint64_t number)
{
    for (uint64_t n = 2; n * n <= number; n++) {
        if (number % n == 0) {
            return false;
        }
    }
    return true;
}

static void work_primes(struct job *job)
{
    uint64_t number = job->result < 2 ? 2 : job->result + 1;

    while (!is_prime(number)) {
        number++;
    }
    job->result = number;
}

/* Writes and reads back one word of each page: the RAM that the device tree promised is there. The
 * tree itself has been read by now, so its pages are as free as any. */
static void work_patrol(struct job *job)
{
    static uint64_t at;

    for (uint64_t n = 0; n < PATROL_STEP / PAGE; n++, at += PAGE) {
        volatile uint64_t *word;

        if (at >= machine.ram_size || at >= BLOCK * 512) {
            at = 0;
        }
        word = (volatile uint64_t *)(RAM_WINDOW + at);
        if (!mmu_writable((uint64_t)word)) {
            continue; /* the image itself */
        }
        *word = ~at;
        job->result += *word == ~at ? PAGE / 1024 : 0;
    }
}

struct job jobs[JOBS] = {
    {.name = "clock", .period = 10, .unit = "ms since start", .work = work_clock},
    {.name = "primes", .period = 20, .unit = "is prime", .work = work_primes},
    {.name = "patrol", .period = 60, .unit = "KiB of RAM checked", .work = work_patrol},
};

static uint64_t limit;

static void run_job(void *argument)
{
    struct job *job = argument;
    uint64_t period = time_ticks(job->period);
    uint64_t due = time_now();

    for (;;) {
        due += period;
        task_wait(due);
        job->late += time_now() - due >= period ? 1 : 0;
        job->work(job);
        job->ticks++;
        if (limit != 0 && job->ticks == limit) {
            task_wait(TASK_FOREVER);
        }
    }
}

void jobs_start(uint64_t ticks)
{
    limit = ticks;
    for (uint32_t n = 0; n < JOBS; n++) {
        task_make(jobs[n].name, run_job, &jobs[n]);
    }
}
