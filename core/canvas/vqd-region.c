/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-extend.h"
#include "core/canvas/vqd-region.h"
#include "core/canvas/vqd-shrink.h"

/* What is to be drawn has so much of a window's side around it: 1 /
 * 16. More of it would leave a model less room for the thing to be drawn. */
#define CONTEXT_DIVISOR 16

/* Bytes of a pixel of a region: of all levels together (4 / 3), and what
 * drawing the finest one takes beside (vqd-paint.c). */
#define LEVEL_BYTES (3 * sizeof (float) + sizeof (guint8))
#define PAINT_BYTES (4 * sizeof (float) + 4 * sizeof (float))
/* Of a variation beside: what it begins with, and that decoded. */
#define VARY_BYTES (6 * sizeof (float))

typedef struct
{
  int begin;
  int end;
} Span;

/* A span of one axis of the frame that the region covers. */
typedef struct
{
  int begin;
  int n_px; /* a multiple of cell << (n_levels - 1) */
} Axis;


/* ---- which part of the frame ---- */

static void
bounds (const guint8 *hole, int width, int height, Span *columns, Span *rows)
{
  *columns = (Span){ width, 0 };
  *rows = (Span){ height, 0 };
  for (int y = 0; y < height; y++)
    {
      const guint8 *line = hole + (gsize) y * (gsize) width;
      const guint8 *first = memchr (line, 1, (gsize) width);

      if (first == NULL)
        continue;

      int last = width - 1;
      while (! line[last])
        last--;
      columns->begin = MIN (columns->begin, (int) (first - line));
      columns->end = MAX (columns->end, last + 1);
      rows->begin = MIN (rows->begin, y);
      rows->end = y + 1;
    }
}

/* The span with context for a window of `window` cells of `cell` pixels,
 * inside the frame. */
static Span
with_context (Span span, int cell, int window, int frame)
{
  const int context = MAX (1, window / CONTEXT_DIVISOR) * cell;

  return (Span){ MAX (0, span.begin - context),
                 MIN (frame, span.end + context) };
}

static gboolean
fits (Span span, int cell, int window, int frame)
{
  const Span wanted = with_context (span, cell, window, frame);

  return wanted.end - wanted.begin <= window * cell;
}

/* How often the picture is halved. From nothing, the shorter side decides, so
 * that no part of a window goes to waste; beside something, all of the hole
 * and what is around it is seen at once. */
static int
count_levels (const VqdFrame *frame, const VqdRegionModel *model, Span columns,
              Span rows)
{
  int n = 1;

  for (; n < VQD_MAX_LEVELS; n++)
    {
      const int cell = model->cell_px << (n - 1);
      const gboolean wide =
          fits (columns, cell, model->window_width, frame->width);
      const gboolean high =
          fits (rows, cell, model->window_height, frame->height);

      if (frame->canvas == NULL ? wide || high : wide && high)
        break;
    }
  return MIN (n, VQD_MAX_LEVELS);
}

/* `begin` moved down to where cells of known tokens begin. */
static int
align (int begin, int origin, int cell)
{
  const int rest = (begin - origin) % cell;

  return begin - (rest < 0 ? rest + cell : rest);
}

static int
round_up (int n, int step)
{
  return (n + step - 1) / step * step;
}

/* How the coarsest level sees the frame. */
typedef struct
{
  int n_levels;
  int coarsest_px; /* side of one of its cells, in pixels of the frame */
  int step_px;     /* the region's sides are multiples of it */
} Layout;

/* From nothing, all levels are halves. Beside something, the coarsest one is no
 * smaller than it has to be: what is drawn then fills its window, as it does in
 * most of what a model has learned from. */
static Layout
lay_out (const VqdFrame *frame, const VqdRegionModel *model, Span columns,
         Span rows)
{
  const int n = count_levels (frame, model, columns, rows);
  const int cell = model->cell_px << (n - 1);
  Layout layout = { n, cell, cell };

  if (frame->canvas == NULL || n == 1)
    return layout;

  layout.step_px /= 2;
  while (
      layout.coarsest_px > layout.step_px + 1 &&
      fits (columns, layout.coarsest_px - 1, model->window_width,
            frame->width) &&
      fits (rows, layout.coarsest_px - 1, model->window_height, frame->height))
    layout.coarsest_px--;
  return layout;
}

