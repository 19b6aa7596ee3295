/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-extend.h - known pixels go on smoothly over those that are not known
 *
 * What is filled in nearly solves Laplace's equation with the known pixels as
 * its border (the edge of the picture is none: there it lies flat): it is
 * continuous at the border, has no extremes of its own and no blocks. It is
 * found on a pyramid of halves, the coarsest first, each one the start of the
 * next finer and then relaxed, twice as often a level further up.
 *
 * Math: the pull and the push of Gortler et al., "The Lumigraph", 1996;
 * Bornemann and Deuflhard, "The cascadic multigrid method for elliptic
 * problems", 1996. */
#ifndef VQD_EXTEND_H
#define VQD_EXTEND_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* pixels: [height, width, n_channels], changed in place where known [height,
 * width] is 0. The others stay as they are, bit for bit, and have to be
 * numbers; what stood in those not known is not read. None known: all are 0.5.
 * Sizes are at least 1. Takes 0.44 times the memory of the pixels while it
 * runs.
 *
 * FALSE when cancelled, or (VQD_ERROR_MEMORY) when there is not so much
 * memory; the pixels not known may have changed by then. */
gboolean vqd_extend (float *pixels, const guint8 *known, int width, int height,
                     int n_channels, GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_EXTEND_H */
