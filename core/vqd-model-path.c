/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where models are looked for: one search for the plug-in, the command line
 * and scripts. */
#include "core/base/vqd-i18n.h"
#include "core/vqd.h"

#define ENVIRONMENT "VQDIFFUSION_MODEL_PATH"
#define SUFFIX ".safetensors"
#define SUBFOLDER "vqdiffusion" G_DIR_SEPARATOR_S "models"


/* A folder is looked through once, where it comes first. */
static void
add_folder (GPtrArray *folders, char *folder)
{
  if (g_ptr_array_find_with_equal_func (folders, folder, g_str_equal, NULL))
    g_free (folder);
  else
    g_ptr_array_add (folders, folder);
}

char **
vqd_model_search_path (void)
{
  GPtrArray *folders = g_ptr_array_new ();
  const char *environment = g_getenv (ENVIRONMENT);

  if (environment != NULL)
    {
      g_auto (GStrv) named =
          g_strsplit (environment, G_SEARCHPATH_SEPARATOR_S, -1);

      for (char **folder = named; *folder != NULL; folder++)
        if (**folder != '\0')
          add_folder (folders, g_strdup (*folder));
    }

  add_folder (folders,
              g_build_filename (g_get_user_data_dir (), SUBFOLDER, NULL));
  for (const char *const *system = g_get_system_data_dirs (); *system != NULL;
       system++)
    add_folder (folders, g_build_filename (*system, SUBFOLDER, NULL));
  add_folder (folders, g_strdup (VQD_MODEL_DIR));

  g_ptr_array_add (folders, NULL);
  return (char **) g_ptr_array_free (folders, FALSE);
}

/* The first model of a folder, by name; an entry of the search path may also
 * be a file. */
static char *
first_model (const char *folder)
{
  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR))
    return g_strdup (folder);

  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  if (dir == NULL)
    return NULL;

  g_autofree char *first = NULL;
  for (const char *name = g_dir_read_name (dir); name != NULL;
       name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, SUFFIX) &&
        (first == NULL || g_strcmp0 (name, first) < 0))
      {
        g_free (first);
        first = g_strdup (name);
      }
  return first == NULL ? NULL : g_build_filename (folder, first, NULL);
}

static char *
named_model (const char *folder, const char *name)
{
  static const char *const patterns[] = { "%s", "%s" SUFFIX,
                                          "vqdiffusion-%s" SUFFIX };

  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_auto (GStrv) parts = g_strsplit (patterns[i], "%s", 2);
      g_autofree char *file = g_strconcat (parts[0], name, parts[1], NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

char *
vqd_model_find (const char *path, GError **error)
{
  const gboolean any = path == NULL || *path == '\0';

  if (! any && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_strdup (path);

  const gboolean is_path = ! any && strchr (path, G_DIR_SEPARATOR) != NULL;
  g_auto (GStrv) folders = vqd_model_search_path ();
  for (char **folder = folders; *folder != NULL && ! is_path; folder++)
    {
      char *found = any ? first_model (*folder) : named_model (*folder, path);

      if (found != NULL)
        return found;
    }

  if (is_path)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND,
                   _ ("There is no model file %s."), path);
      return NULL;
    }
  g_autofree char *list = g_strjoinv ("\n  ", folders);
  if (any)
    g_set_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND,
                 _ ("No model was found. Put a model file (.safetensors) into "
                    "one of these folders, or name one:\n  %s"),
                 list);
  else
    g_set_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND,
                 _ ("No model \"%s\" was found. Put a model file "
                    "(.safetensors) into one of these folders, or name "
                    "one:\n  %s"),
                 path, list);
  return NULL;
}
