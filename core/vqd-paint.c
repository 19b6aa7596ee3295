/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/canvas/vqd-color-match.h"
#include "core/canvas/vqd-guide.h"
#include "core/canvas/vqd-residual.h"
#include "core/vqd-paint-private.h"
#include "core/vqd-private.h"
#include "kernels/vqd-philox.h"

/* Of the cells of a window on a finer level, the share that is drawn first; the
 * others guide it. */
#define FIRST_SHARE 0.95f

/* Colours of a finer level follow the coarser one's over so many cells. */
#define GUIDE_CELLS 4


/* ---- windows ---- */

void
vqd_painter_init (VqdPainter *self, const VqdPaint *paint)
{
  const VqdConfig *config = vqd_pipeline_get_config (paint->pipeline);
  int width;
  int height;

  vqd_pipeline_get_size (paint->pipeline, &width, &height);
  *self = (VqdPainter){ .paint = paint,
                        .window_width = config->denoiser.grid_width,
                        .window_height = config->denoiser.grid_height,
                        .n_codes = config->denoiser.n_codes,
                        .cell_px = vqd_codec_config_factor (&config->codec),
                        .n_cells = config->denoiser.grid_width *
                                   config->denoiser.grid_height };
  self->local = g_new (int, self->n_cells);
  self->purity = g_new (float, self->n_cells);
  self->encoded = g_new (int, self->n_cells);
  self->hole = g_new (guint8, self->n_cells);
  self->pixels = g_new (float, 3 * (gsize) width * (gsize) height);
}

void
vqd_painter_clear (VqdPainter *self)
{
  g_free (self->local);
  g_free (self->purity);
  g_free (self->encoded);
  g_free (self->hole);
  g_free (self->pixels);
}

static void
report (VqdPainter *self, VqdPhase phase, double units, int step, int n_steps)
{
  const VqdPaintProgress progress = {
    .phase = phase,
    .step = step,
    .n_steps = n_steps,
    .window = MIN (self->window, self->n_windows - 1),
    .n_windows = self->n_windows,
    .fraction = MIN (1.0, (self->units_done + units) / self->n_units),
    .tokens = self->local,
  };

  if (self->paint->report != NULL)
    self->paint->report (&progress, self->paint->user_data);
}

/* What the run did not draw keeps what it had. */
static void
take_purity (VqdPainter *self, const VqdSamplerRun *run)
{
  const float *purity = vqd_sampler_run_get_purity (run);

  for (int i = 0; i < self->n_cells; i++)
    if (purity[i] >= 0)
      self->purity[i] = purity[i];
}

gboolean
vqd_painter_sample (VqdPainter *self, const VqdSamplerSettings *settings,
                    const VqdSamplerStart *start, GError **error)
{
  const VqdPaint *paint = self->paint;
  const gint64 start_us = g_get_monotonic_time ();
  const guint32 image = self->n_runs++;
  const gsize n_bytes = sizeof (int) * (gsize) self->n_cells;
  g_autoptr (VqdSamplerRun) run = vqd_pipeline_sample (
      paint->pipeline, settings, 1, &paint->seed, &image, start, error);

  if (run == NULL)
    return FALSE;

  const int n = vqd_sampler_run_get_n_evaluations (run);
  for (int step = 0; ! vqd_sampler_run_is_done (run); step++)
    {
      memcpy (self->local, vqd_sampler_run_get_tokens (run), n_bytes);
      report (self, VQD_PHASE_SAMPLE, step, step, n);
      if (! vqd_sampler_run_step (run, paint->cancellable, error))
        return FALSE;
      ++*paint->n_evaluations;
    }
  memcpy (self->local, vqd_sampler_run_get_tokens (run), n_bytes);
  take_purity (self, run);
  self->units_done += n;
  report (self, VQD_PHASE_SAMPLE, 0, n, n);
  *paint->sample_seconds += vqd_seconds_since (start_us);
  return TRUE;
}

void
vqd_painter_gather (VqdPainter *self, const int *tokens, const float *purity,
                    int grid_width, int grid_height, const VqdWindow *window)
{
  for (int i = 0; i < self->n_cells; i++)
    {
      const int x = window->x + i % self->window_width;
      const int y = window->y + i / self->window_width;
      const gsize at = (gsize) vqd_wrap (y, grid_height) * (gsize) grid_width +
                       (gsize) vqd_wrap (x, grid_width);

      self->local[i] = tokens[at];
      if (purity != NULL)
        self->purity[i] = purity[at];
    }
}

