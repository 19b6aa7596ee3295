/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-output.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>

#include "plugin/vqd-names.h"

#define MAX_SAME_NAMES 10000

gboolean
vqd_output_check (const VqdArgs *args, GError **error)
{
  if (args->output_folder == NULL)
    return TRUE;

  g_autofree char *name = g_file_get_parse_name (args->output_folder);
  g_autoptr (GFileInfo) info = g_file_query_info (
      args->output_folder,
      G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE,
      G_FILE_QUERY_INFO_NONE, NULL, NULL);

  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_DIRECTORY)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
                   _ ("The folder for the pictures, \"%s\", does not exist."),
                   name);
      return FALSE;
    }
  if (! g_file_info_get_attribute_boolean (info,
                                           G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE))
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_OUTPUT,
          _ ("The folder for the pictures, \"%s\", cannot be written to."),
          name);
      return FALSE;
    }

  return TRUE;
}

static GBytes *
encode_png (const VqdPicture *picture, gboolean keep_settings, GError **error)
{
  const int stride = picture->width_px * 3;
  g_autofree guint8 *rgb8 = g_malloc_n (stride, picture->height_px);
  char *png = NULL;
  gsize n_bytes = 0;

  vqd_picture_to_rgb8 (picture, rgb8);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_data (
      rgb8, GDK_COLORSPACE_RGB, FALSE, 8, picture->width_px, picture->height_px,
      stride, NULL, NULL);

  if (! gdk_pixbuf_save_to_buffer (
          pixbuf, &png, &n_bytes, "png", error, "tEXt::Software", "vqdiffusion",
          keep_settings ? "tEXt::vqdiffusion" : NULL, picture->settings, NULL))
    return NULL;

  return g_bytes_new_take (png, n_bytes);
}

/* Writes all or nothing, in a name that is free. */
static gboolean
write_new_file (GFile *folder, const char *name, GBytes *bytes, GError **error)
{
  g_autofree char *temporary_name =
      g_strdup_printf (".%s-%08x.part", name, g_random_int ());
  g_autoptr (GFile) temporary = g_file_get_child (folder, temporary_name);
  gboolean moved = FALSE;

  if (! g_file_replace_contents (temporary, g_bytes_get_data (bytes, NULL),
                                 g_bytes_get_size (bytes), NULL, FALSE,
                                 G_FILE_CREATE_NONE, NULL, NULL, error))
    return FALSE;

  for (int i = 1; ! moved && i <= MAX_SAME_NAMES; i++)
    {
      g_autofree char *child = i == 1 ? g_strdup_printf ("%s.png", name)
                                      : g_strdup_printf ("%s-%d.png", name, i);
      g_autoptr (GFile) file = g_file_get_child (folder, child);
      g_autoptr (GError) move_error = NULL;

      moved = g_file_move (temporary, file, G_FILE_COPY_NONE, NULL, NULL, NULL,
                           &move_error);
      if (! moved &&
          (i == MAX_SAME_NAMES ||
           ! g_error_matches (move_error, G_IO_ERROR, G_IO_ERROR_EXISTS)))
        {
          g_file_delete (temporary, NULL, NULL);
          g_propagate_error (error, g_steal_pointer (&move_error));
          return FALSE;
        }
    }

  return moved;
}

gboolean
vqd_output_save_one (const VqdArgs *args, const VqdPicture *picture, int number,
                     GError **error)
{
  /* A name may hold the prompt, which is a setting too. */
  g_autofree char *name = vqd_names_file (
      args->file_template, args->keep_settings ? args->prompt : "",
      picture->seed, number);
  g_autoptr (GBytes) png = encode_png (picture, args->keep_settings, error);

  if (png != NULL && write_new_file (args->output_folder, name, png, error))
    return TRUE;

  g_prefix_error (error, _ ("The picture could not be saved: "));
  return FALSE;
}

gboolean
vqd_output_save (const VqdArgs *args, const VqdResult *result, GError **error)
{
  const int n_pictures = vqd_result_get_n_pictures (result);

  for (int i = 0; args->output_folder != NULL && i < n_pictures; i++)
    if (! vqd_output_save_one (args, vqd_result_get_picture (result, i), i + 1,
                               error))
      return FALSE;

  return TRUE;
}

gboolean
vqd_output_save_as (const VqdPicture *picture, gboolean keep_settings,
                    GFile *file, GError **error)
{
  g_autoptr (GBytes) png = encode_png (picture, keep_settings, error);

  /* Written beside it first, then moved. */
  return png != NULL &&
         g_file_replace_contents (
             file, g_bytes_get_data (png, NULL), g_bytes_get_size (png), NULL,
             FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, error);
}
