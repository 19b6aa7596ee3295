/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"

/* Queries whose scores lie in scratch at a time. */
#define QUERY_BLOCK 128
#define MIN_QUERY_BLOCK 32
#define ENOUGH_BLOCKS 16

typedef struct
{
  const VqdCpuOps *ops;
  float *out;
  const float *q;
  const float *k;
  const float *v;
  VqdAttention shape;
  int block; /* queries of an item */
  int n_blocks;
} AttentionJob;

void
vqd_softmax_c (float *x, ptrdiff_t stride, int rows, int n, float scale)
{
  for (int r = 0; r < rows; r++, x += stride)
    {
      float max = x[0];
      double sum = 0.0;

      for (int i = 1; i < n; i++)
        max = x[i] > max ? x[i] : max;
      for (int i = 0; i < n; i++)
        {
          x[i] = expf (scale * (x[i] - max));
          sum += (double) x[i];
        }

      const float norm = (float) (1.0 / sum);

      for (int i = 0; i < n; i++)
        x[i] *= norm;
    }
}

/* Row r of the scores is that of query first + r: later keys weigh nothing. */
static void
softmax_causal (const VqdCpuOps *ops, float *scores, int first, int rows,
                int n_k, float scale)
{
  for (int r = 0; r < rows; r++, scores += n_k)
    {
      const int n = vqd_cpu_min (first + r + 1, n_k);

      ops->softmax (scores, n_k, 1, n, scale);
      for (int i = n; i < n_k; i++)
        scores[i] = 0.0f;
    }
}

static void
attention_item (const void *data, int item, void *scratch)
{
  const AttentionJob *job = data;
  const VqdAttention *s = &job->shape;
  const int first = item % job->n_blocks * job->block;
  const int head = item / job->n_blocks % s->heads;
  const int i = item / job->n_blocks / s->heads;
  const int key_set = (int) ((int64_t) i * s->kv_batch / s->batch);
  const int rows = vqd_cpu_min (job->block, s->n_q - first);
  const int width = s->heads * s->d_head;
  const size_t column = (size_t) head * (size_t) s->d_head;
  const size_t q_row = (size_t) i * (size_t) s->n_q + (size_t) first;
  const size_t k_row = (size_t) key_set * (size_t) s->n_k;
  const size_t kv = k_row * (size_t) s->kv_stride + column;
  const float scale = (float) (1.0 / sqrt (s->d_head));
  float *scores = scratch;

  vqd_cpu_product (scores, s->n_k,
                   job->q + q_row * (size_t) s->q_stride + column, s->q_stride,
                   job->k + kv, s->kv_stride, rows, s->n_k, s->d_head, false);
  if (s->causal)
    softmax_causal (job->ops, scores, first, rows, s->n_k, scale);
  else
    job->ops->softmax (scores, s->n_k, rows, s->n_k, scale);
  vqd_cpu_product_plain (job->out + q_row * (size_t) width + column, width,
                         scores, s->n_k, job->v + kv, s->kv_stride, rows,
                         s->d_head, s->n_k);
}

void
vqd_cpu_attention (VqdBackend *self, float *out, const float *q, const float *k,
                   const float *v, const VqdAttention *shape)
{
  VqdCpu *cpu = vqd_cpu (self);
  const int fit = (int) (VQD_CPU_SCRATCH_BYTES / sizeof (float)) / shape->n_k;
  const int64_t heads = (int64_t) shape->batch * shape->heads;
  AttentionJob job = { .ops = &cpu->ops,
                       .out = out,
                       .q = q,
                       .k = k,
                       .v = v,
                       .shape = *shape,
                       .block = QUERY_BLOCK };

  assert (shape->batch > 0 && shape->kv_batch > 0 && shape->n_k > 0);
  if (fit == 0)
    {
      /* More than a million keys. */
      cpu->status = VQD_STATUS_NO_MEMORY;
      return;
    }
  while (job.block > MIN_QUERY_BLOCK &&
         heads * vqd_cpu_div_up (shape->n_q, job.block) < ENOUGH_BLOCKS)
    job.block /= 2;
  job.block = vqd_cpu_min (job.block, fit);
  job.n_blocks = vqd_cpu_div_up (shape->n_q, job.block);
  vqd_pool_run (cpu->pool, (int) heads * job.n_blocks, attention_item, &job);
}
