/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-layer.h - the tensors that come in pairs: weight and bias */
#ifndef VQD_LAYER_H
#define VQD_LAYER_H

#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

/* All pointers are borrowed from the VqdWeights. */
typedef struct
{
  VqdMatrix weight;  /* [n_out, n_in] */
  const float *bias; /* [n_out] */
} VqdLinear;

typedef struct
{
  const float *gain;  /* [dim] */
  const float *shift; /* [dim] */
} VqdNorm;

/* PREFIX NAME ".weight" and ".bias". */
gboolean vqd_linear_find (VqdWeights *weights, const char *prefix,
                          const char *name, int n_out, int n_in,
                          VqdLinear *linear, GError **error);

/* The same where the two have names of their own. */
gboolean vqd_linear_find_named (VqdWeights *weights, const char *prefix,
                                const char *weight, const char *bias, int n_out,
                                int n_in, VqdLinear *linear, GError **error);

gboolean vqd_norm_find (VqdWeights *weights, const char *prefix,
                        const char *name, int dim, VqdNorm *norm,
                        GError **error);

/* y = epilogue (x W^T + b); x: [rows, n_in], y: [rows, n_out]. */
void vqd_linear_forward (VqdBackend *backend, const VqdLinear *linear, float *y,
                         const float *x, int rows, VqdEpilogue epilogue);

G_END_DECLS

#endif /* VQD_LAYER_H */
