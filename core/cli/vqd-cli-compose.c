/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/cli/vqd-cli-canvas.h"

#define N_CHANNELS 3
#define N_LAYER_CHANNELS 4
/* ITU-R BT.709 */
#define RED_SHARE 0.2126
#define GREEN_SHARE 0.7152
#define BLUE_SHARE 0.0722

/* How much of the picture shows at (x, y) of it, which may lie outside. */
static float
get_cover (const VqdPicture *picture, int x, int y)
{
  if (x < 0 || y < 0 || x >= picture->width_px || y >= picture->height_px)
    return 0;
  return picture->mask == NULL
             ? 1
             : picture->mask[(gsize) y * picture->width_px + x];
}

/* The picture's colour at pixel i as the file's numbers. */
static void
get_colour (const VqdCliCanvas *self, const VqdPicture *picture, gsize i,
            double *colour)
{
  const float *rgb = picture->rgb + i * N_CHANNELS;

  for (int c = 0; c < N_CHANNELS; c++)
    colour[c] = self->exponent == 1
                    ? rgb[c]
                    : pow (CLAMP (rgb[c], 0.0f, 1.0f), 1 / self->exponent);
  if (! vqd_png_has_colour (self->png))
    colour[0] = RED_SHARE * colour[0] + GREEN_SHARE * colour[1] +
                BLUE_SHARE * colour[2];
}

/* A variation of all of a picture takes its place: the mask is its alpha, which
 * stays. */
static gboolean
is_whole (const VqdCliCanvas *self)
{
  return self->options->request.task == VQD_TASK_VARY &&
         self->options->mask == NULL;
}

/* Lays colour over a pixel, as a layer with a mask does. What is varied keeps
 * its alpha. is_new: there is nothing below it. */
static void
blend_pixel (const VqdCliCanvas *self, VqdPng *png, gsize pixel,
             const double *colour, double cover, gboolean is_new)
{
  const int n = png->n_channels;
  const gboolean has_alpha = vqd_png_has_alpha (png);
  const gboolean keep_alpha =
      ! has_alpha || self->options->request.task == VQD_TASK_VARY;
  const gsize first = pixel * n;
  const double alpha_below =
      is_new ? 0 : (keep_alpha ? 1 : vqd_png_get (png, first + n - 1));
  const double below = alpha_below * (1 - cover);
  const double alpha = cover + below;

  for (int c = 0; c < n - has_alpha; c++)
    vqd_png_set (
        png, first + c,
        (float) ((cover * colour[c] + below * vqd_png_get (png, first + c)) /
                 alpha));
  if (! keep_alpha)
    vqd_png_set (png, first + n - 1, (float) alpha);
}

/* The corner of the canvas lies at (left_px, top_px) of png. */
static void
blend_picture (const VqdCliCanvas *self, VqdPng *png, const VqdPicture *picture,
               int left_px, int top_px)
{
  double colour[N_CHANNELS];

  for (int y = 0; y < picture->height_px; y++)
    for (int x = 0; x < picture->width_px; x++)
      {
        const int on_x = picture->x_px + x; /* on the canvas */
        const int on_y = picture->y_px + y;
        const int to_x = on_x + left_px;
        const int to_y = on_y + top_px;
        const float cover = get_cover (picture, x, y);

        if (! (cover > 0) || to_x < 0 || to_y < 0 || to_x >= png->width_px ||
            to_y >= png->height_px)
          continue;
        get_colour (self, picture, (gsize) y * picture->width_px + x, colour);
        blend_pixel (self, png, (gsize) to_y * png->width_px + to_x, colour,
                     is_whole (self) ? 1 : MIN (cover, 1),
                     on_x < 0 || on_y < 0 || on_x >= self->png->width_px ||
                         on_y >= self->png->height_px);
      }
}

/* ---- tokens of what is written ---- */

/* What a cell of the file shows. */
typedef enum
{
  CELL_OLD,
  CELL_NEW,
  CELL_BOTH
} Cell;

/* All on the file that is written: its corner is (0, 0). */
typedef struct
{
  const VqdPng *png;
  const VqdPicture *picture;
  VqdTokenGrid old; /* tokens NULL: none. Both borrow them */
  VqdTokenGrid new;
  int picture_x_px;
  int picture_y_px;
} Mosaic;

/* How far right of a cell's corner a position is, 0 ... cell_px - 1. */
static int
get_phase (int position_px, int cell_px)
{
  const int rest = position_px % cell_px;

  return rest < 0 ? rest + cell_px : rest;
}

