/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-where.h - which layer a call is about, or what to do first
 *
 * One layer, that shows: the selected one, or the one that is given. A mask
 * stands for its layer, a group for the picture that it shows. Locked and text
 * layers are as good as others, since results are new layers. For all else
 * there is a message that says what to do. */
#ifndef VQD_WHERE_H
#define VQD_WHERE_H

#include <libgimp/gimp.h>

/* The layer that a drawable is, or is the mask of; NULL for others. */
GimpLayer *vqd_where_layer_of (GimpDrawable *drawable);

/* Whether the image can take a layer of colours now, and the drawables that
 * are given with it are its own. drawables: NULL-terminated, or NULL. */
gboolean vqd_where_check_image (GimpImage *image, GimpDrawable **drawables,
                                GError **error);

/* The layer to work on: of the drawables or, when there are none, of what is
 * selected in the image. image: NULL is an error. (transfer none) */
GimpLayer *vqd_where_find_layer (GimpImage *image, GimpDrawable **drawables,
                                 GError **error);

#endif /* VQD_WHERE_H */
