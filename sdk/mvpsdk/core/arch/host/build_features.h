/* SPDX-License-Identifier: Apache-2.0 */
/* What the host's build has: all there is. For the board mvpsdk.build makes a file of this name. */
#ifndef HOST_BUILD_FEATURES_H
#define HOST_BUILD_FEATURES_H

#define TRACE(event, vcpu, value) trace_add(event, vcpu, value)
#define TRACE_TAIL() trace_tail()

#endif