gboolean
vqd_painter_decode (VqdPainter *self, const int *tokens, int grid_width,
                    int grid_height, const GArray *windows,
                    VqdPatchwork *patchwork, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();

  if (! vqd_patchwork_init (
          patchwork, grid_width * self->cell_px, grid_height * self->cell_px,
          self->window_width * self->cell_px,
          self->window_height * self->cell_px, self->paint->tiling, error))
    return FALSE;
  for (guint i = 0; i < windows->len; i++)
    {
      const VqdWindow *window = &g_array_index (windows, VqdWindow, i);

      vqd_painter_gather (self, tokens, NULL, grid_width, grid_height, window);
      report (self, VQD_PHASE_DECODE, 0, 0, 0);
      if (! vqd_pipeline_decode (self->paint->pipeline, self->local,
                                 self->pixels, self->paint->cancellable, error))
        return FALSE;
      vqd_patchwork_add (patchwork, self->pixels, window->x * self->cell_px,
                         window->y * self->cell_px);
      self->units_done += VQD_DECODE_UNITS;
    }
  vqd_patchwork_finish (patchwork);
  *self->paint->decode_seconds += vqd_seconds_since (start_us);
  return TRUE;
}

/* ---- a level ---- */

/* A level while it is drawn. */
typedef struct
{
  const VqdLevel *level;
  gboolean is_coarsest;
  gboolean is_finest;
  const float *rgb;      /* what is encoded */
  guint8 *hole;          /* [grid] of this picture */
  int *tokens;           /* [grid]; -1: not there yet */
  float *purity;         /* [grid], of the tokens */
  gboolean redraws;      /* a finer level draws anew what it was handed */
  double sampling_units; /* of all windows */
  int *given; /* [grid]: of vary, the tokens it began with; or NULL */
  GArray *windows;
} Pass;

/* Of the two kinds of variation: all tokens begin as noised ones... */
static gboolean
is_noised (const VqdPaint *paint)
{
  return paint->task == VQD_TASK_VARY && paint->keep < 0;
}

/* ... or some stay, and the others are drawn from nothing. */
static gboolean
keeps_some (const VqdPaint *paint)
{
  return paint->task == VQD_TASK_VARY && paint->keep >= 0;
}

/* What a coarser level drew is the guide, of all but variations by noise. */
static gboolean
is_guided (const VqdPaint *paint, const Pass *pass)
{
  return ! pass->is_coarsest && ! is_noised (paint);
}

/* How many cells along its sides a window leaves to its neighbours. Where
 * nothing guides it, it has to draw them to know what is there. */
static int
pass_margin (const VqdPainter *self, const Pass *pass)
{
  return pass->is_coarsest ? 0
                           : VQD_WINDOW_MARGIN (
                                 MIN (self->window_width, self->window_height));
}

/* The cells of a window: self->local are the tokens that are there, self->hole
 * what is left to draw. Whether the window has to be encoded, for cells that
 * stay or that guide. */
static gboolean
look_at_window (VqdPainter *self, const Pass *pass, const VqdWindow *window)
{
  const gboolean varies = is_noised (self->paint);
  gboolean encodes = FALSE;

  vqd_painter_gather (self, pass->tokens, pass->purity, pass->level->grid_width,
                      pass->level->grid_height, window);
  for (int i = 0; i < self->n_cells; i++)
    {
      const gsize at = vqd_painter_cell (self, pass->level, window, i);
      const gboolean is_hole =
          pass->hole[at] || (pass->is_coarsest && pass->level->outside[at]);

      self->hole[i] =
          is_hole && self->local[i] < 0 &&
          vqd_window_draws (window, i, self->window_width, self->window_height,
                            pass->level->grid_width, pass->level->grid_height,
                            pass_margin (self, pass));
      if (varies && pass->is_coarsest && self->local[i] < 0)
        self->local[i] = pass->level->base_tokens[at];
      encodes = encodes ||
                (self->local[i] < 0 &&
                 ! (self->hole[i] && pass->is_coarsest && pass->given == NULL));
    }
  return encodes;
}

/* self->encoded from a window of the level's pixels, sharpened where they
 * guide.
 */
