/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-clip-text.h - CLIP's text transformer: token ids -> features
 *
 * Source: SPEC 8; CLIP (Radford et al., 2021), upstream clip/model.py. Causal
 * mask, x * sigmoid (1.702 x), final layer norm, no projection; all S
 * positions are used, padding included, each divided by its length. */
#ifndef VQD_CLIP_TEXT_H
#define VQD_CLIP_TEXT_H

#include "core/base/vqd-arena.h"
#include "core/io/vqd-config.h"

G_BEGIN_DECLS

typedef struct _VqdClipText VqdClipText;

/* Finds and checks the tensors PREFIX + CLIP's names. weights and backend
 * must outlive it. */
VqdClipText *vqd_clip_text_new (VqdWeights *weights, const char *prefix,
                                const VqdTextConfig *config,
                                VqdBackend *backend, GError **error);
void vqd_clip_text_free (VqdClipText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdClipText, vqd_clip_text_free)

/* Scratch that encode () takes from the arena and gives back. */
void vqd_clip_text_measure (const VqdTextConfig *config, VqdArena *arena);

/* ids: [S] in host memory; features: [S, width] on the device, with length 1
 * when normalised. */
void vqd_clip_text_encode (VqdClipText *self, VqdArena *arena, const int *ids,
                           float *features, gboolean normalised);

G_END_DECLS

#endif /* VQD_CLIP_TEXT_H */
