/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-layer-io.h - the one place where pixels cross between engine and GIMP
 *
 * The engine's pictures are R'G'B' of sRGB. They are written in a named babl
 * format, so that babl brings them to the layer's own: any precision, linear
 * or not, grey, or another colour space. */
#ifndef VQD_LAYER_IO_H
#define VQD_LAYER_IO_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* A layer of the image's kind that shows the picture, not inserted yet.
 * (transfer none) as all of libgimp's layers. */
GimpLayer *vqd_layer_io_new_layer (GimpImage *image, const VqdPicture *picture,
                                   const char *name);

#endif /* VQD_LAYER_IO_H */