static gboolean
encode (VqdPainter *self, const Pass *pass, const VqdWindow *window,
        GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  const int width = self->window_width * self->cell_px;
  const int height = self->window_height * self->cell_px;
  const gsize n_bytes = 3 * sizeof (float) * (gsize) width;

  for (int y = 0; y < height; y++)
    memcpy (self->pixels + 3 * (gsize) y * (gsize) width,
            pass->rgb + 3 * ((gsize) (window->y * self->cell_px + y) *
                                 (gsize) pass->level->width +
                             (gsize) (window->x * self->cell_px)),
            n_bytes);
  if (is_guided (self->paint, pass))
    {
      g_autofree guint8 *guides = g_new (guint8, self->n_cells);

      for (int i = 0; i < self->n_cells; i++)
        guides[i] = pass->hole[vqd_painter_cell (self, pass->level, window, i)];
      vqd_guide_sharpen (self->pixels, guides, width, height, self->cell_px);
    }
  if (! vqd_pipeline_encode (self->paint->pipeline, self->pixels, self->encoded,
                             self->paint->cancellable, error))
    return FALSE;
  self->units_done += VQD_ENCODE_UNITS;
  *self->paint->decode_seconds += vqd_seconds_since (start_us);
  return TRUE;
}

/* What was encoded where nothing is there. On the coarsest level it is the
 * same for all pictures, where they have the same windows. */
static void
take_encoded (VqdPainter *self, Pass *pass, const VqdWindow *window)
{
  const gboolean lasts = pass->is_coarsest && ! keeps_some (self->paint);

  for (int i = 0; i < self->n_cells; i++)
    if (self->local[i] < 0)
      {
        const gsize at = vqd_painter_cell (self, pass->level, window, i);

        self->local[i] = self->encoded[i];
        if (lasts)
          pass->level->base_tokens[at] = self->encoded[i];
      }
}

static void
note_given (VqdPainter *self, Pass *pass, const VqdWindow *window)
{
  for (int i = 0; i < self->n_cells; i++)
    {
      const gsize at = vqd_painter_cell (self, pass->level, window, i);

      if (pass->given[at] < 0)
        pass->given[at] = self->local[i];
    }
}

static void
keep_drawn (VqdPainter *self, Pass *pass, const VqdWindow *window)
{
  for (int i = 0; i < self->n_cells; i++)
    {
      const gsize at = vqd_painter_cell (self, pass->level, window, i);

      if (self->hole[i] || ! pass->hole[at])
        {
          pass->tokens[at] = self->local[i];
          pass->purity[at] = self->purity[i];
        }
    }
}

/* From nothing when nothing is there: the run of an ordinary picture. No run
 * when there is no hole. */
static gboolean
draw_hole (VqdPainter *self, const VqdSamplerSettings *settings,
           const guint8 *hole, GError **error)
{
  const VqdSamplerStart start = { .tokens = self->local, .hole = hole };
  const gboolean whole = memchr (hole, 0, (gsize) self->n_cells) == NULL;

  if (memchr (hole, 1, (gsize) self->n_cells) == NULL)
    return TRUE;
  return vqd_painter_sample (self, settings, whole ? NULL : &start, error);
}

/* First some of the cells, guided by the others; then those. Half of the steps
 * do, of strategies that can: what is to be seen has been decided. */
static gboolean
draw_guided (VqdPainter *self, GError **error)
{
  g_autofree guint8 *first = g_new (guint8, self->n_cells);
  g_autofree guint8 *second = g_new (guint8, self->n_cells);
  VqdSamplerSettings settings = self->paint->settings;

  if (! vqd_sampler_has_fixed_steps (settings.strategy))
    settings.steps = (settings.steps + 1) / 2;
  for (int i = 0; i < self->n_cells; i++)
    {
      const float u = vqd_philox_uniform (self->paint->seed, VQD_STREAM_KEEP, 1,
                                          self->n_runs, (guint32) i);

      first[i] = self->hole[i] && u < FIRST_SHARE;
      second[i] = self->hole[i] && ! first[i];
    }
  return draw_hole (self, &settings, first, error) &&
         draw_hole (self, &settings, second, error);
}

/* Roughly what drawing n cells of a window costs, in evaluations; is 0 on
 * levels that keep what they are handed. */
static double
sampling_units (const VqdPainter *self, const Pass *pass, int n)
{
  const VqdPaint *paint = self->paint;
  const double share = (double) n / self->n_cells;
  const int half = (paint->settings.steps + 1) / 2;

  if (is_noised (paint))
    return ceil (paint->settings.steps * paint->strength);
  if (pass->is_coarsest)
    return ceil (paint->settings.steps * share);
  return pass->redraws ? ceil (half * share) + 1 : 0;
}

