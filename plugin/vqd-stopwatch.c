/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-stopwatch.h"

#define TICK_MS 5

struct _VqdStopwatch
{
  gint64 started_us[VQD_STOPWATCH_N_TIMES]; /* 0: not started */
  guint timer;
  gint64 tick_us;
  gint64 longest_us; /* between two ticks */
};

/* What comes before all else would hide a block; what comes last adds others'
 * work to it. This is where GTK's events are. */
static gboolean
tick (gpointer user_data)
{
  VqdStopwatch *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();

  self->longest_us = MAX (self->longest_us, now_us - self->tick_us);
  self->tick_us = now_us;
  return G_SOURCE_CONTINUE;
}

VqdStopwatch *
vqd_stopwatch_new (void)
{
  if (g_strcmp0 (g_getenv ("VQD_TIMINGS"), "1") != 0)
    return NULL;

  VqdStopwatch *self = g_new0 (VqdStopwatch, 1);

  self->tick_us = g_get_monotonic_time ();
  self->timer = g_timeout_add (TICK_MS, tick, self);
  return self;
}

void
vqd_stopwatch_free (VqdStopwatch *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->timer);
  g_free (self);
}

void
vqd_stopwatch_start (VqdStopwatch *self, VqdStopwatchTime time)
{
  if (self == NULL)
    return;

  self->started_us[time] = g_get_monotonic_time ();
  self->tick_us = self->started_us[time];
  self->longest_us = 0;
}

void
vqd_stopwatch_stop (VqdStopwatch *self, VqdStopwatchTime time)
{
  static const char *const texts[] = { "first tokens after", "stopped after" };

  if (self == NULL || self->started_us[time] == 0)
    return;

  g_printerr ("vqdiffusion: %s %.0f ms\n", texts[time],
              (double) (g_get_monotonic_time () - self->started_us[time]) /
                  1000);
  self->started_us[time] = 0;
}

void
vqd_stopwatch_tell_blocks (VqdStopwatch *self)
{
  if (self == NULL)
    return;

  g_printerr ("vqdiffusion: main loop held up for %.0f ms at most\n",
              (double) self->longest_us / 1000);
  self->longest_us = 0;
}
