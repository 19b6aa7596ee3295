/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/image/vqd-scale.h"

#include "core/base/vqd-i18n.h"
#include "core/vqd.h"

#define CUBIC_RADIUS 2.0
#define CHANNELS 3

/* The source pixels of each target pixel, along one axis. */
typedef struct
{
  int n_taps;
  int *first;     /* [n]: source index of the first tap; may be outside */
  float *weights; /* [n, n_taps], each row sums to 1 */
} Axis;


/* Catmull and Rom, "A class of local interpolating splines", 1974: the cubic
 * convolution with a = -1/2. */
static double
cubic (double x)
{
  x = fabs (x);
  if (x < 1)
    return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2)
    return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

static void
axis_init (Axis *axis, int from, int to)
{
  const double step = (double) from / to;
  const double widening = MAX (1.0, step);
  const double radius = CUBIC_RADIUS * widening;

  axis->n_taps = (int) ceil (2 * radius) + 1;
  axis->first = g_new (int, to);
  axis->weights = g_new (float, (gsize) to *(gsize) axis->n_taps);
  for (int i = 0; i < to; i++)
    {
      const double centre = (i + 0.5) * step - 0.5;
      float *weights = axis->weights + (gsize) i * (gsize) axis->n_taps;
      double sum = 0;

      axis->first[i] = (int) floor (centre - radius) + 1;
      for (int tap = 0; tap < axis->n_taps; tap++)
        sum += cubic ((axis->first[i] + tap - centre) / widening);
      for (int tap = 0; tap < axis->n_taps; tap++)
        weights[tap] =
            (float) (cubic ((axis->first[i] + tap - centre) / widening) / sum);
    }
}

static void
axis_clear (Axis *axis)
{
  g_free (axis->first);
  g_free (axis->weights);
}

/* One row of the result: target[c] = sum of the taps. */
static void
scale_row (float *target, const float *x, const Axis *axis, int i, int from,
           int inner)
{
  memset (target, 0, sizeof (float) * (gsize) inner);
  for (int tap = 0; tap < axis->n_taps; tap++)
    {
      const int row = CLAMP (axis->first[i] + tap, 0, from - 1);
      const float *source = x + (gsize) row * (gsize) inner;
      const float weight =
          axis->weights[(gsize) i * (gsize) axis->n_taps + (gsize) tap];

      for (int c = 0; c < inner; c++)
        target[c] += weight * source[c];
    }
}

/* Scales the middle axis of [outer, from, inner] to [outer, to, inner]. Beyond
 * the edges the edge goes on. */
static float *
scale_axis (const float *x, int outer, int from, int to, int inner,
            GCancellable *cancellable, GError **error)
{
  g_autofree float *y =
      g_try_new (float, (gsize) outer *(gsize) to *(gsize) inner);
  gboolean cancelled = FALSE;
  Axis axis;

  if (y == NULL)
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_MEMORY,
          _ ("There is not enough memory for a picture of this size."));
      return NULL;
    }

  axis_init (&axis, from, to);
  for (int o = 0; o < outer && ! cancelled; o++)
    for (int i = 0; i < to && ! cancelled; i++)
      {
        scale_row (y + ((gsize) o * (gsize) to + (gsize) i) * (gsize) inner,
                   x + (gsize) o * (gsize) from * (gsize) inner, &axis, i, from,
                   inner);
        cancelled =
            i == 0 && g_cancellable_set_error_if_cancelled (cancellable, error);
      }
  axis_clear (&axis);
  return cancelled ? NULL : g_steal_pointer (&y);
}

float *
vqd_scale_rgb (const float *rgb, int width, int height, int to_width,
               int to_height, GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) to_width * (gsize) to_height * CHANNELS;
  g_autofree float *rows = scale_axis (rgb, 1, height, to_height,
                                       width * CHANNELS, cancellable, error);

  if (rows == NULL)
    return NULL;
  float *scaled = scale_axis (rows, to_height, width, to_width, CHANNELS,
                              cancellable, error);
  for (gsize i = 0; scaled != NULL && i < n; i++)
    scaled[i] = CLAMP (scaled[i], 0.0f, 1.0f);
  return scaled;
}
