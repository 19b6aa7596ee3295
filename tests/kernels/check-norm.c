/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "vqd-check.h"

#define ALL                                                                    \
  (1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LARGE | 1u << VQD_INPUT_OFFSET |   \
   1u << VQD_INPUT_EQUAL | 1u << VQD_INPUT_NAN)

typedef struct
{
  const float *x;
  const float *gain;
  const float *shift;
  int rows; /* pixels of all pictures, for group_norm */
  int dim;
  int batch;
  int n_groups;
  bool swish;
} Data;

static void
run_layer_norm (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->layer_norm (out, c->a, c->b, c->c, c->rows, c->dim);
}

static void
run_layer_norm_in_place (const VqdCpuOps *ops, const VqdCheckCase *c,
                         float *out)
{
  memcpy (out, c->a, sizeof (float) * (size_t) c->rows * (size_t) c->dim);
  ops->layer_norm (out, out, c->b, c->c, c->rows, c->dim);
}

static void
run_ada_norm (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->ada_norm (out, c->a, c->b, c->c, c->rows, c->dim);
}

/* Every other channel's sum, the square of the rest. */
static void
run_channel_sums (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  static double sum[4096];
  static double square[4096];

  for (int i = 0; i < c->dim; i++)
    {
      sum[i] = 1.0;
      square[i] = 2.0;
    }
  ops->channel_sums (sum, square, c->a, c->rows, c->dim);
  for (int i = 0; i < c->dim; i++)
    out[i] = (float) (c->rows > 1 && i % 2 == 0 ? sum[i] : square[i]);
}

static void
run_channel_scale (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->channel_scale (out, c->a, c->b, c->c, c->d, c->rows, c->dim, false);
}

static void
run_swish (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->channel_scale (out, c->a, c->b, c->c, c->d, c->rows, c->dim, true);
}

static void
op_layer_norm (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->layer_norm (backend, out, d->x, d->gain, d->shift, d->rows,
                            d->dim);
}

static void
op_ada_norm (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  memcpy (out, d->x, sizeof (float) * (size_t) d->rows * (size_t) d->dim);
  backend->ops->ada_norm (backend, out, out, d->gain, d->shift, d->rows,
                          d->dim);
}

static void
op_group_norm (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->group_norm (backend, out, d->x, d->gain, d->shift, d->batch,
                            d->rows / d->batch, d->dim, d->n_groups, d->swish);
}

static void
op_l2_norm (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->l2_norm (backend, out, d->x, d->rows, d->dim);
}

static void
expect_rows (double *y, const Data *d, bool ada)
{
  const double one = ada ? 1.0 : 0.0;

  for (int r = 0; r < d->rows; r++)
    {
      const float *x = d->x + (size_t) r * (size_t) d->dim;
      double mean = 0.0;
      double variance = 0.0;

      for (int i = 0; i < d->dim; i++)
        mean += (double) x[i] / d->dim;
      for (int i = 0; i < d->dim; i++)
        variance += pow ((double) x[i] - mean, 2) / d->dim;
      for (int i = 0; i < d->dim; i++)
        *y++ = ((double) x[i] - mean) / sqrt (variance + 1e-5) *
                   (one + (double) d->gain[i]) +
               (double) d->shift[i];
    }
}

static void
expect_group (double *y, const Data *d, int picture, int g)
{
  const int n_pixels = d->rows / d->batch;
  const int width = d->dim / d->n_groups;
  const size_t first = (size_t) picture * (size_t) n_pixels * (size_t) d->dim +
                       (size_t) (g * width);
  const double n = (double) n_pixels * width;
  double mean = 0.0;
  double variance = 0.0;

  for (int p = 0; p < n_pixels; p++)
    for (int c = 0; c < width; c++)
      mean += (double) d->x[first + (size_t) (p * d->dim + c)] / n;
  for (int p = 0; p < n_pixels; p++)
    for (int c = 0; c < width; c++)
      variance +=
          pow ((double) d->x[first + (size_t) (p * d->dim + c)] - mean, 2) / n;
  for (int p = 0; p < n_pixels; p++)
    for (int c = 0; c < width; c++)
      {
        const size_t i = first + (size_t) (p * d->dim + c);
        const double v = ((double) d->x[i] - mean) / sqrt (variance + 1e-6) *
                             (double) d->gain[g * width + c] +
                         (double) d->shift[g * width + c];

        y[i] = d->swish ? v / (1.0 + exp (-v)) : v;
      }
}

