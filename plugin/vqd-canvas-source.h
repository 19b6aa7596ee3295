/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-canvas-source.h - where the pixels of a canvas are, and reading them
 *
 * All places are in pixels of the image, but where it says otherwise. */
#ifndef VQD_CANVAS_SOURCE_H
#define VQD_CANVAS_SOURCE_H

#include <gegl.h>
#include <libgimp/gimp.h>

#include "core/vqd.h"

/* Rows that are read at once, so that little memory is used and the main loop
 * turns. */
#define VQD_CANVAS_STRIP_ROWS 64

/* To the engine a pixel that is less opaque than this is transparent. */
#define VQD_CANVAS_TRANSPARENT_BELOW 0.5f

typedef struct
{
  GimpLayer *layer;
  GimpImage *image;
  VqdTask task;
  int image_width_px;
  int image_height_px;
  GeglRectangle layer_area;
  int bytes_per_pixel;
  GimpDrawable *shown; /* has the layer's pixels: itself, or a copy */
  GimpImage *copies;   /* holds the copy; NULL: there is none */
  int shown_x;         /* of the corner of what is shown, from the layer's */
  int shown_y;
  gboolean is_selected; /* the selection is not empty, and has a part in it */
  GeglRectangle selected_area;
  GeglRectangle area; /* of the canvas */
} VqdCanvasSource;

/* task: one on a canvas. */
gboolean vqd_canvas_source_find (VqdCanvasSource *self, GimpLayer *layer,
                                 VqdTask task, GError **error);
void vqd_canvas_source_clear (VqdCanvasSource *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdCanvasSource, vqd_canvas_source_clear)

/* Whether layer and image still have the sizes they had: GIMP ends a plug-in
 * that reads where nothing is any more. */
gboolean vqd_canvas_source_is_there (const VqdCanvasSource *self);

gboolean vqd_canvas_source_may_be_transparent (const VqdCanvasSource *self);

/* Areas are the layer's own here; what is outside it is 0.
 * values: [height, width, channels of the format] */
void vqd_canvas_source_read (const VqdCanvasSource *self,
                             const GeglRectangle *area, const char *format,
                             float *values);
/* What the layer shows, so with its mask: [height, width]. */
void vqd_canvas_source_read_alpha (const VqdCanvasSource *self,
                                   const GeglRectangle *area, float *alpha);

/* area: in the image. values: [height, width], 0 to 1. */
void vqd_canvas_source_read_selection (const VqdCanvasSource *self,
                                       const GeglRectangle *area,
                                       float *values);

/* Sets the error, FALSE. */
gboolean vqd_canvas_source_has_nothing_to_fill (GError **error);

gboolean vqd_canvas_any_below (const float *alpha, gsize n_values, float limit);

#endif /* VQD_CANVAS_SOURCE_H */
