/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-safetensors-writer.h"

#include "core/base/vqd-i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define ALIGNMENT 64
#define LENGTH_BYTES 8
#define BUFFER_BYTES (1 << 20)

/* Holds the checksum's place in the header until it is known. */
#define NO_CHECKSUM                                                            \
  "0000000000000000000000000000000000000000000000000000000000000000"
#define CHECKSUM_KEY "\"sha256\":\""

struct _VqdSafetensorsWriter
{
  char *path;
  gboolean replace;
  JsonObject *header;
  JsonObject *metadata;
  guint64 data_bytes; /* declared */

  char *unfinished; /* the file beside it, as long as it is there */
  int descriptor;
  GByteArray *buffer;
  GChecksum *checksum;
  guint64 written_bytes;  /* of the data */
  gint64 checksum_offset; /* in the file */
};


VqdSafetensorsWriter *
vqd_safetensors_writer_new (const char *path, gboolean replace)
{
  VqdSafetensorsWriter *self = g_new0 (VqdSafetensorsWriter, 1);

  self->path = g_strdup (path);
  self->replace = replace;
  self->header = json_object_new ();
  self->metadata = json_object_new ();
  json_object_set_object_member (self->header, "__metadata__", self->metadata);
  json_object_set_string_member (self->metadata, "sha256", NO_CHECKSUM);
  self->descriptor = -1;
  self->buffer = g_byte_array_new ();
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  return self;
}

void
vqd_safetensors_writer_free (VqdSafetensorsWriter *self)
{
  if (self == NULL)
    return;
  if (self->descriptor >= 0)
    close (self->descriptor);
  if (self->unfinished != NULL)
    g_unlink (self->unfinished);
  g_free (self->unfinished);
  g_free (self->path);
  g_clear_pointer (&self->header, json_object_unref);
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_free (self);
}

int
vqd_safetensors_order (gconstpointer a, gconstpointer b)
{
  const VqdTensor *first = a;
  const VqdTensor *second = b;
  const gboolean first_fills = first->n_bytes % ALIGNMENT == 0;
  const gboolean second_fills = second->n_bytes % ALIGNMENT == 0;
  const gsize first_bytes = vqd_dtype_bytes (first->dtype);
  const gsize second_bytes = vqd_dtype_bytes (second->dtype);

  if (first_fills != second_fills)
    return first_fills ? -1 : 1;
  if (first_bytes != second_bytes)
    return first_bytes > second_bytes ? -1 : 1;
  return strcmp (first->name, second->name);
}

void
vqd_safetensors_writer_set_metadata (VqdSafetensorsWriter *self,
                                     const char *key, const char *value)
{
  json_object_set_string_member (self->metadata, key, value);
}

void
vqd_safetensors_writer_declare (VqdSafetensorsWriter *self,
                                const VqdTensor *tensor)
{
  JsonObject *entry = json_object_new ();
  JsonArray *shape = json_array_new ();
  JsonArray *offsets = json_array_new ();

  for (int i = 0; i < tensor->rank; i++)
    json_array_add_int_element (shape, tensor->shape[i]);
  json_array_add_int_element (offsets, (gint64) self->data_bytes);
  self->data_bytes += tensor->n_bytes;
  json_array_add_int_element (offsets, (gint64) self->data_bytes);

  json_object_set_string_member (entry, "dtype",
                                 vqd_dtype_get_name (tensor->dtype));
  json_object_set_array_member (entry, "shape", shape);
  json_object_set_array_member (entry, "data_offsets", offsets);
  json_object_set_object_member (self->header, tensor->name, entry);
}

guint64
vqd_safetensors_writer_get_data_bytes (const VqdSafetensorsWriter *self)
{
  return self->data_bytes;
}

/* ---- the file ---------------------------------------------------------- */

static gboolean
fail (const VqdSafetensorsWriter *self, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);

  g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
               _ ("\"%s\" was not written: %s"), shown, why);
  return FALSE;
}

static gboolean
fail_with (const VqdSafetensorsWriter *self, int code, GError **error)
{
  g_autofree char *why = g_strdup_printf ("%s.", g_strerror (code));

  return fail (self, why, error);
}

static gboolean
write_all (VqdSafetensorsWriter *self, const guint8 *bytes, gsize n,
           GError **error)
{
  while (n > 0)
    {
      const gssize done = write (self->descriptor, bytes, n);

      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return fail_with (self, errno, error);
      bytes += done;
      n -= (gsize) done;
    }
  return TRUE;
}

