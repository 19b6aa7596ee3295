/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-paint-private.h - a picture while it is painted */
#ifndef VQD_PAINT_PRIVATE_H
#define VQD_PAINT_PRIVATE_H

#include "core/canvas/vqd-patchwork.h"
#include "core/canvas/vqd-windows.h"
#include "core/vqd-paint.h"

G_BEGIN_DECLS

/* What encoding and decoding a window count as, in evaluations. */
#define VQD_ENCODE_UNITS 2
#define VQD_DECODE_UNITS 2

typedef struct
{
  const VqdPaint *paint;
  int window_width; /* in cells */
  int window_height;
  int n_cells; /* of a window */
  int n_codes;
  int cell_px;

  /* Of the present window. */
  int *local;    /* [window], tokens; -1: none */
  float *purity; /* [window], of local (vqd-sampler.h); -1: not drawn here */
  int *encoded;  /* [window] */
  guint8 *hole;  /* [window], 1: to be drawn */
  float *pixels; /* [window in pixels, 3] */

  guint32 n_runs; /* of the sampler so far: their place in the random stream */
  int window;     /* index of the present one */
  int n_windows;
  double n_units; /* of all work, in evaluations */
  double units_done;
} VqdPainter;

void vqd_painter_init (VqdPainter *self, const VqdPaint *paint);
void vqd_painter_clear (VqdPainter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdPainter, vqd_painter_clear)

/* Where cell i of a window is in a level's grid. */
static inline gsize
vqd_painter_cell (const VqdPainter *self, const VqdLevel *level,
                  const VqdWindow *window, int i)
{
  const int x = window->x + i % self->window_width;
  const int y = window->y + i / self->window_width;

  return (gsize) vqd_wrap (y, level->grid_height) * (gsize) level->grid_width +
         (gsize) vqd_wrap (x, level->grid_width);
}

/* self->local from a grid, and self->purity, when purity is not NULL; windows
 * may go on at the other side. */
void vqd_painter_gather (VqdPainter *self, const int *tokens,
                         const float *purity, int grid_width, int grid_height,
                         const VqdWindow *window);

/* One run of the sampler; self->local becomes its tokens, and what it drew has
 * its purity. */
gboolean vqd_painter_sample (VqdPainter *self,
                             const VqdSamplerSettings *settings,
                             const VqdSamplerStart *start, GError **error);

/* Windows of a grid's tokens as one picture; each cell of a window has a token.
 */
gboolean vqd_painter_decode (VqdPainter *self, const int *tokens,
                             int grid_width, int grid_height,
                             const GArray *windows, VqdPatchwork *patchwork,
                             GError **error);

/* FALSE, and says that there is no memory for a level. */
gboolean vqd_painter_set_no_memory (const VqdLevel *level, GError **error);

/* The finer level's unknown pixels become what the level drew. drawn: [level,
 * 3], is cut to what the finer level covers. */
gboolean vqd_painter_fill_finer (VqdLevel *finer, const VqdLevel *level,
                                 float *drawn, GError **error);

/* Of a variation: the finer level's own picture, changed by what the level
 * changed, from given to drawn; drawn is spoilt. NULL: no memory. (transfer
 * full) */
float *vqd_painter_vary_finer (const VqdLevel *finer, const VqdLevel *level,
                               float *drawn, const float *given,
                               GError **error);

/* Counts the windows of the next and what they cost. */
void vqd_painter_plan_tile (VqdPainter *self, const VqdLevel *level);

/* Draws the cells along the edges anew, on the torus, and decodes it all. */
gboolean vqd_painter_tile (VqdPainter *self, const VqdLevel *level, int *tokens,
                           float *purity, VqdPainting *painting,
                           GError **error);

G_END_DECLS

#endif /* VQD_PAINT_PRIVATE_H */
