/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much work a request is, before it runs. The rules are the samplers'
 * (vqd-sampler-fast.c, vqd-sampler-reveal.c); a test compares. */
#include <math.h>

#include "core/vqd.h"

#define AUTHORS_N_TOKENS 1024

static gboolean
is (const char *a, const char *b)
{
  return g_strcmp0 (a, b) == 0;
}

/* vqd-sampler-reveal.c: the authors' tables know these. */
static gboolean
has_authors_form (const char *strategy, int steps, int n_tokens,
                  const VqdModelInfo *info)
{
  const int t = info->n_steps;

  return ! is (strategy, "halton") && n_tokens == AUTHORS_N_TOKENS &&
         steps == t && (t == 100 || t == 50 || t == 25 || t == 10);
}

static int
count_reveal (const char *strategy, int steps, double share,
              const VqdModelInfo *info)
{
  const int n_tokens = info->grid_width * info->grid_height;
  const int n_drawn = (int) lrint (share * n_tokens);
  const int max_reveal = (n_tokens + steps - 1) / steps;

  if (share == 1 && has_authors_form (strategy, steps, n_tokens, info))
    return info->n_steps;

  return (n_drawn + max_reveal - 1) / max_reveal;
}

static int
count_fast (int steps, int t_start, const VqdModelInfo *info)
{
  const int stride = MAX (2, (info->n_steps + steps - 1) / steps);

  return (t_start + stride - 1) / stride + 1;
}

int
vqd_request_count_evaluations (const VqdRequest *request,
                               const VqdModelInfo *info, double share)
{
  const gboolean is_auto = is (request->strategy, "auto");
  const char *strategy = is_auto ? info->strategy : request->strategy;
  const int own_steps = info->steps > 0 ? info->steps : info->n_steps;
  const int steps = request->steps > 0 ? request->steps : own_steps;
  const double drawn = CLAMP (share, 0.0, 1.0);
  const int t_start = (int) lrint (drawn * info->n_steps) - 1;

  if (t_start < 0)
    return 0;
  /* A number of steps of one's own makes the fast one of it. */
  if (is (strategy, "original") &&
      (! is_auto || request->steps <= 0 || steps == info->n_steps))
    return t_start + 1;
  if (is (strategy, "original") || is (strategy, "fast"))
    return count_fast (steps, t_start, info);

  return count_reveal (strategy, steps, drawn, info);
}
