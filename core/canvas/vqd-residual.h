/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-residual.h - what a codec leaves out of a picture, put back
 *
 * A picture that is encoded and decoded is not quite itself. Where a variation
 * has the token that the picture had, it shows the picture; between such a
 * cell and one that changed, from centre to centre, one goes over into the
 * other. */
#ifndef VQD_RESIDUAL_H
#define VQD_RESIDUAL_H

#include <glib.h>

G_BEGIN_DECLS

/* rgb: the variation decoded; given: the picture decoded; pixels: the picture:
 * [grid_height * cell_px, grid_width * cell_px, 3], 0..1. tokens and
 * given_tokens: [grid_height, grid_width], of rgb and of given. */
void vqd_residual_add (float *rgb, const float *given, const float *pixels,
                       const int *tokens, const int *given_tokens,
                       int grid_width, int grid_height, int cell_px);

G_END_DECLS

#endif /* VQD_RESIDUAL_H */
