/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-windows.h - which windows draw a grid of cells, and in which order
 *
 * The model knows grids of one size. A larger grid is drawn in windows of that
 * size that overlap, so that each sees tokens of those before it. */
#ifndef VQD_WINDOWS_H
#define VQD_WINDOWS_H

#include "core/vqd.h"

G_BEGIN_DECLS

typedef struct
{
  int x; /* of its first cell, in cells of the grid */
  int y;
} VqdWindow;

/* Windows overlap by a quarter or more, and need not draw the cells along a
 * side that another window has in its middle: up to so many. */
#define VQD_WINDOW_MARGIN(window) ((window) / 8)

/* Windows that draw every cell of hole, [grid_height, grid_width], each window
 * once: those that know most come first, so that drawing marches from what is
 * known into the hole. The grid is at least as large as a window. (transfer
 * full): of VqdWindow. */
GArray *vqd_windows_plan (const guint8 *hole, int grid_width, int grid_height,
                          int window_width, int window_height, int margin);

/* Whether a window draws its cell i: all but those of the margin along sides
 * that are not the grid's own. */
gboolean vqd_window_draws (const VqdWindow *window, int i, int window_width,
                           int window_height, int grid_width, int grid_height,
                           int margin);

/* Windows that cover a whole grid; beyond its sides where it wraps, so that
 * each side is in the middle of one. (transfer full): of VqdWindow. */
GArray *vqd_windows_lattice (int grid_width, int grid_height, int window_width,
                             int window_height, VqdTiling tiling);

/* i within 0 ... n - 1 on a circle. */
static inline int
vqd_wrap (int i, int n)
{
  const int rest = i % n;

  return rest < 0 ? rest + n : rest;
}

/* Places of windows along one axis, evenly, overlapping by a quarter of a
 * window or more: [*n]. wraps: around a circle, from half a window before its
 * seam on; else from end to end. (transfer full) */
int *vqd_windows_places (int n_cells, int window, gboolean wraps, int *n);

G_END_DECLS

#endif /* VQD_WINDOWS_H */
