/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/canvas/vqd-guide.h"


/* Doubling bilinearly takes three quarters of the finest detail away; more than
 * this makes rings around outlines. */
#define GAIN 2.0f

/* A cell has detail where neighbouring pixels differ by so much (root of the
 * mean square) of the cell's brightness, as an eye sees it; black counts as
 * DARKEST. Textures have twice as much, even ground that a codec has made half.
 */
#define DETAIL (5.0f / 255)
#define DARKEST 0.06f

/* A cell is busy when half of the cells around it, RADIUS each way, have
 * detail. An outline through even ground has fewer. */
#define RADIUS 2

/* Of the cells of a texture so many sixteenths are busy; most things have more
 * that are calm: ground, or a part of their own. */
#define BUSY 15

/* A texture's blocks, a quarter of the shorter side wide, have about the same
 * colour: the standard deviation of their means is 0.01 to 0.11 for sixteen
 * textures of the default model, and 0.14 to 0.32 for things and landscapes
 * (0.06 for a city at night). */
#define BLOCKS 4
#define ALIKE 0.12

static float
blurred (const float *rgb, int x, int y, int channel, int width, int height)
{
  static const float weights[5] = { 1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f,
                                    1 / 16.0f };
  float sum = 0;

  for (int j = -2; j <= 2; j++)
    {
      const gsize row = (gsize) CLAMP (y + j, 0, height - 1) * (gsize) width;

      for (int i = -2; i <= 2; i++)
        {
          const gsize at = row + (gsize) CLAMP (x + i, 0, width - 1);

          sum +=
              weights[j + 2] * weights[i + 2] * rgb[3 * at + (gsize) channel];
        }
    }
  return sum;
}

void
vqd_guide_sharpen (float *rgb, const guint8 *cells, int width, int height,
                   int cell_px)
{
  const gsize n = 3 * (gsize) width * (gsize) height;
  g_autofree float *given = g_memdup2 (rgb, n * sizeof *rgb);

  for (gsize i = 0; i < n; i++)
    {
      const int x = (int) (i / 3 % (gsize) width);
      const int y = (int) (i / 3 / (gsize) width);

      if (cells[y / cell_px * (width / cell_px) + x / cell_px] == 0)
        continue;
      rgb[i] += GAIN * (given[i] -
                        blurred (given, x, y, (int) (i % 3), width, height));
      rgb[i] = CLAMP (rgb[i], 0.0f, 1.0f);
    }
}

static gboolean
has_detail (const float *cell, int width, int cell_px)
{
  const gsize down = 3 * (gsize) width;
  const float n = 3 * (float) (cell_px - 1) * (float) (cell_px - 1);
  float sum = 0;
  float squares = 0;

  for (int y = 0; y < cell_px - 1; y++)
    for (int x = 0; x < cell_px - 1; x++)
      for (int channel = 0; channel < 3; channel++)
        {
          const float *pixel = cell + (gsize) y * down + 3 * x + channel;
          const float across = pixel[3] - pixel[0];
          const float along = pixel[down] - pixel[0];

          sum += pixel[0];
          squares += across * across + along * along;
        }
  return sqrtf (squares / n) > DETAIL * (sum / n + DARKEST);
}

/* Of the cells around, those count that are meant. */
static gboolean
is_busy (const guint8 *detail, const guint8 *cells, int x, int y, int width,
         int height)
{
  int n = 0;
  int n_detail = 0;

  for (int j = MAX (0, y - RADIUS); j <= MIN (height - 1, y + RADIUS); j++)
    for (int i = MAX (0, x - RADIUS); i <= MIN (width - 1, x + RADIUS); i++)
      {
        const int at = j * width + i;

        n += cells[at] != 0;
        n_detail += cells[at] != 0 && detail[at];
      }
  return 2 * n_detail >= n;
}

static gboolean
are_busy (const float *rgb, const guint8 *cells, int width, int height,
          int cell_px)
{
  const int grid_width = width / cell_px;
  const int grid_height = height / cell_px;
  g_autofree guint8 *detail =
      g_new (guint8, (gsize) grid_width * (gsize) grid_height);
  int n = 0;
  int n_busy = 0;

  for (int y = 0; y < grid_height; y++)
    for (int x = 0; x < grid_width; x++)
      detail[y * grid_width + x] =
          has_detail (rgb + 3 * ((gsize) (y * cell_px) * (gsize) width +
                                 (gsize) (x * cell_px)),
                      width, cell_px);
  for (int y = 0; y < grid_height; y++)
    for (int x = 0; x < grid_width; x++)
      if (cells[y * grid_width + x] != 0)
        {
          n++;
          n_busy += is_busy (detail, cells, x, y, grid_width, grid_height);
        }
  return n > 0 && 16 * n_busy >= BUSY * n;
}

/* The sum of a channel over the pixels of a block that are in the cells, and
 * their number. */
static double
add_block (const float *rgb, const guint8 *cells, int width, int height,
           int cell_px, int left, int top, int side, int channel, int *n)
{
  const int right = MIN (left + side, width);
  const int bottom = MIN (top + side, height);
  double sum = 0;

  *n = 0;
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      if (cells[y / cell_px * (width / cell_px) + x / cell_px] != 0)
        {
          sum += (double) rgb[3 * ((gsize) y * (gsize) width + (gsize) x) +
                              (gsize) channel];
          ++*n;
        }
  return sum;
}

/* Whether the blocks' means have a small variance, of all pixels. */
static gboolean
are_alike (const float *rgb, const guint8 *cells, int width, int height,
           int cell_px)
{
  const int side = MAX (1, MIN (width, height) / BLOCKS);

  for (int channel = 0; channel < 3; channel++)
    {
      double total = 0;
      double sum = 0;
      double squares = 0;

      for (int y = 0; y < height; y += side)
        for (int x = 0; x < width; x += side)
          {
            int n;
            const double block = add_block (rgb, cells, width, height, cell_px,
                                            x, y, side, channel, &n);

            total += n;
            sum += block;
            squares += n > 0 ? block * block / n : 0;
          }

      const double mean = sum / total;
      if (squares / total - mean * mean > ALIKE * ALIKE)
        return FALSE;
    }
  return TRUE;
}

gboolean
vqd_guide_is_texture (const float *rgb, const guint8 *cells, int width,
                      int height, int cell_px)
{
  return are_busy (rgb, cells, width, height, cell_px) &&
         are_alike (rgb, cells, width, height, cell_px);
}
