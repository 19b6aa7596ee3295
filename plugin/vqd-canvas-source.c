/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-canvas-source.h"

#include <glib/gi18n.h>

#include "plugin/vqd-layer-io.h"

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0, message);
  return FALSE;
}

static void
find_selection (VqdCanvasSource *self)
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
find_area (VqdCanvasSource *self, GError **error)
{
  self->area = self->layer_area;
  if (self->task == VQD_TASK_EXPAND)
    self->area =
        (GeglRectangle){ 0, 0, self->image_width_px, self->image_height_px };
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
find_shown (VqdCanvasSource *self)
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

void
vqd_canvas_source_clear (VqdCanvasSource *self)
{
  g_clear_pointer (&self->copies, gimp_image_delete);
}

gboolean
vqd_canvas_source_find (VqdCanvasSource *self, GimpLayer *layer, VqdTask task,
                        GError **error)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (layer));
  int x = 0, y = 0;

  gimp_drawable_get_offsets (drawable, &x, &y);
  *self = (VqdCanvasSource){
    .layer = layer,
    .image = image,
    .task = task,
    .layer_area = { x, y, gimp_drawable_get_width (drawable),
                    gimp_drawable_get_height (drawable) },
    .image_width_px = gimp_image_get_width (image),
    .image_height_px = gimp_image_get_height (image),
    .bytes_per_pixel = gimp_drawable_get_bpp (drawable),
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

void
vqd_canvas_source_read (const VqdCanvasSource *self, const GeglRectangle *area,
                        const char *format, float *values)
{
  const GeglRectangle shown = { area->x - self->shown_x,
                                area->y - self->shown_y, area->width,
                                area->height };

  read_area (self->shown, &shown, babl_format (format), values);
}

void
vqd_canvas_source_read_alpha (const VqdCanvasSource *self,
                              const GeglRectangle *area, float *alpha)
{
  GimpLayerMask *mask = applied_mask (self->layer);

  vqd_canvas_source_read (self, area, "A float", alpha);
  if (mask == NULL)
    return;

  const gsize n = (gsize) area->width * area->height;
  g_autofree float *shown = g_malloc_n (n, sizeof (float));

  read_area (GIMP_DRAWABLE (mask), area, NULL, shown);
  for (gsize i = 0; i < n; i++)
    alpha[i] *= shown[i];
}

gboolean
vqd_canvas_source_may_be_transparent (const VqdCanvasSource *self)
{
  return gimp_drawable_has_alpha (self->shown) ||
         applied_mask (self->layer) != NULL;
}

void
vqd_canvas_source_read_selection (const VqdCanvasSource *self,
                                  const GeglRectangle *area, float *values)
{
  GimpSelection *selection = gimp_image_get_selection (self->image);

  read_area (GIMP_DRAWABLE (selection), area, NULL, values);
}

gboolean
vqd_canvas_source_is_there (const VqdCanvasSource *self)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (self->layer);

  return gimp_image_is_valid (self->image) &&
         gimp_item_is_valid (GIMP_ITEM (drawable)) &&
         gimp_image_get_width (self->image) == self->image_width_px &&
         gimp_image_get_height (self->image) == self->image_height_px &&
         gimp_drawable_get_width (drawable) == self->layer_area.width &&
         gimp_drawable_get_height (drawable) == self->layer_area.height &&
         gimp_drawable_get_bpp (drawable) == self->bytes_per_pixel;
}

gboolean
vqd_canvas_source_has_nothing_to_fill (GError **error)
{
  return fail (error,
               _ ("There is nothing to fill: nothing is selected, and the "
                  "layer has no transparent part. Select what is to be "
                  "filled."));
}

gboolean
vqd_canvas_any_below (const float *alpha, gsize n_values, float limit)
{
  for (gsize i = 0; i < n_values; i++)
    if (alpha[i] < limit)
      return TRUE;

  return FALSE;
}
