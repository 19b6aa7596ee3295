/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-denoiser-private.h - one block of the denoiser */
#ifndef VQD_DENOISER_PRIVATE_H
#define VQD_DENOISER_PRIVATE_H

#include "core/denoiser/vqd-denoiser.h"
#include "core/io/vqd-layer.h"

G_BEGIN_DECLS

/* AdaLN: (scale, shift) = W silu (emb[i]) + b of each t, or of each label;
 * table: [n, 2 D], scale first, of those that were computed. */
typedef struct
{
  VqdMatrix emb;    /* [T, D] or [labels, D] */
  VqdLinear linear; /* [2 D, D] */
  float *table;
} VqdAdaNorm;

typedef struct
{
  VqdLinear query;
  VqdLinear key;
  VqdLinear value;
  VqdLinear proj;
} VqdAttentionWeights;

/* What a kind of model does not have stays zero. */
typedef struct
{
  VqdAdaNorm ln1;
  VqdAttentionWeights attn1; /* self */
  VqdAdaNorm ln1_1;          /* text */
  VqdAttentionWeights attn2; /* text: cross, to the condition */
  float *cond_keys;          /* text: [n_conditions, S, D] */
  float *cond_values;
  VqdNorm ln2;        /* text, none */
  VqdAdaNorm ln2_ada; /* class: a row of the table per condition */
  VqdLinear mlp_in;   /* [4 D, D] or, conv, [4 D, D * 9] */
  VqdLinear mlp_out;  /* [D, 4 D] or [D, 4 D * 9] */
} VqdDenoiserBlock;

typedef struct
{
  int batch;
  int n_tokens;
  int n_conditions;
  int context;
  float *x;        /* [B, N, D]: the residual stream */
  float *h;        /* [B, N, D] */
  float *wide;     /* [B, N, 4 D]: query, key and value; then the MLP */
  float *unfolded; /* conv: [B, N, 4 D * 9] */
} VqdDenoiserBuffers;

gboolean vqd_denoiser_block_find (VqdWeights *weights, const char *prefix,
                                  const VqdDenoiserConfig *config,
                                  VqdDenoiserBlock *block, GError **error);

/* text: x += attn1 (AdaLN1 (x, t)); x += attn2 (AdaLN1_1 (x, t), y);
 *       x += mlp (LN2 (x))
 * class: x += attn (AdaLN1 (x, t)); x += mlp (AdaLN2 (x, label))
 * none:  x += attn (AdaLN1 (x, t)); x += mlp (LN2 (x))
 * FALSE when cancelled. */
gboolean vqd_denoiser_block_forward (VqdBackend *backend,
                                     const VqdDenoiserConfig *config,
                                     const VqdDenoiserBlock *block, int t,
                                     const VqdDenoiserBuffers *buffers,
                                     GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_DENOISER_PRIVATE_H */