/* A window of the coarsest level, where the frame has so much; at least one of
 * the next finer level. */
static int
least_length (const Layout *layout, int cell, int window, int frame)
{
  const int step = layout->step_px;

  if (layout->n_levels == 1)
    return window * cell;
  return MAX (round_up (window * (cell << (layout->n_levels - 2)), step),
              MIN (round_up (window * layout->coarsest_px, step),
                   round_up (frame, step)));
}

/* The region covers the hole with its context, and lies in the frame where
 * there is room. Its cells are those of known tokens, at the cost of leaving
 * the frame, or of a step more; where none are known they begin with the hole
 * if they can. */
static Axis
place_span (Span span, int cell, const Layout *layout, int window, int frame,
            const int *origin)
{
  const Span wanted = with_context (span, layout->coarsest_px, window, frame);
  const int length = wanted.end - wanted.begin;
  const int n_px = MAX (least_length (layout, cell, window, frame),
                        round_up (length, layout->step_px));
  const int room = frame - n_px;
  const int lowest = MAX (wanted.end - n_px, room >= 0 ? 0 : G_MININT);
  const int highest = MIN (wanted.begin, room >= 0 ? room : G_MAXINT);
  const int begin =
      room < 0 ? room / 2
               : CLAMP (wanted.begin - (n_px - length) / 2, lowest, highest);

  if (room < 0 && origin == NULL)
    return (Axis){ begin, n_px };

  int aligned = align (begin, origin != NULL ? *origin : span.begin, cell);
  if (aligned < lowest && aligned + cell <= highest)
    aligned += cell;
  if (aligned >= lowest)
    return (Axis){ aligned, n_px };
  if (origin == NULL)
    return (Axis){ begin, n_px };

  if (aligned + n_px < wanted.end && aligned + cell <= wanted.begin)
    aligned += cell;
  if (aligned + n_px < wanted.end)
    return (Axis){ aligned, n_px + layout->step_px };
  return (Axis){ aligned, n_px };
}

/* ---- its levels ---- */

static gboolean
set_no_memory (int width, int height, GError **error)
{
  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               _ ("There is not enough memory to work on %d x %d pixels."),
               width, height);
  return FALSE;
}

static gboolean
allocate_level (VqdLevel *level, int width, int height, int cell,
                GError **error)
{
  const gsize n = (gsize) width * (gsize) height;
  const gsize n_cells = n / ((gsize) cell * (gsize) cell);

  level->width = width;
  level->height = height;
  level->grid_width = width / cell;
  level->grid_height = height / cell;
  level->rgb = g_try_new0 (float, 3 * n);
  level->known = g_try_new0 (guint8, n);
  level->hole = g_try_new0 (guint8, n_cells);
  level->outside = g_try_new (guint8, n_cells);
  level->base_tokens = g_try_new (int, n_cells);
  if (level->rgb != NULL && level->known != NULL && level->hole != NULL &&
      level->outside != NULL && level->base_tokens != NULL)
    {
      memset (level->outside, 1, n_cells);
      for (gsize i = 0; i < n_cells; i++)
        level->base_tokens[i] = -1;
      return TRUE;
    }

  return set_no_memory (width, height, error);
}

/* Float pictures may hold anything. */
static float
in_range (float value)
{
  if (! (value > 0)) /* NaN, too */
    return 0;
  return MIN (value, 1.0f);
}

/* A row of the finest level from the frame. */
static void
read_row (const VqdRegion *self, const VqdFrame *frame, int cell, int y)
{
  const VqdLevel *level = &self->levels[0];
  const int frame_y = self->y + y;
  const int begin = MAX (0, -self->x);
  const int end = MIN (level->width, frame->width - self->x);

  if (frame_y < 0 || frame_y >= frame->height)
    return;

  for (int x = begin; x < end; x++)
    {
      const int frame_x = self->x + x;
      const gsize from =
          (gsize) frame_y * (gsize) frame->width + (gsize) frame_x;
      const gsize to = (gsize) y * (gsize) level->width + (gsize) x;
      const gsize at =
          (gsize) (y / cell) * (gsize) level->grid_width + (gsize) (x / cell);

      if (frame->hole[from])
        level->hole[at] = 1;
      if (! frame->known[from])
        continue;

      const gsize pixel =
          (gsize) (frame_y - frame->top) * (gsize) frame->canvas->width_px +
          (gsize) (frame_x - frame->left);
      for (gsize c = 0; c < 3; c++)
        level->rgb[3 * to + c] = in_range (frame->canvas->rgb[3 * pixel + c]);
      level->known[to] = 1;
      level->outside[at] = 0;
    }
}

