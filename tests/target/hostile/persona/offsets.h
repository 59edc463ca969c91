/* SPDX-License-Identifier: Apache-2.0 */
/* Of struct outcome, for the assembler; hostile.h asserts them. */
#define OUTCOME_VECTOR 0
#define OUTCOME_ESR 8  /* and FAR */
#define OUTCOME_ELR 24 /* and SPSR */
#define OUTCOME_X 40
