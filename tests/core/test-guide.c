/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-guide.h"
#include "core/canvas/vqd-halve.h"

#define SIDE 64
#define CELL 8
#define GRID (SIDE / CELL)
#define N_CELLS (GRID * GRID)


/* Grey of a brightness, with noise of +- so much. */
static void
paint (float *rgb, int left, int right, float brightness, float noise)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int i = 0; i < SIDE * SIDE; i++)
    if (i % SIDE >= left && i % SIDE < right)
      for (int c = 0; c < 3; c++)
        rgb[3 * i + c] =
            brightness + noise * (float) g_rand_double_range (rand, -1, 1);
}

static double
energy (const float *rgb)
{
  double sum = 0;

  for (int i = 0; i < SIDE * (SIDE - 1); i++)
    sum += pow ((double) rgb[3 * (i + SIDE)] - (double) rgb[3 * i], 2);
  return sum;
}

/* A texture that is halved and doubled gets back what doubling alone takes. */
static void
test_sharpens_what_was_doubled (void)
{
  g_autofree float *rgb = g_new (float, 3 * SIDE * SIDE);
  g_autofree float *half = g_new (float, 3 * SIDE * SIDE / 4);
  guint8 cells[N_CELLS];

  memset (cells, 1, sizeof cells);
  paint (rgb, 0, SIDE, 0.5f, 0.2f);
  vqd_halve (rgb, NULL, SIDE, SIDE, 3, half, NULL);
  vqd_double (half, SIDE / 2, SIDE / 2, rgb, SIDE, SIDE, 3, NULL);
  const double doubled = energy (rgb);

  vqd_guide_sharpen (rgb, cells, SIDE, SIDE, CELL);
  g_assert_cmpfloat (energy (rgb), >, 2 * doubled);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    g_assert_true (rgb[i] >= 0 && rgb[i] <= 1);
}

static void
test_leaves_other_cells_and_even_ground_alone (void)
{
  g_autofree float *rgb = g_new (float, 3 * SIDE * SIDE);
  guint8 cells[N_CELLS] = { 0 };

  paint (rgb, 0, SIDE, 0.5f, 0.2f);
  g_autofree float *given = g_memdup2 (rgb, sizeof (float) * 3 * SIDE * SIDE);
  cells[3 * GRID + 2] = 1;
  vqd_guide_sharpen (rgb, cells, SIDE, SIDE, CELL);
  int n_changed = 0;
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    {
      const int x = i / 3 % SIDE;
      const int y = i / 3 / SIDE;

      if (x / CELL == 2 && y / CELL == 3)
        n_changed += rgb[i] != given[i];
      else
        g_assert_cmpfloat (rgb[i], ==, given[i]);
    }
  g_assert_cmpint (n_changed, >, 3 * CELL * CELL / 2);

  memset (cells, 1, sizeof cells);
  paint (rgb, 0, SIDE, 0.25f, 0);
  vqd_guide_sharpen (rgb, cells, SIDE, SIDE, CELL);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    g_assert_cmpfloat (rgb[i], ==, 0.25f);
}

static gboolean
is_texture (const float *rgb)
{
  guint8 cells[N_CELLS];

  memset (cells, 1, sizeof cells);
  return vqd_guide_is_texture (rgb, cells, SIDE, SIDE, CELL);
}

/* Even ground is none, also with the noise of a codec, nor with an outline
 * through it; a dark texture is one, too. */
static void
test_texture (void)
{
  g_autofree float *rgb = g_new (float, 3 * SIDE * SIDE);

  paint (rgb, 0, SIDE, 1.0f, 0.006f);
  g_assert_false (is_texture (rgb));
  paint (rgb, SIDE / 2 + 3, SIDE, 0.2f, 0);
  g_assert_false (is_texture (rgb));
  paint (rgb, 0, SIDE, 0.5f, 0.05f);
  g_assert_true (is_texture (rgb));
  paint (rgb, 0, SIDE, 0.1f, 0.02f);
  g_assert_true (is_texture (rgb));
}

/* Detail everywhere is not enough: the colours must be alike. */
static void
test_things_differ (void)
{
  g_autofree float *rgb = g_new (float, 3 * SIDE * SIDE);

  paint (rgb, 0, SIDE / 2, 0.3f, 0.05f);
  paint (rgb, SIDE / 2, SIDE, 0.4f, 0.05f);
  g_assert_true (is_texture (rgb));
  paint (rgb, SIDE / 2, SIDE, 0.7f, 0.05f);
  g_assert_false (is_texture (rgb));
}

/* One that fills half of the picture is none of the whole, but of the cells
 * that it fills. */
static void
test_half_a_texture (void)
{
  g_autofree float *rgb = g_new (float, 3 * SIDE * SIDE);
  guint8 cells[N_CELLS];

  paint (rgb, 0, SIDE / 2, 0.5f, 0.1f);
  paint (rgb, SIDE / 2, SIDE, 0.5f, 0);
  g_assert_false (is_texture (rgb));
  for (int i = 0; i < N_CELLS; i++)
    cells[i] = i % GRID < GRID / 2;
  g_assert_true (vqd_guide_is_texture (rgb, cells, SIDE, SIDE, CELL));
  for (int i = 0; i < N_CELLS; i++)
    cells[i] = ! cells[i];
  g_assert_false (vqd_guide_is_texture (rgb, cells, SIDE, SIDE, CELL));
  memset (cells, 0, sizeof cells);
  g_assert_false (vqd_guide_is_texture (rgb, cells, SIDE, SIDE, CELL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guide/sharpens-what-was-doubled",
                   test_sharpens_what_was_doubled);
  g_test_add_func ("/guide/leaves-other-cells-and-even-ground-alone",
                   test_leaves_other_cells_and_even_ground_alone);
  g_test_add_func ("/guide/texture", test_texture);
  g_test_add_func ("/guide/things-differ", test_things_differ);
  g_test_add_func ("/guide/half-a-texture", test_half_a_texture);
  return g_test_run ();
}
