/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-canvas.h - the picture that is worked on, and what it becomes */
#ifndef VQD_CLI_CANVAS_H
#define VQD_CLI_CANVAS_H

#include "core/cli/vqd-cli-options.h"
#include "core/cli/vqd-png.h"

G_BEGIN_DECLS

typedef struct
{
  VqdPng *png; /* as it was read */
  const VqdCliOptions *options;
  /* An sRGB number is one of the file to the power of this. */
  double exponent;
  VqdCanvas canvas;
  /* What the canvas borrows; gone once the first picture is drawn. */
  float *rgb;
  float *alpha;     /* NULL: opaque */
  float *selection; /* NULL: no mask */
} VqdCliCanvas;

/* Reads the picture, and the mask, that the options name. The options are
 * borrowed for the life of the canvas. */
VqdCliCanvas *vqd_cli_canvas_open (const VqdCliOptions *options,
                                   GError **error);
void vqd_cli_canvas_free (VqdCliCanvas *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdCliCanvas, vqd_cli_canvas_free)

/* Whether a part of it, however small, is more transparent than not. */
gboolean vqd_cli_canvas_has_holes (const VqdCliCanvas *self);

/* A VqdCliDraw; data is a VqdCliCanvas. The canvas with the picture on it, in
 * the form of its file: pixels that the picture does not cover are those of the
 * file, bit by bit. Or the new layer alone, when that is asked for. */
VqdPng *vqd_cli_canvas_draw (const VqdPicture *picture, gpointer data,
                             GError **error);

G_END_DECLS

#endif /* VQD_CLI_CANVAS_H */
