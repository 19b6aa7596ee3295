/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-model-list.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/vqd.h"

#define FOLDER "vqdiffusion"
#define MODELS "models"
#define ADDED_NAME "added-models"
#define MAX_LIST_BYTES (1 << 18)
#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define MAX_DEPTH 3 /* of a model's folder */
/* Read through within a second. */
#define MAX_CHECKED_BYTES (G_GUINT64_CONSTANT (256) << 20)

static void
entry_clear (gpointer data)
{
  VqdModelEntry *self = data;

  g_free (self->path);
  g_free (self->error);
  g_free (self->name);
  g_free (self->version);
  g_free (self->description);
  g_free (self->licence);
  g_free (self->credits);
  g_free (self->kind);
}

VqdModelEntry *
vqd_model_entry_ref (VqdModelEntry *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
vqd_model_entry_unref (VqdModelEntry *self)
{
  g_atomic_rc_box_release_full (self, entry_clear);
}

static VqdModelEntry *
entry_new (const char *path, guint64 file_bytes, gint64 modified,
           gboolean is_added)
{
  VqdModelEntry *self = g_atomic_rc_box_new0 (VqdModelEntry);

  self->path = g_strdup (path);
  self->file_bytes = file_bytes;
  self->modified = modified;
  self->is_added = is_added;
  return self;
}

/* ---- the user's own list: a path a line ---- */

static char *
added_path (void)
{
  return g_build_filename (g_get_user_data_dir (), FOLDER, ADDED_NAME, NULL);
}

char *
vqd_model_list_get_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), FOLDER, MODELS, NULL);
}

static char **
read_added (void)
{
  g_autofree char *path = added_path ();
  g_autofree char *text = NULL;
  gsize n_bytes = 0;

  if (! g_file_get_contents (path, &text, &n_bytes, NULL) ||
      n_bytes > MAX_LIST_BYTES)
    return g_new0 (char *, 1);

  return g_strsplit (g_strchomp (text), "\n", -1);
}

static gboolean
change_added (const char *model, gboolean put, GError **error)
{
  g_autofree char *path = added_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (GStrv) lines = read_added ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0' && ! g_str_equal (*line, model))
      g_string_append_printf (text, "%s\n", *line);
  if (put)
    g_string_append_printf (text, "%s\n", model);

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    {
      const int saved = errno;
      g_autofree char *name = g_filename_display_name (folder);

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved),
                   _ ("\"%s\" cannot be written: %s"), name,
                   g_strerror (saved));
      return FALSE;
    }
  return g_file_set_contents_full (path, text->str, (gssize) text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE,
                                   error);
}

gboolean
vqd_model_list_add (const char *path, GError **error)
{
  return change_added (path, TRUE, error);
}

gboolean
vqd_model_list_remove (const char *path, GError **error)
{
  return change_added (path, FALSE, error);
}

/* ---- finding ---- */

/* Bytes of the files of a folder and of those in it. */
static guint64
measure (const char *path, int depth)
{
  GStatBuf status;
  guint64 n_bytes = 0;

  if (g_stat (path, &status) != 0)
    return 0;
  if (! S_ISDIR (status.st_mode))
    return (guint64) status.st_size;

  g_autoptr (GDir) dir = depth < MAX_DEPTH ? g_dir_open (path, 0, NULL) : NULL;
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
       name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n_bytes += measure (child, depth + 1);
    }
  return n_bytes;
}

gboolean
vqd_model_list_is_model (const char *path)
{
  g_autofree char *index = g_build_filename (path, "model_index.json", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_file_test (index, G_FILE_TEST_IS_REGULAR);

  return g_str_has_suffix (path, ".safetensors") ||
         g_str_has_suffix (path, ".pth");
}

static VqdModelEntry *
find_entry (const GPtrArray *entries, const char *path)
{
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      VqdModelEntry *entry = g_ptr_array_index (entries, i);

      if (g_str_equal (entry->path, path))
        return entry;
    }
  return NULL;
}