static gboolean
check_room (const VqdSafetensorsWriter *self, const char *folder,
            guint64 n_bytes, GError **error)
{
  g_autoptr (GFile) place = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (
      place, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  /* Where it cannot be asked, the writing itself will tell. */
  if (info == NULL ||
      ! g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return TRUE;

  const guint64 room =
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  if (n_bytes <= room)
    return TRUE;

  g_autofree char *why = g_strdup_printf (
      _ ("it takes %.1f MB, and there are %.1f MB free in its folder."),
      (double) n_bytes / 1e6, (double) room / 1e6);
  return fail (self, why, error);
}

/* Blanks at its end make the data begin at a multiple of ALIGNMENT.
 * (transfer full) */
static char *
header_text (const VqdSafetensorsWriter *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (root, self->header);
  g_autofree char *json = json_to_string (root, FALSE);
  GString *text = g_string_new (json);
  while ((LENGTH_BYTES + text->len) % ALIGNMENT != 0)
    g_string_append_c (text, ' ');
  return g_string_free (text, FALSE);
}

gboolean
vqd_safetensors_writer_open (VqdSafetensorsWriter *self, GError **error)
{
  g_autofree char *text = header_text (self);
  const gsize text_bytes = strlen (text);
  const guint64 length = GUINT64_TO_LE ((guint64) text_bytes);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name =
      g_build_filename (folder, ".vqdiffusion-XXXXXX", NULL);

  /* The metadata come first, and within their strings quotes are escaped. */
  const char *place = strstr (text, CHECKSUM_KEY NO_CHECKSUM);
  self->checksum_offset = LENGTH_BYTES + (place - text) + strlen (CHECKSUM_KEY);

  if (! check_room (self, folder, LENGTH_BYTES + text_bytes + self->data_bytes,
                    error))
    return FALSE;
  self->descriptor = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0666);
  if (self->descriptor < 0)
    return fail_with (self, errno, error);
  self->unfinished = g_steal_pointer (&name);

  return write_all (self, (const guint8 *) &length, LENGTH_BYTES, error) &&
         write_all (self, (const guint8 *) text, text_bytes, error);
}

static gboolean
flush (VqdSafetensorsWriter *self, GError **error)
{
  g_checksum_update (self->checksum, self->buffer->data, self->buffer->len);
  if (! write_all (self, self->buffer->data, self->buffer->len, error))
    return FALSE;
  g_byte_array_set_size (self->buffer, 0);
  return TRUE;
}

gboolean
vqd_safetensors_writer_write (VqdSafetensorsWriter *self, gconstpointer bytes,
                              gsize n, GError **error)
{
  g_byte_array_append (self->buffer, bytes, n);
  self->written_bytes += n;
  return self->buffer->len < BUFFER_BYTES || flush (self, error);
}

static gboolean
write_checksum (VqdSafetensorsWriter *self, GError **error)
{
  const char *checksum = g_checksum_get_string (self->checksum);

  if (lseek (self->descriptor, self->checksum_offset, SEEK_SET) < 0)
    return fail_with (self, errno, error);
  return write_all (self, (const guint8 *) checksum, strlen (checksum), error);
}

/* After a power cut the new name must not stand for an older state. */
static void
sync_folder (const VqdSafetensorsWriter *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  const int descriptor = g_open (folder, O_RDONLY | O_CLOEXEC, 0);

  if (descriptor >= 0)
    {
      fsync (descriptor);
      close (descriptor);
    }
}

gboolean
vqd_safetensors_writer_finish (VqdSafetensorsWriter *self, GError **error)
{
  g_assert (self->written_bytes == self->data_bytes);
  if (! flush (self, error) || ! write_checksum (self, error))
    return FALSE;
  if (fsync (self->descriptor) != 0)
    return fail_with (self, errno, error);

  const int descriptor = self->descriptor;
  self->descriptor = -1;
  if (close (descriptor) != 0)
    return fail_with (self, errno, error);

  if (! self->replace && g_file_test (self->path, G_FILE_TEST_EXISTS))
    return fail (self, _ ("a file of this name has appeared meanwhile."),
                 error);
  if (g_rename (self->unfinished, self->path) != 0)
    return fail_with (self, errno, error);
  g_clear_pointer (&self->unfinished, g_free);
  sync_folder (self);
  return TRUE;
}