static void
check_group_norm (int batch, int n_pixels, int channels, int n_groups,
                  bool swish)
{
  const size_t n = (size_t) batch * (size_t) n_pixels * (size_t) channels;
  const Data data = { .x = vqd_check_random_floats (n, 3.0f),
                      .gain = vqd_check_random_floats ((size_t) channels, 1),
                      .shift = vqd_check_random_floats ((size_t) channels, 1),
                      .rows = batch * n_pixels,
                      .dim = channels,
                      .batch = batch,
                      .n_groups = n_groups,
                      .swish = swish };
  double *expected = vqd_check_doubles (n);

  for (int picture = 0; picture < batch; picture++)
    for (int g = 0; g < n_groups; g++)
      expect_group (expected, &data, picture, g);
  vqd_check_op (
      &(VqdCheckOp){ .name = swish ? "group-norm-swish" : "group-norm",
                     .run = op_group_norm,
                     .data = &data,
                     .expected = expected,
                     .n_out = (int) n,
                     .abs = 1e-6,
                     .rel = 1e-6 });
}

static void
check_rows (int rows, int dim)
{
  const size_t n = (size_t) rows * (size_t) dim;
  const Data data = { .x = vqd_check_random_floats (n, 3.0f),
                      .gain = vqd_check_random_floats ((size_t) dim, 1),
                      .shift = vqd_check_random_floats ((size_t) dim, 1),
                      .rows = rows,
                      .dim = dim };
  double *expected = vqd_check_doubles (n);
  VqdCheckOp op = { .name = "layer-norm",
                    .run = op_layer_norm,
                    .data = &data,
                    .expected = expected,
                    .n_out = (int) n,
                    .abs = 1e-6,
                    .rel = 1e-6 };

  expect_rows (expected, &data, false);
  vqd_check_op (&op);

  op.name = "ada-norm";
  op.run = op_ada_norm;
  expect_rows (expected, &data, true);
  vqd_check_op (&op);

  op.name = "l2-norm";
  op.run = op_l2_norm;
  for (int r = 0; r < rows; r++)
    {
      double square = 0.0;

      for (int i = 0; i < dim; i++)
        square += pow ((double) data.x[r * dim + i], 2);
      for (int i = 0; i < dim; i++)
        expected[r * dim + i] = (double) data.x[r * dim + i] / sqrt (square);
    }
  vqd_check_op (&op);
}

int
main (int argc, char **argv)
{
  /* With an offset of 1000 a float's own rounding is 6e-5 of the spread. */
  const VqdCheckFunc funcs[] = {
    { "layer_norm", run_layer_norm, ALL, 3e-6f, 2e-6f },
    { "layer_norm-in-place", run_layer_norm_in_place, ALL, 3e-6f, 2e-6f },
    { "ada_norm", run_ada_norm, ALL, 3e-6f, 2e-6f },
    { "channel_sums", run_channel_sums, ALL, 0.0f, 1e-7f },
    { "channel_scale", run_channel_scale, ALL, 1e-5f, 2e-6f },
    { "channel_swish", run_swish, ALL, 1e-5f, 2e-6f },
  };

  vqd_check_init (argc, argv);
  for (size_t i = 0; i < sizeof (funcs) / sizeof (funcs[0]); i++)
    vqd_check_func (&funcs[i]);
  check_rows (1, 1);
  check_rows (1, 19);
  check_rows (333, 129);
  check_group_norm (1, 1, 8, 2, false);
  check_group_norm (2, 1600, 24, 4, false);
  check_group_norm (3, 700, 96, 32, true);
  return vqd_check_finish ();
}
