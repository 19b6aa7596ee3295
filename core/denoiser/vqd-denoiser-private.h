/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-denoiser-private.h - one block of the denoiser */
#ifndef VQD_DENOISER_PRIVATE_H
#define VQD_DENOISER_PRIVATE_H

#include "core/denoiser/vqd-denoiser.h"
#include "core/io/vqd-layer.h"

G_BEGIN_DECLS

/* AdaLN: (scale, shift) of each t; table: [T, 2 D], scale first. */
typedef struct
{
  VqdMatrix emb;    /* [T, D] */
  VqdLinear linear; /* [2 D, D] */
  const float *table;
} VqdAdaNorm;

typedef struct
{
  VqdLinear query;
  VqdLinear key;
  VqdLinear value;
  VqdLinear proj;
} VqdAttentionWeights;

typedef struct
{
  VqdAdaNorm ln1;
  VqdAttentionWeights attn1; /* self */
  VqdAdaNorm ln1_1;
  VqdAttentionWeights attn2; /* cross, to the condition */
  float *cond_keys;          /* [n_conditions, S, D] */
  float *cond_values;
  VqdNorm ln2;
  VqdLinear mlp_in;  /* [4 D, D] */
  VqdLinear mlp_out; /* [D, 4 D] */
} VqdDenoiserBlock;

typedef struct
{
  int batch;
  int n_tokens;
  int n_conditions;
  int context;
  float *x;    /* [B, N, D]: the residual stream */
  float *h;    /* [B, N, D] */
  float *wide; /* [B, N, 4 D]: query, key and value; then the MLP */
} VqdDenoiserBuffers;

gboolean vqd_denoiser_block_find (VqdWeights *weights, const char *prefix,
                                  const VqdDenoiserConfig *config,
                                  VqdDenoiserBlock *block, GError **error);

/* x += attn1 (AdaLN1 (x, t)); x += attn2 (AdaLN1_1 (x, t), y);
 * x += mlp (LN2 (x)). FALSE when cancelled. */
gboolean vqd_denoiser_block_forward (VqdBackend *backend,
                                     const VqdDenoiserConfig *config,
                                     const VqdDenoiserBlock *block, int t,
                                     const VqdDenoiserBuffers *buffers,
                                     GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_DENOISER_PRIVATE_H */
