/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-ops - the time of ops at the shapes of the default model and of the
 * published base model
 *
 * First a large single-threaded product of the BLAS alone: figures of another
 * machine, or of another minute on a busy one, are comparable only as shares of
 * it. Argument: number of threads (0: all). One thread is timed by its CPU
 * time, which other work on the machine changes little. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vqd-check.h"

#define SECONDS 0.2
#define ROUNDS 5

typedef struct
{
  int rows;
  int n;
  int depth;
  VqdDtype dtype;
  VqdEpilogue epilogue;
} Linear;

typedef struct
{
  int in_channels;
  int out_channels;
  int stride;
  int size;
} Conv;

typedef struct
{
  VqdBackend *backend;
  const float *x;
  const float *more;
  float *y;
  const int *tokens;
  int *codes;
  const void *shape;
  VqdMatrix w;
  clockid_t clock;
} Data;

typedef void (*Run) (const Data *d);

static const Linear linears[] = {
  { 512, 768, 256, VQD_DTYPE_BF16, VQD_EPILOGUE_STORE },
  { 512, 256, 256, VQD_DTYPE_BF16, VQD_EPILOGUE_ADD },
  { 512, 1024, 256, VQD_DTYPE_BF16, VQD_EPILOGUE_GELU2 },
  { 512, 256, 1024, VQD_DTYPE_BF16, VQD_EPILOGUE_ADD },
  { 512, 2048, 256, VQD_DTYPE_BF16, VQD_EPILOGUE_STORE },
  { 77, 1024, 256, VQD_DTYPE_BF16, VQD_EPILOGUE_GELU2 },
  { 512, 1024, 256, VQD_DTYPE_F32, VQD_EPILOGUE_GELU2 },
  { 2048, 1024, 1024, VQD_DTYPE_F32, VQD_EPILOGUE_ADD },
  { 2048, 3072, 1024, VQD_DTYPE_BF16, VQD_EPILOGUE_STORE },
  { 2048, 4096, 1024, VQD_DTYPE_BF16, VQD_EPILOGUE_GELU2 },
  { 2048, 1024, 4096, VQD_DTYPE_I8, VQD_EPILOGUE_ADD },
};

static const Conv convs[] = {
  { 64, 128, 1, 16 },  { 128, 128, 1, 16 }, { 128, 128, 1, 32 },
  { 128, 128, 1, 64 }, { 64, 64, 1, 128 },  { 64, 64, 2, 128 },
  { 64, 3, 1, 128 },   { 512, 512, 1, 32 }, { 128, 128, 1, 256 },
};

static const VqdAttention attentions[] = {
  { 2, 2, 4, 256, 256, 64, 768, 768, false },
  { 2, 2, 4, 256, 77, 64, 256, 512, false },
  { 1, 1, 1, 256, 256, 128, 384, 384, false },
  { 1, 1, 4, 77, 77, 64, 768, 768, true },
  { 2, 2, 16, 1024, 1024, 64, 3072, 3072, false },
  { 1, 1, 1, 1024, 1024, 512, 512, 512, false },
};

static double
now (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* The fastest of some rounds. */
static double
measure (Run run, const Data *d)
{
  double fastest = INFINITY;

  for (int round = 0; round < ROUNDS; round++)
    {
      const double start = now (d->clock);
      double seconds;
      int n = 0;

      do
        {
          run (d);
          n++;
          seconds = now (d->clock) - start;
        }
      while (seconds < SECONDS / ROUNDS);
      fastest = fmin (fastest, seconds / n);
    }
  return fastest;
}

static void
run_blas (const Data *d)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, 1024, 1024, 1024, 1.0f,
               d->x, 1024, d->more, 1024, 0.0f, d->y, 1024);
}

static void
run_linear (const Data *d)
{
  const Linear *l = d->shape;

  d->backend->ops->linear (d->backend, d->y, d->x, &d->w, d->more, l->rows,
                           l->epilogue);
}

static void
run_conv (const Data *d)
{
  const Conv *c = d->shape;
  const VqdConv conv = { .weights = d->w,
                         .bias = d->more,
                         .in_channels = c->in_channels,
                         .out_channels = c->out_channels,
                         .kernel = 3,
                         .stride = c->stride };

  d->backend->ops->conv2d (d->backend, d->y, d->x, &conv, 1, c->size, c->size,
                           VQD_EPILOGUE_STORE);
}

static void
run_attention (const Data *d)
{
  const VqdAttention *s = d->shape;
  const int width = s->heads * s->d_head;

  d->backend->ops->attention (d->backend, d->y, d->x, d->more,
                              d->more + (s->kv_stride >= 2 * width ? width : 0),
                              s);
}

static void
run_ada_norm (const Data *d)
{
  d->backend->ops->ada_norm (d->backend, d->y, d->x, d->more, d->more, 512,
                             256);
}

static void
run_group_norm (const Data *d)
{
  d->backend->ops->group_norm (d->backend, d->y, d->x, d->more, d->more, 1,
                               128 * 128, 64, 32, true);
}

static void
run_upsample (const Data *d)
{
  d->backend->ops->upsample2 (d->backend, d->y, d->x, 1, 64, 64, 64);
}

static void
run_log_x0 (const Data *d)
{
  d->backend->ops->log_x0 (d->backend, d->y, d->x, d->more, 3.0f, 0.9f, 0, 256,
                           2048);
}

