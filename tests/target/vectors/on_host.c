/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end: on_host LIST prints the answers as lines of hex. */
#include <inttypes.h>
#include <stdio.h>

#include "interpreter.h"

#define ANSWERS_MAX 8192
#define LIST_MAX 0x400000 /* words */

static uint64_t answers[ANSWERS_MAX];
static uint64_t list[LIST_MAX];

int main(int count, char **arguments)
{
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    uint64_t answered;

    if (file == NULL || fread(list, 1, sizeof list, file) == 0 || list[0] > ANSWERS_MAX) {
        return 2;
    }
    answered = vectors_run(list, answers);
    for (uint64_t n = 0; n < answered; n++) {
        printf("%016" PRIx64 "\n", answers[n]);
    }
    return 0;
}
