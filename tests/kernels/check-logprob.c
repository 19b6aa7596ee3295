/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vqd-check.h"

#define LOG_TINY (-69.07755278982137)

#define T 100

typedef struct
{
  const float *logits;
  const float *logits_null;
  float guidance;
  float truncation;
  int top_k;
  int rows;
  int n_codes;
} LogX0Data;

typedef struct
{
  VqdPosteriorStep step;
  const float *log_x0;
  const int *x_t;
  int rows;
  int n_codes;
} PosteriorData;

typedef struct
{
  const float *x;
  int rows;
  int n;
} RowMaxData;

typedef struct
{
  float log_p;
  int code;
} Code;

static void
run_log_softmax (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  for (int r = 0; r < c->rows; r++)
    ops->log_softmax (out + r * c->dim, c->a + r * c->dim, c->dim);
}

static void
run_guide (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  memcpy (out, c->a, sizeof (float) * (size_t) c->rows * (size_t) c->dim);
  for (int r = 0; r < c->rows; r++)
    ops->guide (out + r * c->dim, c->b + r * c->dim, 3.0f, c->dim);
}

static void
run_exp_sum (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  for (int r = 0; r < c->rows; r++)
    out[r] = (float) ops->exp_sum (c->a + r * c->dim, c->dim);
}

static void
run_exp (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  for (int r = 0; r < c->rows; r++)
    ops->exp (out + r * c->dim, c->a + r * c->dim, c->dim);
}

static void
run_mix (const VqdCpuOps *ops, const VqdCheckCase *c, float *out,
         const VqdLogMix *mix)
{
  for (int r = 0; r < c->rows; r++)
    ops->log_mix (out + r * c->dim, c->a + r * c->dim, mix, c->dim);
}

/* A [MASK] in the middle, a code, and the last step. */
static void
run_mix_mask (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_mix (ops, c, out, &(VqdLogMix){ -0.8, -20.5, -3.9 });
}

static void
run_mix_code (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_mix (ops, c, out, &(VqdLogMix){ 55.3, -19.1, -23.7 });
}

static void
run_mix_last (const VqdCpuOps *ops, const VqdCheckCase *c, float *out)
{
  run_mix (ops, c, out, &(VqdLogMix){ 1.1, -INFINITY, -0.4 });
}

static void
op_log_x0 (VqdBackend *backend, const void *data, float *out)
{
  const LogX0Data *d = data;

  memcpy (out, d->logits, sizeof (float) * (size_t) (d->rows * d->n_codes));
  backend->ops->log_x0 (backend, out, out, d->logits_null, d->guidance,
                        d->truncation, d->top_k, d->rows, d->n_codes);
}

static void
op_posterior (VqdBackend *backend, const void *data, float *out)
{
  const PosteriorData *d = data;

  backend->ops->posterior (backend, out, d->log_x0, d->x_t, &d->step, d->rows,
                           d->n_codes);
}

static void
op_row_max (VqdBackend *backend, const void *data, float *out)
{
  const RowMaxData *d = data;
  int *index = malloc (sizeof (int) * (size_t) d->rows);

  backend->ops->row_max (backend, out, NULL, d->x, d->rows, d->n);
  backend->ops->row_max (backend, NULL, index, d->x, d->rows, d->n);
  for (int r = 0; r < d->rows; r++)
    out[d->rows + r] = (float) index[r];
  free (index);
}

static double
clamp (double x)
{
  return fmin (fmax (x, -70.0), 0.0);
}

static double
log_sum (const double *x, int n)
{
  double max = x[0];
  double sum = 0.0;

  for (int i = 1; i < n; i++)
    max = fmax (max, x[i]);
  for (int i = 0; i < n; i++)
    sum += exp (x[i] - max);
  return max + log (sum);
}

static void
normalise (double *x, int n)
{
  const double sum = log_sum (x, n);

  for (int i = 0; i < n; i++)
    x[i] = clamp (x[i] - sum);
}

static int
by_log_p (const void *a, const void *b)
{
  const Code *x = a;
  const Code *y = b;

  if (x->log_p != y->log_p)
    return x->log_p > y->log_p ? -1 : 1;
  return x->code - y->code;
}

