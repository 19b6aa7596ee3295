/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-weights-reader.h - what a model format implements
 *
 * A reader recognises its files by content and adds their tensors, under the
 * names of the authors' `model` dictionary (SPEC 10a), to a VqdWeights. It
 * copies nothing that can stay in the mapping. Add a format: a file with a
 * VqdWeightsReader, a line in readers[] of vqd-weights.c, a fuzz target. */
#ifndef VQD_WEIGHTS_READER_H
#define VQD_WEIGHTS_READER_H

#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;

  /* start: the first bytes of a file (up to VQD_PROBE_BYTES), or NULL for a
   * folder. */
  gboolean (*probe) (const char *path, const guint8 *start, gsize n_start);

  gboolean (*read) (VqdWeights *weights, const char *path, GError **error);
} VqdWeightsReader;

#define VQD_PROBE_BYTES 64

extern const VqdWeightsReader vqd_reader_safetensors;

/* The name under which a tensor of a file is kept, (transfer full), or NULL:
 * it is not needed. */
typedef char *(*VqdRename) (const char *name, gpointer user_data);

/* Adds the tensors of one safetensors file. rename NULL: as they are. */
gboolean vqd_safetensors_read (VqdWeights *weights, const char *path,
                               VqdRename rename, gpointer user_data,
                               GError **error);

/* Maps a file; the mapping is read-only and lives as long as the weights. */
gboolean vqd_weights_map_file (VqdWeights *weights, const char *path,
                               const guint8 **bytes, guint64 *n_bytes,
                               GError **error);

/* Adds a tensor. The name is copied; data must live as long as the weights
 * (in a mapping, or given to vqd_weights_keep ()). shape and n_bytes are
 * checked against each other; what is not aligned to its type, and F64 (which
 * becomes F32), is copied. A name twice is an error. */
gboolean vqd_weights_add (VqdWeights *weights, const VqdTensor *tensor,
                          GError **error);

/* Takes a tensor out again, for a reader that joins several to one. Tensors
 * found before are no longer valid. */
void vqd_weights_remove (VqdWeights *weights, const char *name);

/* Memory that is to live as long as the weights. (transfer full) */
void vqd_weights_keep (VqdWeights *weights, gpointer memory);

void vqd_weights_set_metadata (VqdWeights *weights, const char *key,
                               const char *value);

/* The type that a format calls name, among safetensors' names. */
gboolean vqd_dtype_from_name (const char *name, VqdDtype *dtype);

/* The product of a shape; FALSE when it overflows or a size is negative. */
gboolean vqd_shape_n_elements (const gint64 *shape, int rank,
                               guint64 *n_elements);

G_END_DECLS

#endif /* VQD_WEIGHTS_READER_H */
