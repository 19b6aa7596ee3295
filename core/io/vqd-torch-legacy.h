/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-torch-legacy.h - PyTorch's files from before 1.6, which are no archives
 *
 * Source: torch.serialization's legacy form. Five pickles (a magic number, a
 * version, facts of the machine, the object, the storages' keys), then the
 * storages in the order of the keys: 8 bytes of count, the numbers. */
#ifndef VQD_TORCH_LEGACY_H
#define VQD_TORCH_LEGACY_H

#include "core/io/vqd-unpickle.h"

G_BEGIN_DECLS

typedef struct _VqdTorchLegacy VqdTorchLegacy;

/* TRUE when a file that starts so is one. */
gboolean vqd_torch_legacy_probe (const guint8 *start, gsize n_start);

/* bytes (of the whole file) must outlive it. */
VqdTorchLegacy *vqd_torch_legacy_new (const guint8 *bytes, guint64 n_bytes,
                                      GError **error);
void vqd_torch_legacy_free (VqdTorchLegacy *legacy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdTorchLegacy, vqd_torch_legacy_free)

/* The objects. Borrowed. */
const VqdPickle *vqd_torch_legacy_get_pickle (const VqdTorchLegacy *legacy);

/* A storage's numbers, borrowed of the file's bytes. */
gboolean vqd_torch_legacy_find (const VqdTorchLegacy *legacy, const char *key,
                                const guint8 **bytes, guint64 *n_bytes,
                                GError **error);

G_END_DECLS

#endif /* VQD_TORCH_LEGACY_H */
