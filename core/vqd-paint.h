/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-paint.h - one picture on a canvas, drawn window by window
 *
 * From the coarsest level of the region to the finest, window by window, each
 * seeded with all tokens that are known. On the coarsest level what is to be
 * drawn starts from [MASK]. Each finer level starts from the coarser picture,
 * enlarged and sharpened. Of a texture there is more on a finer level: a part
 * of its tokens guide the drawing of the others, and are drawn anew themselves
 * when those are there. Anything else is larger on a finer level: its tokens
 * stay. */
#ifndef VQD_PAINT_H
#define VQD_PAINT_H

#include "core/canvas/vqd-region.h"
#include "core/vqd-pipeline.h"

G_BEGIN_DECLS

typedef struct
{
  VqdPhase phase;
  int step; /* of the window */
  int n_steps;
  int window;
  int n_windows;
  double fraction;   /* of the picture */
  const int *tokens; /* of the window */
} VqdPaintProgress;

typedef void (*VqdPaintReport) (const VqdPaintProgress *progress,
                                gpointer user_data);

typedef struct
{
  VqdPipeline *pipeline; /* its condition is set */
  VqdSamplerSettings settings;
  guint64 seed;
  VqdTask task;
  double strength; /* of vary */
  double keep;     /* of vary; negative: by strength */
  VqdTiling tiling;
  gboolean color_match;
  VqdPaintReport report; /* or NULL */
  gpointer user_data;
  GCancellable *cancellable;
  double *sample_seconds; /* added to */
  double *decode_seconds;
  int *n_evaluations; /* added to */
} VqdPaint;

/* A painted region. */
typedef struct
{
  float *rgb;  /* [height, width, 3] of the finest level; what no window covered
                  is as it was */
  int *tokens; /* [grid] of the finest level; -1: none */
  float *purity; /* [grid], of the tokens (vqd-sampler.h); -1: not drawn */
} VqdPainting;

void vqd_painting_clear (VqdPainting *painting);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdPainting, vqd_painting_clear)

/* The region's pixels that are not known are written. The base tokens of its
 * coarsest level are kept for the next picture. */
gboolean vqd_paint (const VqdPaint *paint, VqdRegion *region,
                    VqdPainting *painting, GError **error);

/* All cells of a grid of any size from its tokens, in windows: rgb is
 * [height, width, 3] of cells times their pixels. The grid is at least as
 * large as the model's. */
gboolean vqd_paint_decode (VqdPipeline *pipeline, const int *tokens,
                           int grid_width, int grid_height, VqdTiling tiling,
                           float **rgb, GCancellable *cancellable,
                           GError **error);

G_END_DECLS

#endif /* VQD_PAINT_H */
