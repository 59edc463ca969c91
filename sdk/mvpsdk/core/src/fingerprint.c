/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources this core was built of: a pack names those that judged it. */
#include <mvp/core.h>

/* Made by the build from fingerprint.py: 32 numbers with commas between. */
#include "fingerprint_value.h"

static const uint8_t fingerprint[32] = {MVP_FINGERPRINT_BYTES};

const uint8_t *mvp_fingerprint(void)
{
    return fingerprint;
}
