/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-preview.h"

#include <math.h>

/* Where neither picture nor canvas is. */
#define GREY 0.5f

/* One pixel of the picture's rectangle. */
typedef struct
{
  float after[3];
  float before[3];
} Pixel;

void
vqd_preview_free (VqdPreview *self)
{
  if (self == NULL)
    return;
  g_free (self->rgb8);
  g_free (self->before);
  g_free (self);
}

static void
canvas_pixel (const VqdCanvas *canvas, int x, int y, float rgb[3])
{
  rgb[0] = rgb[1] = rgb[2] = GREY;
  if (canvas == NULL || x < 0 || y < 0 || x >= canvas->width_px ||
      y >= canvas->height_px)
    return;

  const gsize at = (gsize) y * (gsize) canvas->width_px + (gsize) x;
  const float alpha = canvas->alpha != NULL ? canvas->alpha[at] : 1;
  for (int c = 0; c < 3; c++)
    rgb[c] += (canvas->rgb[3 * at + (gsize) c] - GREY) * alpha;
}

static Pixel
pixel_at (const VqdPicture *picture, const VqdCanvas *canvas, int x, int y)
{
  const gsize at = (gsize) y * (gsize) picture->width_px + (gsize) x;
  const float share = picture->mask != NULL ? picture->mask[at] : 1;
  Pixel pixel;

  canvas_pixel (canvas, picture->x_px + x, picture->y_px + y, pixel.before);
  for (int c = 0; c < 3; c++)
    pixel.after[c] =
        pixel.before[c] +
        (picture->rgb[3 * at + (gsize) c] - pixel.before[c]) * share;
  return pixel;
}

static guint8
to_byte (float value)
{
  return (guint8) lrintf (CLAMP (value, 0.0f, 1.0f) * 255);
}

/* Pixel (x, y) of the preview: the mean of those that it stands for. */
static void
shrink_pixel (VqdPreview *self, const VqdPicture *picture,
              const VqdCanvas *canvas, int x, int y)
{
  const int left = (int) ((gint64) x * picture->width_px / self->width_px);
  const int right =
      (int) ((gint64) (x + 1) * picture->width_px / self->width_px);
  const int top = (int) ((gint64) y * picture->height_px / self->height_px);
  const int bottom =
      (int) ((gint64) (y + 1) * picture->height_px / self->height_px);
  const float n = (float) ((right - left) * (bottom - top));
  const gsize to = 3 * ((gsize) y * (gsize) self->width_px + (gsize) x);
  Pixel sum = { { 0, 0, 0 }, { 0, 0, 0 } };

  for (int row = top; row < bottom; row++)
    for (int column = left; column < right; column++)
      {
        const Pixel pixel = pixel_at (picture, canvas, column, row);

        for (int c = 0; c < 3; c++)
          {
            sum.after[c] += pixel.after[c];
            sum.before[c] += pixel.before[c];
          }
      }
  for (gsize c = 0; c < 3; c++)
    {
      self->rgb8[to + c] = to_byte (sum.after[c] / n);
      if (self->before != NULL)
        self->before[to + c] = to_byte (sum.before[c] / n);
    }
}

VqdPreview *
vqd_preview_new (const VqdPicture *picture, const VqdCanvas *canvas, int max_px)
{
  VqdPreview *self = g_new0 (VqdPreview, 1);
  const int longer = MAX (picture->width_px, picture->height_px);
  const double scale = MIN ((double) max_px / longer, 1);

  self->width_px = MAX ((int) lrint (picture->width_px * scale), 1);
  self->height_px = MAX ((int) lrint (picture->height_px * scale), 1);
  const gsize n = (gsize) self->width_px * (gsize) self->height_px;
  self->rgb8 = g_malloc_n (n, 3);
  self->before = canvas != NULL ? g_malloc_n (n, 3) : NULL;
  for (int y = 0; y < self->height_px; y++)
    for (int x = 0; x < self->width_px; x++)
      shrink_pixel (self, picture, canvas, x, y);
  return self;
}
