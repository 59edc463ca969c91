/* SPDX-License-Identifier: Apache-2.0 */
/* What the host's build has: all there is. For the board mvpsdk.build makes a file of this name. */
#ifndef HOST_BUILD_FEATURES_H
#define HOST_BUILD_FEATURES_H

#define TRACE(event, vcpu, value) trace_add(event, vcpu, value)
#define TRACE_TAIL() trace_tail()

#define LR_READ(cpu, n) gicc2_lr_read(cpu, n)
#define LR_WRITE(cpu, n, value) gicc2_lr_write(cpu, n, value)
#define LR_EMPTY(cpu) gicc2_lr_empty(cpu)
#define LR_UNDERFLOW(cpu, on) gicc2_lr_underflow(cpu, on)
#define LR_CHANGED(cpu) gicc2_changed(cpu)

#endif
