/* SPDX-License-Identifier: GPL-3.0-or-later */
/* few-tokens, purity, halton: each evaluation reveals a few [MASK]ed positions
 *
 * Math: Improved VQ-Diffusion (Tang et al., 2022), Algorithms 1 and 2, Eq. 11;
 * SPEC 5.
 *
 *   which   n positions of the [MASK]ed, without replacement,
 *           with equal weights (few-tokens), or by purity:
 *             purity(i) = m_i / max_j m_j,   m_i = max_k p(x_0^i = k)
 *           Not of the papers: halton takes them in the order of Halton's
 *           low-discrepancy sequence, far from each other (Besnier et al.,
 *           arXiv 2503.17076).
 *   what    the code of a position is drawn from p(x_0); under purity from
 *             softmax_k ((1 + r purity(i)) log p(x_0^i = k))          (Eq. 11)
 *
 * Two forms of how many at which t:
 *   paper's    at most Delta = ceil (N / S) at each evaluation, before it
 *                t = argmin_t | |A| / N - gamma_bar_t |, |A| the [MASK]ed ones
 *   authors'   a quota n_t for each t > 0 in groups of at most Delta, then one
 *              posterior step at t = 0; for N = 1024 and T = 100, 50, 25, 10 */
#include <math.h>

#include "core/sampler/vqd-sampler-private.h"

#define AUTHORS_N_TOKENS 1024
#define PURITY_FLOOR 1e-10f

/* Points of the sequence per cell until each cell has one; cells without one
 * come last. */
#define HALTON_TRIES 64

/* Up to this Delta the authors use the finer of their two tables for T = 100.
 */
#define AUTHORS_FINE_DELTA 10


/* ---- the authors' quotas ---- */

static gboolean
has_authors_quotas (int n_steps)
{
  return n_steps == 100 || n_steps == 50 || n_steps == 25 || n_steps == 10;
}

/* n_t for 0 < t < T. */
static int
authors_quota (int n_steps, int t, int delta)
{
  switch (n_steps)
    {
    case 100:
      if (t == 1)
        return delta <= AUTHORS_FINE_DELTA ? 6 : 10;
      if (t == 99)
        return delta <= AUTHORS_FINE_DELTA ? 15 : 11;
      return t == 98 || (t - 2) % 3 == 0 ? 11 : 10;
    case 50:
      return t == 49 ? 30 : (t % 2 == 1 ? 21 : 20);
    case 25:
      return t == 24 ? 60 : 41;
    default:
      return t == 9 ? 139 : 102;
    }
}

static gboolean
begin_authors_form (VqdSamplerRun *run)
{
  const double v = run->settings.infer_speed;

  run->authors_form = TRUE;
  run->max_reveal =
      v > 0 && v < 1
          ? MAX (1, (int) floor (AUTHORS_N_TOKENS / run->n_steps * v))
          : G_MAXINT;
  run->t = run->n_steps - 1;
  run->quota_left = authors_quota (run->n_steps, run->t, run->max_reveal);

  run->n_evaluations = 1; /* the one at t = 0 */
  for (int t = 1; t < run->n_steps; t++)
    {
      int left = authors_quota (run->n_steps, t, run->max_reveal);

      for (; left > 1; run->n_evaluations++)
        left -= MIN (left, run->max_reveal);
    }
  return TRUE;
}

/* Exactly one token left is taken along. */
static int
authors_n_revealed (const VqdSamplerRun *run)
{
  const int n = MIN (run->quota_left, run->max_reveal);

  return run->quota_left - n == 1 ? n + 1 : n;
}

/* ---- the paper's form ---- */

/* |A|; pictures of a batch that began as variations differ a little. */
static int
most_masked (const VqdSamplerRun *run)
{
  int most = 0;

  for (int b = 0; b < run->batch; b++)
    most = MAX (most, vqd_sampler_count_masked (run, b));
  return most;
}

static void
set_t_from_masked (VqdSamplerRun *run)
{
  run->t = vqd_schedule_nearest_t (run->schedule,
                                   (double) most_masked (run) / run->n_tokens);
}

