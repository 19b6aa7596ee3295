/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-canvas-io.h"

#include <gegl.h>
#include <glib/gi18n.h>

#include "plugin/vqd-layer-io.h"

/* Rows that are read at once where they are not kept. */
#define STRIP_ROWS 64

/* To the engine a pixel that is less opaque than this is transparent. */
#define TRANSPARENT_BELOW 0.5f

#define NOTHING_TO_FILL                                                        \
  _ ("There is nothing to fill: nothing is selected, and the layer has no "    \
     "transparent part. Select what is to be filled.")

/* All in pixels of the image. */
typedef struct
{
  GimpLayer *layer;
  GimpImage *image;
  VqdTask task;
  GeglRectangle layer_area;
  GimpDrawable *shown; /* has the layer's pixels: itself, or a copy */
  GimpImage *copies;   /* holds the copy; NULL: there is none */
  int shown_x;         /* of the corner of what is shown, from the layer's */
  int shown_y;
  gboolean is_selected; /* the selection is not empty, and has a part in it */
  GeglRectangle selected_area;
  GeglRectangle area; /* of the canvas */
} Source;

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0, message);
  return FALSE;
}

static void
find_selection (Source *self)
{
  gboolean is_selected = FALSE;
  int left = 0, top = 0, right = 0, bottom = 0;

  gimp_selection_bounds (self->image, &is_selected, &left, &top, &right,
                         &bottom);
  self->is_selected = is_selected && self->task != VQD_TASK_EXPAND;
  self->selected_area =
      (GeglRectangle){ left, top, right - left, bottom - top };
}

static gboolean
find_area (Source *self, GError **error)
{
  self->area = self->layer_area;
  if (self->task == VQD_TASK_EXPAND)
    self->area = (GeglRectangle){ 0, 0, gimp_image_get_width (self->image),
                                  gimp_image_get_height (self->image) };
  if (self->task == VQD_TASK_FILL && self->is_selected)
    gegl_rectangle_bounding_box (&self->area, &self->layer_area,
                                 &self->selected_area);

  if (self->is_selected && ! gegl_rectangle_intersect (NULL, &self->layer_area,
                                                       &self->selected_area))
    return fail (error, _ ("The selection lies outside the layer. Select the "
                           "layer that it belongs to, in the Layers dialog, "
                           "first."));
  if (self->area.width > VQD_MAX_CANVAS_PX ||
      self->area.height > VQD_MAX_CANVAS_PX)
    return fail (error, _ ("The picture is too large to work on."));

  return TRUE;
}

/* Effects are not in a layer's pixels. They are merged into a copy of it, in an
 * image that nobody sees. */
static void
find_shown (Source *self)
{
  GimpDrawable *layer = GIMP_DRAWABLE (self->layer);
  g_autofree GimpDrawableFilter **effects = gimp_drawable_get_filters (layer);

  self->shown = layer;
  if (effects == NULL || effects[0] == NULL)
    return;

  GimpColorProfile *profile = gimp_image_get_color_profile (self->image);

  self->copies = gimp_image_new_with_precision (
      self->layer_area.width, self->layer_area.height,
      gimp_image_get_base_type (self->image),
      gimp_image_get_precision (self->image));
  gimp_image_undo_disable (self->copies);
  if (profile != NULL)
    {
      gimp_image_set_color_profile (self->copies, profile);
      g_object_unref (profile);
    }

  GimpLayer *copy = gimp_layer_new_from_drawable (layer, self->copies);

  self->shown = GIMP_DRAWABLE (copy);
  gimp_image_insert_layer (self->copies, copy, NULL, 0);
  gimp_layer_set_offsets (copy, 0, 0);
  gimp_drawable_merge_filters (self->shown);
  gimp_drawable_get_offsets (self->shown, &self->shown_x, &self->shown_y);
}

