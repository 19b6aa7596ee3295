/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-layer-io.h - the engine's pictures as layers
 *
 * The engine's pictures are R'G'B' of sRGB. They are written in a named babl
 * format, so that babl brings them to the layer's own: any precision, linear
 * or not, grey, or another colour space. */
#ifndef VQD_LAYER_IO_H
#define VQD_LAYER_IO_H

#include <gegl.h>
#include <libgimp/gimp.h>

#include "core/vqd.h"

/* Parasites of a layer: the settings, as JSON, and the tokens, as the engine's
 * record. */
#define VQD_LAYER_IO_SETTINGS "vqdiffusion"
#define VQD_LAYER_IO_TOKENS "vqdiffusion-tokens"

/* A layer of the image's kind that shows the picture, not inserted yet; with a
 * layer mask where only a part of it is to be seen. keep_settings: whether it
 * keeps settings and tokens. (transfer none) as all of libgimp's layers. */
GimpLayer *vqd_layer_io_new_layer (GimpImage *image, const VqdPicture *picture,
                                   const char *name, gboolean keep_settings);

/* The float format of a mask or selection whose values are those stored: babl
 * neither makes them linear nor the reverse. */
const Babl *vqd_layer_io_mask_format (GeglBuffer *buffer);

/* What the first layer would wait for most: babl times its conversions before
 * it uses them. From any thread; takes a second. */
void vqd_layer_io_warm_up (void);

#endif /* VQD_LAYER_IO_H */
