/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-presets.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <libgimp/gimpui.h>
#include <string.h>

#define FOLDER "vqdiffusion" G_DIR_SEPARATOR_S "presets"
#define SUFFIX ".preset"
#define FOLDER_MODE 0700
#define HEADER "Settings of VQ-Diffusion"
#define FOOTER "end of the settings"

/* Of one picture, or of the window. */
static const char *const not_kept[] = { "prompt",        "negative-prompt",
                                        "label",         "seed",
                                        "mode",          "template",
                                        "show-advanced", NULL };

static char *
folder_path (void)
{
  return g_build_filename (g_get_user_config_dir (), FOLDER, NULL);
}

/* Any name is one of a file. */
static char *
file_path (const char *name)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *escaped = g_uri_escape_string (name, " ", TRUE);
  g_autofree char *file = g_strconcat (escaped, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

static gboolean
set_file_error (GError **error, const char *path)
{
  const int saved = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved),
               _ ("\"%s\" cannot be written: %s"), name, g_strerror (saved));
  return FALSE;
}

static gboolean
is_kept (const GParamSpec *pspec, GType type)
{
  return pspec->owner_type == type && (pspec->flags & G_PARAM_WRITABLE) &&
         ! (pspec->flags & G_PARAM_CONSTRUCT_ONLY) &&
         (pspec->flags & GIMP_CONFIG_PARAM_SERIALIZE) &&
         ! g_strv_contains (not_kept, pspec->name);
}

/* Sets what is kept, or all that is not, of config: to the values of other, or
 * without it to the defaults. */
static void
set_properties (GObject *config, GObject *other, gboolean kept)
{
  guint n_properties = 0;
  g_autofree GParamSpec **properties = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (config), &n_properties);

  g_object_freeze_notify (config);
  for (guint i = 0; i < n_properties; i++)
    {
      GParamSpec *pspec = properties[i];
      g_auto (GValue) value = G_VALUE_INIT;
      g_auto (GValue) old = G_VALUE_INIT;

      if (kept != is_kept (pspec, G_OBJECT_TYPE (config)) ||
          (! kept && ! g_strv_contains (not_kept, pspec->name)))
        continue;

      g_value_init (&value, pspec->value_type);
      g_value_init (&old, pspec->value_type);
      if (other != NULL)
        g_object_get_property (other, pspec->name, &value);
      else
        g_param_value_set_default (pspec, &value);
      g_object_get_property (config, pspec->name, &old);
      if (g_param_values_cmp (pspec, &value, &old) != 0)
        g_object_set_property (config, pspec->name, &value);
    }
  g_object_thaw_notify (config);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

char **
vqd_presets_list (void)
{
  GPtrArray *names = g_ptr_array_new ();
  g_autofree char *folder = folder_path ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *file = dir != NULL ? g_dir_read_name (dir) : NULL;
       file != NULL; file = g_dir_read_name (dir))
    {
      g_autofree char *escaped =
          g_str_has_suffix (file, SUFFIX)
              ? g_strndup (file, strlen (file) - strlen (SUFFIX))
              : NULL;
      char *name =
          escaped != NULL ? g_uri_unescape_string (escaped, NULL) : NULL;

      if (name != NULL && g_utf8_validate (name, -1, NULL))
        g_ptr_array_add (names, name);
      else
        g_free (name);
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (names, FALSE);
}

gboolean
vqd_presets_exists (const char *name)
{
  g_autofree char *path = file_path (name);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

gboolean
vqd_presets_save (GObject *config, const char *name, GError **error)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *path = file_path (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GObject) copy = gimp_config_duplicate (GIMP_CONFIG (config));

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return set_file_error (error, folder);

  set_properties (copy, NULL, FALSE);
  return gimp_config_serialize_to_file (GIMP_CONFIG (copy), file, HEADER,
                                        FOOTER, NULL, error);
}

gboolean
vqd_presets_load (GObject *config, const char *name, GError **error)
{
  g_autofree char *path = file_path (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GObject) copy = gimp_config_duplicate (GIMP_CONFIG (config));

  set_properties (copy, NULL, TRUE);
  if (! gimp_config_deserialize_file (GIMP_CONFIG (copy), file, NULL, error))
    return FALSE;

  set_properties (config, copy, TRUE);
  return TRUE;
}

gboolean
vqd_presets_remove (const char *name, GError **error)
{
  g_autofree char *path = file_path (name);

  return g_unlink (path) == 0 || errno == ENOENT ||
         set_file_error (error, path);
}

void
vqd_presets_reset (GObject *config)
{
  set_properties (config, NULL, TRUE);
}
