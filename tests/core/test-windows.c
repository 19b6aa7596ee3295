/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which windows draw a grid, for many sizes and holes. */
#include <stdlib.h>
#include <string.h>

#include "core/canvas/vqd-windows.h"

#define N_RANDOM_GRIDS 300

typedef struct
{
  int grid_width;
  int grid_height;
  int width; /* of a window */
  int height;
  int margin;
} Sizes;

/* Square and not, larger than a window by little and by much. */
static const Sizes sizes[] = { { 16, 16, 16, 16, 2 },  { 17, 16, 16, 16, 2 },
                               { 16, 31, 16, 16, 2 },  { 64, 48, 16, 16, 2 },
                               { 65, 33, 16, 16, 0 },  { 40, 100, 32, 32, 4 },
                               { 50, 30, 20, 12, 1 },  { 9, 100, 8, 16, 1 },
                               { 33, 7, 12, 5, 0 },    { 5, 4, 1, 1, 0 },
                               { 100, 100, 16, 16, 2 } };


static guint8 *
hole_new (const Sizes *size, double share, GRand *rand)
{
  const int n = size->grid_width * size->grid_height;
  guint8 *hole = g_new (guint8, n);

  for (int i = 0; i < n; i++)
    hole[i] = g_rand_double (rand) < share;
  return hole;
}

static GArray *
plan (const Sizes *size, const guint8 *hole)
{
  return vqd_windows_plan (hole, size->grid_width, size->grid_height,
                           size->width, size->height, size->margin);
}

static gboolean
draws (const Sizes *size, const VqdWindow *window, int i)
{
  return vqd_window_draws (window, i, size->width, size->height,
                           size->grid_width, size->grid_height, size->margin);
}

/* Each window is in the grid, is there once, and draws something; all of the
 * hole is drawn in the end. */
static void
check_plan (const Sizes *size, const guint8 *hole)
{
  const int n = size->grid_width * size->grid_height;
  g_autoptr (GArray) windows = plan (size, hole);
  g_autofree guint8 *left = g_memdup2 (hole, (gsize) n);

  for (guint w = 0; w < windows->len; w++)
    {
      const VqdWindow *window = &g_array_index (windows, VqdWindow, w);
      int n_drawn = 0;

      g_assert_cmpint (window->x, >=, 0);
      g_assert_cmpint (window->y, >=, 0);
      g_assert_cmpint (window->x + size->width, <=, size->grid_width);
      g_assert_cmpint (window->y + size->height, <=, size->grid_height);
      for (int i = 0; i < size->width * size->height; i++)
        {
          const int x = window->x + i % size->width;
          const int y = window->y + i / size->width;
          guint8 *cell = &left[y * size->grid_width + x];

          n_drawn += draws (size, window, i) && *cell;
          *cell = *cell && ! draws (size, window, i);
        }
      g_assert_cmpint (n_drawn, >, 0);
      for (guint other = 0; other < w; other++)
        g_assert_true (memcmp (&g_array_index (windows, VqdWindow, other),
                               window, sizeof *window) != 0);
    }
  g_assert_null (memchr (left, 1, (gsize) n));
}

static void
test_all_is_drawn (void)
{
  static const double shares[] = { 0, 0.01, 0.3, 1 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize k = 0; k < G_N_ELEMENTS (shares); k++)
      {
        g_autofree guint8 *hole = hole_new (&sizes[s], shares[k], rand);

        check_plan (&sizes[s], hole);
      }
}

static void
test_random_grids (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (int i = 0; i < N_RANDOM_GRIDS; i++)
    {
      const int width = g_rand_int_range (rand, 1, 24);
      const int height = g_rand_int_range (rand, 1, 24);
      const Sizes size = {
        .width = width,
        .height = height,
        .grid_width = width + g_rand_int_range (rand, 0, 60),
        .grid_height = height + g_rand_int_range (rand, 0, 60),
        .margin =
            g_rand_boolean (rand) ? VQD_WINDOW_MARGIN (MIN (width, height)) : 0
      };
      g_autofree guint8 *hole =
          hole_new (&size, g_rand_double_range (rand, 0, 0.2), rand);

      check_plan (&size, hole);
    }
}

