/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-halve.h - pixels of which some are known, at half the size, and back
 *
 * Cell (X, Y) of the half is the pixels (2 X, 2 Y) ... (2 X + 1, 2 Y + 1), cut
 * off at the right and at the bottom: its centre lies between its pixels. The
 * half of w x h is VQD_HALF (w) x VQD_HALF (h).
 *
 * Pixels are floats [height, width, n_channels] of any kind; means are of the
 * numbers as they are, for colours of R'G'B': what is extended, encoded and
 * compared is R'G'B' too, and a ramp stays one. Whatever is constant stays
 * exactly what it is.
 *
 * Math: the pull and the push of Gortler et al., "The Lumigraph", 1996. All
 * memory is the caller's. */
#ifndef VQD_HALVE_H
#define VQD_HALVE_H

#include <glib.h>

G_BEGIN_DECLS

#define VQD_HALF(size) ((size) / 2 + (size) % 2)

/* half: [VQD_HALF (height), VQD_HALF (width), n_channels], the mean of the
 * cell's known pixels, 0 where there is none; half_known: 1 where there is
 * one. known: [height, width], not 0: known; NULL: all are, and half_known may
 * be NULL. Pixels not known are not read. */
void vqd_halve (const float *pixels, const guint8 *known, int width, int height,
                int n_channels, float *half, guint8 *half_known);

/* The half interpolated bilinearly between the centres of its cells, into the
 * pixels [height, width, n_channels] where `where` [height, width] is not 0;
 * the others are left alone. where NULL: into all. half_width, half_height:
 * VQD_HALF of the others. */
void vqd_double (const float *half, int half_width, int half_height,
                 float *pixels, int width, int height, int n_channels,
                 const guint8 *where);

G_END_DECLS

#endif /* VQD_HALVE_H */
