/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-torch.h - checkpoints as torch.save writes them
 *
 * Source: SPEC 10a. Both forms: a zip archive of a pickle and raw storages,
 * and the older one that is none. Only what is needed of the file is touched,
 * and used where it lies; nothing in it is executed. */
#ifndef VQD_TORCH_H
#define VQD_TORCH_H

#include "core/io/vqd-weights-reader.h"

G_BEGIN_DECLS

/* The authors' checkpoints and PyTorch's state dictionaries. A checkpoint's
 * averaged weights (`ema`) take the place of the trained ones; what only
 * training needs is left out. */
extern const VqdWeightsReader vqd_reader_torch;

/* Adds the tensors in a file's dictionaries. A tensor's name for rename (NULL:
 * as it is) is its keys joined by '/': "model/transformer.log_at"; of a file
 * that is one tensor, "tensor". The storage of what rename does not want is
 * not touched. */
gboolean vqd_torch_read (VqdWeights *weights, const char *path,
                         VqdRename rename, gpointer user_data, GError **error);

G_END_DECLS

#endif /* VQD_TORCH_H */
