/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"

#define LAYER_NORM_EPS 1e-5
#define GROUP_NORM_EPS 1e-6

/* group_norm sums a picture in at most so many blocks. */
#define MAX_SUM_BLOCKS 64
#define MIN_SUM_BLOCK_FLOATS 16384

typedef void (*RowsFunc) (float *y, const float *x, const float *a,
                          const float *b, int rows, int dim);

typedef struct
{
  RowsFunc fn;
  float *y;
  const float *x;
  const float *a;
  const float *b;
  int rows;
  int dim;
} RowsJob;

typedef struct
{
  const VqdCpuOps *ops;
  float *y;
  const float *x;
  double *sums;   /* [pictures, n_blocks, n_groups, 2] */
  float *factors; /* [pictures, 2, channels]: mean, 1 / deviation * gain */
  const float *gain;
  const float *shift;
  int n_pixels;
  int channels;
  int n_groups;
  int block; /* pixels */
  int n_blocks;
  bool swish;
} GroupJob;

/* Mean and 1 / deviation of a row, in double. */
static void
row_moments (const float *x, int dim, double *mean, double *scale)
{
  double sum = 0.0;
  double square = 0.0;

  for (int i = 0; i < dim; i++)
    sum += (double) x[i];
  *mean = sum / dim;
  for (int i = 0; i < dim; i++)
    square += ((double) x[i] - *mean) * ((double) x[i] - *mean);
  *scale = 1.0 / sqrt (square / dim + LAYER_NORM_EPS);
}

void
vqd_layer_norm_c (float *y, const float *x, const float *gain,
                  const float *shift, int rows, int dim)
{
  for (int r = 0; r < rows; r++, x += dim, y += dim)
    {
      double mean;
      double scale;

      row_moments (x, dim, &mean, &scale);
      for (int i = 0; i < dim; i++)
        y[i] = (float) (((double) x[i] - mean) * scale * (double) gain[i] +
                        (double) shift[i]);
    }
}

/* AdaLayerNorm: no affine weights; the scale is an offset from 1. */
void
vqd_ada_norm_c (float *y, const float *x, const float *scale,
                const float *shift, int rows, int dim)
{
  for (int r = 0; r < rows; r++, x += dim, y += dim)
    {
      double mean;
      double norm;

      row_moments (x, dim, &mean, &norm);
      for (int i = 0; i < dim; i++)
        y[i] =
            (float) (((double) x[i] - mean) * norm * (1.0 + (double) scale[i]) +
                     (double) shift[i]);
    }
}

void
vqd_channel_sums_c (double *sum, double *square, const float *x, int rows,
                    int channels)
{
  for (int r = 0; r < rows; r++, x += channels)
    for (int c = 0; c < channels; c++)
      {
        sum[c] += (double) x[c];
        square[c] += (double) x[c] * (double) x[c];
      }
}

void
vqd_channel_scale_c (float *y, const float *x, const float *mean,
                     const float *gain, const float *shift, int rows,
                     int channels, bool swish)
{
  for (int r = 0; r < rows; r++, x += channels, y += channels)
    {
      for (int c = 0; c < channels; c++)
        y[c] = (x[c] - mean[c]) * gain[c] + shift[c];
      if (swish)
        vqd_silu_c (y, y, (size_t) channels);
    }
}

static void
l2_norm_rows (float *y, const float *x, const float *a, const float *b,
              int rows, int dim)
{
  for (int r = 0; r < rows; r++, x += dim, y += dim)
    {
      double square = 0.0;

      for (int i = 0; i < dim; i++)
        square += (double) x[i] * (double) x[i];

      const double scale = 1.0 / sqrt (square);

      for (int i = 0; i < dim; i++)
        y[i] = (float) ((double) x[i] * scale);
    }
}

static void
rows_item (const void *data, int item, void *scratch)
{
  const RowsJob *job = data;
  const int block = vqd_cpu_rows_per_item (job->dim);
  const int first = item * block;
  const size_t offset = (size_t) first * (size_t) job->dim;

  job->fn (job->y + offset, job->x + offset, job->a, job->b,
           vqd_cpu_min (block, job->rows - first), job->dim);
}

static void
run_rows (VqdBackend *self, const RowsJob *job)
{
  assert (job->rows >= 0 && job->dim > 0);
  vqd_pool_run (vqd_cpu (self)->pool,
                vqd_cpu_div_up (job->rows, vqd_cpu_rows_per_item (job->dim)),
                rows_item, job);
}

void
vqd_cpu_layer_norm (VqdBackend *self, float *y, const float *x,
                    const float *gain, const float *shift, int rows, int dim)
{
  run_rows (self, &(RowsJob){ .fn = vqd_cpu (self)->ops.layer_norm,
                              .y = y,
                              .x = x,
                              .a = gain,
                              .b = shift,
                              .rows = rows,
                              .dim = dim });
}

void
vqd_cpu_ada_norm (VqdBackend *self, float *y, const float *x,
                  const float *scale, const float *shift, int rows, int dim)
{
  run_rows (self, &(RowsJob){ .fn = vqd_cpu (self)->ops.ada_norm,
                              .y = y,
                              .x = x,
                              .a = scale,
                              .b = shift,
                              .rows = rows,
                              .dim = dim });
}

