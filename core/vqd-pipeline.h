/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-pipeline.h - a model's three networks over one arena
 *
 *   ids --> text encoder --> features --> denoiser's keys and values
 *   [MASK] --> sampler run (denoiser) --> tokens --> codec --> picture
 *
 * All memory of a run is measured from the config and taken in one block
 * before any weight is touched. Used by the engine and by the tests. */
#ifndef VQD_PIPELINE_H
#define VQD_PIPELINE_H

#include "core/image/vqd-codec.h"
#include "core/sampler/vqd-sampler.h"
#include "core/text/vqd-clip-text.h"

G_BEGIN_DECLS

typedef struct _VqdPipeline VqdPipeline;

/* Bytes of the arena for runs of up to max_batch pictures at a time. */
gsize vqd_pipeline_measure (const VqdConfig *config, int max_batch);

/* weights and config are (transfer full), also on error; the backend must
 * outlive the pipeline. */
VqdPipeline *vqd_pipeline_new (VqdWeights *weights, VqdConfig *config,
                               VqdBackend *backend, int max_batch,
                               GError **error);
void vqd_pipeline_free (VqdPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPipeline, vqd_pipeline_free)

const VqdConfig *vqd_pipeline_get_config (const VqdPipeline *self);
const VqdWeights *vqd_pipeline_get_weights (const VqdPipeline *self);

/* Encodes a prompt, ids: [context], and when guided the null condition after
 * it: the features of null_ids, or the model's own when NULL. Valid until the
 * next call; ends all runs. features, when not NULL: borrowed, on the device,
 * [1 or 2, context, width]. */
gboolean vqd_pipeline_set_prompt (VqdPipeline *self, const int *ids,
                                  gboolean guided, const int *null_ids,
                                  const float **features, GError **error);

/* The same for class models, and for models without a condition (label is not
 * read then). */
gboolean vqd_pipeline_set_label (VqdPipeline *self, int label, gboolean guided,
                                 GError **error);

/* A run under that condition; one at a time. */
VqdSamplerRun *
vqd_pipeline_sample (VqdPipeline *self, const VqdSamplerSettings *settings,
                     int batch, const guint64 *seeds, const guint32 *images,
                     const VqdSamplerStart *start, GError **error);

/* One evaluation alone: logits [batch, N, K] of x_t [batch, N] at t, both in
 * host memory, unguided or both passes of one (batch then counts them). */
gboolean vqd_pipeline_evaluate (VqdPipeline *self, const int *x_t, int batch,
                                int t, float *logits, GError **error);

/* Decoding and encoding need no condition; this takes the place of setting
 * one where none ever was. */
void vqd_pipeline_ready (VqdPipeline *self);

/* tokens: [grid], classes of the denoiser; rgb: [height, width, 3], 0 ... 1,
 * host memory. */
gboolean vqd_pipeline_decode (VqdPipeline *self, const int *tokens, float *rgb,
                              GCancellable *cancellable, GError **error);

/* rgb: [height, width, 3] of the model's size, 0 ... 1, host memory; tokens:
 * [grid], classes of the denoiser. The first call also readies the encoder. */
gboolean vqd_pipeline_encode (VqdPipeline *self, const float *rgb, int *tokens,
                              GCancellable *cancellable, GError **error);

/* Bytes that the first encode () takes beside the arena. */
gsize vqd_pipeline_encoder_bytes (const VqdConfig *config);

/* Pixels of a decoded picture. */
void vqd_pipeline_get_size (const VqdPipeline *self, int *width, int *height);

G_END_DECLS

#endif /* VQD_PIPELINE_H */
