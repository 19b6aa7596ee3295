/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/vqd.h"

#define SUFFIX ".png"
#define SEED "{seed}"
#define NUMBER "{number}"

static gboolean
has_suffix (const char *name)
{
  const gsize length = strlen (name);
  const gsize suffix_length = strlen (SUFFIX);

  return length > suffix_length &&
         g_ascii_strcasecmp (name + length - suffix_length, SUFFIX) == 0;
}

char *
vqd_cli_output_path (const char *name, int i, int n_images, gint64 seed)
{
  const gboolean has_place = strstr (name, SEED) || strstr (name, NUMBER);
  GString *path = g_string_new (name);
  g_autofree char *seed_text = g_strdup_printf ("%" G_GINT64_FORMAT, seed);
  g_autofree char *number_text = g_strdup_printf ("%d", i + 1);

  if (n_images > 1 && ! has_place)
    g_string_insert (path, path->len - strlen (SUFFIX), "-" NUMBER);
  g_string_replace (path, SEED, seed_text, 0);
  g_string_replace (path, NUMBER, number_text, 0);
  return g_string_free (path, FALSE);
}

char *
vqd_cli_output_follow (const char *path)
{
  char *target = realpath (path, NULL);

  if (target == NULL)
    return g_strdup (path);

  char *copy = g_strdup (target);
  free (target);
  return copy;
}

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
               "\"%s\" cannot be written: %s.", shown, why);
  return FALSE;
}

static gboolean
check_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *probe =
      g_build_filename (folder, ".vqdiffusion-XXXXXX", NULL);
  GStatBuf status;

  if (g_stat (folder, &status) != 0 && errno == ENOENT)
    return refuse (path, "its folder does not exist; make that first", error);

  /* Permissions do not tell of read-only and full file systems. */
  const int descriptor = g_mkstemp (probe);
  if (descriptor < 0)
    {
      const int code = errno;
      g_autofree char *why = g_strdup_printf (
          "no file can be made in its folder (%s)", g_strerror (code));
      return refuse (path, why, error);
    }

  close (descriptor);
  g_unlink (probe);
  return TRUE;
}

static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf status;

  if (g_lstat (path, &status) != 0)
    {
      const int code = errno;
      return code == ENOENT || refuse (path, g_strerror (code), error);
    }

  if (g_stat (path, &status) != 0)
    return refuse (path, "it is a link to nothing", error);
  if (S_ISDIR (status.st_mode))
    return refuse (path, "it is a folder", error);
  if (! S_ISREG (status.st_mode))
    return refuse (path, "something that is no file has this name", error);
  if (g_access (path, W_OK) != 0)
    return refuse (path, "it exists and is write-protected", error);
  return TRUE;
}

gboolean
vqd_cli_output_check (const char *name, int n_images, gint64 seed,
                      GError **error)
{
  if (! has_suffix (name))
    {
      g_autofree char *shown = g_filename_display_name (name);
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   "\"%s\" does not end in .png, and pictures are written as "
                   "PNG files alone.",
                   shown);
      return FALSE;
    }

  for (int i = 0; i < n_images; i++)
    {
      const gint64 picture_seed = seed < 0 ? seed : (seed + i) & VQD_MAX_SEED;
      g_autofree char *path =
          vqd_cli_output_path (name, i, n_images, picture_seed);
      g_autofree char *target = vqd_cli_output_follow (path);

      if (! check_file (path, error) || ! check_folder (target, error))
        return FALSE;
    }
  return TRUE;
}

/* The file of picture i as it will be. (transfer full) */
static char *
target_of (const char *name, int i, int n_images, gint64 seed)
{
  g_autofree char *path = vqd_cli_output_path (
      name, i, n_images, seed < 0 ? seed : (seed + i) & VQD_MAX_SEED);

  return vqd_cli_output_follow (path);
}

gboolean
vqd_cli_output_check_apart (const char *name, const char *other, int n_images,
                            gint64 seed, GError **error)
{
  g_autoptr (GHashTable) targets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < n_images; i++)
    g_hash_table_add (targets, target_of (name, i, n_images, seed));
  for (int i = 0; i < n_images; i++)
    {
      g_autofree char *target = target_of (other, i, n_images, seed);

      if (g_hash_table_contains (targets, target))
        {
          g_autofree char *shown = g_filename_display_name (target);

          g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                       "\"%s\" would be written twice: the purity map needs a "
                       "name of its own.",
                       shown);
          return FALSE;
        }
    }
  return TRUE;
}
