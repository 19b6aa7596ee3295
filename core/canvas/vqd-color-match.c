/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-color-match.h"

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-extend.h"
#include "core/vqd.h"

#define CHANNELS 3

typedef struct
{
  int width; /* cells */
  int height;
  int cell_px;
  float *offsets; /* [height, width, 3]: to be added */
  float *shares;  /* [height, width]: of the cell's pixels, that are known */
} Field;


static void
field_clear (Field *self)
{
  g_free (self->offsets);
  g_free (self->shares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Field, field_clear)

static gboolean
set_no_memory (GError **error)
{
  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               _ ("There is not enough memory to match the colours."));
  return FALSE;
}

static gboolean
field_init (Field *self, int width, int height, int cell_px, GError **error)
{
  self->cell_px = MIN (cell_px, MAX (width, height));
  self->width = (width - 1) / self->cell_px + 1;
  self->height = (height - 1) / self->cell_px + 1;

  const gsize n = (gsize) self->width * (gsize) self->height;
  self->offsets = g_try_new (float, n *CHANNELS);
  self->shares = g_try_new (float, n);
  return (self->offsets != NULL && self->shares != NULL) ||
         set_no_memory (error);
}

/* Adds a row of pixels to the sums [width of the field, 4]: of the differences,
 * and the number of those known. */
static void
add_row (double *sums, const float *rgb, const float *original,
         const guint8 *known, int width, int cell_px)
{
  for (int x = 0; x < width; x++)
    {
      double *cell = sums + (gsize) (x / cell_px) * 4;

      if (! known[x])
        continue;
      for (int c = 0; c < CHANNELS; c++)
        cell[c] += (double) original[(gsize) x * CHANNELS + (gsize) c] -
                   (double) rgb[(gsize) x * CHANNELS + (gsize) c];
      cell[3]++;
    }
}

/* How much a cell's difference says: all of it when it is small, nothing when
 * it is another content's. */
static double
trust (const double *cell)
{
  double most = 0;

  for (int c = 0; c < CHANNELS; c++)
    most = MAX (most, fabs (cell[c]) / cell[3]);
  return CLAMP ((VQD_COLOR_MATCH_OTHER - most) /
                    (VQD_COLOR_MATCH_OTHER - VQD_COLOR_MATCH_SAME),
                0.0, 1.0);
}

static void
set_cells (Field *self, int row, const double *sums, int width, int n_rows)
{
  for (int column = 0; column < self->width; column++)
    {
      const gsize i = (gsize) row * (gsize) self->width + (gsize) column;
      const double *cell = sums + (gsize) column * 4;
      const int n_columns = MIN (self->cell_px, width - column * self->cell_px);
      const double n_pixels = (double) n_columns * n_rows;

      self->shares[i] =
          cell[3] > 0 ? (float) (trust (cell) * cell[3] / n_pixels) : 0;
      for (int c = 0; c < CHANNELS; c++)
        self->offsets[i * CHANNELS + (gsize) c] =
            cell[3] > 0 ? (float) (cell[c] / cell[3]) : 0;
    }
}

static gboolean
measure (Field *self, const float *rgb, const float *original,
         const guint8 *known, int width, int height, GCancellable *cancellable,
         GError **error)
{
  const gsize n_sums = (gsize) self->width * 4;
  g_autofree double *sums = g_new (double, n_sums);

  for (int row = 0; row < self->height; row++)
    {
      const int first = row * self->cell_px;
      const int n_rows = MIN (self->cell_px, height - first);

      memset (sums, 0, sizeof (double) * n_sums);
      for (int y = first; y < first + n_rows; y++)
        {
          const gsize at = (gsize) y * (gsize) width;

          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          add_row (sums, rgb + at * CHANNELS, original + at * CHANNELS,
                   known + at, width, self->cell_px);
        }
      set_cells (self, row, sums, width, n_rows);
    }
  return TRUE;
}

/* The mean over the cell and its neighbours, weighed 1 2 1 both ways and by
 * what is known of each: few pixels are a poor witness beside many. */
static void
mean_around (const Field *self, int x, int y, float *offset)
{
  double sums[CHANNELS] = { 0 };
  double total = 0;

  for (int row = MAX (y - 1, 0); row <= MIN (y + 1, self->height - 1); row++)
    for (int column = MAX (x - 1, 0); column <= MIN (x + 1, self->width - 1);
         column++)
      {
        const gsize i = (gsize) row * (gsize) self->width + (gsize) column;
        const double weight =
            (row == y ? 2 : 1) * (column == x ? 2 : 1) * self->shares[i];

        for (gsize c = 0; c < CHANNELS; c++)
          sums[c] += weight * self->offsets[i * CHANNELS + c];
        total += weight;
      }
  for (int c = 0; c < CHANNELS; c++)
    offset[c] = (float) (sums[c] / total);
}

