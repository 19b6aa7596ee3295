/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-diffusers-config.h - what the configs of a Diffusers folder say about
 * its tensors
 *
 * Errors say the key; the caller says the file. */
#ifndef VQD_DIFFUSERS_CONFIG_H
#define VQD_DIFFUSERS_CONFIG_H

#include <json-glib/json-glib.h>

#include "core/io/vqd-diffusers-names.h"

G_BEGIN_DECLS

/* A word, borrowed, or NULL. */
const char *vqd_diffusers_config_word (JsonObject *config, const char *key);

/* Refuses what the engine cannot compute. part: the subfolder's name. */
gboolean vqd_diffusers_config_check (const char *part, JsonObject *config,
                                     GError **error);

/* The tensors of the part that a config describes. */
VqdDiffusersNames *vqd_diffusers_denoiser_names (JsonObject *config,
                                                 GError **error);
VqdDiffusersNames *vqd_diffusers_codec_names (JsonObject *config,
                                              GError **error);
VqdDiffusersNames *vqd_diffusers_text_names (JsonObject *config,
                                             GError **error);

/* NULL without an error: there are none, nothing was learned. */
VqdDiffusersNames *vqd_diffusers_null_names (JsonObject *config,
                                             GError **error);

G_END_DECLS

#endif /* VQD_DIFFUSERS_CONFIG_H */
