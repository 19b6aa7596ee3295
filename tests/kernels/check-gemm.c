/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vqd-check.h"

typedef struct
{
  VqdMatrix w;
  const float *wide;
  const float *x;
  const float *y; /* before */
  const float *bias;
  int rows;
  VqdEpilogue epilogue;
} Data;

static const char *const dtype_names[] = { "f32", "f16", "bf16", "i8" };
static const char *const epilogue_names[] = { "store", "add", "gelu2" };

/* All numbers of a type are a row's input bits. */
static void
run_widen_f16 (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->widen_f16 (out, (const uint16_t *) c->a,
                  (size_t) c->rows * (size_t) c->dim);
}

static void
run_widen_bf16 (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->widen_bf16 (out, (const uint16_t *) c->a,
                   (size_t) c->rows * (size_t) c->dim);
}

static void
run_widen_i8 (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  ops->widen_i8 (out, (const int8_t *) c->a, c->b[0],
                 (size_t) c->rows * (size_t) c->dim);
}

/* Every half there is, against its definition. */
static void
check_halves (void)
{
  bool right = true;

  for (unsigned i = 0; i < 0x10000; i++)
    {
      const uint16_t half = (uint16_t) i;
      const int exponent = (int) (i >> 10 & 31);
      const float mantissa = (float) (i & 1023);
      const float sign = i & 0x8000 ? -1.0f : 1.0f;
      float expected = exponent == 0
                           ? ldexpf (mantissa, -24)
                           : ldexpf (1024.0f + mantissa, exponent - 25);
      float value;

      if (exponent == 31)
        expected = mantissa == 0.0f ? INFINITY : NAN;
      expected *= sign;
      vqd_widen_f16_c (&value, &half, 1);
      right = right && (isnan (expected) ? isnan (value)
                                         : memcmp (&value, &expected, 4) == 0);
    }
  vqd_check (right, "c/widen_f16/every-half");
}

static void
op_linear (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  memcpy (out, d->y, sizeof (float) * (size_t) (d->rows * d->w.n_rows));
  backend->ops->linear (backend, out, d->x, &d->w, d->bias, d->rows,
                        d->epilogue);
}

static void
expect_linear (double *expected, const Data *d)
{
  const int n = d->w.n_rows;
  const int depth = d->w.n_cols;

  for (int r = 0; r < d->rows; r++)
    for (int c = 0; c < n; c++)
      {
        double sum = d->bias != NULL ? (double) d->bias[c] : 0.0;

        for (int i = 0; i < depth; i++)
          sum += (double) d->x[r * depth + i] * (double) d->wide[c * depth + i];
        if (d->epilogue == VQD_EPILOGUE_ADD)
          sum += (double) d->y[r * n + c];
        else if (d->epilogue == VQD_EPILOGUE_GELU2)
          sum /= 1.0 + exp (-1.702 * sum);
        expected[r * n + c] = sum;
      }
}

static void
check_linear (VqdDtype dtype, VqdEpilogue epilogue, int rows, int n, int depth,
              bool has_bias)
{
  Data data = { .rows = rows, .epilogue = epilogue };
  const size_t n_out = (size_t) rows * (size_t) n;
  double *expected = vqd_check_doubles (n_out);
  char name[80];

  data.w = vqd_check_matrix (dtype, n, depth, &data.wide);
  data.x = vqd_check_random_floats ((size_t) rows * (size_t) depth, 1.0f);
  data.y = vqd_check_random_floats (n_out, 1.0f);
  if (has_bias)
    data.bias = vqd_check_random_floats ((size_t) n, 1.0f);
  expect_linear (expected, &data);
  snprintf (name, sizeof (name), "linear-%s-%s-%dx%dx%d%s", dtype_names[dtype],
            epilogue_names[epilogue], rows, n, depth, has_bias ? "-bias" : "");
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_linear,
                               .data = &data,
                               .expected = expected,
                               .n_out = (int) n_out,
                               /* grows with the depth; 4e-6 seen at 300 */
                               .abs = 1e-6 * (8 + sqrt (depth)),
                               .rel = 1e-5 });
}

int
main (int argc, char **argv)
{
  const unsigned bits = 1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LARGE;
  const VqdCheckFunc funcs[] = {
    { "widen_f16", run_widen_f16, bits, 0.0f, 0.0f },
    { "widen_bf16", run_widen_bf16, bits, 0.0f, 0.0f },
    { "widen_i8", run_widen_i8, bits, 0.0f, 0.0f },
  };

  vqd_check_init (argc, argv);
  for (size_t i = 0; i < sizeof (funcs) / sizeof (funcs[0]); i++)
    vqd_check_func (&funcs[i]);
  check_halves ();

  for (int dtype = VQD_DTYPE_F32; dtype <= VQD_DTYPE_I8; dtype++)
    for (int epilogue = 0; epilogue <= (int) VQD_EPILOGUE_GELU2; epilogue++)
      {
        check_linear ((VqdDtype) dtype, (VqdEpilogue) epilogue, 1, 1, 1, true);
        check_linear ((VqdDtype) dtype, (VqdEpilogue) epilogue, 77, 130, 300,
                      true);
        check_linear ((VqdDtype) dtype, (VqdEpilogue) epilogue, 3, 70, 33,
                      false);
      }
  /* More than one piece of the sum, and blocks of full size. */
  check_linear (VQD_DTYPE_BF16, VQD_EPILOGUE_STORE, 2, 20, 20000, true);
  check_linear (VQD_DTYPE_I8, VQD_EPILOGUE_ADD, 5, 3, 18001, true);
  check_linear (VQD_DTYPE_F32, VQD_EPILOGUE_GELU2, 1030, 1025, 24, true);
  return vqd_check_finish ();
}
