/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-below.h - what a picture in the middle of the canvas would cover */
#ifndef VQD_BELOW_H
#define VQD_BELOW_H

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <libgimp/gimp.h>

/* The part of the selected layer that lies below a picture of this size, as a
 * pixbuf of the size that is shown; grey where no layer is. NULL: no layer is
 * selected, or it lies elsewhere. image: NULL: none. (transfer full) */
GdkPixbuf *vqd_below_new (GimpImage *image, int width_px, int height_px,
                          int shown_width, int shown_height);

#endif /* VQD_BELOW_H */
