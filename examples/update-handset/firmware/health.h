/* SPDX-License-Identifier: Apache-2.0 */
/* When this firmware calls itself well, and how long the phone stays on. */

/* Deadlines in a row that were met; 0: it never does, as a firmware that is not well. */
#define GOOD_TICKS 50

/* After so many deadlines it powers the phone off, for those who only want to see it start. 0: when
 * the last persona is over. */
#define RUN_TICKS 200
