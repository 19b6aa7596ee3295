/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "vqd-check.h"

#define ALL                                                                    \
  (1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LARGE | 1u << VQD_INPUT_LOGS |     \
   1u << VQD_INPUT_NAN)

#define N_FLOATS 40001

static void
run_silu (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->silu (out, c->a, (size_t) c->rows * (size_t) c->dim);
}

static void
run_epilogue (const VqdCpuOps *ops, const VqdCheckCase *c, float *out,
              const float *bias, bool gelu2)
{
  memcpy (out, c->a, sizeof (float) * (size_t) c->rows * (size_t) c->dim);
  ops->epilogue (out, c->dim, bias, c->rows, c->dim, gelu2);
}

static void
run_bias (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_epilogue (ops, c, out, c->b, false);
}

static void
run_gelu2 (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_epilogue (ops, c, out, c->b, true);
}

static void
run_gelu2_plain (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_epilogue (ops, c, out, NULL, true);
}

/* Columns beside the block stay as they are. */
static void
run_gelu2_columns (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  memcpy (out, c->a, sizeof (float) * (size_t) c->rows * (size_t) c->dim);
  ops->epilogue (out, c->dim, c->b, c->rows, (c->dim + 1) / 2, true);
}

static void
op_silu (VqdBackend *backend, const void *data, float *out)
{
  memcpy (out, data, sizeof (float) * N_FLOATS);
  backend->ops->silu (backend, out, out, N_FLOATS);
}

int
main (int argc, char **argv)
{
  /* Worst seen: 3 ulp. */
  const VqdCheckFunc funcs[] = {
    { "silu", run_silu, ALL, 1e-37f, 4e-7f },
    { "bias", run_bias, ALL, 0.0f, 0.0f },
    { "gelu2", run_gelu2, ALL, 1e-37f, 4e-7f },
    { "gelu2-no-bias", run_gelu2_plain, ALL, 1e-37f, 4e-7f },
    { "gelu2-columns", run_gelu2_columns, ALL, 1e-37f, 4e-7f },
  };

  vqd_check_init (argc, argv);
  for (size_t i = 0; i < sizeof (funcs) / sizeof (funcs[0]); i++)
    vqd_check_func (&funcs[i]);

  const float *x = vqd_check_random_floats (N_FLOATS, 20.0f);
  double *expected = vqd_check_doubles (N_FLOATS);

  for (int i = 0; i < N_FLOATS; i++)
    expected[i] = (double) x[i] / (1.0 + exp (-(double) x[i]));
  vqd_check_op (&(VqdCheckOp){ .name = "silu-in-place",
                               .run = op_silu,
                               .data = x,
                               .expected = expected,
                               .n_out = N_FLOATS,
                               .abs = 1e-12,
                               .rel = 6e-7 });
  return vqd_check_finish ();
}
