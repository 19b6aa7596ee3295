/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture in another size than it was drawn in; a tile stays one. */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/image/vqd-scale.h"
#include "core/vqd-private.h"

/* Pixels of a tile that go around before it is resized. */
#define MIN_WRAP_PX 8


/* [height, width, 3] that goes on at the other side for *wrap_x and *wrap_y
 * pixels beyond each side: so many that they are whole pixels in the size
 * asked for, too. */
static float *
wrap_pixels (const VqdPicture *picture, int wrap_x, int wrap_y)
{
  const int width = picture->width_px + 2 * wrap_x;
  const int height = picture->height_px + 2 * wrap_y;
  float *rgb = g_try_new (float, 3 * (gsize) width * (gsize) height);

  for (int y = 0; rgb != NULL && y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const int from_x = (x - wrap_x + picture->width_px) % picture->width_px;
        const int from_y =
            (y - wrap_y + picture->height_px) % picture->height_px;

        memcpy (rgb + 3 * ((gsize) y * (gsize) width + (gsize) x),
                picture->rgb + 3 * ((gsize) from_y * (gsize) picture->width_px +
                                    (gsize) from_x),
                3 * sizeof (float));
      }
  return rgb;
}

static int
greatest_common_divisor (int a, int b)
{
  while (b != 0)
    {
      const int rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

/* How far an axis goes on at its other side: *drawn pixels of what is drawn are
 * *result pixels of what is asked for. */
static void
wrap_of_axis (gboolean wraps, int n_drawn, int n_result, int *drawn,
              int *result)
{
  const int divisor = greatest_common_divisor (n_drawn, n_result);
  const int unit = n_drawn / divisor;
  const int n = (MIN_WRAP_PX + unit - 1) / unit;

  *drawn = wraps ? n * unit : 0;
  *result = wraps ? n * (n_result / divisor) : 0;
}

/* The middle of [.., width + 2 edge_x, 3], without its edges. */
static float *
crop (const float *rgb, int width, int height, int edge_x, int edge_y)
{
  const gsize row = 3 * (gsize) width;
  const gsize row_with_edges = row + 6 * (gsize) edge_x;
  float *middle = g_try_new (float, row *(gsize) height);

  for (int y = 0; middle != NULL && y < height; y++)
    memcpy (middle + (gsize) y * row,
            rgb + (gsize) (y + edge_y) * row_with_edges + 3 * (gsize) edge_x,
            sizeof (float) * row);
  return middle;
}

gboolean
vqd_picture_resize (VqdPicture *picture, int width, int height,
                    VqdTiling tiling, GCancellable *cancellable, GError **error)
{
  int wrap_x;
  int wrap_y;
  int edge_x;
  int edge_y;

  if (picture->width_px == width && picture->height_px == height)
    return TRUE;

  wrap_of_axis (tiling == VQD_TILING_X || tiling == VQD_TILING_XY,
                picture->width_px, width, &wrap_x, &edge_x);
  wrap_of_axis (tiling == VQD_TILING_Y || tiling == VQD_TILING_XY,
                picture->height_px, height, &wrap_y, &edge_y);
  g_autofree float *wrapped = wrap_pixels (picture, wrap_x, wrap_y);
  g_autofree float *scaled =
      wrapped == NULL
          ? NULL
          : vqd_scale_rgb (wrapped, picture->width_px + 2 * wrap_x,
                           picture->height_px + 2 * wrap_y, width + 2 * edge_x,
                           height + 2 * edge_y, cancellable, error);
  float *rgb =
      scaled == NULL ? NULL : crop (scaled, width, height, edge_x, edge_y);
  if (rgb == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                     _ ("There is not enough memory for a picture of %d x %d "
                        "pixels."),
                     width, height);
      return FALSE;
    }

  vqd_purity_scale (&picture->purity, (double) width / picture->width_px,
                    (double) height / picture->height_px);
  g_free (picture->rgb);
  picture->rgb = rgb;
  picture->width_px = width;
  picture->height_px = height;
  g_clear_pointer (&picture->grid.tokens, g_free);
  return TRUE;
}
