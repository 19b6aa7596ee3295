/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-halve.h"
#include "core/canvas/vqd-shrink.h"

#define MOST 40


static float *
noise_new (GRand *rand, int n)
{
  float *pixels = g_new (float, n);

  for (int i = 0; i < n; i++)
    pixels[i] = (float) g_rand_double (rand);
  return pixels;
}

/* Halves are vqd_halve ()'s and vqd_double ()'s, bit by bit. */
static void
test_halves (void)
{
  enum
  {
    W = 12,
    H = 8
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree float *pixels = noise_new (rand, 3 * W * H);
  g_autofree float *back = g_new0 (float, 3 * W * H);
  g_autofree float *expected = g_new0 (float, 3 * W * H);
  guint8 known[W * H];
  guint8 small_known[2][W * H / 4];
  float small[2][3 * W * H / 4];

  for (int i = 0; i < W * H; i++)
    known[i] = g_rand_boolean (rand);
  vqd_shrink (pixels, known, W, H, small[0], small_known[0], W / 2, H / 2);
  vqd_halve (pixels, known, W, H, 3, small[1], small_known[1]);
  g_assert_cmpmem (small[0], sizeof small[0], small[1], sizeof small[1]);
  g_assert_cmpmem (small_known[0], sizeof small_known[0], small_known[1],
                   sizeof small_known[1]);

  vqd_enlarge (small[0], W / 2, H / 2, back, W, H, known);
  vqd_double (small[0], W / 2, H / 2, expected, W, H, 3, known);
  g_assert_cmpmem (back, sizeof (float) * 3 * W * H, expected,
                   sizeof (float) * 3 * W * H);
}

/* Three pixels on two: each gets one and half of the one between. */
static void
test_weights (void)
{
  const float pixels[9] = { 0, 0, 0, 0.6f, 0.6f, 0.6f, 0.9f, 0.9f, 0.9f };
  const guint8 all[3] = { 1, 1, 1 };
  const guint8 not_the_first[3] = { 0, 1, 1 };
  float small[6];
  guint8 known[2];

  vqd_shrink (pixels, all, 3, 1, small, known, 2, 1);
  g_assert_cmpfloat_with_epsilon (small[0], 0.2f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (small[3], 0.8f, 1e-6f);
  vqd_shrink (pixels, not_the_first, 3, 1, small, known, 2, 1);
  g_assert_cmpfloat_with_epsilon (small[0], 0.6f, 1e-6f);
  g_assert_cmpint (known[0], ==, 1);
}

/* Of all sizes: nothing that is not known is read, a pixel is known when it
 * covers one that is, and a constant stays what it is. */
static void
test_sizes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (int k = 0; k < 300; k++)
    {
      const int w = g_rand_int_range (rand, 1, MOST);
      const int h = g_rand_int_range (rand, 1, MOST);
      const int small_w = g_rand_int_range (rand, 1, w + 1);
      const int small_h = g_rand_int_range (rand, 1, h + 1);
      g_autofree float *pixels = g_new (float, 3 * w * h);
      g_autofree guint8 *known = g_new (guint8, w * h);
      g_autofree float *small = g_new (float, 3 * small_w * small_h);
      g_autofree guint8 *small_known = g_new (guint8, small_w * small_h);

      for (int i = 0; i < w * h; i++)
        {
          known[i] = g_rand_int_range (rand, 0, 4) == 0;
          for (int c = 0; c < 3; c++)
            pixels[3 * i + c] = known[i] ? 0.3f : NAN;
        }
      vqd_shrink (pixels, known, w, h, small, small_known, small_w, small_h);
      for (int i = 0; i < small_w * small_h; i++)
        {
          const double x = (double) (i % small_w) * w / small_w;
          const double y = (double) (i / small_w) * h / small_h;
          gboolean any = FALSE;

          for (int row = 0; row < h; row++)
            for (int column = 0; column < w; column++)
              any = any || (known[row * w + column] && column + 1 > x + 1e-9 &&
                            column < x + (double) w / small_w - 1e-9 &&
                            row + 1 > y + 1e-9 &&
                            row < y + (double) h / small_h - 1e-9);
          g_assert_cmpint (small_known[i], ==, any);
          for (int c = 0; c < 3; c++)
            g_assert_cmpfloat_with_epsilon (small[3 * i + c], any ? 0.3f : 0,
                                            1e-6f);
        }
    }
}

/* A ramp that is shrunk and enlarged is itself, but for its ends. */
static void
test_ramp_comes_back (void)
{
  enum
  {
    W = 35,
    SMALL = 20
  };
  float ramp[3 * W];
  float back[3 * W];
  float small[3 * SMALL];
  guint8 known[W];
  guint8 small_known[SMALL];

  memset (known, 1, sizeof known);
  for (int i = 0; i < 3 * W; i++)
    ramp[i] = (float) (i / 3) / W;
  vqd_shrink (ramp, known, W, 1, small, small_known, SMALL, 1);
  vqd_enlarge (small, SMALL, 1, back, W, 1, NULL);
  for (int i = 3; i < 3 * (W - 1); i++)
    g_assert_cmpfloat_with_epsilon (back[i], ramp[i], 0.15f / W);
}

static void
test_the_others_are_left_alone (void)
{
  const float small[6] = { 0, 0, 0, 1, 1, 1 };
  const guint8 where[3] = { 0, 1, 0 };
  float pixels[9] = { 7, 7, 7, 7, 7, 7, 7, 7, 7 };

  vqd_enlarge (small, 2, 1, pixels, 3, 1, where);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon (pixels[i], i / 3 == 1 ? 0.5f : 7, 1e-6f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shrink/halves", test_halves);
  g_test_add_func ("/shrink/weights", test_weights);
  g_test_add_func ("/shrink/sizes", test_sizes);
  g_test_add_func ("/shrink/ramp-comes-back", test_ramp_comes_back);
  g_test_add_func ("/shrink/the-others-are-left-alone",
                   test_the_others_are_left_alone);
  return g_test_run ();
}