/* How much smaller a level becomes one window. */
static double
scale_to_window (const VqdLevel *level, const VqdRegionModel *model)
{
  return MAX ((double) level->width / (model->window_width * model->cell_px),
              (double) level->height / (model->window_height * model->cell_px));
}

/* The finer level at its place in the coarser one. */
static gboolean
shrink_pixels (const VqdLevel *finer, VqdLevel *coarser, GError **error)
{
  const VqdCover *cover = &coarser->finer;
  const gsize width = (gsize) cover->width;
  const gsize height = (gsize) cover->height;
  g_autofree float *rgb = g_try_new (float, 3 * width * height);
  g_autofree guint8 *known = g_try_new (guint8, width * height);

  if (rgb == NULL || known == NULL)
    return set_no_memory (finer->width, finer->height, error);

  vqd_shrink (finer->rgb, finer->known, finer->width, finer->height, rgb, known,
              cover->width, cover->height);
  for (gsize y = 0; y < height; y++)
    {
      const gsize to =
          (y + (gsize) cover->y) * (gsize) coarser->width + (gsize) cover->x;

      memcpy (coarser->rgb + 3 * to, rgb + 3 * y * width,
              3 * sizeof (float) * width);
      memcpy (coarser->known + to, known + y * width, width);
    }
  return TRUE;
}

/* The cells of a coarser level that part i of a finer one touches, along one
 * axis: the finer level's n pixels lie on `length` of the coarser from begin
 * on, and a part is side_px of them. */
static Span
touched (int i, int side_px, int cell, int n, int begin, int length)
{
  const gint64 unit = (gint64) cell * n;
  const gint64 first = (gint64) begin * n + (gint64) i * side_px * length;
  const gint64 last = first + (gint64) side_px * length;

  return (Span){ (int) (first / unit), (int) ((last + unit - 1) / unit) };
}

/* Cells of the coarser level from all of the finer one that touch them. */
static void
shrink_cells (const VqdLevel *finer, VqdLevel *coarser, int cell)
{
  const VqdCover *cover = &coarser->finer;

  for (int y = 0; y < finer->grid_height; y++)
    for (int x = 0; x < finer->grid_width; x++)
      {
        const gsize from = (gsize) y * (gsize) finer->grid_width + (gsize) x;
        const Span columns =
            touched (x, cell, cell, finer->width, cover->x, cover->width);
        const Span rows =
            touched (y, cell, cell, finer->height, cover->y, cover->height);

        for (int row = rows.begin; row < rows.end; row++)
          for (int column = columns.begin; column < columns.end; column++)
            {
              const gsize to =
                  (gsize) row * (gsize) coarser->grid_width + (gsize) column;

              coarser->hole[to] = coarser->hole[to] || finer->hole[from];
              coarser->outside[to] =
                  coarser->outside[to] && finer->outside[from];
            }
      }
}

/* Cells of the coarsest level that a pixel of the frame's hole touches: where
 * it is no half, those that a finer level's cell touches may be more. */