static gboolean
fit (const VqdTokenGrid *one, const VqdTokenGrid *other)
{
  const int cell_px = one->cell_px;

  return other->cell_px == cell_px &&
         g_strcmp0 (one->model, other->model) == 0 &&
         get_phase (one->x_px, cell_px) == get_phase (other->x_px, cell_px) &&
         get_phase (one->y_px, cell_px) == get_phase (other->y_px, cell_px);
}

static Cell
look_at (const Mosaic *self, int x_px, int y_px, int cell_px)
{
  const int right_px = MIN (x_px + cell_px, self->png->width_px);
  const int bottom_px = MIN (y_px + cell_px, self->png->height_px);
  gboolean has_old = FALSE;
  gboolean has_new = FALSE;

  for (int y = MAX (y_px, 0); y < bottom_px; y++)
    for (int x = MAX (x_px, 0); x < right_px; x++)
      {
        const float cover = get_cover (self->picture, x - self->picture_x_px,
                                       y - self->picture_y_px);
        has_old |= cover < 1;
        has_new |= cover > 0;
      }
  return has_old && has_new ? CELL_BOTH : has_new ? CELL_NEW : CELL_OLD;
}

/* The token of the cell whose corner is there; -1: not known. */
static int
find_token (const VqdTokenGrid *grid, int x_px, int y_px)
{
  if (grid->tokens == NULL || x_px < grid->x_px || y_px < grid->y_px)
    return -1;

  const gint64 x = ((gint64) x_px - grid->x_px) / grid->cell_px;
  const gint64 y = ((gint64) y_px - grid->y_px) / grid->cell_px;

  if (x >= grid->grid_width || y >= grid->grid_height)
    return -1;
  return grid->tokens[y * grid->grid_width + x];
}

static int
choose_token (const Mosaic *self, int x_px, int y_px, int cell_px)
{
  switch (look_at (self, x_px, y_px, cell_px))
    {
    case CELL_OLD:
      return find_token (&self->old, x_px, y_px);
    case CELL_NEW:
      return find_token (&self->new, x_px, y_px);
    case CELL_BOTH:
      break;
    }
  return -1;
}

/* All cells that the file touches. */
static VqdTokenGrid
lay_out (const Mosaic *self, const VqdTokenGrid *like)
{
  const int cell_px = like->cell_px;
  const int x_phase = get_phase (like->x_px, cell_px);
  const int y_phase = get_phase (like->y_px, cell_px);
  VqdTokenGrid grid = { .x_px = x_phase > 0 ? x_phase - cell_px : 0,
                        .y_px = y_phase > 0 ? y_phase - cell_px : 0,
                        .cell_px = cell_px,
                        .model = like->model };

  grid.grid_width = (self->png->width_px - grid.x_px + cell_px - 1) / cell_px;
  grid.grid_height = (self->png->height_px - grid.y_px + cell_px - 1) / cell_px;
  grid.tokens = g_new (int, (gsize) grid.grid_width *grid.grid_height);
  for (int y = 0; y < grid.grid_height; y++)
    for (int x = 0; x < grid.grid_width; x++)
      grid.tokens[(gsize) y * grid.grid_width + x] = choose_token (
          self, grid.x_px + x * cell_px, grid.y_px + y * cell_px, cell_px);
  return grid;
}

/* Takes rows and columns without a token away; FALSE when none is left. */
static gboolean
crop (VqdTokenGrid *grid)
{
  int left = grid->grid_width;
  int right = -1;
  int top = grid->grid_height;
  int bottom = -1;

  for (int y = 0; y < grid->grid_height; y++)
    for (int x = 0; x < grid->grid_width; x++)
      if (grid->tokens[(gsize) y * grid->grid_width + x] >= 0)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = MAX (bottom, y);
        }
  if (right < 0)
    return FALSE;

  const int width = right - left + 1;
  for (int y = top; y <= bottom; y++)
    memmove (grid->tokens + (gsize) (y - top) * width,
             grid->tokens + (gsize) y * grid->grid_width + left,
             width * sizeof *grid->tokens);
  grid->x_px += left * grid->cell_px;
  grid->y_px += top * grid->cell_px;
  grid->grid_width = width;
  grid->grid_height = bottom - top + 1;
  return TRUE;
}

/* The record of png with these tokens; NULL when there is none, or no memory
 * to make it. */
