/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"

/* "log 1e-30" of the authors' q_posterior: [MASK] where it cannot be. */
#define LOG_TINY (-69.07755278982137)
#define TINY 1e-30

/* Truncation sorts codes into bins by log p, downwards from the likeliest. They
 * reach down so many nats, and no further than the least likely; the last bin
 * has what is below. */
#define N_BINS 1024
#define BINS_DEPTH 24.0f

typedef struct
{
  float log_p;
  int code;
} Candidate;

typedef struct
{
  float max;
  float per_nat;
  int ends[N_BINS];
} Bins;

typedef struct
{
  const VqdCpuOps *ops;
  float *log_x0;
  const float *logits;
  const float *logits_null;
  float guidance;
  float truncation;
  int top_k;
  int rows;
  int n_codes;
} LogX0Job;

typedef struct
{
  const VqdCpuOps *ops;
  float *log_prev;
  const float *log_x0;
  const int *x_t;
  const VqdPosteriorStep *step;
  int rows;
  int n_codes;
} PosteriorJob;

typedef struct
{
  float *max;
  int *index;
  const float *x;
  int rows;
  int n;
} RowMaxJob;

/* The largest; a NaN is larger than all. */
static int
max_index (const float *x, int n)
{
  int best = 0;

  for (int i = 1; i < n && ! isnan (x[best]); i++)
    if (! (x[i] <= x[best]))
      best = i;
  return best;
}

void
vqd_log_softmax_c (float *y, const float *x, int n)
{
  const double max = (double) x[max_index (x, n)];
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += exp ((double) x[i] - max);

  const double log_sum = max + log (sum);

  for (int i = 0; i < n; i++)
    y[i] = vqd_cpu_clamp_log ((float) ((double) x[i] - log_sum));
}

void
vqd_guide_c (float *y, const float *u, float s, int n)
{
  for (int i = 0; i < n; i++)
    y[i] = u[i] + s * (y[i] - u[i]);
  vqd_log_softmax_c (y, y, n);
}

double
vqd_exp_sum_c (const float *x, int n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += exp ((double) x[i]);
  return sum;
}

void
vqd_exp_c (float *y, const float *x, int n)
{
  for (int i = 0; i < n; i++)
    y[i] = expf (x[i]);
}

static double
log_add_exp (double a, double b)
{
  const double max = a > b ? a : b;
  const double min = a > b ? b : a;

  return max + log1p (exp (min - max));
}

/* In log space: e^x times a cumulated alpha leaves the range of float. */
void
vqd_log_mix_c (float *y, const float *x, const VqdLogMix *mix, int n)
{
  for (int i = 0; i < n; i++)
    {
      const double sum = log_add_exp ((double) x[i] + (double) mix->offset,
                                      (double) mix->floor);

      y[i] = vqd_cpu_clamp_log ((float) (sum + mix->shift));
    }
}

/* a is likelier than b; the lower code on a tie. */
static bool
before (const Candidate *a, const Candidate *b)
{
  return a->log_p > b->log_p || (a->log_p == b->log_p && a->code < b->code);
}

static void
sift_down (Candidate *heap, int n, int i)
{
  const Candidate moved = heap[i];

  for (int child = 2 * i + 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && before (&heap[child + 1], &heap[child]))
        child++;
      if (! before (&heap[child], &moved))
        break;
      heap[i] = heap[child];
      i = child;
    }
  heap[i] = moved;
}

/* Moves the likeliest to the end; the heap is one shorter. */
static const Candidate *
heap_pop (Candidate *heap, int n)
{
  const Candidate top = heap[0];

  heap[0] = heap[n - 1];
  heap[n - 1] = top;
  sift_down (heap, n - 1, 0);
  return &heap[n - 1];
}

static int
bin_of (float log_p, const Bins *bins)
{
  const float place = (bins->max - log_p) * bins->per_nat;

  return place < N_BINS - 1 ? (int) place : N_BINS - 1;
}

static float
least (const float *x, int n)
{
  float min = x[0];

  for (int i = 1; i < n; i++)
    min = x[i] < min ? x[i] : min;
  return min;
}

