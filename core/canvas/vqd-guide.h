/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-guide.h - a coarser level's picture as the guide of a finer one
 *
 * What a coarser level drew is enlarged and encoded, and some of the tokens
 * guide those that are drawn on the finer level. An enlarged picture is
 * blurred, and so are tokens of it: they call for more of the same. So it is
 * sharpened first. And only pictures that are texture throughout are drawn
 * anew: a window of a finer level sees a part of the picture and would draw the
 * whole of what the prompt says into it. Houses would get houses for windows,
 * and skies ragged outlines; they keep what guides.
 *
 * Pictures are R'G'B' [height, width, 3], 0..1; width and height are multiples
 * of cell_px, at least 2, and cells are [height / cell_px, width / cell_px]. */
#ifndef VQD_GUIDE_H
#define VQD_GUIDE_H

#include <glib.h>

G_BEGIN_DECLS

/* Sharpens the cells that are not 0, in place: x + 2 (x - blurred x), blurred
 * by the binomial 5 x 5. What lies around them is read and left alone. */
void vqd_guide_sharpen (float *rgb, const guint8 *cells, int width, int height,
                        int cell_px);

/* Whether the cells that are not 0 show texture alone, of the coarsest level as
 * it is drawn: nearly each of them has detail, or half of those of them that
 * are around it have, and its colours are about the same all over. FALSE when
 * there are no such cells. */
gboolean vqd_guide_is_texture (const float *rgb, const guint8 *cells, int width,
                               int height, int cell_px);

G_END_DECLS

#endif /* VQD_GUIDE_H */
