/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/canvas/vqd-patchwork.h"
#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-windows.h"

#define FADE_DIVISOR 4


gboolean
vqd_patchwork_init (VqdPatchwork *self, int width, int height, int window_width,
                    int window_height, VqdTiling tiling, GError **error)
{
  const gsize n = (gsize) width * (gsize) height;

  *self = (VqdPatchwork){
    .width = width,
    .height = height,
    .window_width = window_width,
    .window_height = window_height,
    .wraps_x = tiling == VQD_TILING_X || tiling == VQD_TILING_XY,
    .wraps_y = tiling == VQD_TILING_Y || tiling == VQD_TILING_XY,
    .rgb = g_try_new0 (float, 3 * n),
    .weight = g_try_new0 (float, n),
  };
  if (self->rgb != NULL && self->weight != NULL)
    return TRUE;

  g_set_error (
      error, VQD_ERROR, VQD_ERROR_MEMORY,
      _ ("There is not enough memory for a picture of %d x %d pixels."), width,
      height);
  return FALSE;
}

void
vqd_patchwork_clear (VqdPatchwork *self)
{
  g_clear_pointer (&self->rgb, g_free);
  g_clear_pointer (&self->weight, g_free);
}

/* Of the pixel i of a window's side of n pixels that begins at `begin`. A side
 * on the picture's own border does not fade. */
static float
side_weight (int i, int n, int begin, int n_picture, gboolean wraps)
{
  const float fade = (float) MAX (1, n / FADE_DIVISOR);
  const float near = ((float) i + 0.5f) / fade;
  const float far = ((float) (n - i) - 0.5f) / fade;
  float weight = 1;

  if (wraps || begin > 0)
    weight = MIN (weight, near);
  if (wraps || begin + n < n_picture)
    weight = MIN (weight, far);
  return weight;
}

void
vqd_patchwork_add (VqdPatchwork *self, const float *rgb, int x, int y)
{
  for (int j = 0; j < self->window_height; j++)
    {
      const float weight_y =
          side_weight (j, self->window_height, y, self->height, self->wraps_y);
      const gsize line =
          (gsize) vqd_wrap (y + j, self->height) * (gsize) self->width;

      for (int i = 0; i < self->window_width; i++)
        {
          const float weight =
              weight_y * side_weight (i, self->window_width, x, self->width,
                                      self->wraps_x);
          const gsize to = line + (gsize) vqd_wrap (x + i, self->width);

          for (int c = 0; c < 3; c++)
            self->rgb[3 * to + (gsize) c] += weight * rgb[c];
          self->weight[to] += weight;
          rgb += 3;
        }
    }
}

void
vqd_patchwork_finish (VqdPatchwork *self)
{
  const gsize n = (gsize) self->width * (gsize) self->height;

  for (gsize i = 0; i < n; i++)
    if (self->weight[i] > 0)
      for (gsize c = 0; c < 3; c++)
        self->rgb[3 * i + c] /= self->weight[i];
}
