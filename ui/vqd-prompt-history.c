/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-prompt-history.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#ifdef G_OS_UNIX
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

#define FOLDER "vqdiffusion"
#define FILE_NAME "prompt-history"
#define LOCK_NAME "prompt-history.lock"
#define SETTINGS_NAME "settings"
#define GROUP "history"
#define KEY "keep"
#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define LOCK_TRIES 50
#define LOCK_WAIT_US 10000

static char *
data_file (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), FOLDER, name, NULL);
}

static char *
settings_file (void)
{
  return g_build_filename (g_get_user_config_dir (), FOLDER, SETTINGS_NAME,
                           NULL);
}

static gboolean
set_file_error (GError **error, const char *path)
{
  const int saved = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved),
               /* Translators: a file's name, and what the system says */
               _ ("\"%s\" cannot be written: %s"), name, g_strerror (saved));
  return FALSE;
}

static gboolean
make_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_mkdir_with_parents (folder, FOLDER_MODE) == 0 ||
         set_file_error (error, folder);
}

/* ---- the lock ---- */

/* Held by whoever changes the file. The wait has an end: a window must not
 * hang on another one's trouble. -1: not got; the file is changed anyway. */
static int
lock (void)
{
#ifdef G_OS_UNIX
  g_autofree char *path = data_file (LOCK_NAME);
  const int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);

  for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++)
    {
      if (flock (fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
      g_usleep (LOCK_WAIT_US);
    }
  if (fd >= 0)
    close (fd);
#endif
  return -1;
}

static void
unlock (int fd)
{
#ifdef G_OS_UNIX
  if (fd >= 0)
    close (fd);
#endif
}

/* ---- lines: "PROMPT<tab>NEGATIVE", with \n, \t and \\ ---- */

static void
append_escaped (GString *line, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    switch (*p)
      {
      case '\\':
        g_string_append (line, "\\\\");
        break;
      case '\n':
        g_string_append (line, "\\n");
        break;
      case '\t':
        g_string_append (line, "\\t");
        break;
      default:
        g_string_append_c (line, *p);
      }
}

/* (transfer full) */
static char *
unescape (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (*p != '\\' || p[1] == '\0')
      g_string_append_c (plain, *p);
    else
      {
        p++;
        g_string_append_c (plain, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
      }

  return g_string_free (plain, FALSE);
}

static void
entry_free (gpointer data)
{
  VqdHistoryEntry *entry = data;

  g_free (entry->prompt);
  g_free (entry->negative_prompt);
  g_free (entry);
}

static VqdHistoryEntry *
entry_new (const char *prompt, const char *negative_prompt)
{
  VqdHistoryEntry *entry = g_new0 (VqdHistoryEntry, 1);

  entry->prompt = g_strdup (prompt);
  entry->negative_prompt = g_strdup (negative_prompt);
  return entry;
}

static VqdHistoryEntry *
parse_line (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", 3);

  if (! g_utf8_validate (line, -1, NULL) || g_strv_length (fields) != 2)
    return NULL;

  g_autofree char *prompt = unescape (fields[0]);
  g_autofree char *negative_prompt = unescape (fields[1]);
  return entry_new (prompt, negative_prompt);
}

static gboolean
is_same (const VqdHistoryEntry *entry, const char *prompt,
         const char *negative_prompt)
{
  return g_str_equal (entry->prompt, prompt) &&
         g_str_equal (entry->negative_prompt, negative_prompt);
}

static gboolean
is_blank (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  return stripped[0] == '\0';
}

/* As many entries as there is room for. */
static gboolean
write_entries (const GPtrArray *entries, GError **error)
{
  g_autofree char *path = data_file (FILE_NAME);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (entries->len, VQD_HISTORY_MAX_ENTRIES); i++)
    {
      const VqdHistoryEntry *entry = g_ptr_array_index (entries, i);
      const gsize n_before = text->len;

      append_escaped (text, entry->prompt);
      g_string_append_c (text, '\t');
      append_escaped (text, entry->negative_prompt);
      g_string_append_c (text, '\n');
      if (text->len > VQD_HISTORY_MAX_BYTES)
        {
          g_string_truncate (text, n_before);
          break;
        }
    }

  /* The mode of a file that is there is kept. */
  g_chmod (path, FILE_MODE);
  return g_file_set_contents_full (path, text->str, (gssize) text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE,
                                   error);
}

/* Takes out, and with put in front. */
static gboolean
change (const char *prompt, const char *negative_prompt, gboolean put,
        GError **error)
{
  g_autofree char *path = data_file (FILE_NAME);

  if (! make_folder_of (path, error))
    return FALSE;

  const int fd = lock ();
  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  for (guint i = 0; i < entries->len;)
    if (is_same (g_ptr_array_index (entries, i), prompt, negative_prompt))
      g_ptr_array_remove_index (entries, i);
    else
      i++;
  if (put)
    g_ptr_array_insert (entries, 0, entry_new (prompt, negative_prompt));

  const gboolean written = write_entries (entries, error);
  unlock (fd);
  return written;
}

GPtrArray *
vqd_prompt_history_read (void)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_autofree char *path = data_file (FILE_NAME);
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, NULL);
  const gsize n_bytes = map != NULL ? g_mapped_file_get_length (map) : 0;

  if (n_bytes == 0 || n_bytes > 2 * VQD_HISTORY_MAX_BYTES)
    return entries;

  g_autofree char *text = g_strndup (g_mapped_file_get_contents (map), n_bytes);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      VqdHistoryEntry *entry = parse_line (*line);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }

  return entries;
}

gboolean
vqd_prompt_history_add (const char *prompt, const char *negative_prompt,
                        GError **error)
{
  if (is_blank (prompt) ||
      strlen (prompt) + strlen (negative_prompt) > VQD_HISTORY_MAX_BYTES / 8)
    return TRUE;

  return change (prompt, negative_prompt, TRUE, error);
}

gboolean
vqd_prompt_history_remove (const char *prompt, const char *negative_prompt,
                           GError **error)
{
  return change (prompt, negative_prompt, FALSE, error);
}

gboolean
vqd_prompt_history_clear (GError **error)
{
  g_autofree char *path = data_file (FILE_NAME);
  const int fd = lock ();
  const gboolean removed =
      g_unlink (path) == 0 || errno == ENOENT || set_file_error (error, path);

  unlock (fd);
  return removed;
}

gboolean
vqd_prompt_history_is_on (void)
{
  g_autofree char *path = settings_file ();
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, NULL);
  const gboolean on = g_key_file_get_boolean (settings, GROUP, KEY, &error);
  return on || error != NULL;
}

gboolean
vqd_prompt_history_set_on (gboolean on, GError **error)
{
  g_autofree char *path = settings_file ();
  g_autoptr (GKeyFile) settings = g_key_file_new ();

  g_key_file_load_from_file (settings, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  g_key_file_set_boolean (settings, GROUP, KEY, on);
  return make_folder_of (path, error) &&
         g_key_file_save_to_file (settings, path, error);
}
