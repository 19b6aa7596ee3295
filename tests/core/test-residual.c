/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-residual.h"

#define CELL 4
#define GRID 3
#define SIDE (GRID * CELL)
#define N (3 * SIDE * SIDE)


static void
fill (float *rgb, float value)
{
  for (int i = 0; i < N; i++)
    rgb[i] = value;
}

/* The picture is 0.75, of which the codec makes 0.5; the variation is what it
 * makes of the picture, and 0.25 where the token is another. */
static void
test_cells (void)
{
  const int given_tokens[GRID * GRID] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  int tokens[GRID * GRID] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  float pixels[N];
  float given[N];
  float rgb[N];

  fill (pixels, 0.75f);
  fill (given, 0.5f);
  fill (rgb, 0.5f);
  vqd_residual_add (rgb, given, pixels, tokens, given_tokens, GRID, GRID, CELL);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (rgb[i], ==, 0.75f);

  tokens[2] = 7;
  fill (rgb, 0.25f);
  vqd_residual_add (rgb, given, pixels, tokens, given_tokens, GRID, GRID, CELL);
  /* the corner has no neighbours beyond: nothing is added there */
  g_assert_cmpfloat (rgb[3 * (SIDE - 1)], ==, 0.25f);
  /* whole at and beyond the centre of the next cell, and half way, half */
  g_assert_cmpfloat (rgb[3 * (SIDE - 1 - CELL - CELL / 2)], ==, 0.5f);
  const int left = 3 * (2 * CELL - 1);
  g_assert_cmpfloat_with_epsilon (rgb[left] + rgb[left + 3], 0.25f + 0.5f,
                                  1e-6f);
  g_assert_cmpfloat (rgb[left], >, rgb[left + 3]);
}

static void
test_stays_a_colour (void)
{
  const int token = 1;
  float rgb[3] = { 0.9f, 0.1f, 0.5f };
  const float given[3] = { 0.1f, 0.9f, 0.5f };
  const float pixels[3] = { 1.0f, 0.0f, 0.5f };

  vqd_residual_add (rgb, given, pixels, &token, &token, 1, 1, 1);
  g_assert_cmpfloat (rgb[0], ==, 1);
  g_assert_cmpfloat (rgb[1], ==, 0);
  g_assert_cmpfloat (rgb[2], ==, 0.5f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/residual/cells", test_cells);
  g_test_add_func ("/residual/stays-a-colour", test_stays_a_colour);
  return g_test_run ();
}