/* A hole of one cell, wherever it is, takes one window. */
static void
test_one_cell (void)
{
  const Sizes size = { 50, 30, 20, 12, 1 };
  g_autofree guint8 *hole = g_new0 (guint8, 50 * 30);

  for (int i = 0; i < 50 * 30; i++)
    {
      hole[i] = 1;
      g_autoptr (GArray) windows = plan (&size, hole);

      g_assert_cmpuint (windows->len, ==, 1);
      check_plan (&size, hole);
      hole[i] = 0;
    }
}

static void
test_grid_of_one_window (void)
{
  const Sizes size = { 16, 12, 16, 12, 1 };
  g_autofree guint8 *hole = g_new0 (guint8, 16 * 12);

  g_autoptr (GArray) none = plan (&size, hole);
  g_assert_cmpuint (none->len, ==, 0);
  memset (hole, 1, 16 * 12);
  g_autoptr (GArray) one = plan (&size, hole);
  g_assert_cmpuint (one->len, ==, 1);
  for (int i = 0; i < 16 * 12; i++)
    g_assert_true (draws (&size, &g_array_index (one, VqdWindow, 0), i));
}

/* The margin is left out along sides that are not the grid's own. */
static void
test_margin (void)
{
  const Sizes size = { 40, 40, 16, 16, 2 };
  const VqdWindow corner = { 0, 0 };
  const VqdWindow middle = { 12, 12 };
  const VqdWindow far = { 24, 24 };

  for (int i = 0; i < 16 * 16; i++)
    {
      const int x = i % 16;
      const int y = i / 16;
      const gboolean not_first = x >= 2 && y >= 2;
      const gboolean not_last = x < 14 && y < 14;

      g_assert_cmpint (draws (&size, &corner, i), ==, not_last);
      g_assert_cmpint (draws (&size, &middle, i), ==, not_first && not_last);
      g_assert_cmpint (draws (&size, &far, i), ==, not_first);
    }
}

/* Drawing marches from what is known into the hole: the left half is known, so
 * that no window comes after one that lies further to the right. */
static void
test_marches_into_the_hole (void)
{
  const Sizes size = { 76, 16, 16, 16, 0 };
  g_autofree guint8 *hole = g_new0 (guint8, 76 * 16);
  int last = -1;

  for (int i = 0; i < 76 * 16; i++)
    hole[i] = i % 76 >= 20;
  g_autoptr (GArray) windows = plan (&size, hole);
  g_assert_cmpuint (windows->len, >=, 4);
  for (guint i = 0; i < windows->len; i++)
    {
      g_assert_cmpint (g_array_index (windows, VqdWindow, i).x, >, last);
      last = g_array_index (windows, VqdWindow, i).x;
    }
}

/* ---- places ---- */

/* From end to end, at least a quarter of a window shared by neighbours; around
 * a circle the last and the first are neighbours, too. */
static void
check_places (int n_cells, int window, gboolean wraps)
{
  const int overlap = window / 4;
  int n;
  g_autofree int *places = vqd_windows_places (n_cells, window, wraps, &n);

  g_assert_cmpint (n, >=, 1);
  g_assert_cmpint (places[0], ==, wraps ? -window / 2 : 0);
  for (int i = 1; i < n; i++)
    {
      g_assert_cmpint (places[i], >, places[i - 1]);
      g_assert_cmpint (places[i - 1] + window - places[i], >=, overlap);
    }
  if (wraps)
    g_assert_cmpint (places[n - 1] + window - (places[0] + n_cells), >=,
                     overlap);
  else
    g_assert_cmpint (places[n - 1] + window, ==, n_cells);
}

static void
test_places (void)
{
  for (int window = 1; window <= 33; window++)
    for (int n_cells = window; n_cells < window + 150; n_cells++)
      {
        check_places (n_cells, window, FALSE);
        check_places (n_cells, window, TRUE);
      }
}

/* Not one more than needed. */
static void
test_places_are_few (void)
{
  int n;

  g_free (vqd_windows_places (16, 16, FALSE, &n));
  g_assert_cmpint (n, ==, 1);
  g_free (vqd_windows_places (28, 16, FALSE, &n));
  g_assert_cmpint (n, ==, 2);
  g_free (vqd_windows_places (29, 16, FALSE, &n));
  g_assert_cmpint (n, ==, 3);
  g_free (vqd_windows_places (24, 16, TRUE, &n));
  g_assert_cmpint (n, ==, 2);
  g_free (vqd_windows_places (25, 16, TRUE, &n));
  g_assert_cmpint (n, ==, 3);
}

