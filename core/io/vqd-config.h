/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-config.h - what a model is: the JSON of its header, checked against the
 * shapes of its tensors
 *
 * Source: SPEC 10c. What the shapes say is believed; where the JSON says
 * something else the file is refused, where it is silent the shapes decide. */
#ifndef VQD_CONFIG_H
#define VQD_CONFIG_H

#include "core/image/vqd-codec-config.h"
#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

/* The condition that guidance steers away from (SPEC 3). */
typedef enum
{
  VQD_NULL_NONE,
  VQD_NULL_LEARNED, /* transformer.empty_text_embed, already features */
  VQD_NULL_EMPTY    /* the features of the empty prompt */
} VqdNullCondition;

typedef struct
{
  int n_layers; /* L */
  int width;    /* D */
  int n_heads;  /* A */
  int grid_height;
  int grid_width;
  int n_codes;    /* K */
  int n_steps;    /* T */
  int cond_width; /* of the features that attn2 reads */
} VqdDenoiserConfig;

typedef struct
{
  int n_layers;
  int width;
  int n_heads;
  int context; /* S */
  int n_words;
} VqdTextConfig;

typedef struct
{
  char *name;
  char *version;
  char *description;
  char *licence;
  char *credits;

  VqdDenoiserConfig denoiser;
  VqdTextConfig text;
  VqdCodecConfig codec;
  VqdNullCondition null_condition;

  char *strategy;
  int steps;
  double guidance;
  double truncation;
  double purity_weight;
  int top_k;
} VqdConfig;

VqdConfig *vqd_config_load (const VqdWeights *weights, GError **error);
void vqd_config_free (VqdConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdConfig, vqd_config_free)

G_END_DECLS

#endif /* VQD_CONFIG_H */