/* Codes in bins, a bin's codes side by side. */
static void
sort_into_bins (Candidate *codes, Bins *bins, const float *log_p, int n)
{
  const float depth = bins->max - least (log_p, n);
  int next[N_BINS] = { 0 };
  int start = 0;

  /* All the same: one bin. */
  bins->per_nat =
      depth > 0.0f ? (float) N_BINS / (depth < BINS_DEPTH ? depth : BINS_DEPTH)
                   : 0.0f;
  for (int i = 0; i < n; i++)
    next[bin_of (log_p[i], bins)]++;
  for (int bin = 0; bin < N_BINS; bin++)
    {
      const int count = next[bin];

      next[bin] = start;
      start += count;
      bins->ends[bin] = start;
    }
  for (int i = 0; i < n; i++)
    codes[next[bin_of (log_p[i], bins)]++] = (Candidate){ log_p[i], i };
}

/* Drops codes by their order from the likeliest: those before which the mass
 * has reached the rate, and those after top_k. One bin at a time is put in
 * order, and only as far as needed: the mass is mostly in few codes.
 * scratch: n candidates and n floats. */
static void
truncate_row (const VqdCpuOps *ops, float *log_p, float rate, int top_k, int n,
              void *scratch)
{
  Candidate *codes = scratch;
  float *p = (float *) (codes + n);
  Bins bins = { .max = log_p[max_index (log_p, n)] };
  float mass = 0.0f;
  int n_kept = 0;

  if (isnan (bins.max))
    return;

  ops->exp (p, log_p, n);
  sort_into_bins (codes, &bins, log_p, n);
  for (int i = 0; i < n; i++)
    log_p[i] = VQD_LOG_FLOOR;

  for (int bin = 0, start = 0; bin < N_BINS; start = bins.ends[bin], bin++)
    {
      Candidate *heap = codes + start;
      int left = bins.ends[bin] - start;

      for (int i = left / 2 - 1; i >= 0; i--)
        sift_down (heap, left, i);
      for (; left > 0; left--)
        {
          if (n_kept > 0 && ! (mass < rate))
            return;
          if (top_k > 0 && n_kept == top_k)
            return;

          const Candidate *next = heap_pop (heap, left);

          log_p[next->code] = next->log_p;
          mass += p[next->code];
          n_kept++;
        }
    }
}

static void
log_x0_row (const LogX0Job *job, int row, float *scratch)
{
  const int n = job->n_codes;
  const size_t offset = (size_t) row * (size_t) n;
  float *y = job->log_x0 + offset;

  job->ops->log_softmax (y, job->logits + offset, n);
  if (job->logits_null != NULL)
    {
      job->ops->log_softmax (scratch, job->logits_null + offset, n);
      job->ops->guide (y, scratch, job->guidance, n);
    }
  if (job->truncation <= 1.0f || job->top_k > 0)
    truncate_row (job->ops, y,
                  job->truncation <= 1.0f ? job->truncation : FLT_MAX,
                  job->top_k, n, scratch);
}

static void
log_x0_item (const void *data, int item, void *scratch)
{
  const LogX0Job *job = data;
  const int block = vqd_cpu_rows_per_item (job->n_codes);
  const int end = vqd_cpu_min ((item + 1) * block, job->rows);

  for (int row = item * block; row < end; row++)
    log_x0_row (job, row, scratch);
}

void
vqd_cpu_log_x0 (VqdBackend *self, float *log_x0, const float *logits,
                const float *logits_null, float guidance, float truncation,
                int top_k, int rows, int n_codes)
{
  VqdCpu *cpu = vqd_cpu (self);
  const LogX0Job job = { .ops = &cpu->ops,
                         .log_x0 = log_x0,
                         .logits = logits,
                         .logits_null = logits_null,
                         .guidance = guidance,
                         .truncation = truncation,
                         .top_k = top_k,
                         .rows = rows,
                         .n_codes = n_codes };

  assert (n_codes > 0);
  assert ((sizeof (Candidate) + sizeof (float)) * (size_t) n_codes <=
          VQD_CPU_SCRATCH_BYTES);
  vqd_pool_run (cpu->pool,
                vqd_cpu_div_up (rows, vqd_cpu_rows_per_item (n_codes)),
                log_x0_item, &job);
}

/* log p of [MASK] at t - 1. z: log of the normaliser Z. */
static float
posterior_mask (const VqdPosteriorStep *step, double z, bool masked)
{
  const double sum =
      log_add_exp (LOG_TINY - z + (double) step->log_one_minus_gamma_bar_prev,
                   (double) step->log_gamma_bar_prev);

  return vqd_cpu_clamp_log ((float) (sum + (masked ? 0.0 : LOG_TINY) + z));
}

/* At a [MASK] all but p (x_0) is the same for every code: q (x_t | x_0 = k) is
 * the cumulated gamma, q (x_t | x_{t-1} = k) is gamma. */
