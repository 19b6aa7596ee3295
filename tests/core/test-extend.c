/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-extend.h"

#define W 130
#define H 97
#define N (W * H)


/* A disk, a bar that touches the picture's border, and single pixels. */
static guint8 *
known_new (void)
{
  guint8 *known = g_new (guint8, N);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W;
      const int y = i / W;

      known[i] = hypot (x - 50, y - 50) > 33 &&
                 ! (x > 100 && y > 10 && y < 30) && i % 71 != 0;
    }
  return known;
}

/* Values of a plane where known, and elsewhere what shall not be seen. */
static float *
plane_new (const guint8 *known, float dx, float dy, float elsewhere)
{
  float *pixels = g_new (float, 3 * N);

  for (int i = 0; i < 3 * N; i++)
    {
      const int x = i / 3 % W;
      const int y = i / 3 / W;
      const float value = 0.3f + dx * (float) x + dy * (float) y;

      pixels[i] = known[i / 3] ? value * (float) (1 + i % 3) : elsewhere;
    }
  return pixels;
}

static void
extend (float *pixels, const guint8 *known)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_extend (pixels, known, W, H, 3, NULL, &error));
  g_assert_no_error (error);
}

static void
test_constant_is_exact (void)
{
  g_autofree guint8 *known = known_new ();
  g_autofree float *pixels = plane_new (known, 0, 0, 9);

  extend (pixels, known);
  for (int i = 0; i < 3 * N; i++)
    g_assert_cmpfloat (pixels[i], ==, 0.3f * (float) (1 + i % 3));
}

/* Linear functions are harmonic. Off by at most 3 % of what the ramp rises over
 * the hole; 1.5 % seen. */
static void
test_ramp_stays_nearly_a_ramp (void)
{
  g_autofree guint8 *known = known_new ();
  g_autofree float *pixels = NULL;
  g_autofree float *expected = NULL;
  g_autofree guint8 *all = g_malloc (N);
  float worst = 0;

  for (int i = 0; i < N; i++)
    known[i] |= i % W > 100; /* no hole at the border, where it lies flat */
  memset (all, 1, N);
  pixels = plane_new (known, 0.004f, 0.002f, 9);
  expected = plane_new (all, 0.004f, 0.002f, 9);
  extend (pixels, known);
  for (int i = 0; i < 3 * N; i++)
    worst = MAX (worst, fabsf (pixels[i] - expected[i]) / (float) (1 + i % 3));
  g_test_message ("off by %.4f of the rise", worst / (66 * 0.0045f));
  g_assert_true (worst <= 0.03f * 66 * 0.0045f);
}

/* What stands under the hole, not a number even, changes nothing. */
static void
test_hole_does_not_leak (void)
{
  g_autofree guint8 *known = known_new ();
  g_autofree float *one = plane_new (known, 0.004f, 0.002f, NAN);
  g_autofree float *two = plane_new (known, 0.004f, 0.002f, 1e30f);

  extend (one, known);
  extend (two, known);
  g_assert_cmpmem (one, sizeof (float) * 3 * N, two, sizeof (float) * 3 * N);
  for (int i = 0; i < 3 * N; i++)
    g_assert_true (isfinite (one[i]));
}

static void
test_known_pixels_keep_their_bits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree guint8 *known = known_new ();
  g_autofree float *pixels = plane_new (known, 0, 0, 0);
  g_autofree float *before = NULL;

  for (int i = 0; i < 3 * N; i++)
    pixels[i] = (float) g_rand_double (rand);
  before = g_memdup2 (pixels, sizeof (float) * 3 * N);
  extend (pixels, known);
  for (int i = 0; i < N; i++)
    if (known[i])
      g_assert_cmpmem (pixels + 3 * i, 12, before + 3 * i, 12);
}

/* No extremes but on the border: no value beyond the known ones. */
static void
test_stays_between_the_known (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autofree guint8 *known = known_new ();
  g_autofree float *pixels = plane_new (known, 0, 0, 7);

  for (int i = 0; i < 3 * N; i++)
    if (known[i / 3])
      pixels[i] = (float) g_rand_double_range (rand, 0.25, 0.75);
  extend (pixels, known);
  for (int i = 0; i < 3 * N; i++)
    g_assert_true (pixels[i] >= 0.25f && pixels[i] <= 0.75f);
}

/* Each pixel of the hole is near to the mean of its neighbours: no steps at the
 * edges of the cells that it was found by. Known is black on one side and
 * white on the other. 0.0004 seen. */
static void
test_has_no_blocks (void)
{
  g_autofree guint8 *known = g_malloc0 (N);
  g_autofree float *pixels = g_new (float, N);
  float worst = 0;

  for (int i = 0; i < N; i++)
    {
      const int x = i % W;

      known[i] = x < 20 || x >= W - 20;
      pixels[i] = x < W / 2 ? 0 : 1;
    }
  g_assert_true (vqd_extend (pixels, known, W, H, 1, NULL, NULL));
  for (int y = 1; y < H - 1; y++)
    for (int x = 20; x < W - 20; x++)
      {
        const float *p = pixels + y * W + x;
        const float mean = 0.25f * (p[-1] + p[1] + p[-W] + p[W]);

        worst = MAX (worst, fabsf (*p - mean));
      }
  g_test_message ("off the mean by %.5f", worst);
  g_assert_true (worst <= 0.001f);
}

static void
test_nothing_known_is_grey (void)
{
  g_autofree guint8 *known = g_malloc0 (N);
  g_autofree float *pixels = plane_new (known, 0, 0, NAN);

  extend (pixels, known);
  for (int i = 0; i < 3 * N; i++)
    g_assert_cmpfloat (pixels[i], ==, 0.5f);
}

static void
test_one_known_pixel_is_everywhere (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 40 }, { 33, 1 }, { 17, 31 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      const int n = sizes[s][0] * sizes[s][1];
      g_autofree guint8 *known = g_malloc0 ((gsize) n);
      g_autofree float *pixels = g_new (float, n);

      for (int i = 0; i < n; i++)
        pixels[i] = NAN;
      known[n - 1] = 1;
      pixels[n - 1] = 0.7f;
      g_assert_true (
          vqd_extend (pixels, known, sizes[s][0], sizes[s][1], 1, NULL, NULL));
      for (int i = 0; i < n; i++)
        g_assert_cmpfloat (pixels[i], ==, 0.7f);
    }
}

static void
test_can_be_cancelled (void)
{
  g_autofree guint8 *known = known_new ();
  g_autofree float *pixels = plane_new (known, 0, 0, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (vqd_extend (pixels, known, W, H, 3, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extend/constant-is-exact", test_constant_is_exact);
  g_test_add_func ("/extend/ramp-stays-nearly-a-ramp",
                   test_ramp_stays_nearly_a_ramp);
  g_test_add_func ("/extend/hole-does-not-leak", test_hole_does_not_leak);
  g_test_add_func ("/extend/known-pixels-keep-their-bits",
                   test_known_pixels_keep_their_bits);
  g_test_add_func ("/extend/stays-between-the-known",
                   test_stays_between_the_known);
  g_test_add_func ("/extend/has-no-blocks", test_has_no_blocks);
  g_test_add_func ("/extend/nothing-known-is-grey", test_nothing_known_is_grey);
  g_test_add_func ("/extend/one-known-pixel-is-everywhere",
                   test_one_known_pixel_is_everywhere);
  g_test_add_func ("/extend/can-be-cancelled", test_can_be_cancelled);
  return g_test_run ();
}