static double
encoding_units (const VqdPainter *self, const Pass *pass, int n)
{
  const gboolean encodes =
      ! pass->is_coarsest || n < self->n_cells || pass->given != NULL;

  return encodes ? VQD_ENCODE_UNITS : 0;
}

static gboolean
draw_window (VqdPainter *self, Pass *pass, const VqdWindow *window,
             GError **error)
{
  const VqdPaint *paint = self->paint;
  gboolean ok = TRUE;
  int n = 0;

  const gboolean encodes = look_at_window (self, pass, window);
  for (int i = 0; i < self->n_cells; i++)
    n += self->hole[i];
  const double units_after = self->units_done + encoding_units (self, pass, n) +
                             sampling_units (self, pass, n);

  if (encodes)
    {
      if (! encode (self, pass, window, error))
        return FALSE;
      take_encoded (self, pass, window);
    }
  if (pass->given != NULL)
    note_given (self, pass, window);

  if (is_noised (paint))
    {
      const VqdSamplerStart start = { .tokens = self->local,
                                      .hole = self->hole,
                                      .vary = TRUE,
                                      .strength = paint->strength };

      ok = vqd_painter_sample (self, &paint->settings, &start, error);
    }
  else if (! is_guided (paint, pass))
    ok = draw_hole (self, &paint->settings, self->hole, error);
  else if (pass->redraws)
    ok = draw_guided (self, error);
  else
    report (self, VQD_PHASE_DECODE, VQD_ENCODE_UNITS, 0, 0);

  if (ok)
    keep_drawn (self, pass, window);
  self->units_done = units_after;
  self->window++;
  return ok;
}

static gboolean
draw_windows (VqdPainter *self, Pass *pass, GError **error)
{
  for (guint i = 0; i < pass->windows->len; i++)
    if (! draw_window (self, pass, &g_array_index (pass->windows, VqdWindow, i),
                       error))
      return FALSE;
  return TRUE;
}

/* ---- all levels ---- */

/* Which cells of each level this picture draws: all of the hole, or of a
 * variation that keeps some, a random share; the same parts on all levels. */
static guint8 *
choose_cells (const VqdPaint *paint, const VqdLevel *level,
              const VqdLevel *coarser, const guint8 *coarser_hole)
{
  const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;
  guint8 *hole = g_memdup2 (level->hole, n);

  if (! keeps_some (paint))
    return hole;

  for (gsize i = 0; i < n; i++)
    {
      if (coarser != NULL)
        hole[i] = hole[i] &&
                  coarser_hole[vqd_region_coarser_cell (level, coarser, i)];
      else
        hole[i] =
            hole[i] && vqd_philox_uniform (paint->seed, VQD_STREAM_KEEP, 0, 0,
                                           (guint32) i) >= paint->keep;
    }
  return hole;
}

static double
decoding_units (const VqdPainter *self, const Pass *pass)
{
  double units = 0;

  if (pass->given != NULL)
    units += VQD_DECODE_UNITS; /* of what is varied, too */
  if (self->paint->task != VQD_TASK_TILE || ! pass->is_finest)
    units += VQD_DECODE_UNITS;
  return units;
}

static void
plan_windows (VqdPainter *self, Pass *pass)
{
  const VqdLevel *level = pass->level;
  const int margin = pass_margin (self, pass);
  const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;
  g_autofree guint8 *left = g_memdup2 (pass->hole, n);

  pass->windows =
      vqd_windows_plan (pass->hole, level->grid_width, level->grid_height,
                        self->window_width, self->window_height, margin);
  self->n_windows += (int) pass->windows->len;
  for (guint k = 0; k < pass->windows->len; k++)
    {
      const VqdWindow *window = &g_array_index (pass->windows, VqdWindow, k);
      int n_drawn = 0;

      for (int i = 0; i < self->n_cells; i++)
        if (vqd_window_draws (window, i, self->window_width,
                              self->window_height, level->grid_width,
                              level->grid_height, margin))
          {
            guint8 *cell = &left[vqd_painter_cell (self, level, window, i)];

            n_drawn += *cell;
            *cell = 0;
          }
      pass->sampling_units += sampling_units (self, pass, n_drawn);
      self->n_units +=
          encoding_units (self, pass, n_drawn) + decoding_units (self, pass);
    }
  self->n_units += pass->sampling_units;
}

