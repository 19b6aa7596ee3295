/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-color-match.h"

#define W 150
#define H 110
#define N (W * H)
#define CELL 8

typedef float (*OffsetFunc) (int x, int y, int c);

typedef struct
{
  float rgb[3 * N];
  float original[3 * N]; /* NAN where not known */
  guint8 known[N];
} Pictures;


static gboolean
in_hole (int x, int y)
{
  return hypot (x - 70, y - 55) < 40;
}

static float
plain (int x, int y, int c)
{
  return 0.4f + 0.1f * sinf ((float) (x * (c + 1)) * 0.7f + (float) y);
}

/* A texture; what is known of it has an offset. */
static Pictures *
pictures_new (OffsetFunc offset)
{
  Pictures *self = g_new (Pictures, 1);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W;
      const int y = i / W;

      self->known[i] = ! in_hole (x, y);
      for (int c = 0; c < 3; c++)
        {
          self->rgb[3 * i + c] = plain (x, y, c);
          self->original[3 * i + c] =
              self->known[i] ? plain (x, y, c) + offset (x, y, c) : NAN;
        }
    }
  return self;
}

static void
match (Pictures *self, int cell_px)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_color_match (self->rgb, self->original, self->known, W, H,
                                  cell_px, NULL, &error));
  g_assert_no_error (error);
}

/* How far the correction is from the offset at most; hole: within the hole, or
 * outside of it. */
static float
worst (const Pictures *self, OffsetFunc offset, gboolean hole)
{
  float most = 0;

  for (int i = 0; i < 3 * N; i++)
    {
      const int x = i / 3 % W;
      const int y = i / 3 / W;
      const float expected = plain (x, y, i % 3) + offset (x, y, i % 3);

      if (in_hole (x, y) == hole)
        most = MAX (most, fabsf (self->rgb[i] - expected));
    }
  g_test_message ("off by %.5f", most);
  return most;
}

static float
offset_constant (int x, int y, int c)
{
  return 0.1f * (float) (c - 1);
}

static float
offset_ramp (int x, int y, int c)
{
  return 0.1f * (float) x / W - 0.05f + 0.02f * (float) c;
}

static float
offset_none (int x, int y, int c)
{
  return 0;
}

static float
offset_left (int x, int y, int c)
{
  return x < 70 ? 0.1f : -0.1f;
}

static float
offset_huge (int x, int y, int c)
{
  return 0.5f;
}

static void
test_constant_offset_goes (void)
{
  static const int cells[] = { 1, 5, 8, 16, 64, 150, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree Pictures *pictures = pictures_new (offset_constant);

      match (pictures, cells[i]);
      g_assert_true (worst (pictures, offset_constant, TRUE) < 1e-5f);
      g_assert_true (worst (pictures, offset_constant, FALSE) < 1e-5f);
    }
}

static void
test_ramp_goes_on_into_the_hole (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_ramp);

  match (pictures, CELL);
  g_assert_true (worst (pictures, offset_ramp, TRUE) < 0.005f);
}

static void
test_equal_picture_stays_equal (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_none);
  g_autofree float *before = g_memdup2 (pictures->rgb, sizeof (pictures->rgb));

  match (pictures, CELL);
  g_assert_cmpmem (pictures->rgb, sizeof (pictures->rgb), before,
                   sizeof (pictures->rgb));
}

static void
test_nothing_known_changes_nothing (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_constant);
  g_autofree float *before = g_memdup2 (pictures->rgb, sizeof (pictures->rgb));

  memset (pictures->known, 0, N);
  match (pictures, CELL);
  g_assert_cmpmem (pictures->rgb, sizeof (pictures->rgb), before,
                   sizeof (pictures->rgb));
}

/* Two offsets on the two sides: each is kept near its side, and within the hole
 * one goes over into the other by small steps. */
