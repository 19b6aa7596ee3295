/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sure the model was, from cells to pixels. */
#include <math.h>

#include "core/vqd-private.h"


void
vqd_purity_scale (VqdPurity *purity, double x_ratio, double y_ratio)
{
  purity->x_px *= x_ratio;
  purity->y_px *= y_ratio;
  purity->cell_width_px *= x_ratio;
  purity->cell_height_px *= y_ratio;
}

/* The cell that a pixel's middle is in; outside of 0 ... n - 1: none. */
static int
cell_at (int pixel, double first_px, double cell_px)
{
  return (int) floor ((pixel + 0.5 - first_px) / cell_px);
}

void
vqd_picture_get_purity (const VqdPicture *picture, float *values)
{
  const VqdPurity *purity = &picture->purity;

  for (int y = 0; y < picture->height_px; y++)
    for (int x = 0; x < picture->width_px; x++)
      {
        float *value =
            values + (gsize) y * (gsize) picture->width_px + (gsize) x;

        *value = -1;
        if (purity->values == NULL)
          continue;

        const int column = cell_at (x, purity->x_px, purity->cell_width_px);
        const int row = cell_at (y, purity->y_px, purity->cell_height_px);
        if (column >= 0 && column < purity->grid_width && row >= 0 &&
            row < purity->grid_height)
          *value = purity->values[(gsize) row * (gsize) purity->grid_width +
                                  (gsize) column];
      }
}
