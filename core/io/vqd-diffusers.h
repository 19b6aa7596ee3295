/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-diffusers.h - a folder as Diffusers' VQDiffusionPipeline is saved
 *
 * Source: SPEC 10b. All tensors get the authors' names (SPEC 10a); the
 * codebook is that of VQD_CODEC_VQ, transformer.empty_text_embed is there when
 * the model has learned its null condition. Metadata:
 *
 *   format                  "diffusers"
 *   config.model_index      the text of model_index.json
 *   config.transformer      of each part's config.json; all of these are there
 *   config.vqvae
 *   config.text_encoder
 *   config.scheduler        of scheduler_config.json, when it is there
 *   config.learned_classifier_free_sampling_embeddings    likewise
 *   config.tokenizer        of tokenizer_config.json, likewise
 *
 * What these configs may say and the engine cannot do (another activation,
 * another schedule, ...) is refused here. A config counts the layers, and
 * every tensor of them has been found; that the shapes fit is for the parts
 * to check. */
#ifndef VQD_DIFFUSERS_H
#define VQD_DIFFUSERS_H

#include "core/io/vqd-weights-reader.h"

G_BEGIN_DECLS

#define VQD_DIFFUSERS_FORMAT "diffusers"
#define VQD_DIFFUSERS_CONFIG "config."

extern const VqdWeightsReader vqd_reader_diffusers;

G_END_DECLS

#endif /* VQD_DIFFUSERS_H */
