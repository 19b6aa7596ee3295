/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-place.h"

#include "plugin/vqd-where.h"

/* The one layer to go above; NULL when there is none or more. */
static GimpLayer *
find_anchor (GimpImage *image, GimpDrawable **drawables)
{
  if (drawables != NULL && drawables[0] != NULL)
    return drawables[1] == NULL && gimp_item_is_valid (GIMP_ITEM (drawables[0]))
               ? vqd_where_layer_of (drawables[0])
               : NULL;

  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (image);

  return selected[0] != NULL && selected[1] == NULL ? selected[0] : NULL;
}

gboolean
vqd_place_find (VqdPlace *place, GimpImage *image, GimpDrawable **drawables,
                GError **error)
{
  if (! vqd_where_check_image (image, drawables, error))
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

void
vqd_place_centre (const VqdPlace *place, GimpLayer *layer)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  const int x =
      gimp_image_get_width (place->image) - gimp_drawable_get_width (drawable);
  const int y = gimp_image_get_height (place->image) -
                gimp_drawable_get_height (drawable);

  gimp_layer_set_offsets (layer, x / 2, y / 2);
}

/* Layers, channels and paths keep their place in the picture. */
static void
grow_canvas (const VqdPlace *place)
{
  const int width = gimp_image_get_width (place->image);
  const int height = gimp_image_get_height (place->image);
  const int new_width = place->left_px + width + place->right_px;
  const int new_height = place->top_px + height + place->bottom_px;

  if (new_width != width || new_height != height)
    gimp_image_resize (place->image, new_width, new_height, place->left_px,
                       place->top_px);
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
    gimp_image_insert_layer (place->image, layers[i], parent, position + i);

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
  else if (first != NULL)
    gimp_image_set_selected_layers (image, only_first);
  else if (layers[0] != NULL) /* GIMP cannot be asked to select none */
    gimp_image_set_selected_layers (image, (const GimpLayer **) layers);
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
  grow_canvas (place);
  GimpLayer *top = insert_layers (place, layers, n_layers, group_name);
  restore_selected (image, selected, channels, all[0] == NULL ? top : NULL);
  gimp_image_undo_group_end (image);
}
