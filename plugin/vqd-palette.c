/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-palette.h"

#include <math.h>

/* Of the means: a picture that was drawn counts so much at most, so that the
 * colours follow what is drawn now. */
#define MAX_WEIGHT 64

/* Where nothing was seen. */
#define GREY 0.5

typedef struct
{
  double rgb[3]; /* mean, 0 ... 1 */
  double weight; /* cells seen, MAX_WEIGHT at most */
} Color;

struct _VqdPalette
{
  int n_codes;
  Color *colors; /* [n_codes] */
};

VqdPalette *
vqd_palette_new (int n_codes)
{
  VqdPalette *self = g_new0 (VqdPalette, 1);

  self->n_codes = n_codes;
  self->colors = g_new0 (Color, (gsize) n_codes);
  return self;
}

void
vqd_palette_free (VqdPalette *self)
{
  if (self == NULL)
    return;
  g_free (self->colors);
  g_free (self);
}

/* Of the cell whose corner is at (x, y), as far as it lies in the picture.
 * FALSE when none of it does. */
static gboolean
cell_mean (const VqdPicture *picture, int x, int y, int cell_px, double mean[3])
{
  const int x_end = MIN (x + cell_px, picture->width_px);
  const int y_end = MIN (y + cell_px, picture->height_px);
  int n_pixels = 0;

  mean[0] = mean[1] = mean[2] = 0;
  for (int row = MAX (y, 0); row < y_end; row++)
    for (int column = MAX (x, 0); column < x_end; column++)
      {
        const float *pixel =
            picture->rgb +
            3 * ((gsize) row * (gsize) picture->width_px + (gsize) column);

        for (int c = 0; c < 3; c++)
          mean[c] += (double) pixel[c];
        n_pixels++;
      }
  for (int c = 0; c < 3; c++)
    mean[c] /= MAX (n_pixels, 1);
  return n_pixels > 0;
}

static void
learn_cell (Color *color, const double mean[3])
{
  color->weight = MIN (color->weight + 1, MAX_WEIGHT);
  for (int c = 0; c < 3; c++)
    color->rgb[c] += (mean[c] - color->rgb[c]) / color->weight;
}

gboolean
vqd_palette_learn (VqdPalette *self, const VqdPicture *picture, int cell_px)
{
  const VqdTokenGrid *grid = &picture->grid;

  if (grid->tokens == NULL)
    return FALSE;

  for (int row = 0; row < grid->grid_height; row++)
    for (int column = 0; column < grid->grid_width; column++)
      {
        const int token = grid->tokens[row * grid->grid_width + column];
        double mean[3];

        if (token >= 0 && token < self->n_codes &&
            cell_mean (picture, grid->x_px + column * cell_px,
                       grid->y_px + row * cell_px, cell_px, mean))
          learn_cell (&self->colors[token], mean);
      }
  return TRUE;
}

int
vqd_palette_get_n_codes (const VqdPalette *self)
{
  return self->n_codes;
}

static void
mean_of_all (const VqdPalette *self, double mean[3])
{
  double weight = 0;

  mean[0] = mean[1] = mean[2] = 0;
  for (int i = 0; i < self->n_codes; i++)
    {
      for (int c = 0; c < 3; c++)
        mean[c] += self->colors[i].rgb[c] * self->colors[i].weight;
      weight += self->colors[i].weight;
    }
  for (int c = 0; c < 3; c++)
    mean[c] = weight > 0 ? mean[c] / weight : GREY;
}

guint8 *
vqd_palette_get_colors (const VqdPalette *self)
{
  guint8 *rgb8 = g_malloc_n ((gsize) self->n_codes, 3);
  double unknown[3];

  mean_of_all (self, unknown);
  for (int i = 0; i < self->n_codes; i++)
    for (int c = 0; c < 3; c++)
      {
        const Color *color = &self->colors[i];
        const double value = color->weight > 0 ? color->rgb[c] : unknown[c];

        rgb8[3 * i + c] = (guint8) lrint (CLAMP (value, 0, 1) * 255);
      }
  return rgb8;
}