/* ---- the lattice ---- */

static gboolean
wraps (VqdTiling tiling, VqdTiling axis)
{
  return tiling == axis || tiling == VQD_TILING_XY;
}

/* A cell has a window that reaches as far as a quarter of itself, less one for
 * rounding, beyond the cell on both sides; but for where the grid ends. */
static void
check_lattice (const Sizes *size, VqdTiling tiling)
{
  const int n = size->grid_width * size->grid_height;
  g_autofree guint8 *covered = g_new0 (guint8, n);
  g_autoptr (GArray) windows = vqd_windows_lattice (
      size->grid_width, size->grid_height, size->width, size->height, tiling);

  for (guint w = 0; w < windows->len; w++)
    {
      const VqdWindow *window = &g_array_index (windows, VqdWindow, w);

      if (! wraps (tiling, VQD_TILING_X))
        g_assert_true (window->x >= 0 &&
                       window->x + size->width <= size->grid_width);
      if (! wraps (tiling, VQD_TILING_Y))
        g_assert_true (window->y >= 0 &&
                       window->y + size->height <= size->grid_height);
      for (int i = 0; i < size->width * size->height; i++)
        {
          const int x =
              vqd_wrap (window->x + i % size->width, size->grid_width);
          const int y =
              vqd_wrap (window->y + i / size->width, size->grid_height);

          covered[y * size->grid_width + x] = 1;
        }
    }
  g_assert_null (memchr (covered, 0, (gsize) n));
}

static void
test_lattice (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int tiling = VQD_TILING_NONE; tiling <= VQD_TILING_XY; tiling++)
      check_lattice (&sizes[s], tiling);
}

/* The seam of a side that wraps is in the middle of a window; without wrapping
 * the grid's sides are those of windows. */
static void
test_lattice_seams (void)
{
  for (int tiling = VQD_TILING_NONE; tiling <= VQD_TILING_XY; tiling++)
    {
      g_autoptr (GArray) windows = vqd_windows_lattice (40, 30, 16, 12, tiling);
      gboolean seam_x = FALSE;
      gboolean seam_y = FALSE;

      for (guint w = 0; w < windows->len; w++)
        {
          const VqdWindow *window = &g_array_index (windows, VqdWindow, w);

          seam_x = seam_x || window->x == -8;
          seam_y = seam_y || window->y == -6;
        }
      g_assert_cmpint (seam_x, ==, wraps (tiling, VQD_TILING_X));
      g_assert_cmpint (seam_y, ==, wraps (tiling, VQD_TILING_Y));
    }
}

static void
test_wrap (void)
{
  for (int n = 1; n < 40; n++)
    for (int i = -200; i < 200; i++)
      {
        const int wrapped = vqd_wrap (i, n);

        g_assert_true (wrapped >= 0 && wrapped < n);
        g_assert_cmpint (abs (i - wrapped) % n, ==, 0);
      }
  g_assert_cmpint (vqd_wrap (G_MININT, 1024), ==, 0);
  g_assert_cmpint (vqd_wrap (G_MAXINT, 1024), ==, 1023);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/windows/all-is-drawn", test_all_is_drawn);
  g_test_add_func ("/windows/random-grids", test_random_grids);
  g_test_add_func ("/windows/one-cell", test_one_cell);
  g_test_add_func ("/windows/grid-of-one-window", test_grid_of_one_window);
  g_test_add_func ("/windows/margin", test_margin);
  g_test_add_func ("/windows/marches-into-the-hole",
                   test_marches_into_the_hole);
  g_test_add_func ("/windows/places", test_places);
  g_test_add_func ("/windows/places-are-few", test_places_are_few);
  g_test_add_func ("/windows/lattice", test_lattice);
  g_test_add_func ("/windows/lattice-seams", test_lattice_seams);
  g_test_add_func ("/windows/wrap", test_wrap);
  return g_test_run ();
}
