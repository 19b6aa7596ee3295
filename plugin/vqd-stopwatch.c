/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-stopwatch.h"

#include <time.h>

/* A click that is said to be older is dated by another clock. */
#define MAX_EVENT_AGE_MS 60000

#define US_PER_MS 1000

/* Between polls, by the two functions of a source that never has anything to
 * do: first of all sources, so that each turn asks it. */
typedef struct
{
  GSource source;
  GArray *turns_us; /* gint64 */
  gint64 polled_us; /* 0: not yet */
  gint64 own_us;    /* of the processor, then */
  gint64 longest_us;
  gint64 longest_own_us; /* of these, what the thread itself computed */
} TurnSource;

struct _VqdStopwatch
{
  gint64 started_us[VQD_STOPWATCH_N_TIMES]; /* 0: not started */
  gboolean is_due[VQD_STOPWATCH_N_TIMES];   /* to be told with the next frame */
  TurnSource *turns;
  GdkFrameClock *frame_clock; /* NULL: no window yet */
};

/* ---- turns ---- */

static gint64
thread_us (void)
{
#ifdef G_OS_UNIX
  struct timespec now;

  if (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now) == 0)
    return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
#endif
  return 0;
}

static gboolean
before_poll (GSource *source, int *timeout)
{
  TurnSource *self = (TurnSource *) source;

  *timeout = -1;
  if (self->polled_us == 0)
    return FALSE;

  const gint64 turn_us = g_get_monotonic_time () - self->polled_us;
  g_array_append_val (self->turns_us, turn_us);
  if (turn_us > self->longest_us)
    {
      self->longest_us = turn_us;
      self->longest_own_us = thread_us () - self->own_us;
    }
  self->polled_us = 0;
  return FALSE;
}

static gboolean
after_poll (GSource *source)
{
  TurnSource *self = (TurnSource *) source;

  self->polled_us = g_get_monotonic_time ();
  self->own_us = thread_us ();
  return FALSE;
}

static gboolean
never (GSource *source, GSourceFunc func, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
finalize_turns (GSource *source)
{
  g_array_unref (((TurnSource *) source)->turns_us);
}

static TurnSource *
new_turn_source (void)
{
  static GSourceFuncs funcs = { before_poll,    after_poll, never,
                                finalize_turns, NULL,       NULL };
  GSource *source = g_source_new (&funcs, sizeof (TurnSource));

  ((TurnSource *) source)->turns_us =
      g_array_new (FALSE, FALSE, sizeof (gint64));
  g_source_set_priority (source, G_MININT);
  g_source_attach (source, NULL);
  return (TurnSource *) source;
}

static int
compare_us (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a;
  const gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

void
vqd_stopwatch_forget_turns (VqdStopwatch *self)
{
  if (self == NULL)
    return;
  g_array_set_size (self->turns->turns_us, 0);
  self->turns->longest_us = 0;
}

void
vqd_stopwatch_tell_turns (VqdStopwatch *self)
{
  if (self == NULL || self->turns->turns_us->len == 0)
    return;

  TurnSource *turns = self->turns;
  GArray *sorted = turns->turns_us;
  g_array_sort (sorted, compare_us);
  g_printerr (
      "vqdiffusion: main loop held up for %.1f ms at most, %.1f ms of them "
      "its own; 99 %% of %u turns within %.1f ms\n",
      (double) turns->longest_us / US_PER_MS,
      (double) turns->longest_own_us / US_PER_MS, sorted->len,
      (double) g_array_index (sorted, gint64, sorted->len * 99 / 100) /
          US_PER_MS);
  vqd_stopwatch_forget_turns (self);
}

/* ---- times ---- */

VqdStopwatch *
vqd_stopwatch_new (void)
{
  if (g_strcmp0 (g_getenv ("VQD_TIMINGS"), "1") != 0)
    return NULL;

  VqdStopwatch *self = g_new0 (VqdStopwatch, 1);

  self->turns = new_turn_source ();
  return self;
}

static void
tell (VqdStopwatch *self, VqdStopwatchTime time)
{
  static const char *const texts[] = { "window after", "first tokens after",
                                       "stopped after", "layer after" };

  g_printerr ("vqdiffusion: %s %.0f ms\n", texts[time],
              (double) (g_get_monotonic_time () - self->started_us[time]) /
                  US_PER_MS);
  self->started_us[time] = 0;
  self->is_due[time] = FALSE;
}

static void
frame_painted (GdkFrameClock *frame_clock, VqdStopwatch *self)
{
  for (int i = 0; i < VQD_STOPWATCH_N_TIMES; i++)
    if (self->is_due[i])
      tell (self, (VqdStopwatchTime) i);
}

void
vqd_stopwatch_set_window (VqdStopwatch *self, GtkWidget *window)
{
  if (self == NULL)
    return;
  self->frame_clock = g_object_ref (gtk_widget_get_frame_clock (window));
  g_signal_connect (self->frame_clock, "after-paint",
                    G_CALLBACK (frame_painted), self);
}

void
vqd_stopwatch_free (VqdStopwatch *self)
{
  if (self == NULL)
    return;
  if (self->frame_clock != NULL)
    g_signal_handlers_disconnect_by_data (self->frame_clock, self);
  g_clear_object (&self->frame_clock);
  g_source_destroy ((GSource *) self->turns);
  g_source_unref ((GSource *) self->turns);
  g_free (self);
}

/* Of what is being answered now, a click for example. */
static gint64
event_us (void)
{
  const gint64 now_us = g_get_monotonic_time ();
  const guint32 event_ms = gtk_get_current_event_time ();
  const guint32 age_ms = (guint32) (now_us / US_PER_MS) - event_ms;

  return event_ms != GDK_CURRENT_TIME && age_ms < MAX_EVENT_AGE_MS
             ? now_us - (gint64) age_ms * US_PER_MS
             : now_us;
}

void
vqd_stopwatch_start (VqdStopwatch *self, VqdStopwatchTime time)
{
  if (self == NULL)
    return;
  self->started_us[time] = event_us ();
  self->is_due[time] = FALSE;
}

void
vqd_stopwatch_stop (VqdStopwatch *self, VqdStopwatchTime time)
{
  if (self == NULL || self->started_us[time] == 0)
    return;
  self->is_due[time] = TRUE;
  if (self->frame_clock != NULL)
    gdk_frame_clock_request_phase (self->frame_clock,
                                   GDK_FRAME_CLOCK_PHASE_AFTER_PAINT);
}
