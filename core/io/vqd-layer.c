/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-layer.h"


gboolean
vqd_linear_find_named (VqdWeights *weights, const char *prefix,
                       const char *weight, const char *bias, int n_out,
                       int n_in, VqdLinear *linear, GError **error)
{
  if (! vqd_weights_matrix (weights, prefix, weight, n_out, n_in,
                            &linear->weight, error))
    return FALSE;
  linear->bias = vqd_weights_vector (weights, prefix, bias, n_out, error);
  return linear->bias != NULL;
}

gboolean
vqd_linear_find (VqdWeights *weights, const char *prefix, const char *name,
                 int n_out, int n_in, VqdLinear *linear, GError **error)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  return vqd_linear_find_named (weights, prefix, weight, bias, n_out, n_in,
                                linear, error);
}

gboolean
vqd_norm_find (VqdWeights *weights, const char *prefix, const char *name,
               int dim, VqdNorm *norm, GError **error)
{
  g_autofree char *gain = g_strconcat (name, ".weight", NULL);
  g_autofree char *shift = g_strconcat (name, ".bias", NULL);

  norm->gain = vqd_weights_vector (weights, prefix, gain, dim, error);
  if (norm->gain == NULL)
    return FALSE;
  norm->shift = vqd_weights_vector (weights, prefix, shift, dim, error);
  return norm->shift != NULL;
}

void
vqd_linear_forward (VqdBackend *backend, const VqdLinear *linear, float *y,
                    const float *x, int rows, VqdEpilogue epilogue)
{
  backend->ops->linear (backend, y, x, &linear->weight, linear->bias, rows,
                        epilogue);
}
