/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-palette.h - how a token looks: the mean colour of its cell
 *
 * A preview while tokens are decided draws each as a flat cell. A code's colour
 * depends on its neighbours. The mean over the pictures that were drawn is near
 * enough (0.04 of the range, root mean square); until one was, the mean over
 * mosaics of codes in random order tells light from dark (0.15). */
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

/* The same by decoding codes in random order, part by part: each call does the
 * next. FALSE when all are done, when cancelled, and when it fails. */
gboolean vqd_palette_explore (VqdPalette *self, VqdEngine *engine,
                              GCancellable *cancellable);

/* Whether explore () has no more to do. */
gboolean vqd_palette_is_explored (const VqdPalette *self);

/* Keeps the palette in a file, and reads one. Failures leave all as it was:
 * nothing is lost but time. */
void vqd_palette_save (const VqdPalette *self, const char *path);
void vqd_palette_load (VqdPalette *self, const char *path);

int vqd_palette_get_n_codes (const VqdPalette *self);

/* RGB of each code, [n_codes, 3]; the mean of all for codes not seen yet.
 * (transfer full) */
guint8 *vqd_palette_get_colors (const VqdPalette *self);

#endif /* VQD_PALETTE_H */
