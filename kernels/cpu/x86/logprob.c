/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/x86/vqd-vec-math.h"
#include "kernels/cpu/x86/vqd-x86.h"

static inline Vec
clamp_log (Vec x)
{
  return vec_min (vec_set (0.0f), vec_max (vec_set (VQD_LOG_FLOOR), x));
}

/* Sum of e^(x - max). The terms are float, their sum is double. */
static double
exp_sum (const float *x, int n, float max)
{
  VecDouble sum = vecd_set (0.0);
  int i = 0;

  for (; i + VEC_LANES <= n; i += VEC_LANES)
    {
      const Vec e = vec_exp (vec_sub (vec_load (x + i), vec_set (max)));

      sum = vecd_add (sum, vec_to_double (e));
    }
  if (i < n)
    {
      const Vec v = vec_load_first (x + i, n - i, max);
      const Vec e = vec_exp (vec_sub (v, vec_set (max)));

      sum = vecd_add (sum, vec_to_double (vec_keep_first (e, n - i, 0.0f)));
    }
  return vecd_reduce_add (sum);
}

void
VQD_LEVEL_NAME (vqd_log_softmax) (float *y, const float *x, int n)
{
  const float max = vec_row_max (x, n);
  const VecDouble log_sum = vecd_set ((double) max + log (exp_sum (x, n, max)));

  for (int i = 0; i < n; i += VEC_LANES)
    {
      const VecDouble v = vec_to_double (vec_load_upto (x + i, n - i, 0.0f));

      vec_store_upto (
          y + i, clamp_log (vec_from_double (vecd_sub (v, log_sum))), n - i);
    }
}

void
VQD_LEVEL_NAME (vqd_guide) (float *y, const float *u, float s, int n)
{
  for (int i = 0; i < n; i += VEC_LANES)
    {
      const Vec c = vec_load_upto (y + i, n - i, 0.0f);
      const Vec v = vec_load_upto (u + i, n - i, 0.0f);

      vec_store_upto (y + i, vec_add (v, vec_mul (vec_set (s), vec_sub (c, v))),
                      n - i);
    }
  VQD_LEVEL_NAME (vqd_log_softmax) (y, y, n);
}

double
VQD_LEVEL_NAME (vqd_exp_sum) (const float *x, int n)
{
  return exp_sum (x, n, 0.0f);
}

void
VQD_LEVEL_NAME (vqd_exp) (float *y, const float *x, int n)
{
  for (int i = 0; i < n; i += VEC_LANES)
    vec_store_upto (y + i, vec_exp (vec_load_upto (x + i, n - i, 0.0f)), n - i);
}

/* log (e^a + e^b) = max (a, b) + log (1 + e^-|a - b|), where b and what a adds
 * to x are rounded once: no sum here is larger than its result. */
void
VQD_LEVEL_NAME (vqd_log_mix) (float *y, const float *x, const VqdLogMix *mix,
                              int n)
{
  const Vec add = vec_set ((float) (mix->offset + mix->shift));
  const Vec level = vec_set ((float) (mix->floor + mix->shift));
  const Vec cross = vec_set ((float) (mix->offset - mix->floor));
  const Vec one = vec_set (1.0f);

  for (int i = 0; i < n; i += VEC_LANES)
    {
      const Vec v = vec_load_upto (x + i, n - i, 0.0f);
      const Vec distance = vec_abs (vec_add (v, cross));
      const Vec rest = vec_log (vec_add (one, vec_exp (vec_negate (distance))));
      const Vec sum = vec_add (vec_max (level, vec_add (v, add)), rest);

      vec_store_upto (y + i, clamp_log (sum), n - i);
    }
}
