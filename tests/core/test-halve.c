/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/canvas/vqd-halve.h"


static void
test_mean_of_four (void)
{
  const float pixels[] = { 0, 0.25f, 0.5f, 0.25f };
  float half = -1;

  vqd_halve (pixels, NULL, 2, 2, 1, &half, NULL);
  g_assert_cmpfloat (half, ==, 0.25f);
}

/* The last column and row of odd sizes are cells of what is there. */
static void
test_odd_sizes (void)
{
  const float pixels[] = { 1, 3, 5, 1, 3, 7, 8, 10, 11 };
  const float expected[] = { 2, 6, 9, 11 };
  float half[4];

  vqd_halve (pixels, NULL, 3, 3, 1, half, NULL);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (half[i], ==, expected[i]);
}

static void
test_only_known_pixels_count (void)
{
  const float pixels[] = { 0.25f, NAN, NAN, NAN, 0.75f, NAN, NAN, NAN };
  const guint8 known[] = { 1, 0, 0, 0, 255, 0, 0, 0 };
  float half[2] = { -1, -1 };
  guint8 half_known[2] = { 9, 9 };

  vqd_halve (pixels, known, 4, 2, 1, half, half_known);
  g_assert_cmpfloat (half[0], ==, 0.5f);
  g_assert_cmpint (half_known[0], ==, 1);
  g_assert_cmpfloat (half[1], ==, 0);
  g_assert_cmpint (half_known[1], ==, 0);
}

/* pixels[y, x, c] = (c + 1) * (x + 10 y) */
static float *
ramp_new (int width, int height)
{
  float *pixels = g_new (float, 3 * width * height);

  for (int i = 0; i < width * height; i++)
    for (int c = 0; c < 3; c++)
      pixels[i * 3 + c] = (float) ((c + 1) * (i % width + 10 * (i / width)));
  return pixels;
}

/* ... which they would not if cells of the two lay half a pixel apart. */
static void
test_ramp_comes_back (void)
{
  g_autofree float *ramp = ramp_new (20, 12);
  g_autofree float *back = g_new0 (float, 3 * 20 * 12);
  float half[3 * 10 * 6];

  vqd_halve (ramp, NULL, 20, 12, 3, half, NULL);
  vqd_double (half, 10, 6, back, 20, 12, 3, NULL);
  for (int y = 1; y < 11; y++)
    for (int x = 1; x < 19; x++)
      for (int c = 0; c < 3; c++)
        {
          const int i = (y * 20 + x) * 3 + c;

          g_assert_cmpfloat_with_epsilon (back[i], ramp[i], 1e-4f);
        }
}

static void
test_constant_stays_exact (void)
{
  float pixels[7 * 5 * 2];
  float half[4 * 3 * 2];
  guint8 known[7 * 5];
  guint8 half_known[4 * 3];

  for (int i = 0; i < 7 * 5; i++)
    {
      known[i] = i % 3 != 0;
      pixels[2 * i] = 0.1f;
      pixels[2 * i + 1] = 0.7f;
    }
  vqd_halve (pixels, known, 7, 5, 2, half, half_known);
  vqd_double (half, 4, 3, pixels, 7, 5, 2, NULL);
  for (int i = 0; i < 7 * 5; i++)
    {
      g_assert_cmpfloat (pixels[2 * i], ==, 0.1f);
      g_assert_cmpfloat (pixels[2 * i + 1], ==, 0.7f);
    }
}

static void
test_double_writes_where_asked (void)
{
  const float half[] = { 1, 2, 3 };
  float pixels[5] = { -1, -1, -1, -1, -1 };
  const guint8 where[] = { 1, 0, 1, 0, 2 };
  const float expected[] = { 1, -1, 1.75f, -1, 2.75f };

  vqd_double (half, 3, 1, pixels, 5, 1, 1, where);
  for (int i = 0; i < 5; i++)
    g_assert_cmpfloat (pixels[i], ==, expected[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/halve/mean-of-four", test_mean_of_four);
  g_test_add_func ("/halve/odd-sizes", test_odd_sizes);
  g_test_add_func ("/halve/only-known-pixels-count",
                   test_only_known_pixels_count);
  g_test_add_func ("/halve/ramp-comes-back", test_ramp_comes_back);
  g_test_add_func ("/halve/constant-stays-exact", test_constant_stays_exact);
  g_test_add_func ("/halve/double-writes-where-asked",
                   test_double_writes_where_asked);
  return g_test_run ();
}
