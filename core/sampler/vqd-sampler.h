/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-sampler.h - from all [MASK] to a picture's tokens
 *
 *             +--------------------------- once per evaluation ---+
 *             v                                                   |
 *   x_t --> denoiser --> logits --> log p(x_0 | x_t, y) --> strategy -->
 * x_{t-1} [B,N]   (y and null)  SPEC 7    guidance, truncation      posterior
 * or SPEC 3                    reveal, SPEC 4, 5
 *
 * Math: VQ-Diffusion, Algorithm 2; Improved VQ-Diffusion, section 3 (guidance)
 * and Algorithms 1 and 2 (fewer tokens, purity). One loop for all strategies: a
 * strategy is an entry in a table. */
#ifndef VQD_SAMPLER_H
#define VQD_SAMPLER_H

#include "core/denoiser/vqd-denoiser.h"
#include "core/diffusion/vqd-schedule.h"

G_BEGIN_DECLS

typedef struct
{
  const char *strategy; /* of the table; never "auto" */
  int steps;            /* evaluations asked for; 0: as many as T */
  double guidance;      /* s; 1 is none and takes one pass */
  double truncation;    /* rate r, 0 ... 1 */
  int top_k;            /* 0: off */
  double purity_weight; /* r of Eq. 11 */
  double
      infer_speed; /* the authors' knob; 0: not given. Selects their quotas */
} VqdSamplerSettings;

/* Where a run begins when not with all [MASK] (SPEC 5). */
typedef struct
{
  const int *tokens; /* [N], codes of a picture */
  /* [N]: 1 where tokens are to be drawn, the others never change. NULL: the
   * whole picture. */
  const guint8 *hole;
  /* TRUE: a variation, x_t is drawn from q (x_t | x_0) at t = round (strength
   * T) - 1; strength 0 gives the picture back. FALSE: the hole begins as [MASK]
   * and t at its share. */
  gboolean vary;
  double strength;
} VqdSamplerStart;

typedef struct _VqdSamplerRun VqdSamplerRun;

/* Names of the strategies, NULL-terminated, static. */
const char *const *vqd_sampler_names (void);

/* Whether a strategy takes as many steps as T, and no other number. */
gboolean vqd_sampler_has_fixed_steps (const char *strategy);

/* How many condition sets a run needs: 1, or 2 (the prompt's, then the null
 * condition's) when guided. */
int vqd_sampler_n_conditions (const VqdSamplerSettings *settings);

/* What a run keeps of the arena. */
void vqd_sampler_measure (const VqdDenoiserConfig *config, int batch,
                          gboolean guided, VqdArena *arena);

/* A run of batch pictures, from start, or (NULL) all [MASK]. The denoiser's
 * conditions must be set. seeds, images: [batch], the place of each picture in
 * the random stream. VQD_ERROR_REQUEST for settings that the strategy cannot
 * do. */
VqdSamplerRun *vqd_sampler_run_new (const VqdSamplerSettings *settings,
                                    VqdDenoiser *denoiser, VqdBackend *backend,
                                    VqdArena *arena, int batch,
                                    const guint64 *seeds, const guint32 *images,
                                    const VqdSamplerStart *start,
                                    GError **error);
void vqd_sampler_run_free (VqdSamplerRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdSamplerRun, vqd_sampler_run_free)

/* Evaluations of the whole run. */
int vqd_sampler_run_get_n_evaluations (const VqdSamplerRun *run);

/* TRUE when no evaluation is left. */
gboolean vqd_sampler_run_is_done (const VqdSamplerRun *run);

/* The t of the next evaluation. */
int vqd_sampler_run_get_t (const VqdSamplerRun *run);

/* The state, [B, N] in host memory, K is [MASK]; may be written between
 * steps (the tests feed the reference's). */
int *vqd_sampler_run_get_tokens (VqdSamplerRun *run);

/* How sure the model was of each token, [B, N]: its purity, max_k p(x_0 = k),
 * at the evaluation that drew it, after guidance. What Algorithm 2 chooses
 * positions by, but not divided by the largest of the picture: 1 is certain.
 * -1: this run did not draw the token. */
const float *vqd_sampler_run_get_purity (const VqdSamplerRun *run);

/* log p(x_0) of the last evaluation, [B, N, K] on the device. */
const float *vqd_sampler_run_get_log_x0 (const VqdSamplerRun *run);

/* One evaluation and what follows from it. FALSE when cancelled, or when the
 * device failed; the state is then what it was before. */
gboolean vqd_sampler_run_step (VqdSamplerRun *run, GCancellable *cancellable,
                               GError **error);

G_END_DECLS

#endif /* VQD_SAMPLER_H */