/* As SPEC 3 has it: sort, float sum, keep while the sum before is < rate. */
static void
truncate_row (double *x, int n, float rate, int top_k)
{
  Code *codes = malloc (sizeof (Code) * (size_t) n);
  float mass = 0.0f;

  for (int i = 0; i < n; i++)
    codes[i] = (Code){ (float) x[i], i };
  qsort (codes, (size_t) n, sizeof (Code), by_log_p);
  for (int i = 0; i < n; i++)
    {
      const bool kept =
          i == 0 || ((rate > 1.0f || mass < rate) && (top_k == 0 || i < top_k));

      mass += expf (codes[i].log_p);
      if (! kept)
        x[codes[i].code] = -70.0;
    }
  free (codes);
}

static void
check_log_x0 (const char *name, LogX0Data data, float range)
{
  const int n = data.n_codes;
  const size_t n_out = (size_t) (data.rows * n);
  double *expected = vqd_check_doubles (n_out);
  double *null = vqd_check_doubles ((size_t) n);

  data.logits = vqd_check_random_floats (n_out, range);
  if (data.guidance != 1.0f)
    data.logits_null = vqd_check_random_floats (n_out, range);
  for (int r = 0; r < data.rows; r++)
    {
      double *row = expected + r * n;

      for (int i = 0; i < n; i++)
        row[i] = (double) data.logits[r * n + i];
      normalise (row, n);
      if (data.logits_null != NULL)
        {
          for (int i = 0; i < n; i++)
            null[i] = (double) data.logits_null[r * n + i];
          normalise (null, n);
          for (int i = 0; i < n; i++)
            row[i] = null[i] + (double) data.guidance * (row[i] - null[i]);
          normalise (row, n);
        }
      truncate_row (row, n, data.truncation, data.top_k);
    }
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_log_x0,
                               .data = &data,
                               .expected = expected,
                               .n_out = (int) n_out,
                               .abs = 1e-5,
                               .rel = 1e-7 });
}

/* Cumulated at t; -1: nothing has happened yet (SPEC 2). */
static void
schedule (int t, int n_codes, double *alpha, double *beta, double *gamma)
{
  const double share = (double) t / (T - 1);

  *alpha = t < 0 ? 1.0 : 0.99999 + share * (0.000009 - 0.99999);
  *gamma = t < 0 ? 0.0 : 0.000009 + share * (0.99999 - 0.000009);
  *beta = t < 0 ? 0.0 : (1.0 - *alpha - *gamma) / n_codes;
}

static VqdPosteriorStep
new_step (int t, int n_codes)
{
  double alpha, beta, gamma;
  double alpha_prev, beta_prev, gamma_prev;

  schedule (t, n_codes, &alpha, &beta, &gamma);
  schedule (t - 1, n_codes, &alpha_prev, &beta_prev, &gamma_prev);

  const double a = alpha / alpha_prev;
  const double g = 1.0 - (1.0 - gamma) / (1.0 - gamma_prev);

  return (VqdPosteriorStep){
    .log_alpha = (float) log (a),
    .log_beta = (float) log ((1.0 - a - g) / n_codes),
    .log_gamma = (float) log (g),
    .log_alpha_bar = (float) log (alpha),
    .log_beta_bar = (float) log (beta),
    .log_gamma_bar = (float) log (gamma),
    .log_alpha_bar_prev = (float) log (alpha_prev),
    .log_beta_bar_prev = (float) log (beta_prev),
    .log_gamma_bar_prev = (float) log (gamma_prev),
    .log_one_minus_gamma_bar_prev = (float) log (1.0 - gamma_prev),
  };
}

static double
add_exp (double a, double b)
{
  const double max = fmax (a, b);

  return max + log (exp (a - max) + exp (b - max));
}

/* log q (x_t = j | x_0 = k), and of one step. */
static double
log_q_cumulated (const VqdPosteriorStep *s, int j, int k, int n)
{
  if (j == n)
    return (double) s->log_gamma_bar;
  if (j == k)
    return add_exp ((double) s->log_alpha_bar, (double) s->log_beta_bar);
  return (double) s->log_beta_bar;
}

