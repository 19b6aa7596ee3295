/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles: the tokens are a torus. The picture is drawn as any other first. Then
 * a band along each edge that has to fit is drawn anew, in windows that have
 * the edge near their middle and see both sides of it. */
#include "core/vqd-paint-private.h"

/* Of a window's side: half the band is 3 / 16 of it; a window that goes around
 * the other way too leaves out 1 / 8 at each of its own ends, where it does
 * not see what follows. */
#define HALF_BAND(window) MAX (1, (window) *3 / 16)
#define MARGIN(window) MAX (1, (window) / 8)
#define BAND_SHARE (3.0 / 8.0) /* of a window that is drawn */

typedef struct
{
  const VqdLevel *level;
  int *tokens;
  float *purity;    /* [grid], of the tokens */
  guint8 *done;     /* [grid]: cells drawn in this band */
  gboolean along_y; /* the band runs from top to bottom */
  gboolean closed;  /* it goes around a torus */
} Band;


/* Whether a cell of a window, at `across` the band and `along` it, is to be
 * drawn by this window. */
static gboolean
belongs (const VqdPainter *self, const Band *band, int i)
{
  const int x = i % self->window_width;
  const int y = i / self->window_width;
  const int across = band->along_y ? x : y;
  const int along = band->along_y ? y : x;
  const int n_across = band->along_y ? self->window_width : self->window_height;
  const int n_along = band->along_y ? self->window_height : self->window_width;
  const int half = HALF_BAND (n_across);
  const int margin = band->closed ? MARGIN (n_along) : 0;

  return across >= n_across / 2 - half && across < n_across / 2 + half &&
         along >= margin && along < n_along - margin;
}

static gboolean
draw_window (VqdPainter *self, const Band *band, const VqdWindow *window,
             GError **error)
{
  const VqdLevel *level = band->level;
  const VqdSamplerStart start = { .tokens = self->local, .hole = self->hole };

  vqd_painter_gather (self, band->tokens, band->purity, level->grid_width,
                      level->grid_height, window);
  for (int i = 0; i < self->n_cells; i++)
    {
      const gsize at = vqd_painter_cell (self, level, window, i);

      self->hole[i] = belongs (self, band, i) && ! band->done[at];
      band->done[at] = band->done[at] || self->hole[i];
    }
  if (! vqd_painter_sample (self, &self->paint->settings, &start, error))
    return FALSE;
  for (int i = 0; i < self->n_cells; i++)
    {
      const gsize at = vqd_painter_cell (self, level, window, i);

      band->tokens[at] = self->local[i];
      band->purity[at] = self->purity[i];
    }
  self->window++;
  return TRUE;
}

/* Windows of a band. (transfer full) */
static int *
band_places (const VqdPainter *self, const VqdLevel *level, gboolean along_y,
             gboolean closed, int *n)
{
  return vqd_windows_places (along_y ? level->grid_height : level->grid_width,
                             along_y ? self->window_height : self->window_width,
                             closed, n);
}

void
vqd_painter_plan_tile (VqdPainter *self, const VqdLevel *level)
{
  const VqdTiling tiling = self->paint->tiling;
  const gboolean both = tiling == VQD_TILING_XY;
  int n_x = 0;
  int n_y = 0;

  if (both || tiling == VQD_TILING_X)
    g_free (band_places (self, level, TRUE, FALSE, &n_x));
  if (both || tiling == VQD_TILING_Y)
    g_free (band_places (self, level, FALSE, both, &n_y));
  g_autoptr (GArray) lattice =
      vqd_windows_lattice (level->grid_width, level->grid_height,
                           self->window_width, self->window_height, tiling);
  self->n_windows += n_x + n_y;
  self->n_units += lattice->len * VQD_DECODE_UNITS;
  self->n_units += (n_x + n_y) * self->paint->settings.steps * BAND_SHARE;
}

static gboolean
draw_band (VqdPainter *self, const VqdLevel *level, int *tokens, float *purity,
           gboolean along_y, gboolean closed, GError **error)
{
  const gsize n_grid = (gsize) level->grid_width * (gsize) level->grid_height;
  g_autofree guint8 *done = g_new0 (guint8, n_grid);
  const Band band = { level, tokens, purity, done, along_y, closed };
  const int across = along_y ? self->window_width : self->window_height;
  /* What is drawn from both sides meets in the middle of the band, and fits
   * least there: beside the edge, not on it. */
  const int first = HALF_BAND (across) / 2 + 1 - across / 2;
  int n;
  g_autofree int *places = band_places (self, level, along_y, closed, &n);

  for (int i = 0; i < n; i++)
    {
      const VqdWindow window = { along_y ? first : places[i],
                                 along_y ? places[i] : first };

      if (! draw_window (self, &band, &window, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
vqd_painter_tile (VqdPainter *self, const VqdLevel *level, int *tokens,
                  float *purity, VqdPainting *painting, GError **error)
{
  const VqdTiling tiling = self->paint->tiling;
  const gboolean both = tiling == VQD_TILING_XY;
  const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;
  g_auto (VqdPatchwork) patchwork = { 0 };

  if ((both || tiling == VQD_TILING_X) &&
      ! draw_band (self, level, tokens, purity, TRUE, FALSE, error))
    return FALSE;
  if ((both || tiling == VQD_TILING_Y) &&
      ! draw_band (self, level, tokens, purity, FALSE, both, error))
    return FALSE;

  g_autoptr (GArray) windows =
      vqd_windows_lattice (level->grid_width, level->grid_height,
                           self->window_width, self->window_height, tiling);
  if (! vqd_painter_decode (self, tokens, level->grid_width, level->grid_height,
                            windows, &patchwork, error))
    return FALSE;
  painting->rgb = g_steal_pointer (&patchwork.rgb);
  painting->tokens = g_memdup2 (tokens, sizeof (int) * n);
  painting->purity = g_memdup2 (purity, sizeof (float) * n);
  return TRUE;
}
