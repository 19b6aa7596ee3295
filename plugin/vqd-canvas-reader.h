/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-canvas-reader.h - reads a canvas strip by strip
 *
 * A large layer takes seconds; the main loop can turn between two strips. */
#ifndef VQD_CANVAS_READER_H
#define VQD_CANVAS_READER_H

#include "plugin/vqd-canvas-io.h"

typedef struct _VqdCanvasReader VqdCanvasReader;

/* request: of a task on a canvas; its margins are asked for, its canvas is not.
 * Reads no pixels yet. (transfer full) */
VqdCanvasReader *vqd_canvas_reader_new (GimpLayer *layer,
                                        const VqdRequest *request,
                                        GError **error);
void vqd_canvas_reader_free (VqdCanvasReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdCanvasReader, vqd_canvas_reader_free)

/* One strip. canvas: NULL until all is read; then the reader has done its work.
 * (transfer full) Fails when the layer was changed meanwhile, and where
 * vqd_canvas_io_check () does. */
gboolean vqd_canvas_reader_step (VqdCanvasReader *self, VqdCanvasIo **canvas,
                                 GError **error);

/* All strips. (transfer full) */
VqdCanvasIo *vqd_canvas_reader_read_all (GimpLayer *layer,
                                         const VqdRequest *request,
                                         GError **error);

#endif /* VQD_CANVAS_READER_H */
