/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-stopwatch.h - how long the user waits, with VQD_TIMINGS=1 on stderr */
#ifndef VQD_STOPWATCH_H
#define VQD_STOPWATCH_H

#include <glib.h>

typedef enum
{
  VQD_STOPWATCH_TOKENS, /* from the click to the first tokens */
  VQD_STOPWATCH_CANCEL, /* from the click until nothing is being done */
  VQD_STOPWATCH_N_TIMES
} VqdStopwatchTime;

typedef struct _VqdStopwatch VqdStopwatch;

/* NULL when nobody wants to know; all functions take NULL. */
VqdStopwatch *vqd_stopwatch_new (void);
void vqd_stopwatch_free (VqdStopwatch *self);

void vqd_stopwatch_start (VqdStopwatch *self, VqdStopwatchTime time);
/* Tells it, when it was started. */
void vqd_stopwatch_stop (VqdStopwatch *self, VqdStopwatchTime time);

/* The longest time that the main loop did not turn, since the last call and the
 * last start. */
void vqd_stopwatch_tell_blocks (VqdStopwatch *self);

#endif /* VQD_STOPWATCH_H */
