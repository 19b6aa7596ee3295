/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-denoiser.h - tokens, condition and t -> logits of p(x_0 | x_t, y)
 *
 * Source: SPEC 7; VQ-Diffusion (Gu et al., 2022), section 4.3; upstream
 * transformer_utils.py, Text2ImageTransformer with "selfcross" blocks.
 *
 * What does not change during a run is computed once: AdaLN's scale and shift
 * of every t when the denoiser is prepared, keys and values of the condition
 * when it is set. */
#ifndef VQD_DENOISER_H
#define VQD_DENOISER_H

#include "core/base/vqd-arena.h"
#include "core/io/vqd-config.h"

G_BEGIN_DECLS

typedef struct _VqdDenoiser VqdDenoiser;

/* Finds and checks the tensors "transformer.transformer.*". weights and
 * backend must outlive it. */
VqdDenoiser *vqd_denoiser_new (VqdWeights *weights,
                               const VqdDenoiserConfig *config,
                               VqdBackend *backend, GError **error);
void vqd_denoiser_free (VqdDenoiser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdDenoiser, vqd_denoiser_free)

const VqdDenoiserConfig *vqd_denoiser_get_config (const VqdDenoiser *self);

/* What prepare () keeps of the arena. */
void vqd_denoiser_measure_tables (const VqdDenoiserConfig *config,
                                  VqdArena *arena);
/* Computes AdaLN's tables; they stay in the arena. */
void vqd_denoiser_prepare (VqdDenoiser *self, VqdArena *arena);

/* What set_conditions () keeps of the arena. */
void vqd_denoiser_measure_conditions (const VqdDenoiserConfig *config,
                                      int n_conditions, int context,
                                      VqdArena *arena);
/* Keys and values of n_conditions conditions, features: [n_conditions, S, C].
 * They stay in the arena, until the next call or until it is reset. Batch row
 * i of B reads condition i * n_conditions / B. */
void vqd_denoiser_set_conditions (VqdDenoiser *self, VqdArena *arena,
                                  const float *features, int n_conditions,
                                  int context);

/* Scratch that evaluate () takes from the arena and gives back. */
void vqd_denoiser_measure (const VqdDenoiserConfig *config, int batch,
                           VqdArena *arena);
/* tokens: [batch, N] on the device, 0 ... K; logits: [batch, N, K] on the
 * device. FALSE when cancelled or when the device failed. */
gboolean vqd_denoiser_evaluate (VqdDenoiser *self, VqdArena *arena,
                                const int *tokens, int batch, int t,
                                float *logits, GCancellable *cancellable,
                                GError **error);

G_END_DECLS

#endif /* VQD_DENOISER_H */
