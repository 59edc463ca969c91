/* SPDX-License-Identifier: Apache-2.0 */
#include "../firmware/fp.S"
