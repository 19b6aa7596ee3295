/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "kernels/cpu/vqd-cpu.h"

typedef struct
{
  const VqdCpuOps *ops;
  float *x;
  const int *tokens;
  const VqdMatrix *table;
  const VqdMatrix *height;
  const VqdMatrix *width;
  int rows; /* batch * n_tokens */
  int n_tokens;
} EmbedJob;

/* scratch: a row of the width table, then one of the height table. */
static void
embed_row (const EmbedJob *job, int row, float *scratch)
{
  const int dim = job->table->n_cols;
  const int n = row % job->n_tokens;
  float *x = job->x + (size_t) row * (size_t) dim;
  float *place = scratch;
  float *column = scratch + dim;

  assert (job->tokens[row] >= 0 && job->tokens[row] < job->table->n_rows);
  vqd_cpu_matrix_row (job->ops, x, job->table, job->tokens[row], 0, dim);
  if (job->width == NULL)
    return;

  /* Token + (row + column), as DalleMaskImageEmbedding adds them. */
  const int w = job->width->n_rows;

  vqd_cpu_matrix_row (job->ops, place, job->width, n % w, 0, dim);
  if (job->height != NULL)
    {
      vqd_cpu_matrix_row (job->ops, column, job->height, n / w, 0, dim);
      for (int i = 0; i < dim; i++)
        place[i] = column[i] + place[i];
    }
  for (int i = 0; i < dim; i++)
    x[i] += place[i];
}

static void
embed_item (const void *data, int item, void *scratch)
{
  const EmbedJob *job = data;
  const int block = vqd_cpu_rows_per_item (job->table->n_cols);
  const int end = vqd_cpu_min ((item + 1) * block, job->rows);

  for (int row = item * block; row < end; row++)
    embed_row (job, row, scratch);
}

void
vqd_cpu_embed (VqdBackend *self, float *x, const int *tokens,
               const VqdMatrix *table, const VqdMatrix *height,
               const VqdMatrix *width, int batch, int n_tokens)
{
  VqdCpu *cpu = vqd_cpu (self);
  const EmbedJob job = { .ops = &cpu->ops,
                         .x = x,
                         .tokens = tokens,
                         .table = table,
                         .height = height,
                         .width = width,
                         .rows = batch * n_tokens,
                         .n_tokens = n_tokens };

  assert (height == NULL || width != NULL);
  assert (width == NULL || width->n_cols == table->n_cols);
  assert (height == NULL || height->n_cols == table->n_cols);
  assert (sizeof (float) * 2 * (size_t) table->n_cols <= VQD_CPU_SCRATCH_BYTES);
  vqd_pool_run (
      cpu->pool,
      vqd_cpu_div_up (job.rows, vqd_cpu_rows_per_item (table->n_cols)),
      embed_item, &job);
}
