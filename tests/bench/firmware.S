/* SPDX-License-Identifier: Apache-2.0 */
/* Realtime firmware that wants nothing, so that all figures are the hypervisor's. */
    .text
    .global _start
_start:
    wfi
    b _start