static void
append (GPtrArray *entries, const char *path, gboolean is_added,
        const GPtrArray *known)
{
  VqdModelEntry *old = find_entry (known, path);
  GStatBuf status;
  const gboolean is_there = g_stat (path, &status) == 0;
  const guint64 n_bytes = measure (path, 0);

  if ((! is_there && ! is_added) || find_entry (entries, path) != NULL)
    return;

  if (old != NULL && is_there && old->file_bytes == n_bytes &&
      old->modified == (gint64) status.st_mtime)
    {
      old->is_added = is_added;
      g_ptr_array_add (entries, vqd_model_entry_ref (old));
      return;
    }

  g_ptr_array_add (entries, entry_new (path, n_bytes,
                                       is_there ? (gint64) status.st_mtime : 0,
                                       is_added));
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* By name, as vqd_model_find () looks for the first; an entry of the search
 * path may also be a file. */
static void
append_folder (GPtrArray *entries, const char *folder, const GPtrArray *known)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR))
    g_ptr_array_add (paths, g_strdup (folder));
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
       name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (vqd_model_list_is_model (path))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  g_ptr_array_sort (paths, compare_paths);
  for (guint i = 0; i < paths->len; i++)
    append (entries, g_ptr_array_index (paths, i), FALSE, known);
}

GPtrArray *
vqd_model_list_find (const GPtrArray *known)
{
  GPtrArray *entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) vqd_model_entry_unref);
  g_auto (GStrv) folders = vqd_model_search_path ();
  g_auto (GStrv) added = read_added ();

  for (char **folder = folders; *folder != NULL; folder++)
    append_folder (entries, *folder, known);
  for (char **path = added; *path != NULL; path++)
    if (**path != '\0')
      append (entries, *path, TRUE, known);

  return entries;
}

/* ---- reading ---- */

static void
copy_info (VqdModelEntry *self, const VqdModelInfo *info)
{
  self->name = g_strdup (info->name);
  self->version = g_strdup (info->version);
  self->description = g_strdup (info->description);
  self->licence = g_strdup (info->licence);
  self->credits = g_strdup (info->credits);
  self->kind = g_strdup (info->kind);
  self->context = info->context;
  self->width_px = info->width_px;
  self->height_px = info->height_px;
  self->n_parameters = info->n_parameters;
  self->needed_bytes = info->file_bytes + info->working_bytes;
  self->check =
      info->checksum[0] != '\0' ? VQD_CHECK_NOT_DONE : VQD_CHECK_NO_SUM;
}

static void
check_small (VqdModelEntry *self, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (self->check != VQD_CHECK_NOT_DONE || self->file_bytes > MAX_CHECKED_BYTES)
    return;

  if (vqd_model_verify (self->path, NULL, NULL, cancellable, &error))
    self->check = VQD_CHECK_GOOD;
  else
    self->check = VQD_CHECK_BAD;
}

VqdModelEntry *
vqd_model_entry_read (const VqdModelEntry *self, GCancellable *cancellable)
{
  /* One core: a picture may be in the making. */
  const VqdEngineOptions options = { .model = self->path, .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdEngine) engine = vqd_engine_new (&options, cancellable, &error);
  g_autoptr (VqdModelEntry) read =
      entry_new (self->path, self->file_bytes, self->modified, self->is_added);

  if (engine != NULL)
    {
      copy_info (read, vqd_engine_get_info (engine));
      g_clear_pointer (&engine, vqd_engine_free);
      check_small (read, cancellable);
      read->state = VQD_MODEL_READ;
    }
  else
    {
      read->error = g_strdup (error->message);
      read->state = VQD_MODEL_BROKEN;
    }

  return g_cancellable_is_cancelled (cancellable) ? NULL
                                                  : g_steal_pointer (&read);
}