/* Smooths the cells that say anything, and extends them over the others; none:
 * there is nothing to add. */
static gboolean
spread (Field *self, GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) self->width * (gsize) self->height;
  gboolean any = FALSE;
  g_autofree float *smooth = g_try_new (float, n *CHANNELS);
  g_autofree guint8 *known = g_try_new (guint8, n);

  if (smooth == NULL || known == NULL)
    return set_no_memory (error);
  for (gsize i = 0; i < n; i++)
    {
      known[i] = self->shares[i] > 0;
      any = any || known[i];
      if (known[i])
        mean_around (self, (int) (i % (gsize) self->width),
                     (int) (i / (gsize) self->width), smooth + i * CHANNELS);
    }
  if (! any)
    {
      memset (self->offsets, 0, sizeof (float) * n * CHANNELS);
      return TRUE;
    }

  memcpy (self->offsets, smooth, sizeof (float) * n * CHANNELS);
  return vqd_extend (self->offsets, known, self->width, self->height, CHANNELS,
                     cancellable, error);
}

/* The quadratic B-spline at pixel i of a cell, as steps from the cell's own
 * value to the one before it and to the one after: equal cells give exactly
 * what they have. */
static void
spline (int i, int cell_px, float *before, float *after)
{
  const float t = ((float) i + 0.5f) / (float) cell_px;

  *before = 0.5f * (1 - t) * (1 - t);
  *after = 0.5f * t * t;
}

/* The field along a row of pixels, at the cells' columns: [width, 3]. */
static void
field_row (const Field *self, int y, float *offsets)
{
  const gsize n = (gsize) self->width * CHANNELS;
  const int row = y / self->cell_px;
  const float *own = self->offsets + (gsize) row * n;
  const float *above = row > 0 ? own - n : own;
  const float *below = row < self->height - 1 ? own + n : own;
  float before;
  float after;

  spline (y % self->cell_px, self->cell_px, &before, &after);
  for (gsize i = 0; i < n; i++)
    offsets[i] =
        own[i] + before * (above[i] - own[i]) + after * (below[i] - own[i]);
}

static void
correct_row (float *rgb, const float *offsets, const Field *field,
             const float *splines, int width)
{
  for (int x = 0; x < width; x++)
    {
      const int column = x / field->cell_px;
      const float *own = offsets + (gsize) column * CHANNELS;
      const float *left = column > 0 ? own - CHANNELS : own;
      const float *right = column < field->width - 1 ? own + CHANNELS : own;
      const float *weights = splines + (gsize) (x % field->cell_px) * 2;
      float *pixel = rgb + (gsize) x * CHANNELS;

      for (int c = 0; c < CHANNELS; c++)
        {
          const float offset = own[c] + weights[0] * (left[c] - own[c]) +
                               weights[1] * (right[c] - own[c]);

          pixel[c] = CLAMP (pixel[c] + offset, 0.0f, 1.0f);
        }
    }
}

static gboolean
correct (const Field *self, float *rgb, int width, int height,
         GCancellable *cancellable, GError **error)
{
  g_autofree float *offsets = g_new (float, (gsize) self->width *CHANNELS);
  g_autofree float *splines = g_new (float, (gsize) self->cell_px * 2);

  for (int i = 0; i < self->cell_px; i++)
    spline (i, self->cell_px, &splines[2 * i], &splines[2 * i + 1]);
  for (int y = 0; y < height; y++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      field_row (self, y, offsets);
      correct_row (rgb + (gsize) y * (gsize) width * CHANNELS, offsets, self,
                   splines, width);
    }
  return TRUE;
}

gboolean
vqd_color_match (float *rgb, const float *original, const guint8 *known,
                 int width, int height, int cell_px, GCancellable *cancellable,
                 GError **error)
{
  const gsize n = (gsize) width * (gsize) height;
  gboolean any = FALSE;
  g_auto (Field) field = { 0 };

  for (gsize i = 0; i < n && ! any; i++)
    any = known[i] != 0;
  if (! any)
    return TRUE;

  return field_init (&field, width, height, cell_px, error) &&
         measure (&field, rgb, original, known, width, height, cancellable,
                  error) &&
         spread (&field, cancellable, error) &&
         correct (&field, rgb, width, height, cancellable, error);
}
