/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-shrink.h"

#include "core/canvas/vqd-halve.h"

#define CHANNELS 3

/* Where a pixel of the larger picture lies between two of the smaller. */
typedef struct
{
  int before;
  int after;
  float share; /* of the one after */
} Between;


static gboolean
is_half (int size, int small_size)
{
  return size == 2 * small_size;
}

/* What pixel i of n covers of `size` others, in units of 1 / n of such a one:
 * from begin, inclusive, to end. */
static void
covered (int i, int n, int size, gint64 *begin, gint64 *end)
{
  *begin = (gint64) i * size;
  *end = *begin + size;
}

/* Of the units from begin to end, those of pixel k. */
static gint64
overlap (gint64 begin, gint64 end, gint64 k, int n)
{
  return MIN (end, (k + 1) * n) - MAX (begin, k * n);
}

static void
shrink_pixel (const float *pixels, const guint8 *known, int width, int height,
              int x, int y, int small_width, int small_height, float *small,
              guint8 *small_known)
{
  double sums[CHANNELS] = { 0 };
  double total = 0;
  gint64 left, right, top, bottom;

  covered (x, small_width, width, &left, &right);
  covered (y, small_height, height, &top, &bottom);
  for (gint64 row = top / small_height; row * small_height < bottom; row++)
    for (gint64 column = left / small_width; column * small_width < right;
         column++)
      {
        const gsize i = (gsize) row * (gsize) width + (gsize) column;
        const double weight =
            (double) overlap (left, right, column, small_width) *
            (double) overlap (top, bottom, row, small_height);

        if (! known[i])
          continue;
        for (gsize c = 0; c < CHANNELS; c++)
          sums[c] += weight * (double) pixels[i * CHANNELS + c];
        total += weight;
      }
  for (int c = 0; c < CHANNELS; c++)
    small[c] = total > 0 ? (float) (sums[c] / total) : 0;
  *small_known = total > 0;
}

void
vqd_shrink (const float *pixels, const guint8 *known, int width, int height,
            float *small, guint8 *small_known, int small_width,
            int small_height)
{
  if (is_half (width, small_width) && is_half (height, small_height))
    {
      vqd_halve (pixels, known, width, height, CHANNELS, small, small_known);
      return;
    }

  for (int y = 0; y < small_height; y++)
    for (int x = 0; x < small_width; x++)
      {
        const gsize i = (gsize) y * (gsize) small_width + (gsize) x;

        shrink_pixel (pixels, known, width, height, x, y, small_width,
                      small_height, small + i * CHANNELS, small_known + i);
      }
}

static Between
between (int i, int n, int small_n)
{
  const double at = ((double) i + 0.5) * small_n / n - 0.5;
  const int before = (int) at; /* 0 where at is less */
  const double share = CLAMP (at - before, 0.0, 1.0);

  return (Between){ before, MIN (before + 1, small_n - 1), (float) share };
}

void
vqd_enlarge (const float *small, int small_width, int small_height,
             float *pixels, int width, int height, const guint8 *where)
{
  if (is_half (width, small_width) && is_half (height, small_height))
    {
      vqd_double (small, small_width, small_height, pixels, width, height,
                  CHANNELS, where);
      return;
    }

  for (int y = 0; y < height; y++)
    {
      const Between row = between (y, height, small_height);
      const gsize line = (gsize) small_width * CHANNELS;
      const float *above = small + (gsize) row.before * line;
      const float *below = small + (gsize) row.after * line;

      for (int x = 0; x < width; x++)
        {
          const gsize i = (gsize) y * (gsize) width + (gsize) x;
          const Between column = between (x, width, small_width);
          const gsize left = (gsize) column.before * CHANNELS;
          const gsize right = (gsize) column.after * CHANNELS;

          if (where != NULL && ! where[i])
            continue;
          for (gsize c = 0; c < CHANNELS; c++)
            {
              const float a = above[left + c];
              const float b = below[left + c];
              const float p = a + column.share * (above[right + c] - a);
              const float q = b + column.share * (below[right + c] - b);

              pixels[i * CHANNELS + c] = p + row.share * (q - p);
            }
        }
    }
}
