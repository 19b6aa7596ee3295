/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-xmp.h - an image's metadata says that a model had a part in it
 *
 * IPTC's DigitalSourceType in XMP. All other metadata stays as it is. */
#ifndef VQD_XMP_H
#define VQD_XMP_H

#include <libgimp/gimp.h>

/* is_composite: whether there is something in the image beside the model's
 * pictures. What says so already stays. An undo step of the image. */
void vqd_xmp_mark (GimpImage *image, gboolean is_composite);

#endif /* VQD_XMP_H */
