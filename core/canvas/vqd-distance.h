/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-distance.h - how far the nearest of some pixels is, exactly
 *
 * Math: Felzenszwalb and Huttenlocher, "Distance transforms of sampled
 * functions", 2012: along each row, then each column, the lower envelope of
 * the parabolas that stand on the pixels. Time is that of the pixels, whatever
 * the distances are. */
#ifndef VQD_DISTANCE_H
#define VQD_DISTANCE_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* squares: [height, width]; on entry what each pixel costs: 0 to start there,
 * more to start there as if it were further away, INFINITY not to start there.
 * On return the least, over all pixels, of that pixel's cost and the square of
 * its distance in pixels; INFINITY where this is not below the square of
 * limit_px, 1 ... 4096. Sizes are 1 ... 32768.
 *
 * FALSE when cancelled, with squares in between. */
gboolean vqd_distance_squares (float *squares, int width, int height,
                               int limit_px, GCancellable *cancellable,
                               GError **error);

G_END_DECLS

#endif /* VQD_DISTANCE_H */
