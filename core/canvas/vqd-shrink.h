/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-shrink.h - pixels of which some are known, at a smaller size, and back
 *
 * What vqd-halve.h does for halves, to which these come down when both sides
 * are halved: for a level that is not half of the next finer one, but as much
 * smaller as it has to be. */
#ifndef VQD_SHRINK_H
#define VQD_SHRINK_H

#include <glib.h>

G_BEGIN_DECLS

/* small: [small_height, small_width, 3], the mean of the known pixels that a
 * pixel covers, weighed by how much of each it covers; 0 where there is none.
 * small_known: 1 where there is one. pixels: [height, width, 3], not read
 * where known [height, width] is 0. Sizes: 1 ... of the others. All memory is
 * the caller's. */
void vqd_shrink (const float *pixels, const guint8 *known, int width,
                 int height, float *small, guint8 *small_known, int small_width,
                 int small_height);

/* small interpolated bilinearly between the centres of its pixels, into the
 * pixels [height, width, 3] where `where` [height, width] is not 0; the others
 * are left alone. where NULL: into all. */
void vqd_enlarge (const float *small, int small_width, int small_height,
                  float *pixels, int width, int height, const guint8 *where);

G_END_DECLS

#endif /* VQD_SHRINK_H */
