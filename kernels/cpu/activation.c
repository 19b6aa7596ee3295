/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"

/* GELU2 (x) = x * sigmoid (1.702 x): transformer_utils.py; CLIP's QuickGELU. */
#define GELU2_FACTOR 1.702f

#define FLOATS_PER_ITEM 16384

typedef struct
{
  const VqdCpuOps *ops;
  float *y;
  const float *x;
  size_t n;
} SiluJob;

void
vqd_silu_c (float *y, const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] / (1.0f + expf (-x[i]));
}

void
vqd_epilogue_c (float *y, ptrdiff_t stride, const float *bias, int rows,
                int cols, bool gelu2)
{
  for (int r = 0; r < rows; r++, y += stride)
    {
      for (int c = 0; bias != NULL && c < cols; c++)
        y[c] += bias[c];
      for (int c = 0; gelu2 && c < cols; c++)
        y[c] = y[c] / (1.0f + expf (-GELU2_FACTOR * y[c]));
    }
}

static void
silu_item (const void *data, int item, void *scratch)
{
  const SiluJob *job = data;
  const size_t first = (size_t) item * FLOATS_PER_ITEM;
  const size_t rest = job->n - first;

  job->ops->silu (job->y + first, job->x + first,
                  rest < FLOATS_PER_ITEM ? rest : FLOATS_PER_ITEM);
}

void
vqd_cpu_silu (VqdBackend *self, float *y, const float *x, size_t n)
{
  VqdCpu *cpu = vqd_cpu (self);
  const SiluJob job = { .ops = &cpu->ops, .y = y, .x = x, .n = n };

  vqd_pool_run (cpu->pool, (int) ((n + FLOATS_PER_ITEM - 1) / FLOATS_PER_ITEM),
                silu_item, &job);
}
