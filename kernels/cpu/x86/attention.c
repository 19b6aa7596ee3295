/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/x86/vqd-vec-math.h"
#include "kernels/cpu/x86/vqd-x86.h"

/* Lanes past the end are e^-infinity: nothing beside the largest, 1. */
static float
exp_row (float *x, int n, float max, float scale)
{
  Vec sum = vec_set (0.0f);

  for (int i = 0; i < n; i += VEC_LANES)
    {
      const Vec d =
          vec_sub (vec_load_upto (x + i, n - i, -INFINITY), vec_set (max));
      const Vec e = vec_exp (vec_mul (vec_set (scale), d));

      vec_store_upto (x + i, e, n - i);
      sum = vec_add (sum, e);
    }
  return vec_reduce_add (sum);
}

void
VQD_LEVEL_NAME (vqd_softmax) (float *x, ptrdiff_t stride, int rows, int n,
                              float scale)
{
  for (int r = 0; r < rows; r++, x += stride)
    {
      const float sum = exp_row (x, n, vec_row_max (x, n), scale);
      const Vec norm = vec_set (1.0f / sum);

      for (int i = 0; i < n; i += VEC_LANES)
        vec_store_upto (
            x + i, vec_mul (vec_load_upto (x + i, n - i, 0.0f), norm), n - i);
    }
}
