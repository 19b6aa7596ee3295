/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows that overlap, as one picture. */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-patchwork.h"
#include "core/canvas/vqd-windows.h"

#define TOLERANCE 2e-6

typedef struct
{
  int width; /* of the picture, in pixels */
  int height;
  int window_width;
  int window_height;
} Sizes;

static const Sizes sizes[] = { { 16, 16, 16, 16 }, { 40, 29, 16, 16 },
                               { 31, 50, 12, 20 }, { 17, 64, 16, 8 },
                               { 3, 5, 3, 3 },     { 6, 7, 1, 1 } };


static void
init (VqdPatchwork *patchwork, const Sizes *size, VqdTiling tiling)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_patchwork_init (patchwork, size->width, size->height,
                                     size->window_width, size->window_height,
                                     tiling, &error));
  g_assert_no_error (error);
}

/* What a window shows of an endless picture; its own number, where it is
 * different from the others. */
typedef float (*Pixel) (const Sizes *size, int x, int y, int c, int window);

static float
constant (const Sizes *size, int x, int y, int c, int window)
{
  return 0.3f + 0.2f * (float) c;
}

/* Goes on at the other side. */
static float
waves (const Sizes *size, int x, int y, int c, int window)
{
  const double u = 2 * G_PI * x / size->width;
  const double v = 2 * G_PI * y / size->height;

  return (float) (0.5 + 0.2 * sin (u + c) + 0.2 * cos (2 * v - c));
}

static float
own_number (const Sizes *size, int x, int y, int c, int window)
{
  return (float) window;
}

/* The picture of a lattice of windows. */
static void
join (VqdPatchwork *patchwork, const Sizes *size, VqdTiling tiling, Pixel pixel)
{
  const int width = size->window_width;
  const int height = size->window_height;
  g_autofree float *rgb = g_new (float, 3 * width * height);
  g_autoptr (GArray) windows =
      vqd_windows_lattice (size->width, size->height, width, height, tiling);

  init (patchwork, size, tiling);
  for (guint w = 0; w < windows->len; w++)
    {
      const VqdWindow *window = &g_array_index (windows, VqdWindow, w);

      for (int i = 0; i < width * height; i++)
        for (int c = 0; c < 3; c++)
          rgb[3 * i + c] = pixel (size, window->x + i % width,
                                  window->y + i / width, c, (int) w);
      vqd_patchwork_add (patchwork, rgb, window->x, window->y);
    }
  vqd_patchwork_finish (patchwork);
}

/* The weights are a partition of unity: what all windows agree on, the picture
 * shows. */
static void
check_agreed (const Sizes *size, VqdTiling tiling, Pixel pixel)
{
  g_auto (VqdPatchwork) patchwork = { 0 };

  join (&patchwork, size, tiling, pixel);
  for (int i = 0; i < size->width * size->height; i++)
    {
      g_assert_cmpfloat (patchwork.weight[i], >, 0);
      for (int c = 0; c < 3; c++)
        {
          const float expected =
              pixel (size, i % size->width, i / size->width, c, 0);

          g_assert_true (fabsf (patchwork.rgb[3 * i + c] - expected) <=
                         TOLERANCE);
        }
    }
}

static void
test_what_windows_agree_on (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int tiling = VQD_TILING_NONE; tiling <= VQD_TILING_XY; tiling++)
      {
        check_agreed (&sizes[s], tiling, constant);
        check_agreed (&sizes[s], tiling, waves);
      }
}

/* A single window is the picture, bit for bit. */
static void
test_one_window (void)
{
  const Sizes size = { 16, 12, 16, 12 };
  g_auto (VqdPatchwork) patchwork = { 0 };

  join (&patchwork, &size, VQD_TILING_NONE, waves);
  for (int i = 0; i < 3 * 16 * 12; i++)
    g_assert_cmpfloat (patchwork.rgb[i], ==,
                       waves (&size, i / 3 % 16, i / 3 / 16, i % 3, 0));
}

/* Where windows differ the picture goes from one to the next over a quarter of
 * a window or more; around, from the last number to the first one. */
static void
check_gradual (int width, VqdTiling tiling)
{
  const Sizes size = { width, 16, 32, 16 };
  const gboolean around = tiling == VQD_TILING_X;
  const int most_apart = around ? width / 24 - 1 : 1;
  g_auto (VqdPatchwork) patchwork = { 0 };

  join (&patchwork, &size, tiling, own_number);
  for (int x = 0; x < (around ? width : width - 1); x++)
    {
      const float here = patchwork.rgb[3 * x];
      const float next = patchwork.rgb[3 * ((x + 1) % width)];

      g_assert_true (fabsf (next - here) <=
                     (float) most_apart / 8 + (float) TOLERANCE);
    }
}

