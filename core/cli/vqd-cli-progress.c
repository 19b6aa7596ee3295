/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-progress.h"

#include <math.h>
#include <unistd.h>

#define SECONDS_PER_MINUTE 60
#define BYTES_PER_MB 1e6

void
vqd_cli_progress_init (VqdCliProgress *self, gboolean quiet)
{
  *self = (VqdCliProgress){ .shown = ! quiet && isatty (STDERR_FILENO),
                            .start_us = g_get_monotonic_time () };
}

void
vqd_cli_progress_say (VqdCliProgress *self, const char *text)
{
  if (! self->shown)
    return;

  /* Blanks over the rest of the line before: every terminal knows those. */
  const int n_columns = g_utf8_strlen (text, -1);
  g_printerr ("\r%s%*s", text, MAX (self->n_columns - n_columns, 0), "");
  self->n_columns = n_columns;
}

void
vqd_cli_progress_clear (VqdCliProgress *self)
{
  if (self->n_columns == 0)
    return;

  vqd_cli_progress_say (self, "");
  g_printerr ("\r");
}

static void
append_work (GString *line, const VqdProgress *progress)
{
  switch (progress->phase)
    {
    case VQD_PHASE_TEXT:
      g_string_append (line, "reading the prompt");
      break;
    case VQD_PHASE_SAMPLE:
      if (progress->n_windows > 1)
        g_string_append_printf (line, "window %d of %d, ", progress->window + 1,
                                progress->n_windows);
      g_string_append_printf (line, "step %d of %d", progress->step,
                              progress->n_steps);
      break;
    case VQD_PHASE_DECODE:
      g_string_append (line, "drawing");
      break;
    }
}

static void
append_time_left (GString *line, double seconds_left)
{
  if (! (seconds_left >= 0 && seconds_left < G_MAXINT))
    return;

  const int seconds = ceil (seconds_left);
  g_string_append_printf (line, ", %d:%02d left", seconds / SECONDS_PER_MINUTE,
                          seconds % SECONDS_PER_MINUTE);
}

void
vqd_cli_progress_update (const VqdProgress *progress, gpointer self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (progress->n_images > 1)
    g_string_append_printf (line, "picture %d of %d: ", progress->image + 1,
                            progress->n_images);
  append_work (line, progress);
  append_time_left (line, progress->seconds_left);
  vqd_cli_progress_say (self, line->str);
}

void
vqd_cli_progress_update_bytes (guint64 n_bytes_done, guint64 n_bytes,
                               gpointer self)
{
  const VqdCliProgress *progress = self;
  g_autoptr (GString) line = g_string_new (NULL);
  const double seconds =
      (double) (g_get_monotonic_time () - progress->start_us) / G_USEC_PER_SEC;
  const double done = (double) n_bytes_done;

  g_string_append_printf (line, "%.0f of %.0f MB", done / BYTES_PER_MB,
                          (double) n_bytes / BYTES_PER_MB);
  append_time_left (line, seconds / done * ((double) n_bytes - done));
  vqd_cli_progress_say (self, line->str);
}
