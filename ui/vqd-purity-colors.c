/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-purity-colors.h"

#include <math.h>

static const guint8 viridis[][3] = {
  { 0x44, 0x01, 0x54 }, { 0x47, 0x2d, 0x7b }, { 0x3b, 0x52, 0x8b },
  { 0x2c, 0x72, 0x8e }, { 0x21, 0x91, 0x8c }, { 0x28, 0xae, 0x80 },
  { 0x5e, 0xc9, 0x62 }, { 0xad, 0xdc, 0x30 }, { 0xfd, 0xe7, 0x25 },
};

void
vqd_purity_color (double value, guint8 rgb[3])
{
  const int last = G_N_ELEMENTS (viridis) - 1;
  const double place = sqrt (CLAMP (value, 0, 1)) * last;
  const int i = MIN ((int) place, last - 1);

  for (int c = 0; c < 3; c++)
    rgb[c] = (guint8) lrint (viridis[i][c] +
                             (viridis[i + 1][c] - viridis[i][c]) * (place - i));
}

double
vqd_purity_mean (const VqdPurity *purity)
{
  const int n = purity->grid_width * purity->grid_height;
  double sum = 0;
  int n_known = 0;

  for (int i = 0; purity->values != NULL && i < n; i++)
    if (purity->values[i] >= 0)
      {
        sum += (double) purity->values[i];
        n_known++;
      }
  return n_known > 0 ? sum / n_known : -1;
}

GdkPixbuf *
vqd_purity_new_cells (const VqdPurity *purity)
{
  if (vqd_purity_mean (purity) < 0)
    return NULL;

  GdkPixbuf *cells = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8,
                                     purity->grid_width, purity->grid_height);
  gdk_pixbuf_fill (cells, 0);
  for (int y = 0; y < purity->grid_height; y++)
    for (int x = 0; x < purity->grid_width; x++)
      {
        const float value = purity->values[y * purity->grid_width + x];
        guint8 *pixel = gdk_pixbuf_get_pixels (cells) +
                        y * gdk_pixbuf_get_rowstride (cells) + 4 * x;

        if (value < 0)
          continue;
        vqd_purity_color ((double) value, pixel);
        pixel[3] = 255;
      }
  return cells;
}
