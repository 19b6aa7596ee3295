/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a model file is the one that was written: its checksum. */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-weights.h"

#define LENGTH_BYTES 8
#define CHUNK_BYTES (1 << 20)
#define REPORT_CHUNKS 4


/* The checksum that the file states. (transfer full) */
static char *
stated_checksum (const char *path, GError **error)
{
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, error);

  if (weights == NULL)
    return NULL;

  const char *stated = vqd_weights_get_metadata (weights, "sha256");
  if (stated == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                 _ ("%s states no checksum that it could be compared with."),
                 path);
  return g_strdup (stated);
}

/* Goes to the first byte after the header. */
static gboolean
skip_header (GFileInputStream *stream, GCancellable *cancellable,
             guint64 *header_bytes, GError **error)
{
  guint64 length = 0;
  gsize n_read;

  if (! g_input_stream_read_all (G_INPUT_STREAM (stream), &length, LENGTH_BYTES,
                                 &n_read, cancellable, error))
    return FALSE;
  *header_bytes = LENGTH_BYTES + GUINT64_FROM_LE (length);
  return g_seekable_seek (G_SEEKABLE (stream), (goffset) *header_bytes,
                          G_SEEK_SET, cancellable, error);
}

/* (transfer full) */
static char *
compute_checksum (const char *path, VqdConvertProgress progress,
                  gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  guint64 n_done = 0;

  if (stream == NULL || ! skip_header (stream, cancellable, &n_done, error))
    return NULL;

  g_autoptr (GFileInfo) info = g_file_input_stream_query_info (
      stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, cancellable, error);
  if (info == NULL)
    return NULL;

  const guint64 n_bytes = (guint64) g_file_info_get_size (info);
  for (int i = 1;; i++)
    {
      gsize n_read = 0;

      if (! g_input_stream_read_all (G_INPUT_STREAM (stream), chunk,
                                     CHUNK_BYTES, &n_read, cancellable, error))
        return NULL;
      if (n_read == 0)
        return g_strdup (g_checksum_get_string (checksum));

      g_checksum_update (checksum, chunk, (gssize) n_read);
      n_done += n_read;
      if (progress != NULL && i % REPORT_CHUNKS == 0)
        progress (n_done, n_bytes, user_data);
    }
}

gboolean
vqd_model_verify (const char *path, VqdConvertProgress progress,
                  gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autofree char *found = vqd_model_find (path, error);
  if (found == NULL)
    return FALSE;

  g_autofree char *stated = stated_checksum (found, error);
  if (stated == NULL)
    return FALSE;
  g_autofree char *computed =
      compute_checksum (found, progress, user_data, cancellable, error);
  if (computed == NULL)
    return FALSE;

  if (! g_str_equal (stated, computed))
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_MODEL,
          _ ("%s is damaged: its checksum is %s, and it states %s. Copy "
             "or download it again."),
          found, computed, stated);
      return FALSE;
    }
  return TRUE;
}
