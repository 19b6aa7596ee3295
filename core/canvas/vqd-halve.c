/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-halve.h"


/* The mean of n pixels. As a step from the first one, so that equal pixels
 * have exactly themselves as mean. */
static inline void
mean (float *cell, const float *const *pixels, int n, int n_channels)
{
  static const float shares[] = { 0, 1, 1.0f / 2, 1.0f / 3, 1.0f / 4 };

  for (int c = 0; c < n_channels; c++)
    {
      const float first = n > 0 ? pixels[0][c] : 0;
      float sum = 0;

      for (int i = 1; i < n; i++)
        sum += pixels[i][c] - first;
      cell[c] = first + sum * shares[n];
    }
}

/* One row of cells out of two rows of pixels, or out of one: n_rows. */
static inline void
halve_rows (const float *pixels, const guint8 *known, int width, int n_rows,
            int n_channels, float *half, guint8 *half_known)
{
  for (int x = 0; x < width; x += 2)
    {
      const float *found[4];
      int n = 0;

      for (int row = 0; row < n_rows; row++)
        for (int column = x; column < MIN (x + 2, width); column++)
          {
            const gsize i = (gsize) row * (gsize) width + (gsize) column;

            if (known == NULL || known[i])
              found[n++] = pixels + i * (gsize) n_channels;
          }
      mean (half + (gsize) (x / 2) * (gsize) n_channels, found, n, n_channels);
      if (half_known != NULL)
        half_known[x / 2] = n > 0;
    }
}

void
vqd_halve (const float *pixels, const guint8 *known, int width, int height,
           int n_channels, float *half, guint8 *half_known)
{
  const gsize half_width = (gsize) VQD_HALF (width);

  for (int y = 0; y < height; y += 2)
    {
      const gsize from = (gsize) y * (gsize) width;
      const gsize to = (gsize) (y / 2) * half_width;
      const guint8 *known_row = known == NULL ? NULL : known + from;
      guint8 *half_row = half_known == NULL ? NULL : half_known + to;
      const float *x = pixels + from * (gsize) n_channels;
      float *half_x = half + to * (gsize) n_channels;

      /* a constant number of channels makes the loops over them short code */
      if (n_channels == 3)
        halve_rows (x, known_row, width, MIN (2, height - y), 3, half_x,
                    half_row);
      else
        halve_rows (x, known_row, width, MIN (2, height - y), n_channels,
                    half_x, half_row);
    }
}

/* A pixel lies a quarter of a cell from the centre of its own cell: three
 * parts of this, one of the neighbour on its side. near and far: rows of
 * cells. */
static inline void
double_row (const float *near, const float *far, int half_width, float *row,
            int width, int n_channels, const guint8 *where)
{
  for (int x = 0; x < width; x++)
    {
      const int cell = x / 2;
      const int beside = CLAMP (x % 2 ? cell + 1 : cell - 1, 0, half_width - 1);
      const gsize own = (gsize) cell * (gsize) n_channels;
      const gsize other = (gsize) beside * (gsize) n_channels;

      if (where != NULL && ! where[x])
        continue;
      for (int c = 0; c < n_channels; c++)
        {
          const float a = near[own + (gsize) c];
          const float b = far[own + (gsize) c];
          const float left = a + 0.25f * (b - a);
          const float p = near[other + (gsize) c];
          const float q = far[other + (gsize) c];
          const float right = p + 0.25f * (q - p);

          row[(gsize) x * (gsize) n_channels + (gsize) c] =
              left + 0.25f * (right - left);
        }
    }
}

void
vqd_double (const float *half, int half_width, int half_height, float *pixels,
            int width, int height, int n_channels, const guint8 *where)
{
  const gsize half_row = (gsize) half_width * (gsize) n_channels;

  for (int y = 0; y < height; y++)
    {
      const int cell = y / 2;
      const int beside =
          CLAMP (y % 2 ? cell + 1 : cell - 1, 0, half_height - 1);
      const gsize to = (gsize) y * (gsize) width;
      const guint8 *where_row = where == NULL ? NULL : where + to;
      const float *near = half + (gsize) cell * half_row;
      const float *far = half + (gsize) beside * half_row;
      float *row = pixels + to * (gsize) n_channels;

      if (n_channels == 3)
        double_row (near, far, half_width, row, width, 3, where_row);
      else
        double_row (near, far, half_width, row, width, n_channels, where_row);
    }
}
