/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-below.h"

#include <gegl.h>

#include "plugin/vqd-where.h"

#define GREY 0x808080ffu

/* The common part of the picture and the layer, from the layer's corner. */
static gboolean
find_part (GimpLayer *layer, const GeglRectangle *picture, GeglRectangle *part)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  int x = 0;
  int y = 0;

  gimp_drawable_get_offsets (drawable, &x, &y);
  const GeglRectangle whole = { x, y, gimp_drawable_get_width (drawable),
                                gimp_drawable_get_height (drawable) };
  if (! gegl_rectangle_intersect (part, &whole, picture))
    return FALSE;

  part->x -= x;
  part->y -= y;
  return TRUE;
}

static void
compose (GdkPixbuf *below, GdkPixbuf *part, int x, int y)
{
  const int width =
      MIN (gdk_pixbuf_get_width (part), gdk_pixbuf_get_width (below) - x);
  const int height =
      MIN (gdk_pixbuf_get_height (part), gdk_pixbuf_get_height (below) - y);

  if (width > 0 && height > 0)
    gdk_pixbuf_composite (part, below, x, y, width, height, x, y, 1, 1,
                          GDK_INTERP_NEAREST, 255);
}

GdkPixbuf *
vqd_below_new (GimpImage *image, int width_px, int height_px, int shown_width,
               int shown_height)
{
  GimpLayer *layer =
      image != NULL ? vqd_where_find_layer (image, NULL, NULL) : NULL;
  GeglRectangle part;

  if (layer == NULL)
    return NULL;

  const GeglRectangle picture = { (gimp_image_get_width (image) - width_px) / 2,
                                  (gimp_image_get_height (image) - height_px) /
                                      2,
                                  width_px, height_px };
  if (! find_part (layer, &picture, &part))
    return NULL;

  const double scale = (double) shown_width / width_px;
  int x = 0;
  int y = 0;
  g_autoptr (GdkPixbuf) pixels = gimp_drawable_get_sub_thumbnail (
      GIMP_DRAWABLE (layer), part.x, part.y, part.width, part.height,
      MAX ((int) (part.width * scale), 1), MAX ((int) (part.height * scale), 1),
      GIMP_PIXBUF_KEEP_ALPHA);
  if (pixels == NULL)
    return NULL;

  GdkPixbuf *below =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, shown_width, shown_height);
  gdk_pixbuf_fill (below, GREY);
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  compose (below, pixels, (int) ((part.x + x - picture.x) * scale),
           (int) ((part.y + y - picture.y) * scale));
  return below;
}
