/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-purity-colors.h - how sure the model was, as colours: from dark, unsure,
 * to light, sure
 *
 * The colours are viridis (van der Walt and Smith; CC0): their lightness alone
 * tells the order, so that who sees no colours, or a grey print, sees it too.
 */
#ifndef VQD_PURITY_COLORS_H
#define VQD_PURITY_COLORS_H

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* value: 0 ... 1. The colours go with its square root: of a texture, where many
 * codes are as good, it is a few hundredths, and differences there count. */
void vqd_purity_color (double value, guint8 rgb[3]);

/* A pixel a cell; what has no purity is transparent. NULL when no cell has one.
 * (transfer full) */
GdkPixbuf *vqd_purity_new_cells (const VqdPurity *purity);

/* Of the cells that have one; negative: none has. */
double vqd_purity_mean (const VqdPurity *purity);

G_END_DECLS

#endif /* VQD_PURITY_COLORS_H */
