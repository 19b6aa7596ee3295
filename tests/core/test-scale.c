/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/image/vqd-scale.h"


static float *
make_picture (int width, int height, gboolean flat)
{
  float *rgb = g_new (float, 3 * width * height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        rgb[(y * width + x) * 3 + c] =
            flat ? 0.25f * (float) (c + 1)
                 : 0.2f + 0.5f * ((float) x + 0.5f) / (float) width;
  return rgb;
}

static void
test_flat_stays_flat (void)
{
  static const int sizes[][2] = {
    { 1, 1 }, { 16, 9 }, { 128, 128 }, { 33, 200 }, { 5, 3 }
  };

  for (gsize from = 0; from < G_N_ELEMENTS (sizes); from++)
    for (gsize to = 0; to < G_N_ELEMENTS (sizes); to++)
      {
        const int n = sizes[to][0] * sizes[to][1];
        g_autofree float *rgb =
            make_picture (sizes[from][0], sizes[from][1], TRUE);
        g_autofree float *scaled =
            vqd_scale_rgb (rgb, sizes[from][0], sizes[from][1], sizes[to][0],
                           sizes[to][1], NULL, NULL);

        for (int i = 0; i < 3 * n; i++)
          g_assert_true (fabsf (scaled[i] - 0.25f * (float) (i % 3 + 1)) <
                         1e-5f);
      }
}

static void
test_same_size_is_the_same (void)
{
  g_autofree float *rgb = make_picture (37, 11, FALSE);
  g_autofree float *scaled = vqd_scale_rgb (rgb, 37, 11, 37, 11, NULL, NULL);

  for (int i = 0; i < 3 * 37 * 11; i++)
    g_assert_true (fabsf (scaled[i] - rgb[i]) < 1e-6f);
}

/* A ramp stays one, away from the edges; pixel centres are kept. */
static void
test_ramp_stays_a_ramp (void)
{
  static const int widths[] = { 32, 64, 100, 250 };
  g_autofree float *rgb = make_picture (64, 4, FALSE);

  for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      const int width = widths[w];
      const int edge = width * 5 / 64 + 1;
      g_autofree float *scaled =
          vqd_scale_rgb (rgb, 64, 4, width, 8, NULL, NULL);

      for (int x = edge; x < width - edge; x++)
        {
          const float expected =
              0.2f + 0.5f * ((float) x + 0.5f) / (float) width;

          g_assert_true (fabsf (scaled[x * 3] - expected) < 1e-4f);
        }
    }
}

/* Each source pixel counts when shrinking: a checkerboard becomes grey, where
 * picking single pixels would give black or white. */
static void
test_shrinking_averages (void)
{
  static const int sizes[][2] = { { 16, 16 }, { 11, 13 }, { 7, 20 } };
  g_autofree float *rgb = g_new (float, 3 * 64 * 64);

  for (int i = 0; i < 3 * 64 * 64; i++)
    rgb[i] = (float) ((i / 3 / 64 + i / 3 % 64) % 2);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int width = sizes[i][0];
      const int height = sizes[i][1];
      g_autofree float *scaled =
          vqd_scale_rgb (rgb, 64, 64, width, height, NULL, NULL);

      for (int y = 1; y < height - 1; y++)
        for (int x = 1; x < width - 1; x++)
          g_assert_cmpfloat_with_epsilon (scaled[(y * width + x) * 3], 0.5f,
                                          0.02f);
    }
}

static void
test_stays_in_range (void)
{
  float rgb[3 * 8 * 8];
  g_autofree float *scaled = NULL;

  for (int i = 0; i < 3 * 64; i++)
    rgb[i] = (float) (i / 3 / 4 % 2); /* overshoots at each edge */
  scaled = vqd_scale_rgb (rgb, 8, 8, 50, 41, NULL, NULL);
  for (int i = 0; i < 3 * 50 * 41; i++)
    g_assert_true (scaled[i] >= 0 && scaled[i] <= 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scale/flat-stays-flat", test_flat_stays_flat);
  g_test_add_func ("/scale/same-size-is-the-same", test_same_size_is_the_same);
  g_test_add_func ("/scale/ramp-stays-a-ramp", test_ramp_stays_a_ramp);
  g_test_add_func ("/scale/shrinking-averages", test_shrinking_averages);
  g_test_add_func ("/scale/stays-in-range", test_stays_in_range);
  return g_test_run ();
}
