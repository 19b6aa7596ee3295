/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-soft-mask.h"

#define W 45
#define H 38
#define N (W * H)
#define TOLERANCE 2e-5

typedef enum
{
  HARD, /* a disk, a bar at the border of the picture, single pixels */
  SOFT  /* a disk with a wide soft edge, and noise */
} Kind;


static float *
selection_new (Kind kind, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float *selection = g_new (float, N);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W;
      const int y = i / W;
      const double r = hypot (x - 18, y - 20);
      const double edge = CLAMP ((13 - r) / 7, 0, 1);
      const gboolean dot = g_rand_double (rand) < 0.004;

      if (kind == HARD)
        selection[i] = (r < 12 && ! dot) || (x > 38 && y > 5 && y < 25) || dot;
      else
        selection[i] = (float) MAX (edge, dot ? g_rand_double (rand) : 0);
    }
  return selection;
}

static float *
mask_new (const float *selection, int feather_px, int blend_px)
{
  float *mask = g_new (float, N);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < N; i++)
    mask[i] = NAN;
  g_assert_true (vqd_soft_mask (mask, selection, W, H, feather_px, blend_px,
                                NULL, &error));
  g_assert_no_error (error);
  return mask;
}

static double
distance (int i, int j)
{
  return hypot (i % W - j % W, i / W - j / W);
}

/* The nearest pixel that is selected at all, or not at all. */
static double
nearest (const float *selection, int i, gboolean selected)
{
  double least = INFINITY;

  for (int j = 0; j < N; j++)
    if ((selection[j] > 0) == selected)
      least = MIN (least, distance (i, j));
  return least;
}

static double
smooth (double place, double length)
{
  const double t = CLAMP (place / length, 0, 1);

  return 1 - t * t * (3 - 2 * t);
}

/* Where the ramp is at value, by halving. */
static double
smooth_inverse (double value, double length)
{
  double low = 0;
  double high = length;

  for (int i = 0; i < 60; i++)
    if (smooth ((low + high) / 2, length) > value)
      low = (low + high) / 2;
    else
      high = (low + high) / 2;
  return low;
}

/* The ramp as the header words it, by looking at all pixels. */
static void
test_hard_mask_is_the_ramp (void)
{
  static const int borders[][2] = { { 0, 0 },  { 0, 1 }, { 0, 8 }, { 1, 5 },
                                    { 16, 8 }, { 4, 4 }, { 3, 0 }, { 512, 2 } };
  g_autofree float *selection = selection_new (HARD, 1);

  for (gsize b = 0; b < G_N_ELEMENTS (borders); b++)
    {
      const int inner = MAX (borders[b][0], 1) - 1;
      const int outer = MAX (borders[b][1], 1);
      g_autofree float *mask =
          mask_new (selection, borders[b][0], borders[b][1]);

      for (int i = 0; i < N; i++)
        {
          const double place = selection[i] > 0
                                   ? inner + 1 - nearest (selection, i, FALSE)
                                   : inner + nearest (selection, i, TRUE);

          g_assert_cmpfloat_with_epsilon (
              mask[i], smooth (place, inner + outer), TOLERANCE);
        }
    }
}

/* Without a feather: the most that any pixel gives, which is the ramp from the
 * place where it has that pixel's value. */
static void
test_soft_mask_is_the_most_of_all (void)
{
  static const int blends[] = { 0, 1, 3, 8 };
  g_autofree float *selection = selection_new (SOFT, 2);

  for (gsize b = 0; b < G_N_ELEMENTS (blends); b++)
    {
      const int length = MAX (blends[b], 1);
      g_autofree float *mask = mask_new (selection, 0, blends[b]);

      for (int i = 0; i < N; i++)
        {
          double most = 0;

          for (int j = 0; j < N; j++)
            if (selection[j] > 0)
              {
                const double from = smooth_inverse (selection[j], length);
                const double place = hypot (from, distance (i, j));

                most = MAX (most, smooth (place, length));
              }
          g_assert_cmpfloat_with_epsilon (mask[i], most, TOLERANCE);
        }
    }
}

/* The least of distance and start over all pixels. */
static double
least (const double *starts, int i)
{
  double found = INFINITY;

  for (int j = 0; j < N; j++)
    found = MIN (found, hypot (starts[j], distance (i, j)));
  return found;
}

/* With a feather, soft pixels as well: from the outermost selected pixel's
 * place on the ramp, so far outwards as what is selected is away, and so far
 * inwards as what is not. */
