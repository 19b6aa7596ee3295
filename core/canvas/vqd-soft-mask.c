/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-soft-mask.h"

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-distance.h"
#include "core/vqd.h"

#define OPAQUE 0.5f
#define ROWS_PER_CHECK 64

/* Places on the ramp are pixels from its inner end, where the mask is 1, to
 * its outer end. Inside the edge, e pixels from what is not selected, a pixel
 * is at inner_px + 1 - e; outside, d pixels from what is, at inner_px + d. */
typedef struct
{
  int inner_px; /* from the inner end to the outermost selected pixel */
  int outer_px; /* from there to the outer end */
} Ramp;


static float
ramp_value (const Ramp *ramp, float place)
{
  const float t =
      CLAMP (place / (float) (ramp->inner_px + ramp->outer_px), 0.0f, 1.0f);

  return 1 - t * t * (3 - 2 * t);
}

/* The place that has this value: the root of the cubic between 0 and 1. */
static float
ramp_place (const Ramp *ramp, float value)
{
  const float t = 0.5f - sinf (asinf (2 * value - 1) / 3);

  return t * (float) (ramp->inner_px + ramp->outer_px);
}

/* What starting at this pixel costs on the way outwards: nothing from a whole
 * one. */
static float
cost_outside (const Ramp *ramp, float value)
{
  if (! (value > 0))
    return INFINITY;
  if (value >= 1)
    return 0;

  const float d = MAX (ramp_place (ramp, value) - (float) ramp->inner_px, 0);
  return d * d;
}

/* ... and inwards: nothing from one that is not selected, 1 from one that has
 * the outermost selected pixel's value, as its neighbour inside does. */
static float
cost_inside (const Ramp *ramp, float value)
{
  if (! (value > 0))
    return 0;
  if (value >= 1)
    return INFINITY;

  const float place = ramp_place (ramp, value);
  const float inwards = (float) ramp->inner_px - place;
  const float e = inwards > 0 ? 1 + inwards : 1 + inwards / ramp->outer_px;
  return e * e;
}

static void
set_costs (float *squares, const float *selection, gsize n, const Ramp *ramp,
           float (*cost) (const Ramp *ramp, float value))
{
  for (gsize i = 0; i < n; i++)
    squares[i] = cost (ramp, selection[i]);
}

/* mask: on entry the squares of the distances outside; inside: those inside,
 * or NULL. */
static void
set_mask (float *mask, const float *inside, const float *selection, gsize n,
          const Ramp *ramp)
{
  const float most = (float) (ramp->inner_px + 1);

  for (gsize i = 0; i < n; i++)
    {
      const float d = sqrtf (mask[i]);
      float e = 1;

      if (inside != NULL)
        e = CLAMP (sqrtf (inside[i]), 1, most);
      mask[i] = ramp_value (ramp, (float) ramp->inner_px + d - (e - 1));
      /* what going to a place and back has lost to rounding */
      if (inside == NULL && selection[i] > mask[i])
        mask[i] = MIN (selection[i], 1);
    }
}

gboolean
vqd_soft_mask (float *mask, const float *selection, int width, int height,
               int feather_px, int blend_px, GCancellable *cancellable,
               GError **error)
{
  const Ramp ramp = { .inner_px = MAX (feather_px, 1) - 1,
                      .outer_px = MAX (blend_px, 1) };
  const gsize n = (gsize) width * (gsize) height;
  g_autofree float *inside = NULL;

  if (ramp.inner_px > 0)
    {
      inside = g_try_new (float, n);
      if (inside == NULL)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                       _ ("There is not enough memory to work on %d x %d "
                          "pixels."),
                       width, height);
          return FALSE;
        }
      set_costs (inside, selection, n, &ramp, cost_inside);
      if (! vqd_distance_squares (inside, width, height, ramp.inner_px + 1,
                                  cancellable, error))
        return FALSE;
    }

  set_costs (mask, selection, n, &ramp, cost_outside);
  if (! vqd_distance_squares (mask, width, height, ramp.outer_px, cancellable,
                              error))
    return FALSE;
  set_mask (mask, inside, selection, n, &ramp);
  return TRUE;
}

/* Whether the pixel is one that the hole grows from. */
static inline gboolean
is_seed (const float *selection, const float *alpha, gsize i)
{
  return (selection != NULL && selection[i] > 0) ||
         (alpha != NULL && alpha[i] < OPAQUE);
}

/* Half of the chord of a disk of that radius, d pixels from its centre. */
static int *
chords_new (int radius)
{
  int *chords = g_new (int, radius + 1);

  for (int d = 0; d <= radius; d++)
    chords[d] = (int) floor (sqrt ((double) radius * radius - (double) d * d));
  return chords;
}

/* Adds a row of the disks whose centres lie in this row or before it. since:
 * [width], the rows since the last centre, which counts at most grow_px + 1;
 * steps: [width + 1] zeros, and again on return. */
static void
grow_row (guint8 *hole, const int *since, int *steps, const int *chords,
          int width, int grow_px)
{
  int depth = 0;

  for (int x = 0; x < width; x++)
    if (since[x] <= grow_px)
      {
        const int chord = chords[since[x]];

        steps[MAX (x - chord, 0)]++;
        steps[MIN (x + chord + 1, width)]--;
      }
  for (int x = 0; x < width; x++)
    {
      depth += steps[x];
      hole[x] |= depth > 0;
      steps[x] = 0;
    }
  steps[width] = 0;
}

gboolean
vqd_hole_mask (guint8 *hole, const float *selection, const float *alpha,
               int width, int height, int grow_px, GCancellable *cancellable,
               GError **error)
{
  g_autofree int *chords = chords_new (grow_px);
  g_autofree int *since = g_new (int, width);
  g_autofree int *steps = g_new0 (int, (gsize) width + 1);

  memset (hole, 0, (gsize) width * (gsize) height);
  for (int pass = 0; pass < 2; pass++) /* downwards, then upwards */
    {
      for (int x = 0; x < width; x++)
        since[x] = grow_px + 1;
      for (int row = 0; row < height; row++)
        {
          const gsize y = (gsize) (pass == 0 ? row : height - 1 - row);

          if (row % ROWS_PER_CHECK == 0 &&
              g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          for (int x = 0; x < width; x++)
            since[x] = is_seed (selection, alpha, y * (gsize) width + (gsize) x)
                           ? 0
                           : MIN (since[x] + 1, grow_px + 1);
          grow_row (hole + y * (gsize) width, since, steps, chords, width,
                    grow_px);
        }
    }
  return TRUE;
}
