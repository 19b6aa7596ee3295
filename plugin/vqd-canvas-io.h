/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-canvas-io.h - a layer and the selection as the engine's canvas
 *
 * The picture is the layer's own, with its effects, not what lies above and
 * below; its alpha is what the layer shows, so times its mask when that is
 * applied. The canvas is
 *
 *   fill    the layer's rectangle, stretched to hold the whole selection
 *   expand  the image's rectangle; the selection has no part in it
 *   vary    the layer's rectangle
 *
 * and transparent where the layer is not. Selections keep their soft values. */
#ifndef VQD_CANVAS_IO_H
#define VQD_CANVAS_IO_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

typedef struct
{
  VqdCanvas canvas; /* owns what it points to */

  /* Where it comes from. */
  VqdTask task;
  GimpImage *image;
  GimpLayer *layer;
  int image_width_px;
  int image_height_px;
  int layer_width_px;
  int layer_height_px;
  int x_px; /* of its corner: from the layer's corner; of expand from the */
  int y_px; /* image's */
} VqdCanvasIo;

/* Whether there is something to do, as far as the image tells: quick, before
 * the user is asked for settings. */
gboolean vqd_canvas_io_check (GimpLayer *layer, VqdTask task, GError **error);

void vqd_canvas_io_free (VqdCanvasIo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdCanvasIo, vqd_canvas_io_free)

/* Where the canvas's corner is in its image now. FALSE when image or layer are
 * gone or have another size: results have no place there any more. */
gboolean vqd_canvas_io_get_corner (const VqdCanvasIo *self, int *x_px,
                                   int *y_px);

#endif /* VQD_CANVAS_IO_H */
