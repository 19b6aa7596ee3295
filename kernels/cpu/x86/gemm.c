/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/cpu/x86/vqd-x86.h"

void
VQD_LEVEL_NAME (vqd_widen_f16) (float *y, const uint16_t *x, size_t n)
{
  size_t i = 0;

  for (; i + VEC_LANES <= n; i += VEC_LANES)
    vec_store (y + i, vec_load_f16 (x + i));
  vqd_widen_f16_c (y + i, x + i, n - i);
}

void
VQD_LEVEL_NAME (vqd_widen_bf16) (float *y, const uint16_t *x, size_t n)
{
  size_t i = 0;

  for (; i + VEC_LANES <= n; i += VEC_LANES)
    vec_store (y + i, vec_load_bf16 (x + i));
  vqd_widen_bf16_c (y + i, x + i, n - i);
}

void
VQD_LEVEL_NAME (vqd_widen_i8) (float *y, const int8_t *x, float scale, size_t n)
{
  size_t i = 0;

  for (; i + VEC_LANES <= n; i += VEC_LANES)
    vec_store (y + i, vec_mul (vec_load_i8 (x + i), vec_set (scale)));
  vqd_widen_i8_c (y + i, x + i, scale, n - i);
}
