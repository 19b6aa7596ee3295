/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-place.h - where new layers go, and putting them there
 *
 * Above the selected layer, inside its group; above all when nothing or
 * several are selected. One undo step; what is selected stays so. */
#ifndef VQD_PLACE_H
#define VQD_PLACE_H

#include <libgimp/gimp.h>

typedef struct
{
  GimpImage *image;
  GimpLayer *parent; /* NULL: none */
  int position;      /* in the parent */
  /* By how much the canvas grows when the layers are inserted. */
  int left_px;
  int top_px;
  int right_px;
  int bottom_px;
} VqdPlace;

/* drawables: what the caller works on, NULL-terminated or NULL; the image's
 * selected layers when empty. Fails for images that take no new layer of
 * colours now. The canvas does not grow. */
gboolean vqd_place_find (VqdPlace *place, GimpImage *image,
                         GimpDrawable **drawables, GError **error);

/* Gives a layer that is not inserted yet its place: the canvas's middle. */
void vqd_place_centre (const VqdPlace *place, GimpLayer *layer);

/* Grows the canvas, then inserts the layers, the first on top, at the offsets
 * that they have. group_name: of a group for them; NULL for none. */
void vqd_place_insert (const VqdPlace *place, GimpLayer **layers, int n_layers,
                       const char *group_name);

#endif /* VQD_PLACE_H */
