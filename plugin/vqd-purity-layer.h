/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-purity-layer.h - how sure the model was of a picture, as a layer */
#ifndef VQD_PURITY_LAYER_H
#define VQD_PURITY_LAYER_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* A layer of the picture's size, not inserted yet: grey, black where the model
 * knew nothing, white where it was certain, transparent where it drew nothing.
 * The values are those stored, whatever the image's precision: R'G'B' of sRGB.
 * picture_name: of the picture's layer; this one's follows from it. (transfer
 * none) as all of libgimp's layers. */
GimpLayer *vqd_purity_layer_new (GimpImage *image, const VqdPicture *picture,
                                 const char *picture_name);

/* Inserts one above the picture's own layer, at its corner, in one undo step;
 * what is selected stays so. NULL for images that take no new layer now. */
GimpLayer *vqd_purity_layer_insert_above (GimpLayer *layer,
                                          const VqdPicture *picture,
                                          GError **error);

#endif /* VQD_PURITY_LAYER_H */