void
vqd_cpu_l2_norm (VqdBackend *self, float *y, const float *x, int rows, int dim)
{
  run_rows (self,
            &(RowsJob){
                .fn = l2_norm_rows, .y = y, .x = x, .rows = rows, .dim = dim });
}

/* One block of pixels: its groups' sums. scratch: sums per channel. */
static void
group_sums_item (const void *data, int item, void *scratch)
{
  const GroupJob *job = data;
  const int picture = item / job->n_blocks;
  const int first = item % job->n_blocks * job->block;
  const int rows = vqd_cpu_min (job->block, job->n_pixels - first);
  const int per_group = job->channels / job->n_groups;
  double *sum = scratch;
  double *square = sum + job->channels;
  double *to = job->sums + (size_t) item * (size_t) job->n_groups * 2;
  const size_t pixel =
      (size_t) picture * (size_t) job->n_pixels + (size_t) first;

  for (int c = 0; c < 2 * job->channels; c++)
    sum[c] = 0.0;
  job->ops->channel_sums (sum, square, job->x + pixel * (size_t) job->channels,
                          rows, job->channels);
  for (int g = 0; g < job->n_groups; g++)
    {
      to[2 * g] = 0.0;
      to[2 * g + 1] = 0.0;
      for (int c = g * per_group; c < (g + 1) * per_group; c++)
        {
          to[2 * g] += sum[c];
          to[2 * g + 1] += square[c];
        }
    }
}

/* Adds up the blocks of a picture, in order; fills its factors. */
static void
group_factors (const GroupJob *job, int picture)
{
  const int per_group = job->channels / job->n_groups;
  const double n = (double) job->n_pixels * per_group;
  float *mean = job->factors + (size_t) picture * 2 * (size_t) job->channels;
  float *scale = mean + job->channels;

  for (int g = 0; g < job->n_groups; g++)
    {
      double sum = 0.0;
      double square = 0.0;

      for (int block = 0; block < job->n_blocks; block++)
        {
          const size_t i =
              ((size_t) picture * (size_t) job->n_blocks + (size_t) block) *
                  (size_t) job->n_groups +
              (size_t) g;

          sum += job->sums[2 * i];
          square += job->sums[2 * i + 1];
        }

      const double m = sum / n;
      const double variance = square / n - m * m;
      const double s =
          1.0 / sqrt ((variance < 0.0 ? 0.0 : variance) + GROUP_NORM_EPS);

      for (int c = g * per_group; c < (g + 1) * per_group; c++)
        {
          mean[c] = (float) m;
          scale[c] = (float) (s * (double) job->gain[c]);
        }
    }
}

static void
group_scale_item (const void *data, int item, void *scratch)
{
  const GroupJob *job = data;
  const int picture = item / job->n_blocks;
  const int first = item % job->n_blocks * job->block;
  const int rows = vqd_cpu_min (job->block, job->n_pixels - first);
  const float *mean =
      job->factors + (size_t) picture * 2 * (size_t) job->channels;
  const size_t offset =
      ((size_t) picture * (size_t) job->n_pixels + (size_t) first) *
      (size_t) job->channels;

  job->ops->channel_scale (job->y + offset, job->x + offset, mean,
                           mean + job->channels, job->shift, rows,
                           job->channels, job->swish);
}

void
vqd_cpu_group_norm (VqdBackend *self, float *y, const float *x,
                    const float *gain, const float *shift, int batch,
                    int n_pixels, int channels, int n_groups, bool swish)
{
  assert (n_groups > 0 && channels % n_groups == 0);
  assert (sizeof (double) * 2 * (size_t) channels <= VQD_CPU_SCRATCH_BYTES);

  VqdCpu *cpu = vqd_cpu (self);
  const int block =
      vqd_cpu_max (vqd_cpu_div_up (n_pixels, MAX_SUM_BLOCKS),
                   vqd_cpu_div_up (MIN_SUM_BLOCK_FLOATS, channels));
  const int n_blocks = vqd_cpu_div_up (n_pixels, block);
  const size_t sums_bytes =
      sizeof (double) * 2 * (size_t) n_groups * (size_t) n_blocks;
  const size_t factors_bytes = sizeof (float) * 2 * (size_t) channels;
  const size_t fit = VQD_CPU_SHARED_BYTES / (sums_bytes + factors_bytes);

  assert (fit > 0);

  /* As many pictures at a time as the shared memory has room for. */
  const int step = fit < (size_t) batch ? (int) fit : batch;

  for (int first = 0; first < batch; first += step)
    {
      const int pictures = vqd_cpu_min (step, batch - first);
      const size_t offset =
          (size_t) first * (size_t) n_pixels * (size_t) channels;
      GroupJob job = { .ops = &cpu->ops,
                       .y = y + offset,
                       .x = x + offset,
                       .sums = cpu->shared,
                       .gain = gain,
                       .shift = shift,
                       .n_pixels = n_pixels,
                       .channels = channels,
                       .n_groups = n_groups,
                       .block = block,
                       .n_blocks = n_blocks,
                       .swish = swish };

      job.factors =
          (float *) (job.sums + (size_t) pictures * 2 * (size_t) n_groups *
                                    (size_t) n_blocks);
      vqd_pool_run (cpu->pool, pictures * n_blocks, group_sums_item, &job);
      for (int picture = 0; picture < pictures; picture++)
        group_factors (&job, picture);
      vqd_pool_run (cpu->pool, pictures * n_blocks, group_scale_item, &job);
    }
}
