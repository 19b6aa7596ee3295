/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-diffusers-names.h - which tensor of a Diffusers model is which of the
 * authors'
 *
 * Source: SPEC 10a and 10b. A map is made for a model of given sizes and holds
 * every tensor that such a model has: what a file leaves out has a name, and
 * what it has beyond them is known as well. */
#ifndef VQD_DIFFUSERS_NAMES_H
#define VQD_DIFFUSERS_NAMES_H

#include "core/image/vqd-codec-config.h"
#include "core/vqd.h"

G_BEGIN_DECLS

/* What vqvae/config.json says; levels from the finest to the coarsest. */
typedef struct
{
  int n_levels;
  int n_blocks; /* a level of the encoder; the decoder has one more */
  int channels[VQD_CODEC_MAX_LEVELS];
  gboolean attention_down[VQD_CODEC_MAX_LEVELS];
  gboolean attention_up[VQD_CODEC_MAX_LEVELS];
} VqdDiffusersCodec;

typedef struct _VqdDiffusersNames VqdDiffusersNames;

VqdDiffusersNames *vqd_diffusers_names_new_denoiser (int n_layers);
VqdDiffusersNames *
vqd_diffusers_names_new_codec (const VqdDiffusersCodec *codec);
VqdDiffusersNames *vqd_diffusers_names_new_text (int n_layers);
VqdDiffusersNames *vqd_diffusers_names_new_null (void);
void vqd_diffusers_names_free (VqdDiffusersNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdDiffusersNames, vqd_diffusers_names_free)

/* The authors' name of a tensor (borrowed), which now counts as found; NULL:
 * the map does not have it. The text encoder's query, key and value, which
 * are one tensor of the authors', get PREFIX.attn.{q,k,v}.{weight,bias}. */
const char *vqd_diffusers_names_take (VqdDiffusersNames *names,
                                      const char *theirs);

/* A tensor that the map does not have, but which would belong to a layer: the
 * model is larger than what the map was made for, or another one. */
gboolean vqd_diffusers_names_is_spare (const VqdDiffusersNames *names,
                                       const char *theirs);

/* The first tensor that was not found, (transfer full), or NULL. */
char *vqd_diffusers_names_get_missing (const VqdDiffusersNames *names);

G_END_DECLS

#endif /* VQD_DIFFUSERS_NAMES_H */
