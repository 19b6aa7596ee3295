/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-stopwatch.h - how long the user waits, with VQD_TIMINGS=1 on stderr
 *
 * Times begin with the click itself, as the screen's server dates it, and end
 * when the frame that shows the outcome is painted. A turn of the main loop is
 * the time from one look at what came in to the next: nothing that the user
 * does is answered meanwhile. */
#ifndef VQD_STOPWATCH_H
#define VQD_STOPWATCH_H

#include <gtk/gtk.h>

typedef enum
{
  VQD_STOPWATCH_WINDOW, /* from the call to the window */
  VQD_STOPWATCH_TOKENS, /* from the click to the first tokens */
  VQD_STOPWATCH_CANCEL, /* from the click until nothing is being done */
  VQD_STOPWATCH_INSERT, /* from the click until the picture is a layer */
  VQD_STOPWATCH_N_TIMES
} VqdStopwatchTime;

typedef struct _VqdStopwatch VqdStopwatch;

/* NULL when nobody wants to know; all functions take NULL. */
VqdStopwatch *vqd_stopwatch_new (void);
void vqd_stopwatch_free (VqdStopwatch *self);

/* Where the outcome is seen. (transfer none), it must be realized */
void vqd_stopwatch_set_window (VqdStopwatch *self, GtkWidget *window);

void vqd_stopwatch_start (VqdStopwatch *self, VqdStopwatchTime time);
/* Tells it with the next frame, when it was started. */
void vqd_stopwatch_stop (VqdStopwatch *self, VqdStopwatchTime time);

/* The main loop's turns, since the last call. */
void vqd_stopwatch_forget_turns (VqdStopwatch *self);
void vqd_stopwatch_tell_turns (VqdStopwatch *self);

#endif /* VQD_STOPWATCH_H */