static void
source_clear (Source *self)
{
  g_clear_pointer (&self->copies, gimp_image_delete);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static gboolean
find_source (Source *self, GimpLayer *layer, VqdTask task, GError **error)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  int x = 0, y = 0;

  gimp_drawable_get_offsets (drawable, &x, &y);
  *self = (Source){
    .layer = layer,
    .image = gimp_item_get_image (GIMP_ITEM (layer)),
    .task = task,
    .layer_area = { x, y, gimp_drawable_get_width (drawable),
                    gimp_drawable_get_height (drawable) },
  };
  find_selection (self);
  if (! find_area (self, error))
    return FALSE;

  find_shown (self);
  return TRUE;
}

/* NULL when the layer has none, or one that has no effect. */
static GimpLayerMask *
applied_mask (GimpLayer *layer)
{
  GimpLayerMask *mask = gimp_layer_get_mask (layer);

  return mask != NULL && gimp_layer_get_apply_mask (layer) ? mask : NULL;
}

/* area: in pixels of the drawable; what is outside it is 0. */
static void
read_area (GimpDrawable *drawable, const GeglRectangle *area,
           const Babl *format, float *values)
{
  GeglBuffer *buffer = gimp_drawable_get_buffer (drawable);

  gegl_buffer_get (buffer, area, 1.0,
                   format != NULL ? format : vqd_layer_io_mask_format (buffer),
                   values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref (buffer);
}

/* Pixels of the layer, in its own coordinates. */
static void
read_shown (const Source *source, const GeglRectangle *area, const char *format,
            float *values)
{
  const GeglRectangle shown = { area->x - source->shown_x,
                                area->y - source->shown_y, area->width,
                                area->height };

  read_area (source->shown, &shown, babl_format (format), values);
}

/* What the layer shows of an area of its own: [height, width]. */
static void
read_alpha (const Source *source, const GeglRectangle *area, float *alpha)
{
  GimpLayerMask *mask = applied_mask (source->layer);

  read_shown (source, area, "A float", alpha);
  if (mask == NULL)
    return;

  g_autofree float *strip =
      g_malloc_n ((gsize) area->width * STRIP_ROWS, sizeof (float));
  for (int y = 0; y < area->height; y += STRIP_ROWS)
    {
      const GeglRectangle rows = { area->x, area->y + y, area->width,
                                   MIN (STRIP_ROWS, area->height - y) };
      float *to = alpha + (gsize) y * area->width;

      read_area (GIMP_DRAWABLE (mask), &rows, NULL, strip);
      for (gsize i = 0; i < (gsize) rows.width * rows.height; i++)
        to[i] *= strip[i];
    }
}

static gboolean
any_below (const float *alpha, gsize n_values, float limit)
{
  for (gsize i = 0; i < n_values; i++)
    if (alpha[i] < limit)
      return TRUE;

  return FALSE;
}

static gboolean
may_be_transparent (const Source *source)
{
  return gimp_drawable_has_alpha (source->shown) ||
         applied_mask (source->layer) != NULL;
}

static gboolean
has_transparent_part (const Source *source)
{
  const int width = source->layer_area.width;
  const int height = source->layer_area.height;
  gboolean found = FALSE;

  if (! may_be_transparent (source))
    return FALSE;

  g_autofree float *strip =
      g_malloc_n ((gsize) width * STRIP_ROWS, sizeof (float));
  for (int y = 0; ! found && y < height; y += STRIP_ROWS)
    {
      const GeglRectangle rows = { 0, y, width, MIN (STRIP_ROWS, height - y) };

      read_alpha (source, &rows, strip);
      found = any_below (strip, (gsize) rows.width * rows.height,
                         TRANSPARENT_BELOW);
    }

  return found;
}

/* (transfer full), [area.height, area.width, n_channels], or NULL and error. */
static float *
new_values (const Source *source, int n_channels, GError **error)
{
  const GeglRectangle *area = &source->area;
  float *values = g_try_malloc_n ((gsize) area->width * area->height,
                                  n_channels * sizeof (float));

  if (values == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                 _ ("There is not enough memory to read a picture of %d × %d "
                    "pixels."),
                 area->width, area->height);
  return values;
}

/* The canvas in pixels of something at (x, y) of the image. */
static GeglRectangle
area_from (const Source *source, int x, int y)
{
  return (GeglRectangle){ source->area.x - x, source->area.y - y,
                          source->area.width, source->area.height };
}

static gboolean
read_pixels (VqdCanvasIo *self, const Source *source, GError **error)
{
  const GeglRectangle area =
      area_from (source, source->layer_area.x, source->layer_area.y);
  float *rgb = new_values (source, 3, error);
  float *alpha = NULL;

  self->canvas.rgb = rgb;
  if (rgb == NULL)
    return FALSE;
  read_shown (source, &area, "R'G'B' float", rgb);

  if (! may_be_transparent (source) &&
      gegl_rectangle_contains (&source->layer_area, &source->area))
    return TRUE;

  alpha = new_values (source, 1, error);
  self->canvas.alpha = alpha;
  if (alpha == NULL)
    return FALSE;
  read_alpha (source, &area, alpha);
  if (! any_below (alpha, (gsize) area.width * area.height, 1.0f))
    {
      self->canvas.alpha = NULL;
      g_free (alpha);
    }

  return TRUE;
}

static gboolean
read_selection (VqdCanvasIo *self, const Source *source, GError **error)
{
  if (! source->is_selected)
    return TRUE;

  GimpSelection *selection = gimp_image_get_selection (source->image);
  const GeglRectangle area = area_from (source, 0, 0);
  float *values = new_values (source, 1, error);

  self->canvas.selection = values;
  if (values == NULL)
    return FALSE;

  read_area (GIMP_DRAWABLE (selection), &area, NULL, values);
  return TRUE;
}

/* [height, width, 3], of the whole layer, rounded as the engine does it. */
static guint8 *
read_rgb8 (const Source *source)
{
  const int width = source->layer_area.width;
  const int height = source->layer_area.height;
  guint8 *rgb8 = g_malloc_n ((gsize) width * height, 3);
  g_autofree float *strip =
      g_malloc_n ((gsize) width * STRIP_ROWS, 3 * sizeof (float));

  for (int y = 0; y < height; y += STRIP_ROWS)
    {
      const GeglRectangle rows = { 0, y, width, MIN (STRIP_ROWS, height - y) };
      const VqdPicture picture = { .width_px = rows.width,
                                   .height_px = rows.height,
                                   .rgb = strip };

      read_shown (source, &rows, "R'G'B' float", strip);
      vqd_picture_to_rgb8 (&picture, rgb8 + (gsize) y * width * 3);
    }

  return rgb8;
}

/* Of a layer that is one of our pictures. A record that does not fit, as of a
 * layer that was scaled, is none. */
static void
read_known (VqdCanvasIo *self, const Source *source)
{
  VqdTokenGrid *known = &self->canvas.known;
  GimpParasite *parasite =
      gimp_item_get_parasite (GIMP_ITEM (source->layer), VQD_LAYER_IO_TOKENS);
  guint32 n_bytes = 0;

  if (parasite == NULL)
    return;

  const char *data = gimp_parasite_get_data (parasite, &n_bytes);
  g_autofree char *record = g_strndup (data, n_bytes);
  g_autofree guint8 *rgb8 = read_rgb8 (source);

  gimp_parasite_free (parasite);
  if (! vqd_token_record_read (record, rgb8, source->layer_area.width,
                               source->layer_area.height, known, NULL))
    {
      *known = (VqdTokenGrid){ .tokens = NULL };
      return;
    }
  known->x_px += source->layer_area.x - source->area.x;
  known->y_px += source->layer_area.y - source->area.y;
}

static VqdCanvasIo *
new_canvas (const Source *source)
{
  const gboolean of_image = source->task == VQD_TASK_EXPAND;
  VqdCanvasIo *self = g_new0 (VqdCanvasIo, 1);

  self->canvas.width_px = source->area.width;
  self->canvas.height_px = source->area.height;
  self->task = source->task;
  self->image = source->image;
  self->layer = source->layer;
  self->image_width_px = gimp_image_get_width (source->image);
  self->image_height_px = gimp_image_get_height (source->image);
  self->layer_width_px = source->layer_area.width;
  self->layer_height_px = source->layer_area.height;
  self->x_px = source->area.x - (of_image ? 0 : source->layer_area.x);
  self->y_px = source->area.y - (of_image ? 0 : source->layer_area.y);

  return self;
}

gboolean
vqd_canvas_io_check (GimpLayer *layer, VqdTask task, GError **error)
{
  g_auto (Source) source = { NULL };

  if (! find_source (&source, layer, task, error))
    return FALSE;
  if (task == VQD_TASK_FILL && ! source.is_selected &&
      ! has_transparent_part (&source))
    return fail (error, NOTHING_TO_FILL);

  return TRUE;
}

/* Whether any pixel of the canvas is transparent. */
static gboolean
has_room (const VqdCanvas *canvas)
{
  return canvas->alpha != NULL &&
         any_below (canvas->alpha, (gsize) canvas->width_px * canvas->height_px,
                    TRANSPARENT_BELOW);
}

VqdCanvasIo *
vqd_canvas_io_read (GimpLayer *layer, const VqdRequest *request, GError **error)
{
  const gboolean has_margin = request->left_px > 0 || request->top_px > 0 ||
                              request->right_px > 0 || request->bottom_px > 0;
  g_auto (Source) source = { NULL };

  if (! find_source (&source, layer, request->task, error))
    return NULL;

  g_autoptr (VqdCanvasIo) self = new_canvas (&source);

  if (! read_pixels (self, &source, error) ||
      ! read_selection (self, &source, error))
    return NULL;

  if (self->task == VQD_TASK_FILL && self->canvas.selection == NULL &&
      ! has_room (&self->canvas))
    {
      fail (error, NOTHING_TO_FILL);
      return NULL;
    }
  if (self->task == VQD_TASK_EXPAND && ! has_margin &&
      ! has_room (&self->canvas))
    {
      fail (error, _ ("There is nowhere to expand to: no pixels are added on "
                      "any side, and the image has no transparent border."));
      return NULL;
    }

  read_known (self, &source);
  return g_steal_pointer (&self);
}

void
vqd_canvas_io_free (VqdCanvasIo *self)
{
  g_free ((float *) self->canvas.rgb);
  g_free ((float *) self->canvas.alpha);
  g_free ((float *) self->canvas.selection);
  g_free (self->canvas.known.tokens);
  g_free (self->canvas.known.model);
  g_free (self);
}

gboolean
vqd_canvas_io_get_corner (const VqdCanvasIo *self, int *x_px, int *y_px)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (self->layer);
  int x = 0, y = 0;

  if (! gimp_image_is_valid (self->image) ||
      ! gimp_item_is_valid (GIMP_ITEM (self->layer)))
    return FALSE;

  if (self->task == VQD_TASK_EXPAND &&
      (gimp_image_get_width (self->image) != self->image_width_px ||
       gimp_image_get_height (self->image) != self->image_height_px))
    return FALSE;
  if (gimp_drawable_get_width (drawable) != self->layer_width_px ||
      gimp_drawable_get_height (drawable) != self->layer_height_px)
    return FALSE;

  if (self->task != VQD_TASK_EXPAND)
    gimp_drawable_get_offsets (drawable, &x, &y);
  *x_px = x + self->x_px;
  *y_px = y + self->y_px;
  return TRUE;
}
