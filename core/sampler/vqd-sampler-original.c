/* SPDX-License-Identifier: GPL-3.0-or-later */
/* original: a posterior step for each t = T - 1 ... 0
 *
 * Math: VQ-Diffusion, Algorithm 2; SPEC 5. */
#include "core/base/vqd-i18n.h"
#include "core/sampler/vqd-sampler-private.h"


static gboolean
begin (VqdSamplerRun *run, GError **error)
{
  if (run->settings.steps != run->n_steps)
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_REQUEST,
          _ ("The strategy \"original\" takes %d steps with this model, "
             "not %d. For fewer, use \"fast\" or \"purity\"."),
          run->n_steps, run->settings.steps);
      return FALSE;
    }
  run->n_evaluations = run->t_start + 1;
  run->t = run->t_start;
  return TRUE;
}

static void
step (VqdSamplerRun *run)
{
  vqd_sampler_posterior_step (run, run->t);
}

static gboolean
next (VqdSamplerRun *run)
{
  run->t--;
  return run->t >= 0;
}

const VqdSampler vqd_sampler_original = { "original", TRUE, TRUE,
                                          begin,      step, next };