static gboolean
begin (VqdSamplerRun *run, GError **error)
{
  const VqdSamplerSettings *settings = &run->settings;

  if (run->whole && run->sampler != &vqd_sampler_halton &&
      run->n_tokens == AUTHORS_N_TOKENS && has_authors_quotas (run->n_steps) &&
      (settings->infer_speed > 0 || settings->steps == run->n_steps))
    return begin_authors_form (run);

  run->max_reveal = (run->n_tokens + settings->steps - 1) / settings->steps;
  run->n_evaluations =
      (most_masked (run) + run->max_reveal - 1) / run->max_reveal;
  run->done = run->n_evaluations == 0;
  set_t_from_masked (run);
  return TRUE;
}

/* ---- choosing positions ---- */

typedef struct
{
  float key;
  int position;
} Candidate;

static int
compare_candidates (const void *a, const void *b)
{
  const Candidate *x = a;
  const Candidate *y = b;

  if (x->key != y->key)
    return x->key < y->key ? 1 : -1;
  return x->position - y->position;
}

/* n of the [MASK]ed positions, those with the largest keys. Returns how many
 * there are, at most n. */
static int
choose_positions (const VqdSamplerRun *run, int picture, const float *keys,
                  int n, int *positions)
{
  const int *x = run->x + (gsize) picture * run->n_tokens;
  g_autofree Candidate *candidates = g_new (Candidate, run->n_tokens);
  int n_candidates = 0;

  for (int i = 0; i < run->n_tokens; i++)
    if (x[i] == run->n_codes)
      candidates[n_candidates++] = (Candidate){ .key = keys[i], .position = i };
  qsort (candidates, (gsize) n_candidates, sizeof *candidates,
         compare_candidates);

  n = MIN (n, n_candidates);
  for (int i = 0; i < n; i++)
    positions[i] = candidates[i].position;
  return n;
}

/* keys[i] = weights[i] / e, e = -ln u: the n largest are a draw without
 * replacement (SPEC 6). weights NULL: all the same. keys may be weights. */
static void
random_keys (const VqdSamplerRun *run, int picture, const float *weights,
             float *keys)
{
  const VqdNoise noise = vqd_sampler_noise (run, picture, VQD_STREAM_POSITION);

  for (int i = 0; i < run->n_tokens; i++)
    {
      const float u = vqd_philox_uniform (
          noise.seed, noise.stream, noise.evaluation, noise.image, (guint32) i);

      keys[i] = (weights == NULL ? 1.0f : weights[i]) / -logf (u);
    }
}

/* The van der Corput number of index i: its digits mirrored at the point. */
static double
radical_inverse (int i, int base)
{
  double value = 0;
  double digit = 1;

  for (; i > 0; i /= base)
    {
      digit /= base;
      value += i % base * digit;
    }
  return value;
}

/* keys fall along Halton's sequence: a cell's is that of the first point of
 * the sequence that falls into it. */
static void
halton_keys (const VqdSamplerRun *run, float *keys)
{
  const VqdDenoiserConfig *config = vqd_denoiser_get_config (run->denoiser);
  int n_left = run->n_tokens;

  for (int i = 0; i < run->n_tokens; i++)
    keys[i] = 0;
  for (int i = 1; n_left > 0 && i < HALTON_TRIES * run->n_tokens; i++)
    {
      const int row = (int) (radical_inverse (i, 2) * config->grid_height);
      const int col = (int) (radical_inverse (i, 3) * config->grid_width);
      float *key = &keys[row * config->grid_width + col];

      if (*key == 0)
        *key = (float) n_left--;
    }
}

/* weights[i] = m_i / max_j m_j, j over all positions. */
static void
purity (const VqdSamplerRun *run, int picture, float *weights)
{
  const float *log_m = run->largest + (gsize) picture * (gsize) run->n_tokens;
  float largest = 0;

  for (int i = 0; i < run->n_tokens; i++)
    {
      weights[i] = expf (log_m[i]);
      largest = MAX (largest, weights[i]);
    }
  for (int i = 0; i < run->n_tokens; i++)
    weights[i] /= largest + PURITY_FLOOR;
}

