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
} VqdPlace;

/* drawables: what the caller works on, NULL-terminated or NULL; the image's
 * selected layers when empty. Fails for images that take no new layer of
 * colours now. */
gboolean vqd_place_find (VqdPlace *place, GimpImage *image,
                         GimpDrawable **drawables, GError **error);

/* Inserts the layers, the first on top, centred on the canvas. group_name: of
 * a group for them; NULL for none. */
void vqd_place_insert (const VqdPlace *place, GimpLayer **layers, int n_layers,
                       const char *group_name);

#endif /* VQD_PLACE_H */