static void
posterior_masked (const PosteriorJob *job, float *y, const float *log_x0)
{
  const VqdPosteriorStep *step = job->step;
  const int n = job->n_codes;
  const double log_q = (double) step->log_gamma_bar;
  const double z =
      log (exp (log (job->ops->exp_sum (log_x0, n)) - log_q) + TINY);
  const VqdLogMix mix = {
    .offset = (double) step->log_alpha_bar_prev - log_q - z,
    .floor = (double) step->log_beta_bar_prev,
    .shift = (double) step->log_gamma + z,
  };

  job->ops->log_mix (y, log_x0, &mix, n);
  y[n] = posterior_mask (step, z, true);
}

/* At code j: q (x_t | x_0 = k) is the cumulated beta, and alpha more at j. */
static void
posterior_code (const PosteriorJob *job, float *y, const float *log_x0, int j)
{
  const VqdPosteriorStep *step = job->step;
  const int n = job->n_codes;
  const double log_q = (double) step->log_beta_bar;
  const double log_q_j = log_add_exp ((double) step->log_alpha_bar, log_q);
  const double others = job->ops->exp_sum (log_x0, j) +
                        job->ops->exp_sum (log_x0 + j + 1, n - j - 1);
  const double z = log (exp ((double) log_x0[j] - log_q_j) +
                        exp (log (others) - log_q) + TINY);
  const VqdLogMix mix = {
    .offset = (double) step->log_alpha_bar_prev - log_q - z,
    .floor = (double) step->log_beta_bar_prev,
    .shift = (double) step->log_beta + z,
  };
  const double log_p_j = (double) log_x0[j];

  job->ops->log_mix (y, log_x0, &mix, n);

  const double sum =
      log_add_exp (log_p_j - log_q_j - z + (double) step->log_alpha_bar_prev,
                   (double) step->log_beta_bar_prev);

  y[j] = vqd_cpu_clamp_log ((
      float) (sum + z +
              log_add_exp ((double) step->log_alpha, (double) step->log_beta)));
  y[n] = posterior_mask (step, z, false);
}

static void
posterior_item (const void *data, int item, void *scratch)
{
  const PosteriorJob *job = data;
  const int n = job->n_codes;
  const int block = vqd_cpu_rows_per_item (n);
  const int end = vqd_cpu_min ((item + 1) * block, job->rows);

  for (int row = item * block; row < end; row++)
    {
      const float *log_x0 = job->log_x0 + (size_t) row * (size_t) n;
      float *y = job->log_prev + (size_t) row * ((size_t) n + 1);
      const int j = job->x_t[row];

      assert (j >= 0 && j <= n);
      if (j == n)
        posterior_masked (job, y, log_x0);
      else
        posterior_code (job, y, log_x0, j);
    }
}

void
vqd_cpu_posterior (VqdBackend *self, float *log_prev, const float *log_x0,
                   const int *x_t, const VqdPosteriorStep *step, int rows,
                   int n_codes)
{
  VqdCpu *cpu = vqd_cpu (self);
  const PosteriorJob job = { .ops = &cpu->ops,
                             .log_prev = log_prev,
                             .log_x0 = log_x0,
                             .x_t = x_t,
                             .step = step,
                             .rows = rows,
                             .n_codes = n_codes };

  vqd_pool_run (cpu->pool,
                vqd_cpu_div_up (rows, vqd_cpu_rows_per_item (n_codes)),
                posterior_item, &job);
}

static void
row_max_item (const void *data, int item, void *scratch)
{
  const RowMaxJob *job = data;
  const int block = vqd_cpu_rows_per_item (job->n);
  const int end = vqd_cpu_min ((item + 1) * block, job->rows);

  for (int row = item * block; row < end; row++)
    {
      const float *x = job->x + (size_t) row * (size_t) job->n;
      const int best = max_index (x, job->n);

      if (job->max != NULL)
        job->max[row] = x[best];
      if (job->index != NULL)
        job->index[row] = best;
    }
}

void
vqd_cpu_row_max (VqdBackend *self, float *max, int *index, const float *x,
                 int rows, int n)
{
  const RowMaxJob job = {
    .max = max, .index = index, .x = x, .rows = rows, .n = n
  };

  vqd_pool_run (vqd_cpu (self)->pool,
                vqd_cpu_div_up (rows, vqd_cpu_rows_per_item (n)), row_max_item,
                &job);
}
