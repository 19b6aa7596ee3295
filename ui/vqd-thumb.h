/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-thumb.h - one picture, small: its tokens while it is drawn, then itself
 *
 * A token is a flat cell in its colour of the palette. Cells that are not
 * decided yet are hatched. */
#ifndef VQD_THUMB_H
#define VQD_THUMB_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_THUMB (vqd_thumb_get_type ())
G_DECLARE_FINAL_TYPE (VqdThumb, vqd_thumb, VQD, THUMB, GtkDrawingArea)

/* size_px: of the longer side. */
GtkWidget *vqd_thumb_new (int size_px);

/* The proportions of the picture to come; square until then. */
void vqd_thumb_set_shape (VqdThumb *self, int width_px, int height_px);

/* RGB of each code, [n_codes, 3]; NULL: none known. */
void vqd_thumb_set_palette (VqdThumb *self, GBytes *palette);

/* tokens: [height * width], copied; what is no code of the palette, or
 * negative, is not decided. */
void vqd_thumb_set_tokens (VqdThumb *self, const int *tokens, int width,
                           int height);

void vqd_thumb_set_picture (VqdThumb *self, GdkPixbuf *picture);

/* A pixel a cell, drawn over the picture while it is shown. place: of all cells
 * together, in shares of the picture's sides; it may reach beyond. */
void vqd_thumb_set_map (VqdThumb *self, GdkPixbuf *cells,
                        const cairo_rectangle_t *place);
void vqd_thumb_show_map (VqdThumb *self, gboolean is_shown);

/* Of a picture that will not be finished. */
void vqd_thumb_set_faded (VqdThumb *self, gboolean is_faded);

G_END_DECLS

#endif /* VQD_THUMB_H */
