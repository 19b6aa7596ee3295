/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-vec-math.h - exponential and logarithm of a vector, the largest of a row
 *
 * Polynomials through the function's values at Chebyshev nodes. */
#ifndef VQD_VEC_MATH_H
#define VQD_VEC_MATH_H

#include <math.h>

#include "kernels/cpu/x86/vqd-vec.h"

/* Within 1.5 ulp (tests/kernels/check-math.c) down to -87.33, the least normal
 * number below: numbers under that are slow, and 1e-38 is nothing in a sum with
 * 1. Infinity above 88.73; NaN stays.
 *
 * e^x = 2^n e^r, n whole, |r| <= log (2) / 2; e^r = 1 + r + r^2 P (r). log (2)
 * in two parts, so that n times the first is exact. */
static inline Vec
vec_exp (Vec x)
{
  x = vec_max (vec_set (-87.33f), x);
  x = vec_min (vec_set (89.0f), x);

  const Vec n = vec_round (vec_mul (x, vec_set (0x1.715476p+0f)));
  const Vec r = vec_fnma (n, vec_set (0x1.7f7d1cp-20f),
                          vec_fnma (n, vec_set (0x1.62e4p-1f), x));
  Vec p = vec_set (0x1.6d10fcp-10f);

  p = vec_fma (p, r, vec_set (0x1.120b62p-7f));
  p = vec_fma (p, r, vec_set (0x1.55551ap-5f));
  p = vec_fma (p, r, vec_set (0x1.5554dep-3f));
  p = vec_fma (p, r, vec_set (0x1.0p-1f));
  p = vec_fma (vec_mul (r, r), p, r);
  return vec_scale2 (vec_add (p, vec_set (1.0f)), n);
}

/* Within 1.5 ulp for normal positive x; not for others.
 *
 * x = 2^n m, sqrt (1/2) <= m < sqrt (2); log (1 + f) = f - f^2 / 2 +
 * f^3 P (f). */
static inline Vec
vec_log (Vec x)
{
  /* The bits of sqrt (1/2), taken away, leave n above the mantissa. */
  const VecInt exponent = veci_shift_right_signed (
      veci_sub (vec_bits (x), veci_set (0x3f3504f3)), 23);
  const Vec n = veci_to_float (exponent);
  const Vec m =
      vec_from_bits (veci_sub (vec_bits (x), veci_shift_left (exponent, 23)));
  const Vec f = vec_sub (m, vec_set (1.0f));
  const Vec f2 = vec_mul (f, f);
  Vec p = vec_set (-0x1.43b246p-4f);

  p = vec_fma (p, f, vec_set (0x1.02814ep-3f));
  p = vec_fma (p, f, vec_set (-0x1.0a33eap-3f));
  p = vec_fma (p, f, vec_set (0x1.231ce6p-3f));
  p = vec_fma (p, f, vec_set (-0x1.54d03ep-3f));
  p = vec_fma (p, f, vec_set (0x1.999f14p-3f));
  p = vec_fma (p, f, vec_set (-0x1.0000cep-2f));
  p = vec_fma (p, f, vec_set (0x1.555554p-2f));

  /* Small parts first. */
  p = vec_mul (vec_mul (p, f), f2);
  p = vec_fma (n, vec_set (0x1.7f7d1cp-20f), p);
  p = vec_fma (f2, vec_set (-0.5f), p);
  p = vec_add (f, p);
  return vec_fma (n, vec_set (0x1.62e4p-1f), p);
}

static inline float
vec_row_max (const float *x, int n)
{
  Vec max = vec_set (-INFINITY);

  for (int i = 0; i < n; i += VEC_LANES)
    max = vec_max (vec_load_upto (x + i, n - i, -INFINITY), max);
  return vec_reduce_max (max);
}

#endif /* VQD_VEC_MATH_H */
