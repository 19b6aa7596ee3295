/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fast: posterior steps that skip k - 1 of k timesteps
 *
 * Math: VQ-Diffusion, section 4.4 (fast inference strategy); SPEC 5. Visits
 * t = T - 1, T - 1 - k, ... and 0 in the end. */
#include <math.h>

#include "core/sampler/vqd-sampler-private.h"


static int
stride (const VqdSamplerRun *run)
{
  if (run->settings.infer_speed > 0)
    return MAX (2, (int) run->settings.infer_speed);
  return MAX (2,
              (run->n_steps + run->settings.steps - 1) / run->settings.steps);
}

static gboolean
begin (VqdSamplerRun *run, GError **error)
{
  const int k = stride (run);

  /* ceil (t / k) strides down to 0, and the visit of 0 itself. */
  run->n_evaluations = (run->t_start + k - 1) / k + 1;
  run->t = run->t_start;
  return TRUE;
}

static void
step (VqdSamplerRun *run)
{
  const int skipped = stride (run) - 1;

  vqd_sampler_posterior_step (run,
                              run->t > skipped ? run->t - skipped : run->t);
}

static gboolean
next (VqdSamplerRun *run)
{
  if (run->t == 0)
    return FALSE;
  run->t = MAX (0, run->t - stride (run));
  return TRUE;
}

const VqdSampler vqd_sampler_fast = { "fast", TRUE, FALSE, begin, step, next };
