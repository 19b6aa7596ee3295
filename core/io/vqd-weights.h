/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-weights.h - the tensors of a model file, by name, mapped into memory
 *
 * Source: SPEC 10c, safetensors. Nothing is copied: a tensor's data points
 * into the mapping, is borrowed and valid as long as the VqdWeights. Every
 * offset of the file is checked before it becomes a pointer. */
#ifndef VQD_WEIGHTS_H
#define VQD_WEIGHTS_H

#include "core/vqd.h"
#include "kernels/vqd-backend.h"

G_BEGIN_DECLS

#define VQD_MAX_RANK 5

typedef struct
{
  const char *name;
  VqdDtype dtype;
  int rank;
  gint64 shape[VQD_MAX_RANK];
  const void *data;
  guint64 n_bytes;
} VqdTensor;

typedef struct _VqdWeights VqdWeights;

VqdWeights *vqd_weights_open (const char *path, GError **error);
/* F64 tensors stay what they are; of a model they become F32. */
VqdWeights *vqd_weights_open_exact (const char *path, GError **error);
void vqd_weights_free (VqdWeights *weights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdWeights, vqd_weights_free)

/* A string of the header's metadata, or NULL. */
const char *vqd_weights_get_metadata (const VqdWeights *weights,
                                      const char *key);
const char *vqd_weights_get_path (const VqdWeights *weights);
guint64 vqd_weights_get_file_bytes (const VqdWeights *weights);
gint64 vqd_weights_get_n_parameters (const VqdWeights *weights);

/* NULL when there is none of that name. */
const VqdTensor *vqd_weights_find (const VqdWeights *weights, const char *name);

/* Names in the file's order, n of them. */
const VqdTensor *vqd_weights_get_tensors (const VqdWeights *weights, guint *n);

/* A matrix of a known shape: "tensor X: expected 256x256, found 256x128".
 * Further dimensions of the tensor count as columns (a 1x1 convolution
 * [O, I, 1, 1] is a matrix [O, I]). n_rows or n_cols -1: any.
 * prefix and name are joined. F32, F16, BF16, or I8 with NAME.scale. */
gboolean vqd_weights_matrix (const VqdWeights *weights, const char *prefix,
                             const char *name, int n_rows, int n_cols,
                             VqdMatrix *matrix, GError **error);

/* A vector [n] as float (any float type in the file). Borrowed: the mapping
 * itself, or a widened copy that the weights keep. NULL on error. */
const float *vqd_weights_vector (VqdWeights *weights, const char *prefix,
                                 const char *name, int n, GError **error);

/* The same of a table [n_rows, n_cols]. */
const float *vqd_weights_table (VqdWeights *weights, const char *prefix,
                                const char *name, int n_rows, int n_cols,
                                GError **error);

/* Row r as a matrix of one row. */
VqdMatrix vqd_matrix_row (const VqdMatrix *matrix, int r);

/* The numbers of a matrix as float [n_rows, n_cols], widened. */
void vqd_matrix_to_float (const VqdMatrix *matrix, float *out);

gsize vqd_dtype_bytes (VqdDtype dtype);

/* "F32", as safetensors calls it. */
const char *vqd_dtype_get_name (VqdDtype dtype);

G_END_DECLS

#endif /* VQD_WEIGHTS_H */
