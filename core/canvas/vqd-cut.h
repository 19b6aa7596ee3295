/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cut.h - where one picture ends and the other begins
 *
 * Between what is replaced in any case and what stays in any case lies a band.
 * The border runs through it where the two pictures differ least: both sides
 * flood the band, pixels of the largest difference first, and meet in the
 * valleys. Fading over the whole band instead would wash out textures and show
 * two outlines where the pictures differ.
 *
 * Math: the watershed by flooding, Meyer, 1991, of the difference's negative;
 * what for: Efros and Freeman, "Image quilting", 2001. */
#ifndef VQD_CUT_H
#define VQD_CUT_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* The most that a pixel of the band takes while it runs, in lists that grow by
 * doubling: each of its four neighbours may claim it. */
#define VQD_CUT_BYTES 128

/* zone: [height, width]; 1 or more: new, 0 or less: old, between: the band; it
 * becomes 1 or 0 everywhere. difference: [height, width], of the two pictures,
 * 0 ... 1. FALSE when cancelled, or (VQD_ERROR_MEMORY) when there is not
 * so much memory. */
gboolean vqd_cut (float *zone, const float *difference, int width, int height,
                  GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_CUT_H */
