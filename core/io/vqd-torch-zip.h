/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-torch-zip.h - the members of a zip archive, where they lie
 *
 * Source: PKWARE's APPNOTE.TXT, sections 4.3 (records) and 4.5.3 (zip64).
 * PyTorch stores its members without compression, so that they can be used
 * in the mapping; nothing is ever unpacked here. Opening reads the directory
 * at the end of the archive, a member's own header is read when it is asked
 * for. */
#ifndef VQD_TORCH_ZIP_H
#define VQD_TORCH_ZIP_H

#include "core/vqd.h"

G_BEGIN_DECLS

typedef struct _VqdTorchZip VqdTorchZip;

/* bytes (of the whole archive) must outlive it. */
VqdTorchZip *vqd_torch_zip_new (const guint8 *bytes, guint64 n_bytes,
                                GError **error);
void vqd_torch_zip_free (VqdTorchZip *zip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdTorchZip, vqd_torch_zip_free)

/* The folder that holds data.pkl, or NULL. Borrowed. */
const char *vqd_torch_zip_get_folder (const VqdTorchZip *zip);

gboolean vqd_torch_zip_has (const VqdTorchZip *zip, const char *name);

/* A member's bytes, borrowed of the archive's. */
gboolean vqd_torch_zip_find (const VqdTorchZip *zip, const char *name,
                             const guint8 **bytes, guint64 *n_bytes,
                             GError **error);

G_END_DECLS

#endif /* VQD_TORCH_ZIP_H */
