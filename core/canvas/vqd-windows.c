/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-windows.h"

#define OVERLAP_DIVISOR 4

/* The places that windows can have, and how much of each is left to draw. */
typedef struct
{
  guint8 *left; /* [grid], 1: still to be drawn */
  int grid_width;
  int grid_height;
  int width; /* of a window */
  int height;
  int margin;
  int n_columns;
  int n_rows;
  int *x;      /* [n_columns] */
  int *y;      /* [n_rows] */
  int *n_left; /* [n_rows, n_columns] */
} Places;


int *
vqd_windows_places (int n_cells, int window, gboolean wraps, int *n)
{
  const int stride = MAX (1, window - window / OVERLAP_DIVISOR);
  const int length = wraps ? n_cells : n_cells - window;

  *n = (wraps ? 0 : 1) + (length + stride - 1) / stride;
  int *places = g_new (int, *n);
  for (int i = 0; i < *n; i++)
    places[i] = wraps     ? i * n_cells / *n - window / 2
                : *n == 1 ? 0
                          : i * length / (*n - 1);
  return places;
}

gboolean
vqd_window_draws (const VqdWindow *window, int i, int window_width,
                  int window_height, int grid_width, int grid_height,
                  int margin)
{
  const int x = i % window_width;
  const int y = i / window_width;

  return (window->x == 0 || x >= margin) && (window->y == 0 || y >= margin) &&
         (window->x + window_width >= grid_width ||
          x < window_width - margin) &&
         (window->y + window_height >= grid_height ||
          y < window_height - margin);
}

GArray *
vqd_windows_lattice (int grid_width, int grid_height, int window_width,
                     int window_height, VqdTiling tiling)
{
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (VqdWindow));
  int n_columns;
  int n_rows;
  g_autofree int *x = vqd_windows_places (
      grid_width, window_width,
      tiling == VQD_TILING_X || tiling == VQD_TILING_XY, &n_columns);
  g_autofree int *y = vqd_windows_places (
      grid_height, window_height,
      tiling == VQD_TILING_Y || tiling == VQD_TILING_XY, &n_rows);

  for (int i = 0; i < n_rows * n_columns; i++)
    {
      const VqdWindow window = { x[i % n_columns], y[i / n_columns] };

      g_array_append_val (windows, window);
    }
  return windows;
}

static gsize
cell_at (const Places *places, const VqdWindow *window, int i)
{
  return (gsize) (window->y + i / places->width) * (gsize) places->grid_width +
         (gsize) (window->x + i % places->width);
}

static gboolean
draws (const Places *places, const VqdWindow *window, int i)
{
  return vqd_window_draws (window, i, places->width, places->height,
                           places->grid_width, places->grid_height,
                           places->margin);
}

static int
count_left (const Places *places, int column, int row)
{
  int n = 0;

  const VqdWindow window = { places->x[column], places->y[row] };

  for (int i = 0; i < places->width * places->height; i++)
    n += draws (places, &window, i) &&
         places->left[cell_at (places, &window, i)];
  return n;
}

/* The window with the fewest cells left, but some; the first of equals. */
static int
choose (const Places *places)
{
  int best = -1;

  for (int i = 0; i < places->n_rows * places->n_columns; i++)
    if (places->n_left[i] > 0 &&
        (best < 0 || places->n_left[i] < places->n_left[best]))
      best = i;
  return best;
}

static void
draw (Places *places, int column, int row)
{
  const int x = places->x[column];
  const int y = places->y[row];

  const VqdWindow window = { x, y };

  for (int i = 0; i < places->width * places->height; i++)
    if (draws (places, &window, i))
      places->left[cell_at (places, &window, i)] = 0;

  for (int r = 0; r < places->n_rows; r++)
    for (int c = 0; c < places->n_columns; c++)
      if (ABS (places->x[c] - x) < places->width &&
          ABS (places->y[r] - y) < places->height)
        places->n_left[r * places->n_columns + c] = count_left (places, c, r);
}

GArray *
vqd_windows_plan (const guint8 *hole, int grid_width, int grid_height,
                  int window_width, int window_height, int margin)
{
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (VqdWindow));
  Places places = { .grid_width = grid_width,
                    .grid_height = grid_height,
                    .margin = margin,
                    .width = window_width,
                    .height = window_height };

  g_assert (grid_width >= window_width && grid_height >= window_height);
  places.left = g_memdup2 (hole, (gsize) grid_width * (gsize) grid_height);
  places.x =
      vqd_windows_places (grid_width, window_width, FALSE, &places.n_columns);
  places.y =
      vqd_windows_places (grid_height, window_height, FALSE, &places.n_rows);
  places.n_left = g_new (int, (gsize) places.n_columns *places.n_rows);
  for (int i = 0; i < places.n_rows * places.n_columns; i++)
    places.n_left[i] =
        count_left (&places, i % places.n_columns, i / places.n_columns);

  for (int i = choose (&places); i >= 0; i = choose (&places))
    {
      const int column = i % places.n_columns;
      const int row = i / places.n_columns;
      const VqdWindow window = { places.x[column], places.y[row] };

      g_array_append_val (windows, window);
      draw (&places, column, row);
    }

  g_free (places.left);
  g_free (places.x);
  g_free (places.y);
  g_free (places.n_left);
  return windows;
}
