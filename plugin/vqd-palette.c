/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-palette.h"

#include <math.h>
#include <string.h>

/* Of the means: a picture that was drawn counts so much at most, so that the
 * colours follow what is drawn now. */
#define MAX_WEIGHT 64

/* Of the mosaics: next to nothing once the code was seen in a picture. */
#define MOSAIC_WEIGHT 0.1

/* Where nothing was seen. */
#define GREY 0.5

/* Of the order in the mosaics: any. */
#define MOSAIC_SEED 1

#define FILE_MAGIC "vqdiffusion-palette-1\n"
#define N_MAGIC (sizeof FILE_MAGIC - 1)

typedef struct
{
  double rgb[3]; /* mean, 0 ... 1 */
  double weight; /* cells seen, MAX_WEIGHT at most */
} Color;

struct _VqdPalette
{
  int n_codes;
  Color *colors;  /* [n_codes] */
  int n_explored; /* codes of the mosaics that were decoded */
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
learn_cell (Color *color, const double mean[3], double weight)
{
  color->weight = MIN (color->weight + weight, MAX_WEIGHT);
  for (int c = 0; c < 3; c++)
    color->rgb[c] += (mean[c] - color->rgb[c]) * weight / color->weight;
}

static void
learn (VqdPalette *self, const VqdPicture *picture, int cell_px, double weight)
{
  const VqdTokenGrid *grid = &picture->grid;

  for (int row = 0; row < grid->grid_height; row++)
    for (int column = 0; column < grid->grid_width; column++)
      {
        const int token = grid->tokens[row * grid->grid_width + column];
        double mean[3];

        if (token >= 0 && token < self->n_codes &&
            cell_mean (picture, grid->x_px + column * cell_px,
                       grid->y_px + row * cell_px, cell_px, mean))
          learn_cell (&self->colors[token], mean, weight);
      }
}

gboolean
vqd_palette_learn (VqdPalette *self, const VqdPicture *picture, int cell_px)
{
  if (picture->grid.tokens == NULL)
    return FALSE;

  learn (self, picture, cell_px, 1);
  return TRUE;
}

/* ---- mosaics ---- */

/* All codes in an order that is the same each time. (transfer full) */
static int *
shuffled_codes (int n_codes)
{
  int *codes = g_new (int, (gsize) n_codes);
  GRand *random = g_rand_new_with_seed (MOSAIC_SEED);

  for (int i = 0; i < n_codes; i++)
    codes[i] = i;
  for (int i = n_codes - 1; i > 0; i--)
    {
      const int j = g_rand_int_range (random, 0, i + 1);
      const int code = codes[i];

      codes[i] = codes[j];
      codes[j] = code;
    }
  g_rand_free (random);
  return codes;
}

gboolean
vqd_palette_explore (VqdPalette *self, VqdEngine *engine,
                     GCancellable *cancellable)
{
  const VqdModelInfo *info = vqd_engine_get_info (engine);
  const int n_cells = info->grid_width * info->grid_height;
  g_autofree int *codes = shuffled_codes (self->n_codes);
  g_autofree int *tokens = g_new (int, (gsize) n_cells);
  const VqdTokenGrid grid = { .cell_px = info->cell_px,
                              .grid_width = info->grid_width,
                              .grid_height = info->grid_height,
                              .tokens = tokens,
                              .model = (char *) info->id };

  if (vqd_palette_is_explored (self))
    return FALSE;

  for (int i = 0; i < n_cells; i++)
    tokens[i] = codes[(self->n_explored + i) % self->n_codes];
  g_autoptr (VqdPicture) picture =
      vqd_engine_decode (engine, &grid, VQD_TILING_NONE, cancellable, NULL);
  if (picture == NULL)
    return FALSE;

  learn (self, picture, info->cell_px, MOSAIC_WEIGHT);
  self->n_explored = MIN (self->n_explored + n_cells, self->n_codes);
  return TRUE;
}

gboolean
vqd_palette_is_explored (const VqdPalette *self)
{
  return self->n_explored >= self->n_codes;
}

/* ---- the file: magic, number of codes and of those explored, colours ---- */

void
vqd_palette_save (const VqdPalette *self, const char *path)
{
  const gint32 numbers[2] = { self->n_codes, self->n_explored };
  const gsize n_bytes = sizeof (Color) * (gsize) self->n_codes;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_byte_array_append (bytes, (const guint8 *) FILE_MAGIC, N_MAGIC);
  g_byte_array_append (bytes, (const guint8 *) numbers, sizeof numbers);
  g_byte_array_append (bytes, (const guint8 *) self->colors, (guint) n_bytes);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL);
}

static gboolean
is_color (const Color *color)
{
  for (int c = 0; c < 3; c++)
    if (! (fabs (color->rgb[c]) <= 2))
      return FALSE;

  return color->weight >= 0 && color->weight <= MAX_WEIGHT;
}

void
vqd_palette_load (VqdPalette *self, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;
  gint32 numbers[2];
  const gsize n_colors = sizeof (Color) * (gsize) self->n_codes;

  if (! g_file_get_contents (path, &bytes, &n_bytes, NULL) ||
      n_bytes != N_MAGIC + sizeof numbers + n_colors ||
      memcmp (bytes, FILE_MAGIC, N_MAGIC) != 0)
    return;
  memcpy (numbers, bytes + N_MAGIC, sizeof numbers);
  if (numbers[0] != self->n_codes || numbers[1] < 0 ||
      numbers[1] > self->n_codes)
    return;

  g_autofree Color *colors = g_malloc (n_colors);
  memcpy (colors, bytes + N_MAGIC + sizeof numbers, n_colors);
  for (int i = 0; i < self->n_codes; i++)
    if (! is_color (&colors[i]))
      return;

  memcpy (self->colors, colors, n_colors);
  self->n_explored = numbers[1];
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