static char *
make_record (const VqdPng *png, const VqdTokenGrid *grid)
{
  const gsize n_pixels = (gsize) png->width_px * png->height_px;
  const int n = png->n_channels;
  g_autofree float *rgb = g_try_new (float, n_pixels *N_CHANNELS);
  const VqdPicture whole = { .width_px = png->width_px,
                             .height_px = png->height_px,
                             .rgb = rgb,
                             .grid = *grid };

  if (rgb == NULL)
    return NULL;
  for (gsize i = 0; i < n_pixels; i++)
    for (int c = 0; c < N_CHANNELS; c++)
      rgb[i * N_CHANNELS + c] = vqd_png_get (png, i * n + c);
  return vqd_picture_get_token_record (&whole);
}

/* Tokens of the picture where it covers all of a cell, those of the file that
 * was read where it covers nothing. */
static char *
get_record (const VqdCliCanvas *self, const VqdPng *png,
            const VqdPicture *picture)
{
  const VqdRequest *request = &self->options->request;
  Mosaic mosaic = { .png = png,
                    .picture = picture,
                    .old = self->canvas.known,
                    .new = picture->grid,
                    .picture_x_px = picture->x_px + request->left_px,
                    .picture_y_px = picture->y_px + request->top_px };

  mosaic.old.x_px += request->left_px;
  mosaic.old.y_px += request->top_px;
  mosaic.new.x_px += mosaic.picture_x_px;
  mosaic.new.y_px += mosaic.picture_y_px;
  if (mosaic.new.tokens != NULL && ! fit (&mosaic.new, &mosaic.old))
    mosaic.old.tokens = NULL;
  if (mosaic.old.tokens == NULL && mosaic.new.tokens == NULL)
    return NULL;

  VqdTokenGrid grid =
      lay_out (&mosaic, mosaic.new.tokens != NULL ? &mosaic.new : &mosaic.old);
  char *record = crop (&grid) ? make_record (png, &grid) : NULL;
  g_free (grid.tokens);
  return record;
}

/* ---- what is written ---- */

/* A grey picture stays grey: its tokens would say what is not there. */
static VqdPng *
compose (const VqdCliCanvas *self, const VqdPicture *picture, GError **error)
{
  const VqdRequest *request = &self->options->request;
  const VqdPng *old = self->png;
  const int left_px = request->left_px;
  const int top_px = request->top_px;
  const gsize old_bytes = vqd_png_row_bytes (old);
  VqdPng *png = vqd_png_new (old->width_px + left_px + request->right_px,
                             old->height_px + top_px + request->bottom_px,
                             old->n_channels, old->bit_depth, error);

  if (png == NULL)
    return NULL;

  const gsize row_bytes = vqd_png_row_bytes (png);
  const gsize left_bytes = old_bytes / old->width_px * left_px;
  for (int y = 0; y < old->height_px; y++)
    memcpy (png->samples + (gsize) (y + top_px) * row_bytes + left_bytes,
            old->samples + (gsize) y * old_bytes, old_bytes);
  blend_picture (self, png, picture, left_px, top_px);
  vqd_png_copy_meaning (png, old);
  if (vqd_png_has_colour (png))
    png->token_record = get_record (self, png, picture);
  return png;
}

/* In the file's depth. Of its colour space when that can be said of such a
 * layer, else in sRGB. */
static VqdPng *
draw_layer (const VqdCliCanvas *self, const VqdPicture *picture, GError **error)
{
  const VqdPng *old = self->png;
  VqdPng *png = vqd_png_new (picture->width_px, picture->height_px,
                             N_LAYER_CHANNELS, old->bit_depth, error);

  if (png == NULL)
    return NULL;

  for (int y = 0; y < picture->height_px; y++)
    for (int x = 0; x < picture->width_px; x++)
      {
        const gsize i = (gsize) y * picture->width_px + x;

        for (int c = 0; c < N_CHANNELS; c++)
          vqd_png_set (png, i * N_LAYER_CHANNELS + c,
                       picture->rgb[i * N_CHANNELS + c]);
        vqd_png_set (png, i * N_LAYER_CHANNELS + N_CHANNELS,
                     get_cover (picture, x, y));
      }
  if (old->profile != NULL && vqd_png_has_colour (old))
    vqd_png_copy_meaning (png, old);
  else
    png->srgb_intent = 0;
  png->has_offset = TRUE;
  png->x_px = picture->x_px;
  png->y_px = picture->y_px;
  png->token_record = vqd_picture_get_token_record (picture);
  return png;
}

VqdPng *
vqd_cli_canvas_draw (const VqdPicture *picture, gpointer data, GError **error)
{
  VqdCliCanvas *self = data;

  g_clear_pointer (&self->rgb, g_free);
  g_clear_pointer (&self->alpha, g_free);
  g_clear_pointer (&self->selection, g_free);
  return self->options->only_layer ? draw_layer (self, picture, error)
                                   : compose (self, picture, error);
}