static void
test_soft_feather_is_the_ramp (void)
{
  static const int borders[][2] = { { 6, 4 }, { 3, 9 }, { 12, 1 } };
  g_autofree float *selection = selection_new (SOFT, 8);

  for (gsize b = 0; b < G_N_ELEMENTS (borders); b++)
    {
      const int inner = borders[b][0] - 1;
      const int outer = borders[b][1];
      double out[N];
      double in[N];
      g_autofree float *mask =
          mask_new (selection, borders[b][0], borders[b][1]);

      for (int i = 0; i < N; i++)
        {
          const double place = smooth_inverse (selection[i], inner + outer);
          const double beyond = place - inner;

          out[i] = selection[i] > 0 ? MAX (beyond, 0) : INFINITY;
          in[i] = selection[i] < 1 ? 1 - beyond / (beyond > 0 ? outer : 1)
                                   : INFINITY;
        }
      for (int i = 0; i < N; i++)
        {
          const double e = CLAMP (least (in, i), 1, inner + 1);

          g_assert_cmpfloat_with_epsilon (
              mask[i], smooth (inner + least (out, i) - (e - 1), inner + outer),
              TOLERANCE);
        }
    }
}

static void
test_zero_beyond_the_blend (void)
{
  static const int borders[][2] = { { 0, 0 },  { 0, 1 }, { 0, 8 },
                                    { 16, 8 }, { 5, 3 }, { 9, 0 } };

  for (int kind = HARD; kind <= SOFT; kind++)
    for (gsize b = 0; b < G_N_ELEMENTS (borders); b++)
      {
        g_autofree float *selection = selection_new ((Kind) kind, 3);
        g_autofree float *mask =
            mask_new (selection, borders[b][0], borders[b][1]);

        for (int i = 0; i < N; i++)
          if (nearest (selection, i, TRUE) > borders[b][1])
            g_assert_cmpfloat (mask[i], ==, 0);
      }
}

static void
test_never_less_than_the_selection (void)
{
  static const int blends[] = { 0, 1, 2, 25, 512 };

  for (int kind = HARD; kind <= SOFT; kind++)
    for (gsize b = 0; b < G_N_ELEMENTS (blends); b++)
      {
        g_autofree float *selection = selection_new ((Kind) kind, 4);
        g_autofree float *mask = mask_new (selection, 0, blends[b]);

        for (int i = 0; i < N; i++)
          g_assert_true (mask[i] >= selection[i] && mask[i] <= 1);
      }
}

/* A pixel that is barely selected does not throw a broad blend around it. */
static void
test_soft_pixel_gives_no_more_than_it_has (void)
{
  g_autofree float *selection = g_new0 (float, N);
  g_autofree float *mask = NULL;

  selection[N / 2 + W / 2] = 0.25f;
  mask = mask_new (selection, 0, 12);
  for (int i = 0; i < N; i++)
    g_assert_true (mask[i] <= 0.25f);
}

/* A large area of one value keeps it, feather or not. */
static void
test_even_softness_stays (void)
{
  static const float values[] = { 0.001f, 0.2f, 0.5f, 0.75f, 0.999f, 1 };
  g_autofree float *selection = g_new (float, N);

  for (gsize v = 0; v < G_N_ELEMENTS (values); v++)
    for (int feather = 0; feather <= 20; feather += 10)
      {
        g_autofree float *mask = NULL;

        for (int i = 0; i < N; i++)
          selection[i] = values[v];
        mask = mask_new (selection, feather, 8);
        for (int i = 0; i < N; i++)
          g_assert_cmpfloat_with_epsilon (mask[i], values[v], 1e-5f);
      }
}

static void
test_wholly_one_from_the_feather_on (void)
{
  g_autofree float *selection = selection_new (HARD, 5);
  g_autofree float *mask = mask_new (selection, 6, 4);
  int n = 0;

  for (int i = 0; i < N; i++)
    if (nearest (selection, i, FALSE) >= 6)
      {
        g_assert_cmpfloat (mask[i], ==, 1);
        n++;
      }
  g_assert_cmpint (n, >, 20);
}

/* Across a straight edge the mask falls all the way, by no step larger than the
 * steepest one of the ramp. */
static void
test_ramp_is_smooth_across_the_edge (void)
{
  g_autofree float *selection = g_new (float, N);
  g_autofree float *mask = NULL;

  for (int i = 0; i < N; i++)
    selection[i] = i % W < 20;
  mask = mask_new (selection, 12, 6);
  for (int x = 1; x < W; x++)
    {
      const float step = mask[x - 1] - mask[x];

      g_assert_true (step <= 1.5f / 17);
      if (x > 8 && x < 26)
        g_assert_true (step > 0);
    }
}

static void
test_picture_border_is_no_edge (void)
{
  g_autofree float *selection = g_new (float, N);
  g_autofree float *mask = NULL;

  for (int i = 0; i < N; i++)
    selection[i] = i % W < 20;
  mask = mask_new (selection, 8, 8);
  for (int i = 0; i < N; i++)
    if (i % W < 12)
      g_assert_cmpfloat (mask[i], ==, 1);
}

