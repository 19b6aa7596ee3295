/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-color-match.h - the new picture takes on the colours around the hole
 *
 * A decoded picture is a little off in colour; pasted into the old one it
 * shows. What is added here is a smooth field: in square cells the mean
 * difference of the two over the pixels that are known, weighed over the
 * neighbouring cells by the share of each that is known; where no pixel is,
 * vqd_extend () of the cells around. So it comes in from the ring around the
 * hole and leaves all that is finer than a cell alone.
 *
 * Math: Perez et al., "Poisson image editing", 2003: the difference on the
 * border goes on as a membrane; here at the resolution of the cells, joined by
 * quadratic B-splines. */
#ifndef VQD_COLOR_MATCH_H
#define VQD_COLOR_MATCH_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* A cell whose mean differs by no more than the first, in any channel, shows
 * the same in other colours; by the second or more, another content, whose
 * colours are its own: it is left out, and counts in part in between. */
#define VQD_COLOR_MATCH_SAME 0.15
#define VQD_COLOR_MATCH_OTHER 0.3

/* rgb: [height, width, 3], 0 ... 1, the decoded picture of the whole rectangle,
 * changed in place and kept in 0 ... 1. original: [height, width, 3], 0 ... 1,
 * read only where known [height, width] is not 0. When nothing is known,
 * nothing differs, or all is another content, nothing changes. cell_px: 1 ...
 * of a cell's side; memory is small unless the cells are.
 *
 * FALSE when cancelled, with rgb as it was or in part corrected, or
 * (VQD_ERROR_MEMORY) when there is not so much memory. */
gboolean vqd_color_match (float *rgb, const float *original,
                          const guint8 *known, int width, int height,
                          int cell_px, GCancellable *cancellable,
                          GError **error);

G_END_DECLS

#endif /* VQD_COLOR_MATCH_H */
