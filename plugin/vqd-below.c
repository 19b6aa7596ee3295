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

/* The layer's pixels in the part, scaled. gimp_drawable_get_sub_thumbnail ()
 * of GIMP 3.0 frees its pixels twice. (transfer full) */
static GdkPixbuf *
read_part (GimpLayer *layer, const GeglRectangle *part, double scale)
{
  const GeglRectangle scaled = { (int) (part->x * scale),
                                 (int) (part->y * scale),
                                 MAX ((int) (part->width * scale), 1),
                                 MAX ((int) (part->height * scale), 1) };
  GdkPixbuf *pixels =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, scaled.width, scaled.height);
  g_autoptr (GeglBuffer) buffer =
      gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));

  gegl_buffer_get (buffer, &scaled, scale, babl_format ("R'G'B'A u8"),
                   gdk_pixbuf_get_pixels (pixels),
                   gdk_pixbuf_get_rowstride (pixels), GEGL_ABYSS_NONE);
  return pixels;
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
  g_autoptr (GdkPixbuf) pixels = read_part (layer, &part, scale);
  GdkPixbuf *below =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, shown_width, shown_height);
  gdk_pixbuf_fill (below, GREY);
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  compose (below, pixels, (int) ((part.x + x - picture.x) * scale),
           (int) ((part.y + y - picture.y) * scale));
  return below;
}
