/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-palette.h - how a token looks: the mean colour of its cell
 *
 * A preview while tokens are decided draws each as a flat cell. A code's colour
 * depends on its neighbours; the mean over the pictures seen is near enough. */
#ifndef VQD_PALETTE_H
#define VQD_PALETTE_H

#include "core/vqd.h"

typedef struct _VqdPalette VqdPalette;

VqdPalette *vqd_palette_new (int n_codes);
void vqd_palette_free (VqdPalette *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPalette, vqd_palette_free)

/* Takes the colours of the picture's cells into the means. FALSE when it has no
 * tokens. */
gboolean vqd_palette_learn (VqdPalette *self, const VqdPicture *picture,
                            int cell_px);

int vqd_palette_get_n_codes (const VqdPalette *self);

/* RGB of each code, [n_codes, 3]; the mean of all for codes not seen yet.
 * (transfer full) */
guint8 *vqd_palette_get_colors (const VqdPalette *self);

#endif /* VQD_PALETTE_H */