static void
run_log_x0_flat (const Data *d)
{
  d->backend->ops->log_x0 (d->backend, d->y, d->more, NULL, 1.0f, 0.9f, 0, 256,
                           2048);
}

static void
run_posterior (const Data *d)
{
  const VqdPosteriorStep step = { -0.01f, -16,   -4,  -0.7f, -16,
                                  -0.7f,  -0.7f, -16, -0.7f, -0.7f };

  d->backend->ops->posterior (d->backend, d->y, d->x, d->tokens, &step, 256,
                              2048);
}

static void
run_draw (const Data *d)
{
  const VqdNoise noise = { .seed = 1 };

  d->backend->ops->draw (d->backend, d->codes, d->x, NULL, NULL, 256, 2049,
                         2049, &noise);
}

static void
run_nearest (const Data *d)
{
  d->backend->ops->nearest_code (d->backend, d->codes, d->x, d->more, 256, 2048,
                                 64);
}

static void
report (const char *name, double seconds, double flop, double blas)
{
  printf ("%-34s %9.3f ms", name, seconds * 1e3);
  if (flop > 0.0)
    printf (" %8.1f GFLOP/s %5.0f %% of one thread's BLAS",
            flop / seconds * 1e-9, 100.0 * flop / seconds / blas);
  printf ("\n");
}

static double
bench_blas (Data *d)
{
  const double flop = 2.0 * 1024 * 1024 * 1024;
  const double seconds = measure (run_blas, d);

  report ("BLAS 1024x1024x1024", seconds, flop, flop / seconds);
  return flop / seconds;
}

static void
bench_linears (Data *d, double blas)
{
  static const char *const names[] = { "f32", "f16", "bf16", "i8" };

  for (size_t i = 0; i < sizeof (linears) / sizeof (linears[0]); i++)
    {
      const Linear *l = &linears[i];
      const float *wide;
      char name[64];

      d->w = vqd_check_matrix (l->dtype, l->n, l->depth, &wide);
      d->shape = l;
      snprintf (name, sizeof (name), "linear %s %dx%dx%d", names[l->dtype],
                l->rows, l->n, l->depth);
      report (name, measure (run_linear, d),
              2.0 * l->rows * l->n * (double) l->depth, blas);
    }
}

static void
bench_convs (Data *d, double blas)
{
  for (size_t i = 0; i < sizeof (convs) / sizeof (convs[0]); i++)
    {
      const Conv *c = &convs[i];
      const double n_pixels =
          (double) c->size * c->size / c->stride / c->stride;
      const float *wide;
      char name[64];

      d->w = vqd_check_matrix (VQD_DTYPE_F32, c->out_channels,
                               9 * c->in_channels, &wide);
      d->shape = c;
      snprintf (name, sizeof (name), "conv2d %d to %d at %d%s", c->in_channels,
                c->out_channels, c->size, c->stride == 2 ? ", halved" : "");
      report (name, measure (run_conv, d),
              18.0 * n_pixels * c->in_channels * c->out_channels, blas);
    }
}

static void
bench_attentions (Data *d, double blas)
{
  for (size_t i = 0; i < sizeof (attentions) / sizeof (attentions[0]); i++)
    {
      const VqdAttention *s = &attentions[i];
      char name[64];

      d->shape = s;
      snprintf (name, sizeof (name), "attention %dx%d %dx%d head %d", s->batch,
                s->heads, s->n_q, s->n_k, s->d_head);
      report (name, measure (run_attention, d),
              4.0 * s->batch * s->heads * s->n_q * (double) s->n_k * s->d_head,
              blas);
    }
}

int
main (int argc, char **argv)
{
  const size_t n = (size_t) 16 << 20;
  const int n_threads = argc > 1 ? atoi (argv[1]) : 0;
  int *tokens = vqd_check_ints (256);
  float *logs = vqd_check_random_floats (n, 4.0f);
  Data d = { .backend = vqd_check_open (n_threads),
             .x = vqd_check_random_floats (n, 1.0f),
             .more = vqd_check_random_floats (n, 1.0f),
             .y = vqd_check_floats (n),
             .codes = vqd_check_ints (256),
             .clock =
                 n_threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC };

  for (int i = 0; i < 256; i++)
    tokens[i] = i % 3 == 0 ? i : 2048;
  d.tokens = tokens;

  const double blas = bench_blas (&d);

  bench_linears (&d, blas);
  bench_convs (&d, blas);
  bench_attentions (&d, blas);
  report ("ada_norm 512x256", measure (run_ada_norm, &d), 0, 0);
  report ("group_norm 128x128x64, swish", measure (run_group_norm, &d), 0, 0);
  report ("upsample2 64x64x64", measure (run_upsample, &d), 0, 0);
  d.x = logs;
  report ("log_x0 256x2048, guided", measure (run_log_x0, &d), 0, 0);
  report ("log_x0 256x2048, nearly flat", measure (run_log_x0_flat, &d), 0, 0);
  for (size_t i = 0; i < n; i++)
    logs[i] = (logs[i] - 4.0f) * 2.0f;
  report ("posterior 256x2048", measure (run_posterior, &d), 0, 0);
  report ("draw 256x2049", measure (run_draw, &d), 0, 0);
  report ("nearest_code 256x2048x64", measure (run_nearest, &d), 0, 0);
  d.backend->ops->close (d.backend);
  vqd_check_finish ();
  return 0;
}