static void
test_nothing_selected_is_nothing (void)
{
  g_autofree float *selection = g_new0 (float, N);
  g_autofree float *mask = mask_new (selection, 16, 8);

  selection[3] = NAN; /* no selection either */
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (mask[i], ==, 0);
  g_assert_true (vqd_soft_mask (mask, selection, W, H, 0, 8, NULL, NULL));
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (mask[i], ==, 0);
}

static void
test_mask_can_be_cancelled (void)
{
  g_autofree float *selection = selection_new (HARD, 6);
  float mask[N];
  guint8 hole[N];
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (
      vqd_soft_mask (mask, selection, W, H, 4, 4, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (
      vqd_hole_mask (hole, selection, NULL, W, H, 4, cancellable, NULL));
}

static void
test_hole_is_a_disk_around_each (void)
{
  static const int grows[] = { 0, 1, 2, 5, 13, 512 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  float selection[N];
  float alpha[N];
  float seeds[N];
  guint8 hole[N];

  for (int i = 0; i < N; i++)
    {
      selection[i] = g_rand_double (rand) < 0.003 ? 0.01f : 0;
      alpha[i] = g_rand_double (rand) < 0.002 ? 0.49f : 0.5f;
      seeds[i] = selection[i] > 0 || alpha[i] < 0.5f;
    }
  for (gsize g = 0; g < G_N_ELEMENTS (grows); g++)
    {
      memset (hole, 7, N);
      g_assert_true (
          vqd_hole_mask (hole, selection, alpha, W, H, grows[g], NULL, NULL));
      for (int i = 0; i < N; i++)
        g_assert_cmpint (hole[i], ==, nearest (seeds, i, TRUE) <= grows[g]);
    }
}

static void
test_no_hole_without_selection (void)
{
  guint8 hole[N];

  memset (hole, 7, N);
  g_assert_true (vqd_hole_mask (hole, NULL, NULL, W, H, 5, NULL, NULL));
  for (int i = 0; i < N; i++)
    g_assert_cmpint (hole[i], ==, 0);
}

/* The longest sides there are, where squares of distances are large. */
static void
test_longest_lines (void)
{
  static const int sides[][2] = { { 32768, 1 }, { 1, 32768 } };

  for (int s = 0; s < 2; s++)
    {
      g_autofree float *selection = g_new0 (float, 32768);
      g_autofree float *mask = g_new (float, 32768);
      g_autofree guint8 *hole = g_new (guint8, 32768);

      selection[32760] = 1;
      selection[5] = 1;
      g_assert_true (vqd_soft_mask (mask, selection, sides[s][0], sides[s][1],
                                    0, 8, NULL, NULL));
      g_assert_true (vqd_hole_mask (hole, selection, NULL, sides[s][0],
                                    sides[s][1], 6, NULL, NULL));
      for (int i = 0; i < 32768; i++)
        {
          const int d = MIN (ABS (i - 5), ABS (i - 32760));

          g_assert_cmpfloat_with_epsilon (mask[i], smooth (d, 8), TOLERANCE);
          g_assert_cmpint (hole[i], ==, d <= 6);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/soft-mask/hard-mask-is-the-ramp",
                   test_hard_mask_is_the_ramp);
  g_test_add_func ("/soft-mask/soft-mask-is-the-most-of-all",
                   test_soft_mask_is_the_most_of_all);
  g_test_add_func ("/soft-mask/soft-feather-is-the-ramp",
                   test_soft_feather_is_the_ramp);
  g_test_add_func ("/soft-mask/zero-beyond-the-blend",
                   test_zero_beyond_the_blend);
  g_test_add_func ("/soft-mask/never-less-than-the-selection",
                   test_never_less_than_the_selection);
  g_test_add_func ("/soft-mask/soft-pixel-gives-no-more-than-it-has",
                   test_soft_pixel_gives_no_more_than_it_has);
  g_test_add_func ("/soft-mask/even-softness-stays", test_even_softness_stays);
  g_test_add_func ("/soft-mask/wholly-one-from-the-feather-on",
                   test_wholly_one_from_the_feather_on);
  g_test_add_func ("/soft-mask/ramp-is-smooth-across-the-edge",
                   test_ramp_is_smooth_across_the_edge);
  g_test_add_func ("/soft-mask/picture-border-is-no-edge",
                   test_picture_border_is_no_edge);
  g_test_add_func ("/soft-mask/nothing-selected-is-nothing",
                   test_nothing_selected_is_nothing);
  g_test_add_func ("/soft-mask/longest-lines", test_longest_lines);
  g_test_add_func ("/soft-mask/mask-can-be-cancelled",
                   test_mask_can_be_cancelled);
  g_test_add_func ("/hole-mask/disk-around-each",
                   test_hole_is_a_disk_around_each);
  g_test_add_func ("/hole-mask/nothing-without-selection",
                   test_no_hole_without_selection);
  return g_test_run ();
}
