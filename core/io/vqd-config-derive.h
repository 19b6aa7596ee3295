/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-config-derive.h - the config of a file that carries none
 *
 * The authors' checkpoints and Diffusers' folders say nothing, or something
 * else; but every size follows from the tensors' shapes, except the number of
 * heads (SPEC 10). */
#ifndef VQD_CONFIG_DERIVE_H
#define VQD_CONFIG_DERIVE_H

#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

/* The JSON of SPEC 10c. The denoiser's heads are the metadata "heads" of the
 * weights, else what Diffusers' config.json says, else 16. (transfer full),
 * or NULL and VQD_ERROR_MODEL when tensors are missing that every model has.
 */
char *vqd_config_derive (const VqdWeights *weights, GError **error);

/* Adds the tensors codebook.full_to_class and codebook.class_to_full:
 * full_to_class is [n_full]; class k stands for the first code of class k. */
gboolean vqd_codebook_map_add (VqdWeights *weights, const int *full_to_class,
                               int n_full, GError **error);

/* The same for the two published maps, chosen by their sizes, where a model
 * needs one and brings none: no tensor of the map, K of the denoiser and codes
 * of the codec differ. */
gboolean vqd_codebook_map_add_published (VqdWeights *weights, GError **error);

G_END_DECLS

#endif /* VQD_CONFIG_DERIVE_H */
