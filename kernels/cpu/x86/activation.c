/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/cpu/x86/vqd-vec-math.h"
#include "kernels/cpu/x86/vqd-x86.h"

#define GELU2_FACTOR 1.702f

/* x * sigmoid (factor * x) */
static inline Vec
gated (Vec x, float factor)
{
  const Vec e = vec_exp (vec_mul (x, vec_set (-factor)));

  return vec_div (x, vec_add (vec_set (1.0f), e));
}

void
VQD_LEVEL_NAME (vqd_silu) (float *y, const float *x, size_t n)
{
  size_t i = 0;

  for (; i + VEC_LANES <= n; i += VEC_LANES)
    vec_store (y + i, gated (vec_load (x + i), 1.0f));
  if (i < n)
    vec_store_first (y + i,
                     gated (vec_load_first (x + i, (int) (n - i), 0.0f), 1.0f),
                     (int) (n - i));
}

static void
add_row (float *y, const float *bias, int cols)
{
  for (int c = 0; c < cols; c += VEC_LANES)
    {
      const Vec x = vec_load_upto (y + c, cols - c, 0.0f);

      vec_store_upto (y + c,
                      vec_add (x, vec_load_upto (bias + c, cols - c, 0.0f)),
                      cols - c);
    }
}

static void
gelu2_row (float *y, const float *bias, int cols)
{
  for (int c = 0; c < cols; c += VEC_LANES)
    {
      Vec x = vec_load_upto (y + c, cols - c, 0.0f);

      if (bias != NULL)
        x = vec_add (x, vec_load_upto (bias + c, cols - c, 0.0f));
      vec_store_upto (y + c, gated (x, GELU2_FACTOR), cols - c);
    }
}

void
VQD_LEVEL_NAME (vqd_epilogue) (float *y, ptrdiff_t stride, const float *bias,
                               int rows, int cols, bool gelu2)
{
  for (int r = 0; r < rows; r++, y += stride)
    {
      if (gelu2)
        gelu2_row (y, bias, cols);
      else if (bias != NULL)
        add_row (y, bias, cols);
    }
}
