/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"
#include "kernels/vqd-philox.h"

/* Keeps both logarithms finite (diffusion_transformer.py, log_sample). */
#define GUMBEL_EPS 1e-30f

#define ROWS_PER_ITEM 8

typedef struct
{
  const VqdCpuOps *ops;
  int *codes;
  const float *log_p;
  const int *positions;
  const float *sharpen;
  const VqdNoise *noise;
  int n;
  int n_classes;
  int stride;
} DrawJob;

static float
gumbel (float u)
{
  return -logf (-logf (u + GUMBEL_EPS) + GUMBEL_EPS);
}

float
vqd_gumbel_c (uint32_t element, const VqdNoise *noise)
{
  return gumbel (vqd_philox_uniform (noise->seed, noise->stream,
                                     noise->evaluation, noise->image, element));
}

int
vqd_gumbel_argmax_c (const float *log_p, float sharpen, int n, uint32_t first,
                     const VqdNoise *noise)
{
  float best = -INFINITY;
  int index = 0;
  uint32_t word[4] = { 0 };

  for (int k = 0; k < n; k++)
    {
      const uint32_t element = first + (uint32_t) k;

      /* Four numbers a block. */
      if (k == 0 || element % 4 == 0)
        {
          word[0] = element / 4;
          word[1] = noise->image;
          word[2] = noise->evaluation;
          word[3] = noise->stream;
          vqd_philox4x32 (word, (uint32_t) noise->seed,
                          (uint32_t) (noise->seed >> 32));
        }

      const float score = vqd_cpu_clamp_log (sharpen * log_p[k]) +
                          gumbel (vqd_philox_unit (word[element % 4]));

      if (score > best)
        {
          best = score;
          index = k;
        }
    }
  return index;
}

static void
draw_item (const void *data, int item, void *scratch)
{
  const DrawJob *job = data;
  const int end = vqd_cpu_min ((item + 1) * ROWS_PER_ITEM, job->n);

  for (int i = item * ROWS_PER_ITEM; i < end; i++)
    {
      const int position = job->positions != NULL ? job->positions[i] : i;

      job->codes[i] = job->ops->gumbel_argmax (
          job->log_p + (size_t) position * (size_t) job->n_classes,
          job->sharpen != NULL ? job->sharpen[position] : 1.0f, job->n_classes,
          (uint32_t) position * (uint32_t) job->stride, job->noise);
    }
}

void
vqd_cpu_draw (VqdBackend *self, int *codes, const float *log_p,
              const int *positions, const float *sharpen, int n, int n_classes,
              int stride, const VqdNoise *noise)
{
  VqdCpu *cpu = vqd_cpu (self);
  const DrawJob job = { .ops = &cpu->ops,
                        .codes = codes,
                        .log_p = log_p,
                        .positions = positions,
                        .sharpen = sharpen,
                        .noise = noise,
                        .n = n,
                        .n_classes = n_classes,
                        .stride = stride };

  vqd_pool_run (cpu->pool, vqd_cpu_div_up (n, ROWS_PER_ITEM), draw_item, &job);
}
