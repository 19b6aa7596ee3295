/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-safetensors-writer.h - writes a safetensors file, whole or not at all
 *
 * The bytes go through one buffer into a file beside the one wanted, which
 * takes its name when all is written. Until then nothing has that name, or
 * what had it before still has.
 *
 *   declare () each tensor in the file's order; open (); write () the bytes of
 *   all of them, one after the other; finish (). */
#ifndef VQD_SAFETENSORS_WRITER_H
#define VQD_SAFETENSORS_WRITER_H

#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

typedef struct _VqdSafetensorsWriter VqdSafetensorsWriter;

/* replace: a file of that name may be there. */
VqdSafetensorsWriter *vqd_safetensors_writer_new (const char *path,
                                                  gboolean replace);

/* Removes what was written, unless it was finished. */
void vqd_safetensors_writer_free (VqdSafetensorsWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdSafetensorsWriter,
                               vqd_safetensors_writer_free)

/* The order of tensors in a file (a GCompareFunc of VqdTensor): one that
 * depends on nothing but the tensors, and aligns them. The format allows no
 * gaps, and the data begin at a multiple of 64 bytes; so those come first that
 * fill whole multiples of 64, then the rest, large number types first. */
int vqd_safetensors_order (gconstpointer a, gconstpointer b);

void vqd_safetensors_writer_set_metadata (VqdSafetensorsWriter *self,
                                          const char *key, const char *value);
/* tensor's data are not read. */
void vqd_safetensors_writer_declare (VqdSafetensorsWriter *self,
                                     const VqdTensor *tensor);

/* The bytes of all tensors. */
guint64 vqd_safetensors_writer_get_data_bytes (const VqdSafetensorsWriter *);

/* Looks whether there is room, and writes the header; its metadata "sha256" is
 * that of all bytes after it. VQD_ERROR_OUTPUT. */
gboolean vqd_safetensors_writer_open (VqdSafetensorsWriter *self,
                                      GError **error);
gboolean vqd_safetensors_writer_write (VqdSafetensorsWriter *self,
                                       gconstpointer bytes, gsize n,
                                       GError **error);
gboolean vqd_safetensors_writer_finish (VqdSafetensorsWriter *self,
                                        GError **error);

G_END_DECLS

#endif /* VQD_SAFETENSORS_WRITER_H */
