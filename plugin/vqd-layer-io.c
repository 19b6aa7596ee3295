/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-layer-io.h"

#include <string.h>

/* 8-bit layers in sRGB get the bytes that every other user of the engine
 * gets; babl would round them in its own way. */
static gboolean
takes_bytes (const Babl *format)
{
  return babl_format_get_type (format, 0) == babl_type ("u8") &&
         babl_format_get_space (format) == babl_space ("sRGB") &&
         (babl_get_model_flags (babl_format_get_model (format)) &
          (BABL_MODEL_FLAG_RGB | BABL_MODEL_FLAG_NONLINEAR)) ==
             (BABL_MODEL_FLAG_RGB | BABL_MODEL_FLAG_NONLINEAR);
}

static void
write_picture (GeglBuffer *buffer, const VqdPicture *picture)
{
  const GeglRectangle area = { 0, 0, picture->width_px, picture->height_px };

  if (takes_bytes (gegl_buffer_get_format (buffer)))
    {
      g_autofree guint8 *rgb8 =
          g_malloc_n ((gsize) area.width * area.height, 3);

      vqd_picture_to_rgb8 (picture, rgb8);
      gegl_buffer_set (buffer, &area, 0, babl_format ("R'G'B' u8"), rgb8,
                       GEGL_AUTO_ROWSTRIDE);
    }
  else
    {
      gegl_buffer_set (buffer, &area, 0, babl_format ("R'G'B' float"),
                       picture->rgb, GEGL_AUTO_ROWSTRIDE);
    }
}

/* picture: in the layer's buffer already. The record is of the pixels as the
 * layer has them, rounded, grey or whatever it made of them. */
static char *
new_record (GeglBuffer *buffer, const VqdPicture *picture)
{
  const GeglRectangle area = { 0, 0, picture->width_px, picture->height_px };
  g_autofree float *rgb =
      g_malloc_n ((gsize) area.width * area.height, 3 * sizeof (float));
  VqdPicture as_stored = *picture;

  if (picture->grid.tokens == NULL)
    return NULL;

  gegl_buffer_get (buffer, &area, 1.0, babl_format ("R'G'B' float"), rgb,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  as_stored.rgb = rgb;
  return vqd_picture_get_token_record (&as_stored);
}

/* On a layer in its image this would be an undo step of its own. */
static void
attach (GimpLayer *layer, const char *name, const char *text)
{
  GimpParasite *parasite = NULL;

  if (text == NULL)
    return;

  parasite = gimp_parasite_new (name, GIMP_PARASITE_PERSISTENT,
                                strlen (text) + 1, text);
  gimp_item_attach_parasite (GIMP_ITEM (layer), parasite);
  gimp_parasite_free (parasite);
}

static void
add_mask (GimpLayer *layer, const VqdPicture *picture)
{
  const GeglRectangle area = { 0, 0, picture->width_px, picture->height_px };
  GimpLayerMask *mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);
  GeglBuffer *buffer = NULL;

  gimp_layer_add_mask (layer, mask);
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));
  gegl_buffer_set (buffer, &area, 0, vqd_layer_io_mask_format (buffer),
                   picture->mask, GEGL_AUTO_ROWSTRIDE);
  g_object_unref (buffer);
  gimp_drawable_update (GIMP_DRAWABLE (mask), 0, 0, area.width, area.height);
  /* Who paints on the layer means its picture. */
  gimp_layer_set_edit_mask (layer, FALSE);
}

GimpLayer *
vqd_layer_io_new_layer (GimpImage *image, const VqdPicture *picture,
                        const char *name, gboolean keep_settings)
{
  const GimpImageType type = gimp_image_get_base_type (image) == GIMP_GRAY
                                 ? GIMP_GRAYA_IMAGE
                                 : GIMP_RGBA_IMAGE;
  GimpLayer *layer =
      gimp_layer_new (image, name, picture->width_px, picture->height_px, type,
                      100.0, gimp_image_get_default_new_layer_mode (image));
  GeglBuffer *buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_autofree char *record = NULL;

  write_picture (buffer, picture);
  if (keep_settings)
    record = new_record (buffer, picture);
  g_object_unref (buffer); /* brings the pixels to GIMP */
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, picture->width_px,
                        picture->height_px);

  if (picture->mask != NULL)
    add_mask (layer, picture);
  if (keep_settings)
    {
      attach (layer, VQD_LAYER_IO_SETTINGS, picture->settings);
      attach (layer, VQD_LAYER_IO_TOKENS, record);
    }

  return layer;
}

const Babl *
vqd_layer_io_mask_format (GeglBuffer *buffer)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  const BablModelFlag flags =
      babl_get_model_flags (babl_format_get_model (format));
  const char *name = "Y float";

  if ((flags & BABL_MODEL_FLAG_NONLINEAR) != 0)
    name = "Y' float";
  else if ((flags & BABL_MODEL_FLAG_PERCEPTUAL) != 0)
    name = "Y~ float";

  return babl_format_with_space (name, babl_format_get_space (format));
}

void
vqd_layer_io_warm_up (void)
{
  const Babl *layer = babl_format ("R'G'B'A u8");

  babl_fish (babl_format ("R'G'B' u8"), layer);
  babl_fish (layer, babl_format ("R'G'B' float"));
}
