/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of an earlier picture as a picture again. */
#include "core/base/vqd-i18n.h"
#include "core/vqd-paint.h"
#include "core/vqd-private.h"

/* Of a pixel: a patchwork's sums and weight, and the picture. */
#define PIXEL_BYTES (7 * sizeof (float))


/* Cells of -1, and those that a grid smaller than the model's lacks, show the
 * first code that is there: they are painted over afterwards. */
static int *
whole_grid (const VqdTokenGrid *grid, int n_codes, int width, int height,
            GError **error)
{
  const gsize n = (gsize) grid->grid_width * (gsize) grid->grid_height;
  int *tokens = g_new0 (int, (gsize) width *(gsize) height);

  for (gsize i = 0; i < n; i++)
    {
      const gsize x = i % (gsize) grid->grid_width;
      const gsize y = i / (gsize) grid->grid_width;

      if (grid->tokens[i] >= n_codes || grid->tokens[i] < -1)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                       _ ("The model has no token %d: it has %d codes."),
                       grid->tokens[i], n_codes);
          g_free (tokens);
          return NULL;
        }
      tokens[y * (gsize) width + x] = MAX (0, grid->tokens[i]);
    }
  return tokens;
}

static void
paint_gray (const VqdTokenGrid *grid, int cell, int width, const float *from,
            VqdPicture *picture)
{
  for (int y = 0; y < picture->height_px; y++)
    for (int x = 0; x < picture->width_px; x++)
      {
        const gsize to = (gsize) y * (gsize) picture->width_px + (gsize) x;
        const gsize at =
            (gsize) (y / cell) * (gsize) grid->grid_width + (gsize) (x / cell);

        for (gsize c = 0; c < 3; c++)
          picture->rgb[3 * to + c] =
              grid->tokens[at] < 0
                  ? 0.5f
                  : from[3 * ((gsize) y * (gsize) width + (gsize) x) + c];
      }
}

static gboolean
check_grid (const VqdEngine *self, const VqdTokenGrid *grid, GError **error)
{
  const VqdModelInfo *info = &self->info;

  if (g_strcmp0 (grid->model, info->id) != 0)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("These tokens are of another model than \"%s\"."),
                   info->name);
      return FALSE;
    }
  if (grid->tokens == NULL || grid->grid_width < 1 || grid->grid_height < 1 ||
      grid->grid_width > VQD_MAX_CANVAS_PX / info->cell_px ||
      grid->grid_height > VQD_MAX_CANVAS_PX / info->cell_px)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("There are no tokens, or too many."));
      return FALSE;
    }

  const guint64 n_pixels = (guint64) grid->grid_width *
                           (guint64) grid->grid_height *
                           (guint64) info->cell_px * (guint64) info->cell_px;
  return vqd_check_memory (n_pixels * PIXEL_BYTES, VQD_MEMORY_OF_PICTURE,
                           self->memory_limit_bytes, error);
}

/* The grid's own pixels of a decoded grid that is `width` pixels wide. */
static VqdPicture *
picture_new (const VqdTokenGrid *grid, int cell_px, const float *rgb, int width,
             GError **error)
{
  const gsize n_cells = (gsize) grid->grid_width * (gsize) grid->grid_height;
  g_autoptr (VqdPicture) picture = g_new0 (VqdPicture, 1);

  picture->width_px = grid->grid_width * cell_px;
  picture->height_px = grid->grid_height * cell_px;
  picture->rgb = g_try_new (float, 3 * (gsize) picture->width_px *
                                       (gsize) picture->height_px);
  picture->seed = -1;
  picture->grid = *grid;
  picture->grid.tokens = g_memdup2 (grid->tokens, sizeof (int) * n_cells);
  picture->grid.model = g_strdup (grid->model);
  if (picture->rgb == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory for a picture of %d x %d "
                      "pixels."),
                   picture->width_px, picture->height_px);
      return NULL;
    }
  paint_gray (grid, cell_px, width, rgb, picture);
  return g_steal_pointer (&picture);
}

VqdPicture *
vqd_engine_decode (VqdEngine *self, const VqdTokenGrid *grid, VqdTiling tiling,
                   GCancellable *cancellable, GError **error)
{
  const VqdModelInfo *info = &self->info;

  if (! check_grid (self, grid, error))
    return NULL;

  const int grid_width = MAX (grid->grid_width, info->grid_width);
  const int grid_height = MAX (grid->grid_height, info->grid_height);
  g_autofree int *tokens =
      whole_grid (grid, info->n_codes, grid_width, grid_height, error);
  g_autofree float *rgb = NULL;

  if (tokens == NULL)
    return NULL;
  vqd_pipeline_ready (self->pipeline);
  if (! vqd_paint_decode (self->pipeline, tokens, grid_width, grid_height,
                          tiling, &rgb, cancellable, error))
    return NULL;
  return picture_new (grid, info->cell_px, rgb, grid_width * info->cell_px,
                      error);
}
