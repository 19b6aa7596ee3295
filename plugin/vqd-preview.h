/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-preview.h - a picture as it will look on the user's, made small
 *
 * Of a picture with a mask one sees the part that is new; what is around comes
 * from the canvas. */
#ifndef VQD_PREVIEW_H
#define VQD_PREVIEW_H

#include "core/vqd.h"

typedef struct
{
  int width_px;
  int height_px;
  guint8 *rgb8;   /* [height, width, 3] */
  guint8 *before; /* the same of the canvas alone; NULL: there is none */
} VqdPreview;

/* max_px: of the longer side; a smaller picture keeps its size. canvas: where
 * the picture belongs; NULL: none. (transfer full) */
VqdPreview *vqd_preview_new (const VqdPicture *picture, const VqdCanvas *canvas,
                             int max_px);
void vqd_preview_free (VqdPreview *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPreview, vqd_preview_free)

#endif /* VQD_PREVIEW_H */
