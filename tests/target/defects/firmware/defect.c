/* SPDX-License-Identifier: Apache-2.0 */
#include "defect.h"

void defect(void)
{
}
