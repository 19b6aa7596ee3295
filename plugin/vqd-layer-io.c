/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-layer-io.h"

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

GimpLayer *
vqd_layer_io_new_layer (GimpImage *image, const VqdPicture *picture,
                        const char *name)
{
  const GimpImageType type = gimp_image_get_base_type (image) == GIMP_GRAY
                                 ? GIMP_GRAYA_IMAGE
                                 : GIMP_RGBA_IMAGE;
  GimpLayer *layer =
      gimp_layer_new (image, name, picture->width_px, picture->height_px, type,
                      100.0, gimp_image_get_default_new_layer_mode (image));
  GeglBuffer *buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));

  write_picture (buffer, picture);
  g_object_unref (buffer); /* brings the pixels to GIMP */
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, picture->width_px,
                        picture->height_px);

  return layer;
}