static void
test_no_edge_shows (void)
{
  check_gradual (56, VQD_TILING_NONE);
  check_gradual (80, VQD_TILING_NONE);
  check_gradual (48, VQD_TILING_X);
  check_gradual (72, VQD_TILING_X);
}

/* In its middle half, and up to the picture's own border, a window that is
 * alone there shows exactly itself. */
static void
test_borders_do_not_fade (void)
{
  const Sizes size = { 28, 16, 16, 16 };
  g_auto (VqdPatchwork) patchwork = { 0 };

  join (&patchwork, &size, VQD_TILING_NONE, own_number);
  for (int y = 0; y < 16; y++)
    {
      for (int x = 0; x < 12; x++)
        g_assert_cmpfloat (patchwork.rgb[3 * (y * 28 + x)], ==, 0);
      for (int x = 16; x < 28; x++)
        g_assert_cmpfloat (patchwork.rgb[3 * (y * 28 + x)], ==, 1);
      for (int x = 12; x < 28; x++)
        g_assert_cmpfloat (patchwork.rgb[3 * (y * 28 + x)], >=,
                           patchwork.rgb[3 * (y * 28 + x - 1)]);
      g_assert_cmpfloat (patchwork.weight[y * 28], ==, 1);
      g_assert_cmpfloat (patchwork.weight[y * 28 + 27], ==, 1);
    }
}

/* A window beyond the right and the lower side goes on at the others. */
static void
test_goes_around (void)
{
  const Sizes size = { 20, 18, 8, 8 };
  g_autofree float *rgb = g_new (float, 3 * 8 * 8);
  g_auto (VqdPatchwork) patchwork = { 0 };

  for (int i = 0; i < 3 * 8 * 8; i++)
    rgb[i] = (float) i;
  init (&patchwork, &size, VQD_TILING_XY);
  vqd_patchwork_add (&patchwork, rgb, -3, 14);
  vqd_patchwork_finish (&patchwork);
  for (int y = 0; y < 18; y++)
    for (int x = 0; x < 20; x++)
      {
        const int column = (x + 3) % 20;
        const int row = (y + 18 - 14) % 18;
        const float *here = patchwork.rgb + 3 * (y * 20 + x);

        for (int c = 0; c < 3; c++)
          if (column < 8 && row < 8)
            g_assert_cmpfloat_with_epsilon (
                here[c], rgb[3 * (row * 8 + column) + c], 1e-4);
          else
            g_assert_cmpfloat (here[c], ==, 0);
      }
}

static void
test_nothing_where_no_window_is (void)
{
  const Sizes size = { 40, 20, 8, 8 };
  g_autofree float *rgb = g_new (float, 3 * 8 * 8);
  g_auto (VqdPatchwork) patchwork = { 0 };

  for (int i = 0; i < 3 * 8 * 8; i++)
    rgb[i] = 0.7f;
  init (&patchwork, &size, VQD_TILING_NONE);
  vqd_patchwork_add (&patchwork, rgb, 12, 9);
  vqd_patchwork_finish (&patchwork);
  for (int i = 0; i < 40 * 20; i++)
    {
      const gboolean inside =
          i % 40 >= 12 && i % 40 < 20 && i / 40 >= 9 && i / 40 < 17;

      g_assert_cmpint (patchwork.weight[i] > 0, ==, inside);
      g_assert_cmpfloat_with_epsilon (patchwork.rgb[3 * i], inside ? 0.7f : 0,
                                      1e-6);
    }
}

static void
test_no_memory (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (VqdPatchwork) patchwork = { 0 };

  g_assert_false (vqd_patchwork_init (&patchwork, G_MAXINT, G_MAXINT / 4, 16,
                                      16, VQD_TILING_NONE, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patchwork/what-windows-agree-on",
                   test_what_windows_agree_on);
  g_test_add_func ("/patchwork/one-window", test_one_window);
  g_test_add_func ("/patchwork/no-edge-shows", test_no_edge_shows);
  g_test_add_func ("/patchwork/borders-do-not-fade", test_borders_do_not_fade);
  g_test_add_func ("/patchwork/goes-around", test_goes_around);
  g_test_add_func ("/patchwork/nothing-where-no-window-is",
                   test_nothing_where_no_window_is);
  g_test_add_func ("/patchwork/no-memory", test_no_memory);
  return g_test_run ();
}