static double
log_q_step (const VqdPosteriorStep *s, int j, int k, int n)
{
  if (j == n)
    return (double) s->log_gamma;
  if (j == k)
    return add_exp ((double) s->log_alpha, (double) s->log_beta);
  return (double) s->log_beta;
}

/* SPEC 4, line by line. */
static void
expect_posterior (double *y, const VqdPosteriorStep *s, const float *log_x0,
                  int j, int n)
{
  double *b = malloc (sizeof (double) * (size_t) (n + 1));

  for (int k = 0; k < n; k++)
    b[k] = (double) log_x0[k] - log_q_cumulated (s, j, k, n);
  b[n] = LOG_TINY;

  const double z = log_sum (b, n + 1);

  for (int k = 0; k < n; k++)
    y[k] = clamp (add_exp (b[k] - z + (double) s->log_alpha_bar_prev,
                           (double) s->log_beta_bar_prev) +
                  log_q_step (s, j, k, n) + z);
  y[n] = clamp (add_exp (b[n] - z + (double) s->log_one_minus_gamma_bar_prev,
                         (double) s->log_gamma_bar_prev) +
                (j == n ? 0.0 : LOG_TINY) + z);
  free (b);
}

/* Rows: sharp and flat, some truncated; x_t: [MASK], the first, the last and
 * other codes. */
static void
check_posterior (int t, int n_codes)
{
  enum
  {
    ROWS = 12
  };
  float *log_x0 = vqd_check_floats ((size_t) (ROWS * n_codes));
  int *x_t = vqd_check_ints (ROWS);
  double *row = vqd_check_doubles ((size_t) n_codes);
  double *expected = vqd_check_doubles ((size_t) (ROWS * (n_codes + 1)));
  const PosteriorData data = { .step = new_step (t, n_codes),
                               .log_x0 = log_x0,
                               .x_t = x_t,
                               .rows = ROWS,
                               .n_codes = n_codes };
  char name[64];

  for (int r = 0; r < ROWS; r++)
    {
      const float range = r % 3 == 0 ? 60.0f : 5.0f;

      for (int k = 0; k < n_codes; k++)
        row[k] = (double) (range * vqd_check_random ());
      normalise (row, n_codes);
      if (r % 4 == 1)
        truncate_row (row, n_codes, 0.86f, 0);
      for (int k = 0; k < n_codes; k++)
        log_x0[r * n_codes + k] = (float) row[k];
      x_t[r] = r % 2 == 0 ? n_codes : vqd_check_random_int (n_codes);
    }
  x_t[1] = 0;
  x_t[3] = n_codes - 1;
  for (int r = 0; r < ROWS; r++)
    expect_posterior (expected + r * (n_codes + 1), &data.step,
                      log_x0 + r * n_codes, x_t[r], n_codes);
  snprintf (name, sizeof (name), "posterior-t%d-K%d", t, n_codes);
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_posterior,
                               .data = &data,
                               .expected = expected,
                               .n_out = ROWS * (n_codes + 1),
                               .abs = 1e-5 });
}

static void
check_row_max (void)
{
  enum
  {
    ROWS = 40,
    N = 900
  };
  float *x = vqd_check_random_floats (ROWS * N, 1.0f);
  double *expected = vqd_check_doubles (2 * ROWS);
  const RowMaxData data = { x, ROWS, N };

  for (int r = 0; r < ROWS; r++)
    {
      /* Some twice, some at an end. */
      const int best = r == 0 ? 0 : r == 1 ? N - 1 : vqd_check_random_int (N);

      x[r * N + best] = 2.0f;
      if (best + 5 < N)
        x[r * N + best + 5] = 2.0f;
      expected[r] = 2.0;
      expected[ROWS + r] = best;
    }
  vqd_check_op (&(VqdCheckOp){ .name = "row-max",
                               .run = op_row_max,
                               .data = &data,
                               .expected = expected,
                               .n_out = 2 * ROWS });
}

