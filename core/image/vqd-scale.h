/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-scale.h - a picture in another size
 *
 * Catmull-Rom's cubic, rows and columns apart; when shrinking the cubic is
 * widened so that each source pixel counts. Works on R'G'B' values: most
 * pictures are enlarged here, and the cubic's overshoot at edges is then even
 * to the eye, where in linear light it makes dark halos. */
#ifndef VQD_SCALE_H
#define VQD_SCALE_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* rgb: [height, width, 3], 0 ... 1. Returns [to_height, to_width, 3], clamped
 * to 0 ... 1. (transfer full): g_free. All sizes are at least 1. NULL when
 * cancelled, or (VQD_ERROR_MEMORY) when there is not so much memory. */
float *vqd_scale_rgb (const float *rgb, int width, int height, int to_width,
                      int to_height, GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_SCALE_H */
