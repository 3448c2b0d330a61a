/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Between the device and the probes. Everything here is called by the device's owner, in process context, one call at a
 * time, and may sleep; but for bewit_readers() and bewit_is_readable(), which may be called at any time while the
 * device is open and configured.
 */
#ifndef BEWIT_KMOD_PROBES_H
#define BEWIT_KMOD_PROBES_H

#include <linux/mm_types.h>
#include <linux/wait.h>

#include "kmod/interface.h"

void bewit_prepare(void);
/* Takes memory and the owner's tables; negative errno, and then nothing is held. */
int bewit_configure(struct bewit_configuration* wanted);
/* Gives all memory back; after bewit_stop(), when nothing is mapped any more. */
void bewit_release(void);
/* Negative errno, and then no probe is in place. */
int bewit_start(bool signals);
/* No probe runs any more when this returns. */
void bewit_stop(void);
void bewit_count(struct bewit_counters* sum);
int bewit_map_rings(struct vm_area_struct* area);
wait_queue_head_t* bewit_readers(void);
bool bewit_is_readable(void);

#endif
