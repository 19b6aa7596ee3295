/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-where.h"

#include <glib/gi18n.h>

#include "core/vqd.h"

GimpLayer *
vqd_where_layer_of (GimpDrawable *drawable)
{
  if (GIMP_IS_LAYER (drawable))
    return GIMP_LAYER (drawable);
  if (GIMP_IS_LAYER_MASK (drawable))
    return gimp_layer_from_mask (GIMP_LAYER_MASK (drawable));

  return NULL;
}

gboolean
vqd_where_check_image (GimpImage *image, GimpDrawable **drawables,
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
                              "or make it a layer of its own, first."));
      return FALSE;
    }

  return TRUE;
}

/* What is wrong with the drawables, as the whole choice; NULL when it is one
 * layer or mask. */
static const char *
check_choice (GimpImage *image, GimpDrawable **drawables)
{
  if (drawables[0] == NULL)
    {
      g_autofree GimpLayer **layers = gimp_image_get_layers (image);

      return layers[0] == NULL
                 ? _ ("The image has no layer to work on.")
                 : _ ("No layer is selected. Select the one to work on first.");
    }
  if (drawables[1] != NULL)
    return _ ("Several layers are selected. Select only the one to work on.");
  if (! gimp_item_is_valid (GIMP_ITEM (drawables[0])))
    return _ ("The layer to work on is not in the image any more.");
  if (vqd_where_layer_of (drawables[0]) == NULL)
    return _ ("A channel is selected. Select the layer to work on, in the "
              "Layers dialog, first.");

  return NULL;
}

static gboolean
is_visible (GimpItem *item)
{
  while (item != NULL && gimp_item_get_visible (item))
    item = gimp_item_get_parent (item);

  return item == NULL;
}

static gboolean
is_empty_group (GimpItem *item)
{
  if (! gimp_item_is_group (item))
    return FALSE;

  g_autofree GimpItem **children = gimp_item_get_children (item);

  return children[0] == NULL;
}

static const char *
check_layer (GimpLayer *layer)
{
  if (! is_visible (GIMP_ITEM (layer)))
    return _ ("The selected layer is not visible. Make it visible, by its eye "
              "in the Layers dialog, or select another one first.");
  if (is_empty_group (GIMP_ITEM (layer)))
    return _ ("The selected layer group is empty. Select the layer to work on "
              "first.");

  return NULL;
}

GimpLayer *
vqd_where_find_layer (GimpImage *image, GimpDrawable **drawables,
                      GError **error)
{
  if (image == NULL)
    {
      g_set_error_literal (
          error, VQD_ERROR, VQD_ERROR_REQUEST,
          _ ("There is no image to work on, or none that exists."));
      return NULL;
    }
  if (! vqd_where_check_image (image, drawables, error))
    return NULL;

  g_autofree GimpDrawable **selected =
      gimp_image_get_selected_drawables (image);
  GimpDrawable **chosen =
      drawables != NULL && drawables[0] != NULL ? drawables : selected;
  const char *message = check_choice (image, chosen);

  if (message == NULL)
    message = check_layer (vqd_where_layer_of (chosen[0]));
  if (message != NULL)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0, message);
      return NULL;
    }

  return vqd_where_layer_of (chosen[0]);
}
