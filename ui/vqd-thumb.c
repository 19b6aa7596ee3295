/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-thumb.h"

#include <math.h>
#include <string.h>

/* Of the hatching: between its lines. */
#define HATCH_PX 6
#define HATCH_ALPHA 0.35
#define GROUND_ALPHA 0.08
#define FADED_ALPHA 0.45
/* A picture is kept so much larger than it is shown, for dense screens. */
#define KEPT_SCALE 2
/* Of the map: one still sees where in the picture one is. */
#define MAP_ALPHA 0.85

struct _VqdThumb
{
  GtkDrawingArea parent_instance;

  int size_px;
  GBytes *palette;
  int *tokens; /* NULL: none yet */
  int grid_width;
  int grid_height;
  GdkPixbuf *picture;
  double aspect; /* width by height */
  gboolean is_faded;
  GdkPixbuf *map;              /* NULL: none */
  cairo_rectangle_t map_place; /* in shares of the picture's sides */
  gboolean shows_map;

  /* What is shown, as pixels of the screen: drawing it anew, line by line,
   * keeps the display server busy, and whoever waits for that. NULL: not yet */
  cairo_surface_t *drawn;
  GdkRGBA drawn_color; /* that it has of the style */
  int drawn_scale;
};

G_DEFINE_FINAL_TYPE (VqdThumb, vqd_thumb, GTK_TYPE_DRAWING_AREA)

static void
shown_size (const VqdThumb *self, int *width, int *height)
{
  *width = self->aspect >= 1 ? self->size_px
                             : (int) MAX (self->size_px * self->aspect, 1);
  *height = self->aspect <= 1 ? self->size_px
                              : (int) MAX (self->size_px / self->aspect, 1);
}

