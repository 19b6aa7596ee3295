/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/vqd-i18n.h"
#include "core/base/vqd-status.h"
#include "core/sampler/vqd-sampler-private.h"

#include <math.h>
#include <string.h>

static const VqdSampler *const samplers[] = {
  &vqd_sampler_original, &vqd_sampler_fast,   &vqd_sampler_few_tokens,
  &vqd_sampler_purity,   &vqd_sampler_halton,
};


const char *const *
vqd_sampler_names (void)
{
  static gsize names = 0;

  if (g_once_init_enter (&names))
    {
      const char **list = g_new0 (const char *, G_N_ELEMENTS (samplers) + 1);

      for (gsize i = 0; i < G_N_ELEMENTS (samplers); i++)
        list[i] = samplers[i]->name;
      g_once_init_leave (&names, GPOINTER_TO_SIZE (list));
    }
  return GSIZE_TO_POINTER (names);
}

static const VqdSampler *
find_sampler (const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samplers); i++)
    if (g_strcmp0 (samplers[i]->name, name) == 0)
      return samplers[i];

  g_autofree char *list = g_strjoinv (", ", (char **) vqd_sampler_names ());
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("There is no strategy \"%s\"; there are: %s."), name, list);
  return NULL;
}

gboolean
vqd_sampler_has_fixed_steps (const char *strategy)
{
  const VqdSampler *sampler = find_sampler (strategy, NULL);

  return sampler != NULL && sampler->fixed_steps;
}

int
vqd_sampler_n_conditions (const VqdSamplerSettings *settings)
{
  return settings->guidance == 1.0 ? 1 : 2;
}

static void
layout (const VqdDenoiserConfig *config, int batch, gboolean guided,
        VqdArena *arena, VqdSamplerRun *run)
{
  const int n = config->grid_height * config->grid_width;
  const int rows = (guided ? 2 : 1) * batch * n;

  run->x_device = vqd_arena_ints (arena, rows, 1);
  run->log_x0 = vqd_arena_floats (arena, rows, config->n_codes);
  run->log_prev = vqd_arena_floats (arena, n, config->n_codes + 1);
  run->row_max = vqd_arena_floats (arena, n, 1);
  run->sharpen = vqd_arena_floats (arena, n, 1);
  run->positions = vqd_arena_ints (arena, n, 1);
  run->codes = vqd_arena_ints (arena, n, 1);
}

void
vqd_sampler_measure (const VqdDenoiserConfig *config, int batch,
                     gboolean guided, VqdArena *arena)
{
  VqdSamplerRun unused;
  const int passes = guided ? 2 : 1;

  layout (config, batch, guided, arena, &unused);
  vqd_denoiser_measure (config, passes * batch, arena);
}

/* ---- where a run begins ---- */

/* Each picture of the batch: a draw from q (x_t | x_0), log floored. */
static void
draw_noised (VqdSamplerRun *run, const int *x_0, int t)
{
  const VqdBackendOps *ops = run->backend->ops;
  const int n_classes = run->n_codes + 1;
  const double alpha = vqd_schedule_alpha_bar (run->schedule, t);
  const double beta = vqd_schedule_beta_bar (run->schedule, t);
  const double gamma = vqd_schedule_gamma_bar (run->schedule, t);
  const gsize n_floats = (gsize) run->n_tokens * (gsize) n_classes;
  g_autofree float *log_q = g_new (float, n_floats);

  for (gsize i = 0; i < n_floats; i++)
    {
      const int k = (int) (i % (gsize) n_classes);
      const gboolean same = k == x_0[i / (gsize) n_classes];
      const double q = k == run->n_codes ? gamma : same ? alpha + beta : beta;

      log_q[i] = MAX ((float) log (q), VQD_LOG_FLOOR);
    }
  ops->upload (run->backend, run->log_prev, log_q, sizeof (float) * n_floats);
  for (int b = 0; b < run->batch; b++)
    {
      const VqdNoise noise = vqd_sampler_noise (run, b, VQD_STREAM_NOISING);

      ops->draw (run->backend, run->codes, run->log_prev, NULL, NULL,
                 run->n_tokens, n_classes, n_classes, &noise);
      ops->download (run->backend, run->x + (gsize) b * run->n_tokens,
                     run->codes, sizeof (int) * (gsize) run->n_tokens);
    }
}

static void
pin (VqdSamplerRun *run, const VqdSamplerStart *start)
{
  run->pinned = g_new (guint8, run->n_tokens);
  for (int i = 0; i < run->n_tokens; i++)
    run->pinned[i] = ! start->hole[i];
}

