/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/x86/vqd-vec-math.h"
#include "kernels/cpu/x86/vqd-x86.h"

#define LAYER_NORM_EPS 1e-5f

/* (x - mean) * scale - offset is the row with mean 0 and deviation 1. */
typedef struct
{
  float mean;
  float scale;
  float offset;
} Moments;

/* The mean is rounded to float, and the sum that gave it was; the mean of what
 * is left after taking it away (offset) makes up for both. */
static Moments
row_moments (const float *x, int dim)
{
  Vec sum = vec_set (0.0f);

  for (int i = 0; i < dim; i += VEC_LANES)
    sum = vec_add (sum, vec_load_upto (x + i, dim - i, 0.0f));

  const float mean = vec_reduce_add (sum) / (float) dim;
  Vec rest = vec_set (0.0f);
  Vec square = vec_set (0.0f);

  for (int i = 0; i < dim; i += VEC_LANES)
    {
      const Vec d =
          vec_sub (vec_load_upto (x + i, dim - i, mean), vec_set (mean));

      rest = vec_add (rest, d);
      square = vec_fma (d, d, square);
    }

  const float left = vec_reduce_add (rest) / (float) dim;
  const float variance = vec_reduce_add (square) / (float) dim - left * left;
  const float scale = 1.0f / sqrtf (variance + LAYER_NORM_EPS);

  return (Moments){ mean, scale, left * scale };
}

static inline Vec
normalise (const Moments *m, Vec x)
{
  return vec_fma (vec_sub (x, vec_set (m->mean)), vec_set (m->scale),
                  vec_set (-m->offset));
}

void
VQD_LEVEL_NAME (vqd_layer_norm) (float *y, const float *x, const float *gain,
                                 const float *shift, int rows, int dim)
{
  for (int r = 0; r < rows; r++, x += dim, y += dim)
    {
      const Moments m = row_moments (x, dim);

      for (int i = 0; i < dim; i += VEC_LANES)
        {
          const int n = dim - i;
          const Vec v = normalise (&m, vec_load_upto (x + i, n, 0.0f));

          vec_store_upto (y + i,
                          vec_fma (v, vec_load_upto (gain + i, n, 0.0f),
                                   vec_load_upto (shift + i, n, 0.0f)),
                          n);
        }
    }
}

void
VQD_LEVEL_NAME (vqd_ada_norm) (float *y, const float *x, const float *scale,
                               const float *shift, int rows, int dim)
{
  for (int r = 0; r < rows; r++, x += dim, y += dim)
    {
      const Moments m = row_moments (x, dim);

      for (int i = 0; i < dim; i += VEC_LANES)
        {
          const int n = dim - i;
          const Vec v = normalise (&m, vec_load_upto (x + i, n, 0.0f));
          const Vec factor =
              vec_add (vec_set (1.0f), vec_load_upto (scale + i, n, 0.0f));

          vec_store_upto (
              y + i, vec_fma (v, factor, vec_load_upto (shift + i, n, 0.0f)),
              n);
        }
    }
}

/* VEC_LANES channels at a time stay in registers over all rows. */
void
VQD_LEVEL_NAME (vqd_channel_sums) (double *sum, double *square, const float *x,
                                   int rows, int channels)
{
  int c = 0;

  for (; c + VEC_LANES <= channels; c += VEC_LANES)
    {
      VecDouble s = vecd_load (sum + c);
      VecDouble q = vecd_load (square + c);
      const float *from = x + c;

      for (int r = 0; r < rows; r++, from += channels)
        {
          const VecDouble d = vec_to_double (vec_load (from));

          s = vecd_add (s, d);
          q = vecd_fma (d, d, q);
        }
      vecd_store (sum + c, s);
      vecd_store (square + c, q);
    }
  for (; c < channels; c++)
    for (int r = 0; r < rows; r++)
      {
        const double d = (double) x[(ptrdiff_t) r * channels + c];

        sum[c] += d;
        square[c] += d * d;
      }
}

static inline Vec
scaled (Vec x, Vec mean, Vec gain, Vec shift, bool swish)
{
  const Vec y = vec_fma (vec_sub (x, mean), gain, shift);

  if (! swish)
    return y;
  return vec_div (y, vec_add (vec_set (1.0f), vec_exp (vec_negate (y))));
}

void
VQD_LEVEL_NAME (vqd_channel_scale) (float *y, const float *x, const float *mean,
                                    const float *gain, const float *shift,
                                    int rows, int channels, bool swish)
{
  for (int r = 0; r < rows; r++, x += channels, y += channels)
    for (int c = 0; c < channels; c += VEC_LANES)
      {
        const int n = channels - c;

        vec_store_upto (y + c,
                        scaled (vec_load_upto (x + c, n, 0.0f),
                                vec_load_upto (mean + c, n, 0.0f),
                                vec_load_upto (gain + c, n, 0.0f),
                                vec_load_upto (shift + c, n, 0.0f), swish),
                        n);
      }
}
