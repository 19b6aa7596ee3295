/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-canvas-io.h"

#include "plugin/vqd-canvas-source.h"

static gboolean
has_transparent_part (const VqdCanvasSource *source)
{
  const int width = source->layer_area.width;
  const int height = source->layer_area.height;
  gboolean found = FALSE;

  if (! vqd_canvas_source_may_be_transparent (source))
    return FALSE;

  g_autofree float *strip =
      g_malloc_n ((gsize) width * VQD_CANVAS_STRIP_ROWS, sizeof (float));
  for (int y = 0; ! found && y < height; y += VQD_CANVAS_STRIP_ROWS)
    {
      const GeglRectangle rows = { 0, y, width,
                                   MIN (VQD_CANVAS_STRIP_ROWS, height - y) };

      vqd_canvas_source_read_alpha (source, &rows, strip);
      found = vqd_canvas_any_below (strip, (gsize) rows.width * rows.height,
                                    VQD_CANVAS_TRANSPARENT_BELOW);
    }

  return found;
}

gboolean
vqd_canvas_io_check (GimpLayer *layer, VqdTask task, GError **error)
{
  g_auto (VqdCanvasSource) source = { NULL };

  if (! vqd_canvas_source_find (&source, layer, task, error))
    return FALSE;
  if (task == VQD_TASK_FILL && ! source.is_selected &&
      ! has_transparent_part (&source))
    return vqd_canvas_source_has_nothing_to_fill (error);

  return TRUE;
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
