/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-region.h - the part of a canvas that the model works on, coarse to fine
 *
 *   frame     the canvas, with the margins that an expansion adds
 *   region    what is to be drawn and enough around it; a rectangle of the
 *             frame, that may reach beyond it where the frame is too small
 *   level l   the region in 1 / 2^l of its size; the coarsest is no coarser
 *             than it has to be for what is drawn to fit into a window of the
 *             model, and may be more than half of the next finer one */
#ifndef VQD_REGION_H
#define VQD_REGION_H

#include "core/vqd.h"

G_BEGIN_DECLS

/* Arrays are [height, width] of the frame. */
typedef struct
{
  int width;
  int height;
  const VqdCanvas *canvas; /* NULL: nothing is there */
  int left;                /* place of the canvas in the frame */
  int top;
  float *selection;      /* what the new picture replaces, 0 ... 1 */
  guint8 *known;         /* 1: the model may see this pixel */
  guint8 *hole;          /* 1: to be drawn */
  gboolean by_selection; /* selection is the user's, not the whole or what is
                            transparent */
} VqdFrame;

/* What the task makes of its canvas; checks that there is something to do.
 * width_px, height_px: of the frame where there is no canvas. */
gboolean vqd_frame_init (VqdFrame *frame, const VqdRequest *request,
                         int width_px, int height_px, GCancellable *cancellable,
                         GError **error);
/* The size of the frame of a task that has a canvas. */
void vqd_frame_measure (const VqdRequest *request, int *width_px,
                        int *height_px);
void vqd_frame_clear (VqdFrame *frame);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdFrame, vqd_frame_clear)

typedef struct
{
  int x;
  int y;
  int width;
  int height;
} VqdCover;

/* Sizes are multiples of a cell. */
typedef struct
{
  int width;
  int height;
  int grid_width;
  int grid_height;
  float *rgb;       /* [height, width, 3]; where not known: anything */
  guint8 *known;    /* [height, width] */
  guint8 *hole;     /* [grid], 1: cells to draw */
  guint8 *outside;  /* [grid], 1: cells beside the hole of which no pixel is
                       known: beyond the frame, or transparent */
  int *base_tokens; /* [grid]: of cells that stay; -1: not known */
  /* Where the next finer level lies in this one, in pixels: where the frame is
   * smaller than a window, the coarsest level alone reaches beyond it. */
  VqdCover finer;
} VqdLevel;

#define VQD_MAX_LEVELS 16

typedef struct
{
  int x; /* of the region on the frame; may be negative */
  int y;
  int n_levels;
  VqdLevel levels[VQD_MAX_LEVELS]; /* 0 is the finest */
} VqdRegion;

typedef struct
{
  int cell_px;
  int window_width; /* of the model, in cells */
  int window_height;
  int n_codes;
  const char *id; /* of the model, to know its tokens */
} VqdRegionModel;

/* NULL when there is not enough memory, or cancelled. Tokens that the canvas
 * knows are used where none of their pixels is unknown. */
VqdRegion *vqd_region_new (const VqdFrame *frame, const VqdRegionModel *model,
                           GCancellable *cancellable, GError **error);
void vqd_region_free (VqdRegion *region);

/* The cell of a coarser level that the middle of a finer level's cell is in. */
gsize vqd_region_coarser_cell (const VqdLevel *finer, const VqdLevel *coarser,
                               gsize cell);

/* Frees the pixels of all levels, which the last picture no longer needs. */
void vqd_region_drop_pixels (VqdRegion *region);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdRegion, vqd_region_free)

/* Bytes of the frame's region, working memory of drawing it included; varies:
 * of drawing a variation, which takes more. */
guint64 vqd_region_measure (const VqdFrame *frame, const VqdRegionModel *model,
                            gboolean varies);

G_END_DECLS

#endif /* VQD_REGION_H */
