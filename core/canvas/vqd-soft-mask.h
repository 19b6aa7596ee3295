/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-soft-mask.h - where the new picture shows, and what it replaces
 *
 * The layer's mask is one ramp across the edge of the selection: 1 from
 * feather_px inside on, falling evenly and smoothly (3 t^2 - 2 t^3) to 0 at
 * blend_px outside. Without a feather it is 1 to the edge; with feather and
 * blend alike the edge is in its middle, at 0.5. Distances are exact, between
 * centres of pixels: inside to the nearest pixel that is not selected, outside
 * to the nearest one that is; so 0 and 1 are the same, as there is no pixel in
 * between.
 *
 * A pixel that is partly selected is taken as one that lies so far from an edge
 * that the ramp has just its value: wide soft edges keep their form, and what
 * goes outwards from such a pixel is never more than it has itself.
 *
 * The border of the picture is no edge: a selection goes on beyond it. */
#ifndef VQD_SOFT_MASK_H
#define VQD_SOFT_MASK_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* mask, selection: [height, width], 0 ... 1, not the same memory. All of the
 * mask is written: exactly 1 where a pixel and all within less than feather_px
 * of it are wholly selected; exactly 0 further than blend_px from all that is
 * selected at all; with feather_px 0 or 1 never less than the selection.
 * feather_px, blend_px: 0 ... VQD_MAX_BORDER_PX; sizes 1 ... 32768. With a
 * feather it takes as much memory as the mask while it runs.
 *
 * FALSE when cancelled, or (VQD_ERROR_MEMORY) when there is not so much
 * memory. */
gboolean vqd_soft_mask (float *mask, const float *selection, int width,
                        int height, int feather_px, int blend_px,
                        GCancellable *cancellable, GError **error);

/* hole: [height, width], 1 at and within grow_px of each pixel that is selected
 * at all or that is transparent: alpha below 0.5. 0 elsewhere. selection,
 * alpha: [height, width], 0 ... 1; NULL: none is. grow_px: 0 ...
 * VQD_MAX_BORDER_PX. FALSE when cancelled. */
gboolean vqd_hole_mask (guint8 *hole, const float *selection,
                        const float *alpha, int width, int height, int grow_px,
                        GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_SOFT_MASK_H */