static void
test_field_is_smooth_in_the_hole (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_left);
  float last = 0.1f;

  match (pictures, CELL);
  for (int x = 10; x < 130; x++)
    {
      const int i = 3 * (55 * W + x);
      const float offset = pictures->rgb[i] - plain (x, 55, 0);

      g_assert_true (fabsf (offset - last) < 0.02f);
      last = offset;
      if (x < 25)
        g_assert_cmpfloat_with_epsilon (offset, 0.1f, 0.01f);
      if (x > 115)
        g_assert_cmpfloat_with_epsilon (offset, -0.1f, 0.01f);
    }
}

/* One odd pixel alone in its cell counts little beside the whole cells around
 * it. */
static void
test_few_pixels_count_little (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_none);
  const int odd = 40 * W + 40; /* the corner of a cell */

  for (int i = 0; i < N; i++)
    {
      const int x = i % W - 40;
      const int y = i / W - 40;

      if (x >= 0 && x < CELL && y >= 0 && y < CELL)
        pictures->known[i] = i == odd;
      else
        pictures->known[i] = 1;
      if (pictures->known[i])
        for (int c = 0; c < 3; c++)
          pictures->original[3 * i + c] = pictures->rgb[3 * i + c];
    }
  pictures->original[3 * odd] = 1;
  match (pictures, CELL);
  g_assert_true (worst (pictures, offset_none, TRUE) < 0.01f);
}

/* What is much off is another content. */
static void
test_other_content_keeps_its_colours (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_huge);
  g_autofree float *before = g_memdup2 (pictures->rgb, sizeof (pictures->rgb));

  match (pictures, CELL);
  g_assert_cmpmem (pictures->rgb, sizeof (pictures->rgb), before,
                   sizeof (pictures->rgb));
}

/* ... and what is around it, a little off, says how much is added to it: a
 * thing that reaches out of the hole is not faded into the ground. */
static void
test_other_content_does_not_count (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_constant);

  for (int i = 0; i < N; i++)
    if (pictures->known[i] && hypot (i % W - 70, i / W - 55) < 50)
      for (int c = 0; c < 3; c++)
        pictures->original[3 * i + c] += 0.5f;
  match (pictures, CELL);
  g_assert_true (worst (pictures, offset_constant, TRUE) < 0.08f);
}

static void
test_stays_in_range (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_constant);

  for (int i = 0; i < 3 * N; i++)
    pictures->rgb[i] = (float) (i / 3 / 4 % 2);
  match (pictures, CELL);
  for (int i = 0; i < 3 * N; i++)
    g_assert_true (pictures->rgb[i] >= 0 && pictures->rgb[i] <= 1);
}

static void
test_can_be_cancelled (void)
{
  g_autofree Pictures *pictures = pictures_new (offset_constant);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (vqd_color_match (pictures->rgb, pictures->original,
                                   pictures->known, W, H, CELL, cancellable,
                                   &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/color-match/constant-offset-goes",
                   test_constant_offset_goes);
  g_test_add_func ("/color-match/ramp-goes-on-into-the-hole",
                   test_ramp_goes_on_into_the_hole);
  g_test_add_func ("/color-match/equal-picture-stays-equal",
                   test_equal_picture_stays_equal);
  g_test_add_func ("/color-match/nothing-known-changes-nothing",
                   test_nothing_known_changes_nothing);
  g_test_add_func ("/color-match/field-is-smooth-in-the-hole",
                   test_field_is_smooth_in_the_hole);
  g_test_add_func ("/color-match/few-pixels-count-little",
                   test_few_pixels_count_little);
  g_test_add_func ("/color-match/other-content-keeps-its-colours",
                   test_other_content_keeps_its_colours);
  g_test_add_func ("/color-match/other-content-does-not-count",
                   test_other_content_does_not_count);
  g_test_add_func ("/color-match/stays-in-range", test_stays_in_range);
  g_test_add_func ("/color-match/can-be-cancelled", test_can_be_cancelled);
  return g_test_run ();
}
