/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEFECT_H
#define DEFECT_H

#ifndef TICKS
#define TICKS 12
#endif

void defect(void);

#endif
