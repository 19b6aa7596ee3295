/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "vqd-check.h"

#define ALL                                                                    \
  (1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LARGE | 1u << VQD_INPUT_OFFSET |   \
   1u << VQD_INPUT_EQUAL | 1u << VQD_INPUT_NAN)

typedef struct
{
  VqdAttention shape;
  const float *q;
  const float *k;
  const float *v;
} Data;

static void
run_softmax (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  memcpy (out, c->a, sizeof (float) * (size_t) c->rows * (size_t) c->dim);
  ops->softmax (out, c->dim, c->rows, c->dim, 0.125f);
}

static void
op_attention (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->attention (backend, out, d->q, d->k, d->v, &d->shape);
}

/* One query's row of one head. */
static void
expect_row (double *y, const Data *d, int i, int head, int row)
{
  const VqdAttention *s = &d->shape;
  const int key_set = i * s->kv_batch / s->batch;
  const int n_k = s->causal && row + 1 < s->n_k ? row + 1 : s->n_k;
  const float *q = d->q + (i * s->n_q + row) * s->q_stride + head * s->d_head;
  const float *k = d->k + key_set * s->n_k * s->kv_stride + head * s->d_head;
  const float *v = d->v + key_set * s->n_k * s->kv_stride + head * s->d_head;
  double max = -INFINITY;
  double sum = 0.0;
  double p[4096];

  for (int key = 0; key < n_k; key++)
    {
      p[key] = 0.0;
      for (int c = 0; c < s->d_head; c++)
        p[key] += (double) q[c] * (double) k[key * s->kv_stride + c];
      p[key] /= sqrt (s->d_head);
      max = fmax (max, p[key]);
    }
  for (int key = 0; key < n_k; key++)
    sum += exp (p[key] - max);
  for (int c = 0; c < s->d_head; c++)
    {
      y[c] = 0.0;
      for (int key = 0; key < n_k; key++)
        y[c] += exp (p[key] - max) / sum * (double) v[key * s->kv_stride + c];
    }
}

static void
check_attention (const char *name, VqdAttention s)
{
  const int width = s.heads * s.d_head;
  const int n_out = s.batch * s.n_q * width;
  const Data data = {
    .shape = s,
    .q = vqd_check_random_floats ((size_t) (s.batch * s.n_q * s.q_stride), 2),
    .k = vqd_check_random_floats ((size_t) (s.kv_batch * s.n_k * s.kv_stride),
                                  2),
    .v = vqd_check_random_floats ((size_t) (s.kv_batch * s.n_k * s.kv_stride),
                                  2),
  };
  double *expected = vqd_check_doubles ((size_t) n_out);

  for (int i = 0; i < s.batch; i++)
    for (int row = 0; row < s.n_q; row++)
      for (int head = 0; head < s.heads; head++)
        expect_row (expected + (i * s.n_q + row) * width + head * s.d_head,
                    &data, i, head, row);
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_attention,
                               .data = &data,
                               .expected = expected,
                               .n_out = n_out,
                               .abs = 5e-6,
                               .rel = 1e-5 });
}

int
main (int argc, char **argv)
{
  const VqdCheckFunc softmax = { "softmax", run_softmax, ALL, 1e-37f, 4e-6f };

  vqd_check_init (argc, argv);
  vqd_check_func (&softmax);
  check_attention ("one-key", (VqdAttention){ .batch = 1,
                                              .kv_batch = 1,
                                              .heads = 1,
                                              .n_q = 1,
                                              .n_k = 1,
                                              .d_head = 1,
                                              .q_stride = 1,
                                              .kv_stride = 1 });
  check_attention ("strided", (VqdAttention){ .batch = 2,
                                              .kv_batch = 2,
                                              .heads = 3,
                                              .n_q = 150,
                                              .n_k = 150,
                                              .d_head = 22,
                                              .q_stride = 200,
                                              .kv_stride = 71 });
  check_attention ("shared-keys", (VqdAttention){ .batch = 4,
                                                  .kv_batch = 2,
                                                  .heads = 4,
                                                  .n_q = 64,
                                                  .n_k = 77,
                                                  .d_head = 16,
                                                  .q_stride = 64,
                                                  .kv_stride = 128 });
  check_attention ("causal", (VqdAttention){ .batch = 1,
                                             .kv_batch = 1,
                                             .heads = 4,
                                             .n_q = 77,
                                             .n_k = 77,
                                             .d_head = 64,
                                             .q_stride = 768,
                                             .kv_stride = 768,
                                             .causal = true });
  check_attention ("one-wide-head", (VqdAttention){ .batch = 1,
                                                    .kv_batch = 1,
                                                    .heads = 1,
                                                    .n_q = 40,
                                                    .n_k = 4096,
                                                    .d_head = 512,
                                                    .q_stride = 512,
                                                    .kv_stride = 512 });
  return vqd_check_finish ();
}
