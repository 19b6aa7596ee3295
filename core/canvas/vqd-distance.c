/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/canvas/vqd-distance.h"

#define COLUMNS 16 /* taken at a time: a cache line of each row */
#define ROWS_PER_CHECK 64

/* The lower envelope along a line of n pixels: of parabola i the pixel it
 * stands on, its square of that plus its cost, and the place from which on it
 * is the lowest. */
typedef struct
{
  int *feet;
  double *heights;
  double *begins;
  float limit; /* squares from here on are INFINITY */
} Envelope;


static void
envelope_init (Envelope *self, int n, int limit_px)
{
  self->feet = g_new (int, n);
  self->heights = g_new (double, n);
  self->begins = g_new (double, n);
  self->limit = (float) limit_px * (float) limit_px;
}

static void
envelope_clear (Envelope *self)
{
  g_free (self->feet);
  g_free (self->heights);
  g_free (self->begins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Envelope, envelope_clear)

/* Returns the number of parabolas. */
static int
envelope_find (Envelope *self, const float *squares, int n)
{
  int n_found = 0;

  for (int x = 0; x < n; x++)
    {
      const double height = (double) squares[x] + (double) x * x;
      double begin = -INFINITY;

      if (! (squares[x] < self->limit))
        continue;
      while (n_found > 0)
        {
          begin = (height - self->heights[n_found - 1]) /
                  (2.0 * (x - self->feet[n_found - 1]));
          if (begin > self->begins[n_found - 1])
            break;
          n_found--;
          begin = -INFINITY;
        }
      self->feet[n_found] = x;
      self->heights[n_found] = height;
      self->begins[n_found] = begin;
      n_found++;
    }
  return n_found;
}

static void
line (Envelope *self, float *squares, int n)
{
  const int n_found = envelope_find (self, squares, n);
  int i = 0;

  for (int x = 0; x < n && n_found > 0; x++)
    {
      while (i + 1 < n_found && self->begins[i + 1] < x)
        i++;

      const double square =
          self->heights[i] + (double) x * (x - 2.0 * self->feet[i]);
      squares[x] = square < (double) self->limit ? (float) square : INFINITY;
    }
}

static gboolean
rows (Envelope *envelope, float *squares, int width, int height,
      GCancellable *cancellable, GError **error)
{
  for (int y = 0; y < height; y++)
    {
      if (y % ROWS_PER_CHECK == 0 &&
          g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      line (envelope, squares + (gsize) y * (gsize) width, width);
    }
  return TRUE;
}

/* Through a copy that has the pixels of a column side by side. */
static gboolean
columns (Envelope *envelope, float *squares, int width, int height,
         GCancellable *cancellable, GError **error)
{
  g_autofree float *turned = g_new (float, COLUMNS *(gsize) height);

  for (int x = 0; x < width; x += COLUMNS)
    {
      const int n = MIN (COLUMNS, width - x);
      float *first = squares + x;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (int y = 0; y < height; y++)
        for (int i = 0; i < n; i++)
          turned[(gsize) i * (gsize) height + (gsize) y] =
              first[(gsize) y * (gsize) width + (gsize) i];
      for (int i = 0; i < n; i++)
        line (envelope, turned + (gsize) i * (gsize) height, height);
      for (int y = 0; y < height; y++)
        for (int i = 0; i < n; i++)
          first[(gsize) y * (gsize) width + (gsize) i] =
              turned[(gsize) i * (gsize) height + (gsize) y];
    }
  return TRUE;
}

gboolean
vqd_distance_squares (float *squares, int width, int height, int limit_px,
                      GCancellable *cancellable, GError **error)
{
  g_auto (Envelope) envelope = { 0 };

  envelope_init (&envelope, MAX (width, height), limit_px);
  return rows (&envelope, squares, width, height, cancellable, error) &&
         columns (&envelope, squares, width, height, cancellable, error);
}