/* ---- a step ---- */

static void
reveal (VqdSamplerRun *run, int picture, int n, const float *keys,
        const float *sharpen)
{
  const VqdBackendOps *ops = run->backend->ops;
  const VqdNoise noise = vqd_sampler_noise (run, picture, VQD_STREAM_CLASS);
  const gsize first = (gsize) picture * run->n_tokens;
  g_autofree int *positions = g_new (int, run->n_tokens);
  g_autofree int *codes = g_new (int, run->n_tokens);

  n = choose_positions (run, picture, keys, n, positions);
  if (n == 0)
    return;

  ops->upload (run->backend, run->positions, positions,
               sizeof (int) * (gsize) n);
  ops->draw (run->backend, run->codes, run->log_x0 + first * run->n_codes,
             run->positions, sharpen, n, run->n_codes, run->n_codes + 1,
             &noise);
  ops->download (run->backend, codes, run->codes, sizeof (int) * (gsize) n);
  for (int i = 0; i < n; i++)
    run->x[first + (gsize) positions[i]] = codes[i];
}

static int
n_revealed (const VqdSamplerRun *run)
{
  return run->authors_form ? authors_n_revealed (run) : run->max_reveal;
}

static gboolean
is_closing_step (const VqdSamplerRun *run)
{
  return run->authors_form && run->t == 0;
}

static void
step_few_tokens (VqdSamplerRun *run)
{
  if (is_closing_step (run))
    {
      vqd_sampler_posterior_step (run, 0);
      return;
    }

  g_autofree float *keys = g_new (float, run->n_tokens);
  for (int b = 0; b < run->batch; b++)
    {
      random_keys (run, b, NULL, keys);
      reveal (run, b, n_revealed (run), keys, NULL);
    }
}

static void
step_halton (VqdSamplerRun *run)
{
  g_autofree float *keys = g_new (float, run->n_tokens);

  halton_keys (run, keys);
  for (int b = 0; b < run->batch; b++)
    reveal (run, b, n_revealed (run), keys, NULL);
}

static void
step_purity (VqdSamplerRun *run)
{
  const VqdBackendOps *ops = run->backend->ops;
  const float r = (float) run->settings.purity_weight;

  if (is_closing_step (run))
    {
      vqd_sampler_posterior_step (run, 0);
      return;
    }

  g_autofree float *weights = g_new (float, run->n_tokens);
  g_autofree float *sharpen = g_new (float, run->n_tokens);
  for (int b = 0; b < run->batch; b++)
    {
      purity (run, b, weights);
      for (int i = 0; i < run->n_tokens; i++)
        sharpen[i] = 1.0f + r * weights[i];
      ops->upload (run->backend, run->sharpen, sharpen,
                   sizeof (float) * (gsize) run->n_tokens);
      random_keys (run, b, weights, weights);
      reveal (run, b, n_revealed (run), weights, run->sharpen);
    }
}

static gboolean
next (VqdSamplerRun *run)
{
  if (! run->authors_form)
    {
      set_t_from_masked (run);
      return most_masked (run) > 0;
    }

  if (run->t == 0)
    return FALSE;
  run->quota_left -= authors_n_revealed (run);
  if (run->quota_left == 0)
    {
      run->t--;
      if (run->t > 0)
        run->quota_left = authors_quota (run->n_steps, run->t, run->max_reveal);
    }
  return TRUE;
}

const VqdSampler vqd_sampler_few_tokens = { "few-tokens",    FALSE,
                                            FALSE,           begin,
                                            step_few_tokens, next };
const VqdSampler vqd_sampler_purity = { "purity", FALSE,       FALSE,
                                        begin,    step_purity, next };
const VqdSampler vqd_sampler_halton = { "halton", FALSE,       FALSE,
                                        begin,    step_halton, next };