static void
start_filling (VqdSamplerRun *run, const VqdSamplerStart *start)
{
  pin (run, start);
  for (int i = 0; i < run->batch * run->n_tokens; i++)
    if (run->pinned[i % run->n_tokens])
      run->x[i] = start->tokens[i % run->n_tokens];

  const int n_masked = vqd_sampler_count_masked (run, 0);
  run->t_start =
      vqd_schedule_nearest_t (run->schedule, (double) n_masked / run->n_tokens);
  run->done = n_masked == 0;
}

/* What q replaced by another code would stay for ever under a strategy that
 * only reveals: it becomes [MASK] there. */
static int
noised_token (const VqdSamplerRun *run, int drawn, int token)
{
  return drawn == token || run->sampler->redraws ? drawn : run->n_codes;
}

static void
start_varying (VqdSamplerRun *run, const VqdSamplerStart *start)
{
  run->t_start = (int) lrint (start->strength * run->n_steps) - 1;
  run->done = run->t_start < 0;
  if (! run->done)
    draw_noised (run, start->tokens, run->t_start);
  if (start->hole != NULL)
    pin (run, start);

  for (int i = 0; i < run->batch * run->n_tokens; i++)
    {
      const int cell = i % run->n_tokens;
      const gboolean keep = run->done || (run->pinned && run->pinned[cell]);

      run->x[i] = keep ? start->tokens[cell]
                       : noised_token (run, run->x[i], start->tokens[cell]);
    }
}

static void
set_start (VqdSamplerRun *run, const VqdSamplerStart *start)
{
  for (int i = 0; i < run->batch * run->n_tokens; i++)
    run->x[i] = run->n_codes;
  run->t_start = run->n_steps - 1;
  run->whole = start == NULL;
  if (start != NULL && start->vary)
    start_varying (run, start);
  else if (start != NULL)
    start_filling (run, start);
}

/* ---- a run ---- */

VqdSamplerRun *
vqd_sampler_run_new (const VqdSamplerSettings *settings, VqdDenoiser *denoiser,
                     VqdBackend *backend, VqdArena *arena, int batch,
                     const guint64 *seeds, const guint32 *images,
                     const VqdSamplerStart *start, GError **error)
{
  const VqdDenoiserConfig *config = vqd_denoiser_get_config (denoiser);
  const VqdSampler *sampler = find_sampler (settings->strategy, error);

  if (sampler == NULL)
    return NULL;

  g_autoptr (VqdSamplerRun) run = g_new0 (VqdSamplerRun, 1);
  run->sampler = sampler;
  run->settings = *settings;
  run->denoiser = denoiser;
  run->backend = backend;
  run->arena = arena;
  run->schedule = vqd_schedule_new (config->n_steps, config->n_codes);
  run->seeds = g_memdup2 (seeds, sizeof *seeds * (gsize) batch);
  run->images = g_memdup2 (images, sizeof *images * (gsize) batch);
  run->batch = batch;
  run->n_tokens = config->grid_height * config->grid_width;
  run->n_codes = config->n_codes;
  run->n_steps = config->n_steps;
  if (run->settings.steps <= 0)
    run->settings.steps = run->n_steps;

  run->x = g_new (int, (gsize) batch * run->n_tokens);
  run->largest = g_new (float, (gsize) batch * run->n_tokens);
  run->before = g_new (int, (gsize) batch * run->n_tokens);
  run->purity = g_new (float, (gsize) batch * run->n_tokens);
  for (int i = 0; i < batch * run->n_tokens; i++)
    run->purity[i] = -1;
  layout (config, batch, vqd_sampler_n_conditions (settings) == 2, arena, run);
  set_start (run, start);

  if (! run->done && ! sampler->begin (run, error))
    return NULL;
  return g_steal_pointer (&run);
}

void
vqd_sampler_run_free (VqdSamplerRun *run)
{
  if (run == NULL)
    return;
  g_clear_pointer (&run->schedule, vqd_schedule_free);
  g_free (run->seeds);
  g_free (run->images);
  g_free (run->x);
  g_free (run->pinned);
  g_free (run->largest);
  g_free (run->before);
  g_free (run->purity);
  g_free (run);
}

int
vqd_sampler_run_get_n_evaluations (const VqdSamplerRun *run)
{
  return run->n_evaluations;
}

gboolean
vqd_sampler_run_is_done (const VqdSamplerRun *run)
{
  return run->done;
}

int
vqd_sampler_run_get_t (const VqdSamplerRun *run)
{
  return run->t;
}

int *
vqd_sampler_run_get_tokens (VqdSamplerRun *run)
{
  return run->x;
}

const float *
vqd_sampler_run_get_purity (const VqdSamplerRun *run)
{
  return run->purity;
}

const float *
vqd_sampler_run_get_log_x0 (const VqdSamplerRun *run)
{
  return run->log_x0;
}

