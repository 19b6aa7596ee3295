/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/vqd-philox.h"
#include "vqd-check.h"

typedef struct
{
  const float *log_p;
  const int *positions;
  const float *sharpen;
  VqdNoise noise;
  int n;
  int n_classes;
  int stride;
} Data;

static const VqdNoise some_noise = { .seed = 0x123456789abcdefu,
                                     .image = 3,
                                     .evaluation = 17,
                                     .stream = VQD_STREAM_CLASS };

/* From each place in a block of four. */
static void
run_argmax (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  for (int r = 0; r < c->rows; r++)
    for (int start = 0; start < vqd_cpu_min (c->dim, 4); start++)
      out[r * c->dim + start] = (float) ops->gumbel_argmax (
          c->a + r * c->dim, 1.0f, c->dim, (uint32_t) (1000 * r + start),
          &some_noise);
}

static void
run_argmax_sharp (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  for (int r = 0; r < c->rows; r++)
    out[r * c->dim] = (float) ops->gumbel_argmax (
        c->a + r * c->dim, 1.9f, c->dim, 0xfffe0003u, &some_noise);
}

static void
op_draw (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;
  int *codes = vqd_check_ints ((size_t) d->n);

  backend->ops->draw (backend, codes, d->log_p, d->positions, d->sharpen, d->n,
                      d->n_classes, d->stride, &d->noise);
  for (int i = 0; i < d->n; i++)
    out[i] = (float) codes[i];
}

/* The formula in float, a class at a time. */
static int
expect_code (const Data *d, int i)
{
  const int position = d->positions != NULL ? d->positions[i] : i;
  float best = -INFINITY;
  int code = -1;

  for (int k = 0; k < d->n_classes; k++)
    {
      const float u = vqd_philox_uniform (
          d->noise.seed, d->noise.stream, d->noise.evaluation, d->noise.image,
          (uint32_t) (position * d->stride + k));
      const float g = -logf (-logf (u + 1e-30f) + 1e-30f);
      const float log_p = d->log_p[position * d->n_classes + k];
      const float sharp =
          d->sharpen != NULL ? d->sharpen[position] * log_p : log_p;
      const float score = fminf (fmaxf (sharp, -70.0f), 0.0f) + g;

      if (score > best)
        {
          best = score;
          code = k;
        }
    }
  return code;
}

static void
check_draw (const char *name, const Data *data)
{
  double *expected = vqd_check_doubles ((size_t) data->n);

  for (int i = 0; i < data->n; i++)
    expected[i] = expect_code (data, i);
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_draw,
                               .data = data,
                               .expected = expected,
                               .n_out = data->n });
}

static void
check_draws (int n_positions, int n_classes, int stride)
{
  float *log_p = vqd_check_floats ((size_t) (n_positions * n_classes));
  float *sharpen = vqd_check_floats ((size_t) n_positions);
  int *positions = vqd_check_ints ((size_t) n_positions);
  Data data = { .log_p = log_p,
                .noise = some_noise,
                .n = n_positions,
                .n_classes = n_classes,
                .stride = stride };

  for (int i = 0; i < n_positions * n_classes; i++)
    log_p[i] =
        vqd_check_random () < 0.2f ? -70.0f : 4.0f * vqd_check_random () - 5.0f;
  for (int i = 0; i < n_positions; i++)
    {
      sharpen[i] = 1.5f + vqd_check_random () / 2;
      positions[i] = n_positions - 1 - i;
    }
  check_draw ("draw", &data);
  data.positions = positions;
  data.n = n_positions / 2;
  check_draw ("draw-positions", &data);
  data.sharpen = sharpen;
  data.noise.stream = VQD_STREAM_NOISING;
  check_draw ("draw-sharpened", &data);
}

/* 30000 draws of (1/2, 1/3, 1/6): chi squared with two degrees of freedom is
 * below 13.8 in 999 of 1000 sound generators; the seed is fixed. */
static void
check_shares (void)
{
  enum
  {
    N = 30000
  };
  const double shares[3] = { 1.0 / 2, 1.0 / 3, 1.0 / 6 };
  float *log_p = vqd_check_floats (N * 3);
  int *codes = vqd_check_ints (N);
  VqdBackend *backend = vqd_check_open (2);
  int counts[3] = { 0 };
  double chi = 0.0;

  for (int i = 0; i < N * 3; i++)
    log_p[i] = (float) log (shares[i % 3]);
  backend->ops->draw (backend, codes, log_p, NULL, NULL, N, 3, 4, &some_noise);
  for (int i = 0; i < N; i++)
    counts[codes[i]]++;
  for (int k = 0; k < 3; k++)
    chi += pow (counts[k] - N * shares[k], 2) / (N * shares[k]);
  printf ("# chi squared: %.3f\n", chi);
  vqd_check (chi < 13.8, "draw/shares");
  backend->ops->close (backend);
}

int
main (int argc, char **argv)
{
  const unsigned inputs = 1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LOGS |
                          1u << VQD_INPUT_EQUAL | 1u << VQD_INPUT_NAN;
  const VqdCheckFunc funcs[] = {
    { "gumbel_argmax", run_argmax, inputs, 0.0f, 0.0f },
    { "gumbel_argmax-sharp", run_argmax_sharp, inputs, 0.0f, 0.0f },
  };

  vqd_check_init (argc, argv);
  for (size_t i = 0; i < sizeof (funcs) / sizeof (funcs[0]); i++)
    vqd_check_func (&funcs[i]);
  check_draws (1, 1, 2);
  check_draws (100, 2049, 2049);
  check_draws (64, 1000, 1001);
  check_shares ();
  return vqd_check_finish ();
}
