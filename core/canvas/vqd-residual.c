/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-residual.h"


/* Along one axis: the cells that a pixel lies between the centres of, and the
 * share of the second. */
typedef struct
{
  int first;
  int second;
  float share;
} Between;

static Between
between_cells (int pixel, int n_cells, int cell_px)
{
  const float at = ((float) pixel + 0.5f) / (float) cell_px - 0.5f;
  const int first = at < 0 ? -1 : (int) at;

  return (Between){ .first = MAX (0, first),
                    .second = MIN (n_cells - 1, first + 1),
                    .share = at - (float) first };
}

void
vqd_residual_add (float *rgb, const float *given, const float *pixels,
                  const int *tokens, const int *given_tokens, int grid_width,
                  int grid_height, int cell_px)
{
  for (int y = 0; y < grid_height * cell_px; y++)
    {
      const Between rows = between_cells (y, grid_height, cell_px);

      for (int x = 0; x < grid_width * cell_px; x++)
        {
          const Between columns = between_cells (x, grid_width, cell_px);
          const int corners[4] = { rows.first * grid_width + columns.first,
                                   rows.first * grid_width + columns.second,
                                   rows.second * grid_width + columns.first,
                                   rows.second * grid_width + columns.second };
          const gsize i =
              3 * ((gsize) y * (gsize) (grid_width * cell_px) + (gsize) x);
          float same[4];

          for (int k = 0; k < 4; k++)
            same[k] = tokens[corners[k]] == given_tokens[corners[k]];
          const float above = same[0] + columns.share * (same[1] - same[0]);
          const float below = same[2] + columns.share * (same[3] - same[2]);
          const float share = above + rows.share * (below - above);

          for (gsize c = i; c < i + 3; c++)
            rgb[c] =
                CLAMP (rgb[c] + share * (pixels[c] - given[c]), 0.0f, 1.0f);
        }
    }
}
