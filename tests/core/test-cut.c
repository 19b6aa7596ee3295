/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the border between two pictures runs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/canvas/vqd-cut.h"

#define W 48
#define H 37
#define N (W * H)
#define FIRST 10 /* the band's columns */
#define END 38

typedef struct
{
  float zone[N];
  float old_rgb[3 * N];
  float new_rgb[3 * N];
} Pictures;


/* Old on the left, new on the right, a band between; the pictures differ by
 * 0.6 everywhere. */
static Pictures *
pictures_new (void)
{
  Pictures *self = g_new0 (Pictures, 1);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W;

      self->zone[i] = x < FIRST ? 0 : x >= END ? 1 : 0.5f;
      for (int c = 0; c < 3; c++)
        {
          self->old_rgb[3 * i + c] = 0.2f;
          self->new_rgb[3 * i + c] = 0.8f;
        }
    }
  return self;
}

/* Around a column of a row the pictures are alike. */
static void
make_alike (Pictures *self, int x, int y)
{
  for (int i = x - 1; i <= x + 1; i++)
    memcpy (self->new_rgb + 3 * (y * W + i), self->old_rgb + 3 * (y * W + i),
            3 * sizeof (float));
}

static void
cut (Pictures *self)
{
  g_autofree float *difference = g_new (float, N);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < N; i++)
    difference[i] =
        (fabsf (self->old_rgb[3 * i] - self->new_rgb[3 * i]) +
         fabsf (self->old_rgb[3 * i + 1] - self->new_rgb[3 * i + 1]) +
         fabsf (self->old_rgb[3 * i + 2] - self->new_rgb[3 * i + 2])) /
        3;
  g_assert_true (vqd_cut (self->zone, difference, W, H, NULL, &error));
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    g_assert_true (self->zone[i] == 0 || self->zone[i] == 1);
}

static void
test_sides_stay (void)
{
  g_autofree Pictures *pictures = pictures_new ();

  pictures->zone[0] = -3;
  pictures->zone[N - 1] = 2;
  cut (pictures);
  for (int i = 0; i < N; i++)
    if (i % W < FIRST || i % W >= END)
      g_assert_cmpfloat (pictures->zone[i], ==, i % W >= END);
}

/* The border lies in the valley, which winds from row to row. */
static void
test_follows_the_valley (void)
{
  for (int turn = 0; turn < 4; turn++)
    {
      g_autofree Pictures *pictures = pictures_new ();
      int valley[H];

      for (int y = 0; y < H; y++)
        {
          valley[y] = 14 + 6 * turn + (int) lrint (2 * sin (y / 4.0));
          make_alike (pictures, valley[y], y);
        }
      cut (pictures);
      for (int i = 0; i < N; i++)
        {
          const int beyond = i % W - valley[i / W];

          if (beyond < -2)
            g_assert_cmpfloat (pictures->zone[i], ==, 0);
          if (beyond > 2)
            g_assert_cmpfloat (pictures->zone[i], ==, 1);
        }
    }
}

/* Pictures that are alike, or alike different, meet in the middle. */
static void
test_middle (void)
{
  for (int alike = 0; alike < 2; alike++)
    {
      g_autofree Pictures *pictures = pictures_new ();

      if (alike)
        memcpy (pictures->new_rgb, pictures->old_rgb, sizeof pictures->new_rgb);
      cut (pictures);
      for (int i = 0; i < N; i++)
        if (abs (2 * (i % W) + 1 - (FIRST + END)) > 3)
          g_assert_cmpfloat (pictures->zone[i], ==, 2 * (i % W) > FIRST + END);
    }
}

/* A band that has one side alone is that side's; one that has none is old. */
static void
test_one_side (void)
{
  static const float sides[] = { -1, 0, 1 };

  for (gsize s = 0; s < G_N_ELEMENTS (sides); s++)
    {
      g_autofree Pictures *pictures = pictures_new ();

      for (int i = 0; i < N; i++)
        pictures->zone[i] = i == N / 2 && sides[s] >= 0 ? sides[s] : 0.5f;
      cut (pictures);
      for (int i = 0; i < N; i++)
        g_assert_cmpfloat (pictures->zone[i], ==, sides[s] > 0);
    }
}

/* How many pixels of a value hang together with those that had it before. */
static int
count_reached (const Pictures *pictures, const float *before, float value)
{
  g_autofree guint8 *reached = g_new0 (guint8, N);
  gboolean more = TRUE;
  int n = 0;

  for (int i = 0; i < N; i++)
    reached[i] = before[i] == value;
  while (more)
    {
      more = FALSE;
      for (int i = 0; i < N; i++)
        {
          const gboolean beside = (i % W > 0 && reached[i - 1]) ||
                                  (i % W < W - 1 && reached[i + 1]) ||
                                  (i >= W && reached[i - W]) ||
                                  (i < N - W && reached[i + W]);

          if (! reached[i] && beside && pictures->zone[i] == value)
            reached[i] = more = TRUE;
        }
    }
  for (int i = 0; i < N; i++)
    n += reached[i];
  return n;
}

/* Whatever the pictures are, neither side has islands in the band. */
static void
test_no_islands (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);

  for (int turn = 0; turn < 30; turn++)
    {
      g_autofree Pictures *pictures = pictures_new ();
      int n_new = 0;

      for (int i = 0; i < 3 * N; i++)
        {
          pictures->old_rgb[i] = (float) g_rand_double (rand);
          pictures->new_rgb[i] = (float) g_rand_double (rand);
        }
      g_autofree float *before =
          g_memdup2 (pictures->zone, sizeof pictures->zone);
      cut (pictures);
      for (int i = 0; i < N; i++)
        n_new += pictures->zone[i] > 0;
      g_assert_cmpint (count_reached (pictures, before, 1), ==, n_new);
      g_assert_cmpint (count_reached (pictures, before, 0), ==, N - n_new);
    }
}

/* What lies beside the band is not looked at but by its neighbours. */
static void
test_reads_the_band_alone (void)
{
  g_autofree Pictures *pictures = pictures_new ();
  g_autofree Pictures *others = pictures_new ();

  for (int y = 0; y < H; y++)
    {
      make_alike (pictures, 20, y);
      make_alike (others, 20, y);
    }
  for (int i = 0; i < 3 * N; i++)
    if (i / 3 % W < FIRST - 1 || i / 3 % W > END)
      others->old_rgb[i] = NAN;
  cut (pictures);
  cut (others);
  g_assert_cmpmem (pictures->zone, sizeof pictures->zone, others->zone,
                   sizeof others->zone);
}

static void
test_one_pixel (void)
{
  const float difference = 0;
  float zone = 0.5f;

  g_assert_true (vqd_cut (&zone, &difference, 1, 1, NULL, NULL));
  g_assert_cmpfloat (zone, ==, 0);
}

static void
test_cancel (void)
{
  g_autofree Pictures *pictures = pictures_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (
      vqd_cut (pictures->zone, pictures->old_rgb, W, H, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cut/sides-stay", test_sides_stay);
  g_test_add_func ("/cut/follows-the-valley", test_follows_the_valley);
  g_test_add_func ("/cut/middle", test_middle);
  g_test_add_func ("/cut/one-side", test_one_side);
  g_test_add_func ("/cut/no-islands", test_no_islands);
  g_test_add_func ("/cut/reads-the-band-alone", test_reads_the_band_alone);
  g_test_add_func ("/cut/one-pixel", test_one_pixel);
  g_test_add_func ("/cut/cancel", test_cancel);
  return g_test_run ();
}
