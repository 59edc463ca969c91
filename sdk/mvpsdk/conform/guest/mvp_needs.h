/* SPDX-License-Identifier: Apache-2.0 */
/* What the conformance guest needs of a hypervisor, for its ABI note. */
#ifndef MVP_NEEDS_H
#define MVP_NEEDS_H

#define MVP_NEEDS_FEATURES (MVP_FEATURE_CONSOLE | MVP_FEATURE_PL011 | MVP_FEATURE_PHYSICAL_TIMER)
#define MVP_NEEDS_CALLS 0x3f /* all but pins, which not every build has */

#endif
