/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-purity-layer.h"

#include <gegl.h>
#include <glib/gi18n.h>

#include "plugin/vqd-place.h"

#define STRIPE_PX 64 /* rows that are written at once */
#define N_CHANNELS 4

static void
write_values (GeglBuffer *buffer, const VqdPicture *picture,
              const float *values)
{
  const int width = picture->width_px;
  g_autofree float *rgba =
      g_malloc_n ((gsize) width * STRIPE_PX, N_CHANNELS * sizeof (float));

  for (int y = 0; y < picture->height_px; y += STRIPE_PX)
    {
      const GeglRectangle stripe = { 0, y, width,
                                     MIN (STRIPE_PX, picture->height_px - y) };
      const gsize n = (gsize) width * (gsize) stripe.height;

      for (gsize i = 0; i < n; i++)
        {
          const float value = values[(gsize) y * (gsize) width + i];
          float *pixel = rgba + N_CHANNELS * i;

          pixel[0] = pixel[1] = pixel[2] = MAX (value, 0);
          pixel[3] = value >= 0;
        }
      gegl_buffer_set (buffer, &stripe, 0, babl_format ("R'G'B'A float"), rgba,
                       GEGL_AUTO_ROWSTRIDE);
    }
}

GimpLayer *
vqd_purity_layer_new (GimpImage *image, const VqdPicture *picture,
                      const char *picture_name)
{
  const GimpImageType type = gimp_image_get_base_type (image) == GIMP_GRAY
                                 ? GIMP_GRAYA_IMAGE
                                 : GIMP_RGBA_IMAGE;
  /* Translators: a layer's name: how sure the model was of another layer */
  g_autofree char *name = g_strdup_printf (_ ("%s – purity"), picture_name);
  GimpLayer *layer =
      gimp_layer_new (image, name, picture->width_px, picture->height_px, type,
                      100.0, gimp_image_get_default_new_layer_mode (image));
  GeglBuffer *buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_autofree float *values = g_malloc_n (
      (gsize) picture->width_px * (gsize) picture->height_px, sizeof (float));

  vqd_picture_get_purity (picture, values);
  write_values (buffer, picture, values);
  g_object_unref (buffer); /* brings the pixels to GIMP */
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, picture->width_px,
                        picture->height_px);
  return layer;
}

GimpLayer *
vqd_purity_layer_insert_above (GimpLayer *layer, const VqdPicture *picture,
                               GError **error)
{
  GimpDrawable *drawables[] = { GIMP_DRAWABLE (layer), NULL };
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (layer));
  int x = 0;
  int y = 0;
  VqdPlace place;

  if (! vqd_place_find (&place, gimp_item_get_image (GIMP_ITEM (layer)),
                        drawables, error))
    return NULL;

  GimpLayer *map = vqd_purity_layer_new (place.image, picture, name);
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  gimp_layer_set_offsets (map, x, y);
  vqd_place_insert (&place, &map, 1, NULL);
  return map;
}
