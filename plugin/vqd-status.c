/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-status.h"

#include <glib/gi18n.h>
#include <math.h>

#define MAX_SECONDS (24 * 3600)

void
vqd_status_asked (VqdStatus *self, int n_images)
{
  if (self->begun_us == 0)
    self->begun_us = g_get_monotonic_time ();
  self->n_asked += n_images;
}

void
vqd_status_begun (VqdStatus *self)
{
  self->fraction = 0;
  self->step_us = 0;
  self->evaluations_per_s = 0;
}

void
vqd_status_progress (VqdStatus *self, const VqdProgress *progress)
{
  const gint64 now_us = g_get_monotonic_time ();

  self->fraction = progress->fraction;
  if (progress->phase != VQD_PHASE_SAMPLE)
    return;
  /* A window begins at step 0 again. */
  if (self->step_us == 0 || progress->step < self->step)
    {
      self->step_us = now_us;
      self->step = progress->step;
    }
  else if (progress->step > self->step && now_us > self->step_us)
    self->evaluations_per_s = (double) (progress->step - self->step) *
                              G_USEC_PER_SEC /
                              (double) (now_us - self->step_us);
}

void
vqd_status_over (VqdStatus *self, double seconds)
{
  self->n_over++;
  self->fraction = 0;
  if (seconds < 0)
    return;

  self->n_drawn++;
  self->picture_seconds = self->picture_seconds > 0
                              ? (self->picture_seconds + seconds) / 2
                              : seconds;
}

void
vqd_status_idle (VqdStatus *self)
{
  self->begun_us = 0;
  self->n_asked = 0;
  self->n_over = 0;
  self->n_drawn = 0;
  self->fraction = 0;
}

double
vqd_status_get_fraction (const VqdStatus *self)
{
  return self->n_asked > 0 ? (self->n_over + self->fraction) / self->n_asked
                           : 0;
}

double
vqd_status_get_seconds_left (const VqdStatus *self, const VqdProgress *progress)
{
  const int n_waiting = self->n_asked - self->n_over - 1;
  const double known = self->picture_seconds;
  double left = progress->seconds_left;

  if (left < 0 && known > 0)
    left = known * (1 - progress->fraction);
  if (left < 0 || n_waiting <= 0)
    return left;
  if (known > 0)
    return left + n_waiting * known;

  /* The first one tells how long a picture takes. */
  return progress->fraction > 0
             ? left + n_waiting * left / MAX (1 - progress->fraction, 0.01)
             : -1;
}

/* "1:05" (transfer full) */
static char *
clock_text (double seconds)
{
  const int whole = (int) lrint (CLAMP (seconds, 0, MAX_SECONDS));

  return g_strdup_printf ("%d:%02d", whole / 60, whole % 60);
}

static double
elapsed (const VqdStatus *self)
{
  return (double) (g_get_monotonic_time () - self->begun_us) / G_USEC_PER_SEC;
}

char *
vqd_status_phase_text (const VqdProgress *progress)
{
  switch (progress->phase)
    {
    case VQD_PHASE_TEXT:
      return g_strdup (_ ("Reading the prompt"));

    case VQD_PHASE_SAMPLE:
      if (progress->n_windows > 1)
        return g_strdup_printf (_ ("Part %d of %d, step %d of %d"),
                                progress->window + 1, progress->n_windows,
                                progress->step, progress->n_steps);
      return g_strdup_printf (_ ("Step %d of %d"), progress->step,
                              progress->n_steps);

    case VQD_PHASE_DECODE:
      return g_strdup (_ ("Painting"));
    }

  return g_strdup ("");
}

/* "0:12 elapsed, 0:30 left" (transfer full) */
static char *
time_text (const VqdStatus *self, const VqdProgress *progress)
{
  const double left = vqd_status_get_seconds_left (self, progress);
  g_autofree char *elapsed_text = clock_text (elapsed (self));
  g_autofree char *left_text = clock_text (ceil (left));

  return left >= 0 ? g_strdup_printf (_ ("%s elapsed, %s left"), elapsed_text,
                                      left_text)
                   : g_strdup_printf (_ ("%s elapsed"), elapsed_text);
}

char *
vqd_status_text (const VqdStatus *self, const VqdProgress *progress)
{
  g_autofree char *phase = vqd_status_phase_text (progress);
  g_autofree char *time = time_text (self, progress);
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->n_asked > 1)
    g_string_append_printf (text, _ ("Picture %d of %d"), self->n_over + 1,
                            self->n_asked);
  g_string_append_printf (text, "%s%s · %s", text->len > 0 ? " · " : "", phase,
                          time);
  if (self->evaluations_per_s > 0)
    {
      /* Translators: how many steps of the model are done in a second */
      g_autofree char *speed =
          g_strdup_printf (_ ("%.1f evaluations/s"), self->evaluations_per_s);

      g_string_append_printf (text, " · %s", speed);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
vqd_status_done_text (const VqdStatus *self)
{
  g_autofree char *time = clock_text (elapsed (self));
  g_autofree char *drawn =
      g_strdup_printf (ngettext ("%d picture in %s", "%d pictures in %s",
                                 (unsigned long) self->n_drawn),
                       self->n_drawn, time);

  return g_strdup_printf (self->n_drawn == self->n_over ? _ ("Done: %s")
                                                        : _ ("Stopped: %s"),
                          drawn);
}