static void
plan (VqdPainter *self, VqdRegion *region, Pass *passes)
{
  const int last = region->n_levels - 1;

  for (int i = last; i >= 0; i--)
    {
      VqdLevel *level = &region->levels[i];
      Pass *pass = &passes[i];
      const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;

      *pass = (Pass){ .level = level,
                      .is_coarsest = i == last,
                      .is_finest = i == 0,
                      .redraws = i < last };
      pass->hole = choose_cells (self->paint, level,
                                 i == last ? NULL : &region->levels[i + 1],
                                 i == last ? NULL : passes[i + 1].hole);
      pass->tokens = g_memdup2 (level->base_tokens, sizeof (int) * n);
      pass->purity = g_new (float, n);
      for (gsize k = 0; k < n; k++)
        pass->purity[k] = -1;
      /* what is outside was encoded for the picture before, and is drawn */
      for (gsize k = 0; k < n; k++)
        if (pass->hole[k] || (pass->is_coarsest && level->outside[k]))
          pass->tokens[k] = -1;
      if (self->paint->task == VQD_TASK_VARY)
        {
          pass->given = g_new (int, n);
          for (gsize k = 0; k < n; k++)
            pass->given[k] = -1;
        }
      plan_windows (self, pass);
    }
}

static void
pass_clear (Pass *pass)
{
  g_free (pass->hole);
  g_free (pass->tokens);
  g_free (pass->purity);
  g_free (pass->given);
  g_clear_pointer (&pass->windows, g_array_unref);
}

/* The colours of a finer level are those of the coarser one: its windows know
 * little of each other, and would differ. */
static gboolean
match_guide (VqdPainter *self, const Pass *pass, float *rgb, GError **error)
{
  const VqdLevel *level = pass->level;
  const gsize n = (gsize) level->width * (gsize) level->height;
  g_autofree guint8 *all = g_try_new (guint8, n);

  if (all == NULL)
    return vqd_painter_set_no_memory (level, error);
  memset (all, 1, n);
  return vqd_color_match (rgb, pass->rgb, all, level->width, level->height,
                          GUIDE_CELLS * self->cell_px, self->paint->cancellable,
                          error);
}

/* The drawn level: a patchwork of its windows, its colours matched, and the
 * level's own pixels where no window is. */