static void
mark_hole (VqdRegion *self, const VqdFrame *frame, int cell)
{
  const VqdLevel *finest = &self->levels[0];
  const VqdLevel *coarsest = &self->levels[self->n_levels - 1];
  const VqdCover *cover = &coarsest->finer;
  const int left = MAX (0, self->x);
  const int right = MIN (frame->width, self->x + finest->width);
  const int bottom = MIN (frame->height, self->y + finest->height);

  memset (coarsest->hole, 0,
          (gsize) coarsest->grid_width * (gsize) coarsest->grid_height);
  for (int y = MAX (0, self->y); y < bottom; y++)
    {
      const guint8 *hole = frame->hole + (gsize) y * (gsize) frame->width;
      const Span rows = touched (y - self->y, 1, cell, finest->height, cover->y,
                                 cover->height);

      for (int x = left; x < right; x++)
        {
          if (! hole[x])
            continue;

          const Span columns = touched (x - self->x, 1, cell, finest->width,
                                        cover->x, cover->width);
          for (int row = rows.begin; row < rows.end; row++)
            for (int column = columns.begin; column < columns.end; column++)
              coarsest->hole[(gsize) row * (gsize) coarsest->grid_width +
                             (gsize) column] = 1;
        }
    }
}

gsize
vqd_region_coarser_cell (const VqdLevel *finer, const VqdLevel *coarser,
                         gsize cell)
{
  const VqdCover *cover = &coarser->finer;
  const gsize x = cell % (gsize) finer->grid_width;
  const gsize y = cell / (gsize) finer->grid_width;
  /* in pixels of the coarser level, times twice the cells of the finer */
  const gsize across = 2 * (gsize) finer->grid_width;
  const gsize down = 2 * (gsize) finer->grid_height;
  const gsize x_px =
      (gsize) cover->x * across + (2 * x + 1) * (gsize) cover->width;
  const gsize y_px =
      (gsize) cover->y * down + (2 * y + 1) * (gsize) cover->height;
  const gsize cell_px = (gsize) (coarser->width / coarser->grid_width);

  return y_px / (down * cell_px) * (gsize) coarser->grid_width +
         x_px / (across * cell_px);
}

static void
mark_outside (VqdLevel *level)
{
  const gsize n = (gsize) level->grid_width * (gsize) level->grid_height;

  for (gsize i = 0; i < n; i++)
    level->outside[i] = level->outside[i] && ! level->hole[i];
}

/* Whether all pixels of a cell are known. */
static gboolean
is_whole (const VqdLevel *level, int cell, int column, int row)
{
  for (int y = row * cell; y < (row + 1) * cell; y++)
    for (int x = column * cell; x < (column + 1) * cell; x++)
      if (! level->known[(gsize) y * (gsize) level->width + (gsize) x])
        return FALSE;
  return TRUE;
}

/* Tokens that the canvas knows of. */
static void
take_tokens (VqdRegion *self, const VqdFrame *frame,
             const VqdRegionModel *model)
{
  const int cell = model->cell_px;
  const VqdTokenGrid *known = &frame->canvas->known;
  VqdLevel *level = &self->levels[0];
  const int column = (self->x - frame->left - known->x_px) / cell;
  const int row = (self->y - frame->top - known->y_px) / cell;

  for (int y = 0; y < level->grid_height; y++)
    for (int x = 0; x < level->grid_width; x++)
      {
        const int from_x = x + column;
        const int from_y = y + row;
        const gsize to = (gsize) y * (gsize) level->grid_width + (gsize) x;

        if (from_x < 0 || from_x >= known->grid_width || from_y < 0 ||
            from_y >= known->grid_height || ! is_whole (level, cell, x, y))
          continue;

        const int token =
            known->tokens[(gsize) from_y * (gsize) known->grid_width +
                          (gsize) from_x];
        if (token >= 0 && token < model->n_codes)
          level->base_tokens[to] = token;
      }
}

static gboolean
build_levels (VqdRegion *self, const VqdFrame *frame,
              const VqdRegionModel *model, GCancellable *cancellable,
              GError **error)
{
  const int cell = model->cell_px;

  for (int y = 0; y < self->levels[0].height; y++)
    read_row (self, frame, cell, y);
  for (int i = 1; i < self->n_levels; i++)
    {
      const VqdLevel *finer = &self->levels[i - 1];
      VqdLevel *level = &self->levels[i];
      const gboolean last = i == self->n_levels - 1;
      const double scale =
          last && frame->canvas != NULL ? scale_to_window (finer, model) : 2;
      const int width = (int) lrint (finer->width / scale);
      const int height = (int) lrint (finer->height / scale);

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          ! allocate_level (
              level, MAX (width, last ? model->window_width * cell : 0),
              MAX (height, last ? model->window_height * cell : 0), cell,
              error))
        return FALSE;
      level->finer = (VqdCover){ (level->width - width) / 2 / cell * cell,
                                 (level->height - height) / 2 / cell * cell,
                                 width, height };
      if (! shrink_pixels (finer, level, error))
        return FALSE;
      shrink_cells (finer, level, cell);
    }
  if (self->n_levels > 1)
    mark_hole (self, frame, cell);
  for (int i = 0; i < self->n_levels; i++)
    mark_outside (&self->levels[i]);

  const VqdLevel *coarsest = &self->levels[self->n_levels - 1];
  return vqd_extend (coarsest->rgb, coarsest->known, coarsest->width,
                     coarsest->height, 3, cancellable, error);
}

