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

/* What the denoiser is told beside the tokens (SPEC 7). */
typedef enum
{
  VQD_CONDITION_TEXT,  /* features of a prompt: "selfcross" blocks */
  VQD_CONDITION_CLASS, /* a label: "selfcondition" blocks */
  VQD_CONDITION_NONE   /* nothing: "self" blocks */
} VqdConditionKind;

/* The condition that guidance steers away from (SPEC 3). */
typedef enum
{
  VQD_NULL_NONE,
  VQD_NULL_LEARNED, /* transformer.empty_text_embed, already features */
  VQD_NULL_EMPTY,   /* the features of the empty prompt */
  VQD_NULL_CLASS    /* label VQD_NULL_LABEL, or the mean of all */
} VqdNullCondition;

/* The null label of class models; where their table has no such row, the mean
 * of its rows. */
#define VQD_NULL_LABEL 1000

typedef struct
{
  VqdConditionKind kind;
  gboolean conv_mlp; /* two 3x3 convolutions in the place of the MLP */
  int n_labels;      /* rows of a class model's tables, the null's included */
  int n_layers;      /* L */
  int width;         /* D */
  int n_heads;       /* A */
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
  VqdTextConfig text; /* of text models */
  VqdCodecConfig codec;
  VqdNullCondition null_condition;

  /* Mapped codebooks: the code of the codec that class k of the denoiser
   * stands for, [K], and the class of each code, [codes]. NULL: the same. */
  int *class_to_full;
  int *full_to_class;

  char *strategy;
  int steps;
  double guidance;
  double truncation;
  double purity_weight;
  int top_k;
} VqdConfig;

/* Reads the config of our own form; derives it for files of other forms, and
 * adds the published codebook map where one is needed. */
VqdConfig *vqd_config_load (VqdWeights *weights, GError **error);
void vqd_config_free (VqdConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdConfig, vqd_config_free)

G_END_DECLS

#endif /* VQD_CONFIG_H */