/* What a broken network says is not made to look sound. */
static void
check_nan (void)
{
  float logits[8] = { 0.0f, 1.0f, NAN, 2.0f, 0.0f, 0.0f, 0.0f, 0.0f };
  float max;
  VqdBackend *backend = vqd_check_open (1);

  backend->ops->row_max (backend, &max, NULL, logits, 1, 8);
  vqd_check (isnan (max), "row-max/nan");
  backend->ops->log_x0 (backend, logits, logits, NULL, 1.0f, 0.9f, 0, 1, 8);
  for (int i = 0; i < 8; i++)
    vqd_check (isnan (logits[i]), "log-x0/nan-%d", i);
  backend->ops->close (backend);
}

int
main (int argc, char **argv)
{
  const unsigned logits = 1u << VQD_INPUT_NORMAL | 1u << VQD_INPUT_LARGE |
                          1u << VQD_INPUT_OFFSET | 1u << VQD_INPUT_EQUAL |
                          1u << VQD_INPUT_NAN;
  const unsigned logs = 1u << VQD_INPUT_LOGS;
  const VqdCheckFunc funcs[] = {
    { "log_softmax", run_log_softmax, logits | logs, 1e-6f, 2e-7f },
    { "guide", run_guide, logits | logs, 2e-6f, 2e-7f },
    { "exp_sum", run_exp_sum, logs, 0.0f, 4e-7f },
    { "exp", run_exp, logs, 0.0f, 4e-7f },
    { "log_mix-mask", run_mix_mask, logs, 4e-6f, 2e-7f },
    { "log_mix-code", run_mix_code, logs, 6e-6f, 2e-7f },
    { "log_mix-last", run_mix_last, logs, 2e-6f, 2e-7f },
  };

  vqd_check_init (argc, argv);
  for (size_t i = 0; i < sizeof (funcs) / sizeof (funcs[0]); i++)
    vqd_check_func (&funcs[i]);

  check_log_x0 (
      "log-x0",
      (LogX0Data){
          .guidance = 1.0f, .truncation = 2.0f, .rows = 5, .n_codes = 2887 },
      8.0f);
  check_log_x0 (
      "log-x0-guided",
      (LogX0Data){
          .guidance = 5.0f, .truncation = 2.0f, .rows = 20, .n_codes = 1025 },
      4.0f);
  check_log_x0 (
      "log-x0-guided-truncated",
      (LogX0Data){
          .guidance = 3.0f, .truncation = 0.86f, .rows = 50, .n_codes = 512 },
      4.0f);
  check_log_x0 (
      "log-x0-nearly-flat",
      (LogX0Data){
          .guidance = 1.0f, .truncation = 0.5f, .rows = 3, .n_codes = 2048 },
      1e-3f);
  check_log_x0 (
      "log-x0-flat",
      (LogX0Data){
          .guidance = 1.0f, .truncation = 0.3f, .rows = 3, .n_codes = 1000 },
      0.0f);
  check_log_x0 (
      "log-x0-sharp",
      (LogX0Data){
          .guidance = 1.0f, .truncation = 0.1f, .rows = 9, .n_codes = 100 },
      100.0f);
  check_log_x0 ("log-x0-top-k",
                (LogX0Data){ .guidance = 1.0f,
                             .truncation = 2.0f,
                             .top_k = 7,
                             .rows = 9,
                             .n_codes = 100 },
                3.0f);
  check_log_x0 ("log-x0-top-k-truncated",
                (LogX0Data){ .guidance = 1.0f,
                             .truncation = 0.4f,
                             .top_k = 20,
                             .rows = 90,
                             .n_codes = 100 },
                3.0f);
  check_log_x0 (
      "log-x0-one-code",
      (LogX0Data){
          .guidance = 1.0f, .truncation = 0.0f, .rows = 2, .n_codes = 1 },
      3.0f);

  for (int t = T - 1; t >= 0; t -= 33)
    check_posterior (t, 2048);
  check_posterior (1, 33);
  check_posterior (50, 3);
  check_row_max ();
  check_nan ();
  return vqd_check_finish ();
}
