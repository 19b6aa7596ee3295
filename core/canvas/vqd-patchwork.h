/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-patchwork.h - one picture from decoded windows that overlap
 *
 * Each window counts fully in its middle and fades out towards its sides over
 * a quarter of them; where windows overlap the mean by weight is taken, so
 * that no edge of a window shows. On a torus windows go on at the other side,
 * which makes opposite edges fit. */
#ifndef VQD_PATCHWORK_H
#define VQD_PATCHWORK_H

#include "core/vqd.h"

G_BEGIN_DECLS

typedef struct
{
  int width; /* of the picture */
  int height;
  int window_width;
  int window_height;
  gboolean wraps_x;
  gboolean wraps_y;
  float *rgb;    /* [height, width, 3], sums by weight */
  float *weight; /* [height, width] */
} VqdPatchwork;

/* VQD_ERROR_MEMORY when there is not so much. Sizes in pixels; window sizes
 * are at most the picture's. */
gboolean vqd_patchwork_init (VqdPatchwork *self, int width, int height,
                             int window_width, int window_height,
                             VqdTiling tiling, GError **error);
void vqd_patchwork_clear (VqdPatchwork *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdPatchwork, vqd_patchwork_clear)

/* rgb: [window_height, window_width, 3]. Its corner is at x, y; beyond the
 * picture's sides only where it wraps. */
void vqd_patchwork_add (VqdPatchwork *self, const float *rgb, int x, int y);

/* self->rgb becomes the picture; where no window was it is 0, and so is
 * self->weight. */
void vqd_patchwork_finish (VqdPatchwork *self);

G_END_DECLS

#endif /* VQD_PATCHWORK_H */
