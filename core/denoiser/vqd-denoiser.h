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

/* What setting n_conditions conditions keeps of the arena; context: S, of text
 * models. */
void vqd_denoiser_measure_conditions (const VqdDenoiserConfig *config,
                                      int n_conditions, int context,
                                      VqdArena *arena);

/* The conditions of the batch: row i of B has condition i * n / B; one row
 * alone has the first. They stay
 * in the arena, until they are set anew or the arena is reset.
 *
 * Text models: keys and values, features: [n, S, C]. */
void vqd_denoiser_set_conditions (VqdDenoiser *self, VqdArena *arena,
                                  const float *features, int n, int context);

/* Class models: labels 0 ... n_labels - 1; a label beyond is the null
 * condition, the mean of the table's rows. Models without a condition: n is 1,
 * labels is not read. */
void vqd_denoiser_set_labels (VqdDenoiser *self, VqdArena *arena,
                              const int *labels, int n);

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