static gboolean
decode_level (VqdPainter *self, const Pass *pass, const int *tokens,
              gboolean match, VqdPatchwork *patchwork, GError **error)
{
  const VqdLevel *level = pass->level;
  const gsize n = (gsize) level->width * (gsize) level->height;

  if (! vqd_painter_decode (self, tokens, level->grid_width, level->grid_height,
                            pass->windows, patchwork, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    if (! (patchwork->weight[i] > 0))
      memcpy (patchwork->rgb + 3 * i, pass->rgb + 3 * i, 3 * sizeof (float));
  g_clear_pointer (&patchwork->weight, g_free);

  if (! pass->is_coarsest && ! match_guide (self, pass, patchwork->rgb, error))
    return FALSE;
  return ! match || vqd_color_match (patchwork->rgb, level->rgb, level->known,
                                     level->width, level->height, self->cell_px,
                                     self->paint->cancellable, error);
}

/* Where the coarsest level drew texture, all levels do; else they keep what
 * they are handed. */
static void
decide_redrawing (VqdPainter *self, const float *drawn, Pass *passes, int last)
{
  const Pass *coarsest = &passes[last];
  const gboolean redraws =
      vqd_guide_is_texture (drawn, coarsest->hole, coarsest->level->width,
                            coarsest->level->height, self->cell_px);

  for (int i = 0; i < last; i++)
    {
      passes[i].redraws = redraws;
      if (! redraws)
        self->n_units -= passes[i].sampling_units;
    }
}

/* Cells that stay what guides them are as sure as that was. */
static void
hand_on_purity (const Pass *pass, Pass *finer)
{
  const VqdLevel *level = finer->level;
  const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;

  for (gsize i = 0; i < n; i++)
    if (finer->hole[i])
      finer->purity[i] =
          pass->purity[vqd_region_coarser_cell (level, pass->level, i)];
}

/* What a level hands on to the next finer one: of a variation, what is to be
 * encoded there; else the finer level's unknown pixels are filled. */
static gboolean
hand_on (VqdPainter *self, const Pass *pass, VqdLevel *finer, float *drawn,
         float **rgb, GError **error)
{
  g_auto (VqdPatchwork) given = { 0 };

  if (self->paint->task != VQD_TASK_VARY)
    return vqd_painter_fill_finer (finer, pass->level, drawn, error);
  if (! decode_level (self, pass, pass->given, FALSE, &given, error))
    return FALSE;
  *rgb = vqd_painter_vary_finer (finer, pass->level, drawn, given.rgb, error);
  return *rgb != NULL;
}

/* What did not change shows the pixels themselves. */
static gboolean
keep_unchanged (VqdPainter *self, const Pass *pass, float *rgb, GError **error)
{
  const VqdLevel *level = pass->level;
  g_auto (VqdPatchwork) given = { 0 };

  if (! decode_level (self, pass, pass->given, FALSE, &given, error))
    return FALSE;
  vqd_residual_add (rgb, given.rgb, pass->rgb, pass->tokens, pass->given,
                    level->grid_width, level->grid_height, self->cell_px);
  return TRUE;
}

static gboolean
paint_levels (VqdPainter *self, VqdRegion *region, Pass *passes,
              VqdPainting *painting, GError **error)
{
  const VqdPaint *paint = self->paint;
  const gboolean match = paint->color_match && paint->task != VQD_TASK_VARY;
  g_autofree float *varied = NULL;

  for (int i = region->n_levels - 1; i >= 0; i--)
    {
      Pass *pass = &passes[i];
      g_auto (VqdPatchwork) patchwork = { 0 };

      pass->rgb = varied != NULL ? varied : pass->level->rgb;
      if (! draw_windows (self, pass, error))
        return FALSE;
      if (i == 0 && paint->task == VQD_TASK_TILE)
        return vqd_painter_tile (self, pass->level, pass->tokens, pass->purity,
                                 painting, error);
      if (! decode_level (self, pass, pass->tokens, match, &patchwork, error))
        return FALSE;

      if (i == 0 && pass->given != NULL &&
          ! keep_unchanged (self, pass, patchwork.rgb, error))
        return FALSE;

      g_autofree float *next = NULL;
      if (pass->is_coarsest && i > 0 && ! is_noised (paint))
        decide_redrawing (self, patchwork.rgb, passes, i);
      if (i > 0)
        hand_on_purity (pass, &passes[i - 1]);
      if (i > 0 && ! hand_on (self, pass, &region->levels[i - 1], patchwork.rgb,
                              &next, error))
        return FALSE;
      g_free (varied); /* pass->rgb */
      varied = g_steal_pointer (&next);
      if (i == 0)
        {
          painting->rgb = g_steal_pointer (&patchwork.rgb);
          painting->tokens = g_steal_pointer (&pass->tokens);
          painting->purity = g_steal_pointer (&pass->purity);
        }
    }
  return TRUE;
}

gboolean
vqd_paint (const VqdPaint *paint, VqdRegion *region, VqdPainting *painting,
           GError **error)
{
  g_auto (VqdPainter) self = { 0 };
  Pass passes[VQD_MAX_LEVELS] = { 0 };

  vqd_painter_init (&self, paint);
  plan (&self, region, passes);
  if (paint->task == VQD_TASK_TILE)
    vqd_painter_plan_tile (&self, &region->levels[0]);
  const gboolean ok = paint_levels (&self, region, passes, painting, error);
  for (int i = 0; i < region->n_levels; i++)
    pass_clear (&passes[i]);
  return ok;
}

void
vqd_painting_clear (VqdPainting *painting)
{
  g_clear_pointer (&painting->rgb, g_free);
  g_clear_pointer (&painting->tokens, g_free);
  g_clear_pointer (&painting->purity, g_free);
}

gboolean
vqd_paint_decode (VqdPipeline *pipeline, const int *tokens, int grid_width,
                  int grid_height, VqdTiling tiling, float **rgb,
                  GCancellable *cancellable, GError **error)
{
  double seconds = 0;
  const VqdPaint paint = { .pipeline = pipeline,
                           .tiling = tiling,
                           .cancellable = cancellable,
                           .decode_seconds = &seconds };
  g_auto (VqdPainter) self = { 0 };
  g_auto (VqdPatchwork) patchwork = { 0 };

  vqd_painter_init (&self, &paint);
  g_autoptr (GArray) windows = vqd_windows_lattice (
      grid_width, grid_height, self.window_width, self.window_height, tiling);
  if (! vqd_painter_decode (&self, tokens, grid_width, grid_height, windows,
                            &patchwork, error))
    return FALSE;
  *rgb = g_steal_pointer (&patchwork.rgb);
  return TRUE;
}
