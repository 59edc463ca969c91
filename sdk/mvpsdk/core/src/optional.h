/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build may leave out, 1: it is in. The build says so (build/recipe.py), and leaves out the
 * sources that nothing else needs; where nobody says otherwise, as on the host, all is in. A pack
 * that needs what its build lacks is refused. Where FEATURE_X is 0, WITHOUT_X is defined.
 */
#ifndef CORE_OPTIONAL_H
#define CORE_OPTIONAL_H

#ifndef FEATURE_VGIC2 /* a vGICv2: a board with a GICv3 needs FEATURE_SOFT_GIC for one */
#define FEATURE_VGIC2 1
#endif

#ifndef FEATURE_SOFT_GIC /* list registers and a vGICv2's CPU interface in software */
#define FEATURE_SOFT_GIC 1
#endif

#ifndef FEATURE_MENU /* the boot menu; without: the default starts, or who is named */
#define FEATURE_MENU 1
#endif

#ifndef FEATURE_RTC /* a persona's PL031 */
#define FEATURE_RTC 1
#endif

#ifndef FEATURE_FLASH /* a persona's NOR flash; else WITHOUT_FLASH, too */
#define FEATURE_FLASH 1
#endif

#ifndef FEATURE_SMP /* more than one physical CPU */
#define FEATURE_SMP 1
#endif

#ifndef FEATURE_FAR /* RAM or devices of EL2 beyond the 512 GiB of three levels of tables */
#define FEATURE_FAR 1
#endif

#ifndef FEATURE_POWER /* a persona's PL061, and SYSTEM_SUSPEND; else WITHOUT_POWER, too */
#define FEATURE_POWER 1
#endif

#ifndef FEATURE_SMMU /* an SMMUv3 that holds the DMA of a partition's devices to its memory */
#define FEATURE_SMMU 1
#endif

#ifndef FEATURE_DELEGATE /* personas in parts of their own; else WITHOUT_DELEGATE, too */
#define FEATURE_DELEGATE 1
#endif

#ifndef FEATURE_EARLY_CONSOLE /* words before the pack has named the console; no pack needs it */
#define FEATURE_EARLY_CONSOLE 1
#endif

#ifndef FEATURE_HALT /* a word where the board can't be powered off; no pack needs it */
#define FEATURE_HALT 1
#endif

#endif
