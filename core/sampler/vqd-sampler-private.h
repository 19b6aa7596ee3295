/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-sampler-private.h - what a strategy implements, and what it sees */
#ifndef VQD_SAMPLER_PRIVATE_H
#define VQD_SAMPLER_PRIVATE_H

#include "core/sampler/vqd-sampler.h"
#include "kernels/vqd-philox.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  /* Each step draws all tokens, not the [MASK]ed alone. */
  gboolean redraws;
  gboolean fixed_steps; /* as many as T, and no other number */
  /* Checks the settings, sets n_evaluations and t of the first evaluation; x
   * and t_start are set. */
  gboolean (*begin) (VqdSamplerRun *run, GError **error);
  /* From log_x0 of the evaluation at t to the next state x. */
  void (*step) (VqdSamplerRun *run);
  /* After a step: sets t of the next evaluation; FALSE: there is none. */
  gboolean (*next) (VqdSamplerRun *run);
} VqdSampler;

extern const VqdSampler vqd_sampler_original;
extern const VqdSampler vqd_sampler_fast;
extern const VqdSampler vqd_sampler_few_tokens;
extern const VqdSampler vqd_sampler_purity;
extern const VqdSampler vqd_sampler_halton;

struct _VqdSamplerRun
{
  const VqdSampler *sampler;
  VqdSamplerSettings settings;
  VqdDenoiser *denoiser;
  VqdBackend *backend;
  VqdArena *arena;
  VqdSchedule *schedule;
  guint64 *seeds;  /* [B] */
  guint32 *images; /* [B] */

  int batch;    /* B */
  int n_tokens; /* N */
  int n_codes;  /* K; [MASK] is K */
  int n_steps;  /* T */

  int *x;         /* [B, N], host */
  int t_start;    /* of the first evaluation, by what x is */
  gboolean whole; /* x began as all [MASK] */
  guint8 *pinned; /* [N]: tokens that never change, or NULL */
  int t;
  int evaluation; /* index of the present one, from 0 */
  int n_evaluations;
  gboolean done;
  float *largest; /* [B, N], host: max_k log p(x_0) of the last evaluation */
  int *before;    /* [B, N], host: x before the present step */
  float *purity;  /* [B, N], host: of the evaluation that drew the token */

  /* On the device. */
  int *x_device;   /* [passes, B, N] */
  float *log_x0;   /* [passes, B, N, K]; the first B N rows are the result */
  float *log_prev; /* [N, K + 1], one picture */
  float *row_max;  /* [N] */
  float *sharpen;  /* [N] */
  int *positions;  /* [N] */
  int *codes;      /* [N] */

  /* Of the strategies that reveal (vqd-reveal.c). */
  gboolean authors_form;
  int max_reveal; /* Delta: most positions revealed by one evaluation */
  int quota_left; /* authors' form: of the present t */
};

VqdNoise vqd_sampler_noise (const VqdSamplerRun *run, int picture,
                            guint32 stream);

/* x = a draw from p(x_{t-1} | x_t), posterior taken at t. */
void vqd_sampler_posterior_step (VqdSamplerRun *run, int t);

/* [MASK]ed positions of a picture: |A|. */
int vqd_sampler_count_masked (const VqdSamplerRun *run, int picture);

G_END_DECLS

#endif /* VQD_SAMPLER_PRIVATE_H */