/* Whether a place may have to do with a canvas. */
static gboolean
in_reach (int i)
{
  return i >= -VQD_MAX_CANVAS_PX && i <= VQD_MAX_CANVAS_PX;
}

/* The tokens that are known, where they are of this model. */
static const VqdTokenGrid *
known_tokens (const VqdFrame *frame, const VqdRegionModel *model)
{
  const VqdTokenGrid *known =
      frame->canvas == NULL ? NULL : &frame->canvas->known;

  if (known == NULL || known->tokens == NULL ||
      known->cell_px != model->cell_px ||
      g_strcmp0 (known->model, model->id) != 0 || ! in_reach (known->x_px) ||
      ! in_reach (known->y_px) || ! in_reach (known->grid_width) ||
      ! in_reach (known->grid_height))
    return NULL;
  return known;
}

static int
place (const VqdFrame *frame, const VqdRegionModel *model, Axis *x, Axis *y)
{
  const VqdTokenGrid *tokens = known_tokens (frame, model);
  const int origin_x = tokens == NULL ? 0 : frame->left + tokens->x_px;
  const int origin_y = tokens == NULL ? 0 : frame->top + tokens->y_px;
  Span columns;
  Span rows;

  bounds (frame->hole, frame->width, frame->height, &columns, &rows);
  const Layout layout = lay_out (frame, model, columns, rows);

  *x = place_span (columns, model->cell_px, &layout, model->window_width,
                   frame->width, tokens == NULL ? NULL : &origin_x);
  *y = place_span (rows, model->cell_px, &layout, model->window_height,
                   frame->height, tokens == NULL ? NULL : &origin_y);
  return layout.n_levels;
}

guint64
vqd_region_measure (const VqdFrame *frame, const VqdRegionModel *model,
                    gboolean varies)
{
  Axis x;
  Axis y;

  const guint64 window = (guint64) model->window_width *
                         (guint64) model->window_height *
                         (guint64) model->cell_px * (guint64) model->cell_px;

  place (frame, model, &x, &y);
  return (guint64) x.n_px * (guint64) y.n_px *
             (LEVEL_BYTES * 4 / 3 + PAINT_BYTES + (varies ? VARY_BYTES : 0)) +
         window * LEVEL_BYTES;
}

VqdRegion *
vqd_region_new (const VqdFrame *frame, const VqdRegionModel *model,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (VqdRegion) self = g_new0 (VqdRegion, 1);
  Axis x;
  Axis y;

  self->n_levels = place (frame, model, &x, &y);
  self->x = x.begin;
  self->y = y.begin;
  if (! allocate_level (&self->levels[0], x.n_px, y.n_px, model->cell_px,
                        error) ||
      ! build_levels (self, frame, model, cancellable, error))
    return NULL;
  if (known_tokens (frame, model) != NULL)
    take_tokens (self, frame, model);
  return g_steal_pointer (&self);
}

void
vqd_region_drop_pixels (VqdRegion *self)
{
  for (int i = 0; i < self->n_levels; i++)
    {
      g_clear_pointer (&self->levels[i].rgb, g_free);
      g_clear_pointer (&self->levels[i].known, g_free);
    }
}

void
vqd_region_free (VqdRegion *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_levels; i++)
    {
      g_free (self->levels[i].rgb);
      g_free (self->levels[i].known);
      g_free (self->levels[i].hole);
      g_free (self->levels[i].outside);
      g_free (self->levels[i].base_tokens);
    }
  g_free (self);
}