/* Diagonal lines over what is the path now. */
static void
hatch (cairo_t *cr, const GdkRGBA *color, int width, int height)
{
  cairo_save (cr);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue,
                         GROUND_ALPHA);
  cairo_fill_preserve (cr);
  cairo_clip (cr);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue,
                         HATCH_ALPHA);
  cairo_set_line_width (cr, 1);
  for (int x = -height; x < width; x += HATCH_PX)
    {
      cairo_move_to (cr, x + 0.5, height + 0.5);
      cairo_line_to (cr, x + height + 0.5, 0.5);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* NULL when it has none. */
static const guint8 *
color_of (const VqdThumb *self, int token)
{
  gsize n_bytes = 0;
  const guint8 *rgb =
      self->palette != NULL ? g_bytes_get_data (self->palette, &n_bytes) : NULL;

  return token >= 0 && 3 * (gsize) token + 2 < n_bytes ? rgb + 3 * token : NULL;
}

/* Cells meet at whole pixels of the screen: no lines between them. */
static void
add_cell (const VqdThumb *self, cairo_t *cr, int cell, int width, int height)
{
  const int scale = gtk_widget_get_scale_factor ((GtkWidget *) self);
  const int column = cell % self->grid_width;
  const int row = cell / self->grid_width;
  const int x = column * width * scale / self->grid_width;
  const int y = row * height * scale / self->grid_height;
  const int x_end = (column + 1) * width * scale / self->grid_width;
  const int y_end = (row + 1) * height * scale / self->grid_height;

  cairo_rectangle (cr, (double) x / scale, (double) y / scale,
                   (double) (x_end - x) / scale, (double) (y_end - y) / scale);
}

static void
draw_tokens (const VqdThumb *self, cairo_t *cr, const GdkRGBA *color, int width,
             int height)
{
  const int n = self->grid_width * self->grid_height;

  for (int i = 0; i < n; i++)
    {
      const guint8 *rgb = color_of (self, self->tokens[i]);

      if (rgb == NULL)
        continue;
      add_cell (self, cr, i, width, height);
      cairo_set_source_rgb (cr, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
      cairo_fill (cr);
    }

  for (int i = 0; i < n; i++)
    if (color_of (self, self->tokens[i]) == NULL)
      add_cell (self, cr, i, width, height);
  hatch (cr, color, width, height);
}

static void
draw_picture (const VqdThumb *self, cairo_t *cr, int width, int height)
{
  cairo_save (cr);
  cairo_scale (cr, (double) width / gdk_pixbuf_get_width (self->picture),
               (double) height / gdk_pixbuf_get_height (self->picture));
  gdk_cairo_set_source_pixbuf (cr, self->picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* Cells keep their edges. */
static void
draw_map (const VqdThumb *self, cairo_t *cr, int width, int height)
{
  const cairo_rectangle_t *place = &self->map_place;

  cairo_save (cr);
  cairo_translate (cr, place->x * width, place->y * height);
  cairo_scale (cr, place->width * width / gdk_pixbuf_get_width (self->map),
               place->height * height / gdk_pixbuf_get_height (self->map));
  gdk_cairo_set_source_pixbuf (cr, self->map, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint_with_alpha (cr, MAP_ALPHA);
  cairo_restore (cr);
}

static void
draw_contents (const VqdThumb *self, cairo_t *cr, const GdkRGBA *color,
               int width, int height)
{
  if (self->picture != NULL)
    {
      draw_picture (self, cr, width, height);
      if (self->map != NULL && self->shows_map)
        draw_map (self, cr, width, height);
    }
  else if (self->tokens != NULL)
    {
      draw_tokens (self, cr, color, width, height);
    }
  else
    {
      cairo_rectangle (cr, 0, 0, width, height);
      hatch (cr, color, width, height);
    }
}

static void
update_drawn (VqdThumb *self, const GdkRGBA *color, int width, int height)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const int scale = gtk_widget_get_scale_factor (widget);

  if (self->drawn != NULL && self->drawn_scale == scale &&
      gdk_rgba_equal (&self->drawn_color, color))
    return;

  g_clear_pointer (&self->drawn, cairo_surface_destroy);
  self->drawn = gdk_window_create_similar_image_surface (
      gtk_widget_get_window (widget), CAIRO_FORMAT_ARGB32, width * scale,
      height * scale, scale);
  self->drawn_color = *color;
  self->drawn_scale = scale;
  cairo_t *cr = cairo_create (self->drawn);
  draw_contents (self, cr, color, width, height);
  cairo_destroy (cr);
}

/* It shows something else now. */
static void
changed (VqdThumb *self)
{
  g_clear_pointer (&self->drawn, cairo_surface_destroy);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
vqd_thumb_draw (GtkWidget *widget, cairo_t *cr)
{
  VqdThumb *self = VQD_THUMB (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA color;
  int width;
  int height;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style),
                               &color);
  shown_size (self, &width, &height);
  update_drawn (self, &color, width, height);
  cairo_set_source_surface (
      cr, self->drawn, (gtk_widget_get_allocated_width (widget) - width) / 2,
      (gtk_widget_get_allocated_height (widget) - height) / 2);
  cairo_paint_with_alpha (cr, self->is_faded ? FADED_ALPHA : 1);
  return GDK_EVENT_PROPAGATE;
}

static void
vqd_thumb_finalize (GObject *object)
{
  VqdThumb *self = VQD_THUMB (object);

  g_clear_pointer (&self->palette, g_bytes_unref);
  g_clear_pointer (&self->drawn, cairo_surface_destroy);
  g_clear_object (&self->picture);
  g_clear_object (&self->map);
  g_free (self->tokens);
  G_OBJECT_CLASS (vqd_thumb_parent_class)->finalize (object);
}

static void
vqd_thumb_class_init (VqdThumbClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vqd_thumb_finalize;
  GTK_WIDGET_CLASS (klass)->draw = vqd_thumb_draw;
}

static void
vqd_thumb_init (VqdThumb *self)
{
  self->aspect = 1;
}

GtkWidget *
vqd_thumb_new (int size_px)
{
  VqdThumb *self = g_object_new (VQD_TYPE_THUMB, NULL);

  self->size_px = size_px;
  gtk_widget_set_size_request (GTK_WIDGET (self), size_px, size_px);
  gtk_widget_show (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
vqd_thumb_set_shape (VqdThumb *self, int width_px, int height_px)
{
  self->aspect = (double) width_px / height_px;
  changed (self);
}

void
vqd_thumb_set_palette (VqdThumb *self, GBytes *palette)
{
  if (palette != NULL)
    g_bytes_ref (palette);
  g_clear_pointer (&self->palette, g_bytes_unref);
  self->palette = palette;
  if (self->tokens != NULL && self->picture == NULL)
    changed (self);
}

static gboolean
has_tokens (const VqdThumb *self, const int *tokens, int width, int height)
{
  return self->tokens != NULL && width == self->grid_width &&
         height == self->grid_height &&
         memcmp (tokens, self->tokens,
                 sizeof (int) * (gsize) width * (gsize) height) == 0;
}

void
vqd_thumb_set_tokens (VqdThumb *self, const int *tokens, int width, int height)
{
  if (has_tokens (self, tokens, width, height))
    return;

  g_free (self->tokens);
  self->tokens =
      g_memdup2 (tokens, sizeof (int) * (gsize) width * (gsize) height);
  self->grid_width = width;
  self->grid_height = height;
  if (self->picture == NULL)
    changed (self);
}

void
vqd_thumb_set_picture (VqdThumb *self, GdkPixbuf *picture)
{
  const int width = gdk_pixbuf_get_width (picture);
  const int height = gdk_pixbuf_get_height (picture);
  const double scale =
      (double) self->size_px * KEPT_SCALE / MAX (width, height);

  g_clear_object (&self->picture);
  self->picture = scale < 1 ? gdk_pixbuf_scale_simple (
                                  picture, MAX ((int) lrint (width * scale), 1),
                                  MAX ((int) lrint (height * scale), 1),
                                  GDK_INTERP_BILINEAR)
                            : g_object_ref (picture);
  vqd_thumb_set_shape (self, width, height);
}

void
vqd_thumb_set_map (VqdThumb *self, GdkPixbuf *cells,
                   const cairo_rectangle_t *place)
{
  g_set_object (&self->map, cells);
  self->map_place = *place;
  changed (self);
}

void
vqd_thumb_show_map (VqdThumb *self, gboolean is_shown)
{
  self->shows_map = is_shown;
  changed (self);
}

void
vqd_thumb_set_faded (VqdThumb *self, gboolean is_faded)
{
  self->is_faded = is_faded;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
