/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <cblas.h>
#include <string.h>

#include "kernels/cpu/vqd-cpu.h"

/* Blocks of a product: large ones pack less, many keep many threads busy. */
#define MAX_BLOCK 256
#define MIN_BLOCK 64
#define ENOUGH_BLOCKS 16

/* A panel of widened weights takes at most so much of a thread's scratch. */
#define PANEL_BYTES (VQD_CPU_SCRATCH_BYTES / 2)

typedef struct
{
  const VqdCpuOps *ops;
  float *y;
  const float *x;
  const VqdMatrix *w;
  const float *bias;
  VqdCpuGrid grid;
  int rows;
  VqdEpilogue epilogue;
} LinearJob;

int
vqd_cpu_rows_per_item (int dim)
{
  return vqd_cpu_max (16384 / dim, 1);
}

void
vqd_cpu_product (float *c, int c_stride, const float *a, int a_stride,
                 const float *b, int b_stride, int m, int n, int k, bool add)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0f, a,
               a_stride, b, b_stride, add ? 1.0f : 0.0f, c, c_stride);
}

void
vqd_cpu_product_plain (float *c, int c_stride, const float *a, int a_stride,
                       const float *b, int b_stride, int m, int n, int k)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f, a,
               a_stride, b, b_stride, 0.0f, c, c_stride);
}

VqdCpuGrid
vqd_cpu_grid (int rows, int cols)
{
  VqdCpuGrid grid = { .rows = MAX_BLOCK, .cols = MAX_BLOCK };

  for (;;)
    {
      grid.n_row_blocks = vqd_cpu_div_up (rows, grid.rows);
      grid.n_col_blocks = vqd_cpu_div_up (cols, grid.cols);
      if ((int64_t) grid.n_row_blocks * grid.n_col_blocks >= ENOUGH_BLOCKS)
        return grid;
      if (grid.cols > MIN_BLOCK && grid.cols >= grid.rows)
        grid.cols /= 2;
      else if (grid.rows > MIN_BLOCK)
        grid.rows /= 2;
      else
        return grid;
    }
}

/* Half precision: 1 sign, 5 exponent, 10 mantissa bits. */
static float
f16_to_f32 (uint16_t half)
{
  const uint32_t sign = (uint32_t) (half & 0x8000) << 16;
  const uint32_t exponent = half >> 10 & 0x1f;
  const uint32_t mantissa = half & 0x3ff;
  uint32_t bits;
  float value;

  if (exponent == 0)
    {
      value = (float) mantissa * 0x1p-24f;
      memcpy (&bits, &value, sizeof (bits));
      bits |= sign;
    }
  else if (exponent == 0x1f)
    bits = sign | 0x7f800000u | mantissa << 13;
  else
    bits = sign | (exponent + 127 - 15) << 23 | mantissa << 13;
  memcpy (&value, &bits, sizeof (value));
  return value;
}

void
vqd_widen_f16_c (float *y, const uint16_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = f16_to_f32 (x[i]);
}

void
vqd_widen_bf16_c (float *y, const uint16_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      const uint32_t bits = (uint32_t) x[i] << 16;

      memcpy (&y[i], &bits, sizeof (bits));
    }
}

void
vqd_widen_i8_c (float *y, const int8_t *x, float scale, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = (float) x[i] * scale;
}

void
vqd_cpu_matrix_row (const VqdCpuOps *ops, float *y, const VqdMatrix *m, int row,
                    int first, int n)
{
  const size_t offset = (size_t) row * (size_t) m->n_cols + (size_t) first;

  switch (m->dtype)
    {
    case VQD_DTYPE_F32:
      memcpy (y, (const float *) m->data + offset, sizeof (float) * (size_t) n);
      break;
    case VQD_DTYPE_F16:
      ops->widen_f16 (y, (const uint16_t *) m->data + offset, (size_t) n);
      break;
    case VQD_DTYPE_BF16:
      ops->widen_bf16 (y, (const uint16_t *) m->data + offset, (size_t) n);
      break;
    case VQD_DTYPE_I8:
      ops->widen_i8 (y, (const int8_t *) m->data + offset, m->scale[row],
                     (size_t) n);
      break;
    default:
      assert (! "weights are F32, F16, BF16 or I8");
    }
}

/* y: the block's first element. Weights of another type go through scratch,
 * so many columns of the sum at a time that they fit. */
static void
multiply_block (const LinearJob *job, float *y, const float *x, int first_col,
                int rows, int cols, float *panel)
{
  const VqdMatrix *w = job->w;
  const int depth = w->n_cols;
  const bool add = job->epilogue == VQD_EPILOGUE_ADD;

  if (w->dtype == VQD_DTYPE_F32)
    {
      vqd_cpu_product (y, w->n_rows, x, depth,
                       (const float *) w->data +
                           (size_t) first_col * (size_t) depth,
                       depth, rows, cols, depth, add);
      return;
    }

  const int fit = (int) (PANEL_BYTES / sizeof (float)) / job->grid.cols;

  for (int first = 0; first < depth; first += fit)
    {
      const int n = vqd_cpu_min (fit, depth - first);

      for (int c = 0; c < cols; c++)
        vqd_cpu_matrix_row (job->ops, panel + (size_t) c * (size_t) n, w,
                            first_col + c, first, n);
      vqd_cpu_product (y, w->n_rows, x + first, depth, panel, n, rows, cols, n,
                       add || first > 0);
    }
}

static void
linear_item (const void *data, int item, void *scratch)
{
  const LinearJob *job = data;
  const int first_row = item / job->grid.n_col_blocks * job->grid.rows;
  const int first_col = item % job->grid.n_col_blocks * job->grid.cols;
  const int rows = vqd_cpu_min (job->grid.rows, job->rows - first_row);
  const int cols = vqd_cpu_min (job->grid.cols, job->w->n_rows - first_col);
  const float *x = job->x + (size_t) first_row * (size_t) job->w->n_cols;
  float *y = job->y + (size_t) first_row * (size_t) job->w->n_rows + first_col;

  multiply_block (job, y, x, first_col, rows, cols, scratch);
  if (job->bias != NULL || job->epilogue == VQD_EPILOGUE_GELU2)
    job->ops->epilogue (y, job->w->n_rows,
                        job->bias != NULL ? job->bias + first_col : NULL, rows,
                        cols, job->epilogue == VQD_EPILOGUE_GELU2);
}

void
vqd_cpu_linear (VqdBackend *self, float *y, const float *x, const VqdMatrix *w,
                const float *bias, int rows, VqdEpilogue epilogue)
{
  VqdCpu *cpu = vqd_cpu (self);
  const LinearJob job = { .ops = &cpu->ops,
                          .y = y,
                          .x = x,
                          .w = w,
                          .bias = bias,
                          .grid = vqd_cpu_grid (rows, w->n_rows),
                          .rows = rows,
                          .epilogue = epilogue };

  assert (w->dtype != VQD_DTYPE_I8 || w->scale != NULL);
  vqd_pool_run (cpu->pool, job.grid.n_row_blocks * job.grid.n_col_blocks,
                linear_item, &job);
}
