/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-place.h"

#include <glib/gi18n.h>

#include "core/vqd.h"

static gboolean
check_image (GimpImage *image, GError **error)
{
  if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    {
      g_set_error_literal (
          error, GIMP_PLUG_IN_ERROR, 0,
          _ ("An indexed image cannot take a layer with colours of its own. "
             "Choose Image > Mode > RGB first."));
      return FALSE;
    }

  if (gimp_image_get_floating_sel (image) != NULL)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _ ("The image has a floating selection. Anchor it, "
                              "or make it a layer "
                              "of its own, first."));
      return FALSE;
    }

  return TRUE;
}

/* The layer that a drawable is, or is the mask of; NULL for others. */
static GimpLayer *
layer_of_drawable (GimpDrawable *drawable)
{
  if (GIMP_IS_LAYER (drawable))
    return GIMP_LAYER (drawable);
  if (GIMP_IS_LAYER_MASK (drawable))
    return gimp_layer_from_mask (GIMP_LAYER_MASK (drawable));

  return NULL;
}

/* The one layer to go above; NULL when there is none or more. */
static GimpLayer *
find_anchor (GimpImage *image, GimpDrawable **drawables)
{
  if (drawables != NULL && drawables[0] != NULL)
    return drawables[1] == NULL && gimp_item_is_valid (GIMP_ITEM (drawables[0]))
               ? layer_of_drawable (drawables[0])
               : NULL;

  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (image);

  return selected[0] != NULL && selected[1] == NULL ? selected[0] : NULL;
}

gboolean
vqd_place_find (VqdPlace *place, GimpImage *image, GimpDrawable **drawables,
                GError **error)
{
  for (int i = 0; drawables != NULL && drawables[i] != NULL; i++)
    if (gimp_item_is_valid (GIMP_ITEM (drawables[i])) &&
        gimp_item_get_image (GIMP_ITEM (drawables[i])) != image)
      {
        g_set_error_literal (error, VQD_ERROR, VQD_ERROR_REQUEST,
                             _ ("A drawable given is not of the image given."));
        return FALSE;
      }
  if (! check_image (image, error))
    return FALSE;

  GimpLayer *anchor = find_anchor (image, drawables);

  *place = (VqdPlace){ .image = image };
  if (anchor != NULL)
    {
      GimpItem *item = GIMP_ITEM (anchor);
      GimpItem *parent = gimp_item_get_parent (item);

      place->parent = parent != NULL ? GIMP_LAYER (parent) : NULL;
      place->position = gimp_image_get_item_position (image, item);
    }

  return TRUE;
}

/* Returns the topmost of what is new. */
static GimpLayer *
insert_layers (const VqdPlace *place, GimpLayer **layers, int n_layers,
               const char *group_name)
{
  GimpLayer *parent = place->parent;
  int position = place->position;

  if (group_name != NULL)
    {
      GimpGroupLayer *group = gimp_group_layer_new (place->image, group_name);

      gimp_image_insert_layer (place->image, GIMP_LAYER (group), parent,
                               position);
      parent = GIMP_LAYER (group);
      position = 0;
    }

  for (int i = 0; i < n_layers; i++)
    {
      const int x = gimp_image_get_width (place->image) -
                    gimp_drawable_get_width (GIMP_DRAWABLE (layers[i]));
      const int y = gimp_image_get_height (place->image) -
                    gimp_drawable_get_height (GIMP_DRAWABLE (layers[i]));

      gimp_layer_set_offsets (layers[i], x / 2, y / 2);
      gimp_image_insert_layer (place->image, layers[i], parent, position + i);
    }

  return group_name != NULL ? parent : layers[0];
}

/* GIMP selects each layer that is inserted. What was selected is so again; in
 * an image that had no layer, the new one stays. */
static void
restore_selected (GimpImage *image, GimpLayer **layers, GimpChannel **channels,
                  GimpLayer *first)
{
  const GimpLayer *only_first[] = { first, NULL };

  if (channels[0] != NULL)
    gimp_image_set_selected_channels (image, (const GimpChannel **) channels);
  else
    gimp_image_set_selected_layers (
        image, first != NULL ? only_first : (const GimpLayer **) layers);
}

void
vqd_place_insert (const VqdPlace *place, GimpLayer **layers, int n_layers,
                  const char *group_name)
{
  GimpImage *image = place->image;
  g_autofree GimpLayer **all = gimp_image_get_layers (image);
  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (image);
  g_autofree GimpChannel **channels = gimp_image_get_selected_channels (image);

  gimp_image_undo_group_start (image);
  GimpLayer *top = insert_layers (place, layers, n_layers, group_name);
  restore_selected (image, selected, channels, all[0] == NULL ? top : NULL);
  gimp_image_undo_group_end (image);
}