/* The largest of each row. A NaN is larger than all, so that it shows there. */
static gboolean
find_largest (VqdSamplerRun *run, GError **error)
{
  const VqdBackendOps *ops = run->backend->ops;
  const gsize n_tokens = (gsize) run->n_tokens;

  for (int b = 0; b < run->batch; b++)
    {
      float *largest = run->largest + (gsize) b * n_tokens;

      ops->row_max (run->backend, run->row_max, NULL,
                    run->log_x0 + (gsize) b * n_tokens * (gsize) run->n_codes,
                    run->n_tokens, run->n_codes);
      ops->download (run->backend, largest, run->row_max,
                     sizeof (float) * n_tokens);
      for (gsize i = 0; i < n_tokens; i++)
        if (! isfinite (largest[i]))
          {
            g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                         _ ("The model's denoiser gives values that are no "
                            "numbers: its file is broken. Copy or download it "
                            "again."));
            return FALSE;
          }
    }
  return TRUE;
}

/* log_x0 = log p(x_0 | x_t, y), guided and truncated. Both passes of guidance
 * are one batch: the prompt's pictures, then the same under the null
 * condition. */
static gboolean
evaluate (VqdSamplerRun *run, GCancellable *cancellable, GError **error)
{
  const VqdBackendOps *ops = run->backend->ops;
  const int rows = run->batch * run->n_tokens;
  const int passes = vqd_sampler_n_conditions (&run->settings);

  for (int pass = 0; pass < passes; pass++)
    ops->upload (run->backend, run->x_device + (gsize) pass * rows, run->x,
                 sizeof (int) * (gsize) rows);
  if (! vqd_denoiser_evaluate (run->denoiser, run->arena, run->x_device,
                               passes * run->batch, run->t, run->log_x0,
                               cancellable, error))
    return FALSE;

  const float *null_logits =
      passes == 2 ? run->log_x0 + (gsize) rows * run->n_codes : NULL;
  ops->log_x0 (run->backend, run->log_x0, run->log_x0, null_logits,
               (float) run->settings.guidance, (float) run->settings.truncation,
               run->settings.top_k, rows, run->n_codes);
  return vqd_backend_check (run->backend, error) && find_largest (run, error);
}

/* Of the tokens that the step changed. One that was drawn again as it was keeps
 * the purity of when it came. */
static void
note_purity (VqdSamplerRun *run)
{
  for (int i = 0; i < run->batch * run->n_tokens; i++)
    if (run->x[i] != run->before[i])
      run->purity[i] =
          run->x[i] == run->n_codes ? -1 : MIN (expf (run->largest[i]), 1.0f);
}

gboolean
vqd_sampler_run_step (VqdSamplerRun *run, GCancellable *cancellable,
                      GError **error)
{
  g_assert (! run->done);

  if (! evaluate (run, cancellable, error))
    return FALSE;

  memcpy (run->before, run->x,
          sizeof (int) * (gsize) run->batch * (gsize) run->n_tokens);
  run->sampler->step (run);
  note_purity (run);
  run->evaluation++;
  run->done = ! run->sampler->next (run);
  return vqd_backend_check (run->backend, error);
}

/* ---- for the strategies ---- */

VqdNoise
vqd_sampler_noise (const VqdSamplerRun *run, int picture, guint32 stream)
{
  return (VqdNoise){ .seed = run->seeds[picture],
                     .image = run->images[picture],
                     .evaluation = (guint32) run->evaluation,
                     .stream = stream };
}

void
vqd_sampler_posterior_step (VqdSamplerRun *run, int t)
{
  const VqdBackendOps *ops = run->backend->ops;
  g_autofree int *codes = g_new (int, run->n_tokens);
  VqdPosteriorStep step;

  vqd_schedule_posterior_step (run->schedule, t, &step);
  for (int b = 0; b < run->batch; b++)
    {
      const VqdNoise noise = vqd_sampler_noise (run, b, VQD_STREAM_CLASS);
      const gsize first = (gsize) b * run->n_tokens;

      ops->posterior (run->backend, run->log_prev,
                      run->log_x0 + first * run->n_codes, run->x_device + first,
                      &step, run->n_tokens, run->n_codes);
      ops->draw (run->backend, run->codes, run->log_prev, NULL, NULL,
                 run->n_tokens, run->n_codes + 1, run->n_codes + 1, &noise);
      ops->download (run->backend, codes, run->codes,
                     sizeof (int) * (gsize) run->n_tokens);
      for (int i = 0; i < run->n_tokens; i++)
        if (run->pinned == NULL || ! run->pinned[i])
          run->x[first + (gsize) i] = codes[i];
    }
}

int
vqd_sampler_count_masked (const VqdSamplerRun *run, int picture)
{
  const int *x = run->x + (gsize) picture * run->n_tokens;
  int n = 0;

  for (int i = 0; i < run->n_tokens; i++)
    n += x[i] == run->n_codes;
  return n;
}
