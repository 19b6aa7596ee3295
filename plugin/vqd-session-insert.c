/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "plugin/vqd-insert.h"
#include "plugin/vqd-purity-layer.h"
#include "plugin/vqd-session-private.h"
#include "plugin/vqd-where.h"

static void
note_inserted (VqdSession *self, VqdSessionItem *item,
               const VqdInserted *inserted)
{
  for (int i = 0; inserted->layers[i] != NULL; i++)
    {
      const int number = gimp_item_get_id (GIMP_ITEM (inserted->layers[i]));

      g_array_append_val (self->layers, number);
    }
  if (item->asked->args->target == VQD_TARGET_GROUP)
    {
      GimpItem *group = gimp_item_get_parent (GIMP_ITEM (inserted->layers[0]));

      item->asked->group = group != NULL ? gimp_item_get_id (group) : 0;
    }
}

static GimpLayer *
group_of (const VqdAsked *asked)
{
  return asked->group != 0 && gimp_item_id_is_group_layer (asked->group)
             ? gimp_layer_get_by_id (asked->group)
             : NULL;
}

void
vqd_session_insert (VqdSession *self, VqdSessionItem *item,
                    gboolean with_purity)
{
  const VqdArgs *args = item->asked->args;
  const gboolean wants_image = args->target == VQD_TARGET_IMAGE;
  GimpImage *image = vqd_image_watch_get_image (self->watch);
  g_autoptr (GError) error = NULL;
  const VqdInsert where = {
    .image = wants_image ? NULL : image,
    .canvas = item->asked->canvas,
    .group = group_of (item->asked),
    .show = TRUE,
    .with_purity = with_purity,
  };
  VqdInserted inserted;

  vqd_stopwatch_start (self->stopwatch, VQD_STOPWATCH_INSERT);
  if (where.canvas == NULL && where.image != NULL &&
      ! vqd_where_check_image (where.image, NULL, &error))
    {
      vqd_window_show_item_error (
          self->window, ITEM_OF (item->id), VQD_ITEM_INSERT,
          _ ("The picture could not be inserted."), error);
      return;
    }

  vqd_insert_pictures (&where, args, &item->drawn->picture, 1, &inserted);
  gimp_displays_flush ();
  note_inserted (self, item, &inserted);
  item->layer =
      gimp_item_get_id (GIMP_ITEM (inserted.layers[with_purity ? 1 : 0]));
  if (inserted.is_lost)
    vqd_window_show_notice (
        self->window,
        _ ("The image was closed or changed meanwhile. The picture is in a "
           "new image."));
  if (! wants_image && (image == NULL || inserted.is_lost))
    vqd_image_watch_choose (self->watch, gimp_image_get_id (inserted.image));
  vqd_gallery_set_inserted (self->gallery, ITEM_OF (item->id));
  vqd_stopwatch_stop (self->stopwatch, VQD_STOPWATCH_INSERT);
  g_free (inserted.layers);
}

void
vqd_session_insert_purity (VqdSession *self, VqdSessionItem *item)
{
  g_autoptr (GError) error = NULL;

  if (item->layer == 0 || ! gimp_item_id_is_valid (item->layer))
    {
      vqd_session_insert (self, item, TRUE);
      return;
    }

  GimpLayer *layer = vqd_purity_layer_insert_above (
      gimp_layer_get_by_id (item->layer), item->drawn->picture, &error);
  if (layer == NULL)
    {
      vqd_window_show_error (self->window,
                             _ ("The picture could not be inserted."), error);
      return;
    }
  const int number = gimp_item_get_id (GIMP_ITEM (layer));
  g_array_append_val (self->layers, number);
  gimp_displays_flush ();
}
