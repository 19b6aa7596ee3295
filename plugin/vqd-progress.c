/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-progress.h"

#include <glib/gi18n.h>
#include <libgimp/gimp.h>
#include <math.h>

void
vqd_progress_start (void)
{
  gimp_progress_init (_ ("Loading the model"));
}

void
vqd_progress_end (void)
{
  gimp_progress_end ();
}

static char *
phase_text (const VqdProgress *progress)
{
  const gboolean many = progress->n_images > 1;

  switch (progress->phase)
    {
    case VQD_PHASE_TEXT:
      return g_strdup (_ ("Reading the prompt"));

    case VQD_PHASE_SAMPLE:
      if (many)
        return g_strdup_printf (_ ("Picture %d of %d, step %d of %d"),
                                progress->image + 1, progress->n_images,
                                progress->step, progress->n_steps);
      return g_strdup_printf (_ ("Step %d of %d"), progress->step,
                              progress->n_steps);

    case VQD_PHASE_DECODE:
      if (many)
        return g_strdup_printf (_ ("Picture %d of %d, painting"),
                                progress->image + 1, progress->n_images);
      return g_strdup (_ ("Painting the picture"));
    }

  return g_strdup ("");
}

/* text: what is being done. (transfer full) */
static char *
with_time_left (const char *text, double seconds_left)
{
  /* Counted up: an estimate that ends at "0 s" looks stuck. */
  const int seconds = (int) ceil (fmin (seconds_left, 24 * 3600.0));

  if (! (seconds_left >= 0.0))
    return g_strdup (text);
  if (seconds < 60)
    /* Translators: what is being done, and seconds left */
    return g_strdup_printf (_ ("%s (%d s left)"), text, seconds);
  /* Translators: what is being done, minutes and seconds left */
  return g_strdup_printf (_ ("%s (%d min %02d s left)"), text, seconds / 60,
                          seconds % 60);
}

void
vqd_progress_show (const VqdProgress *progress, gpointer user_data)
{
  g_autofree char *phase = phase_text (progress);
  g_autofree char *text = with_time_left (phase, progress->seconds_left);

  gimp_progress_set_text (text);
  gimp_progress_update (CLAMP (progress->fraction, 0.0, 1.0));
}
