/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a canvas that the model sees. */
#include "core/canvas/vqd-region.h"
#include "tests/core/canvas-pictures.h"

#define N_RANDOM_CANVASES 150
#define CONTEXT 16 /* a window's side by this is around the hole */

static const VqdRegionModel square = { .cell_px = CELL_PX,
                                       .window_width = 16,
                                       .window_height = 16,
                                       .n_codes = N_CODES,
                                       .id = "a model" };
static const VqdRegionModel oblong = { .cell_px = 4,
                                       .window_width = 24,
                                       .window_height = 10,
                                       .n_codes = N_CODES,
                                       .id = "a model" };

/* Does not grow the hole. */
static void
canvas_request_init (VqdRequest *request, VqdTask task, const VqdCanvas *canvas)
{
  request_init (request, task, canvas);
  request->grow_px = 0;
}

static void
frame_init (VqdFrame *frame, const VqdRequest *request)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_request_validate (request, &error));
  g_assert_no_error (error);
  g_assert_true (vqd_frame_init (frame, request, 0, 0, NULL, &error));
  g_assert_no_error (error);
}

static VqdRegion *
region_new (const VqdFrame *frame, const VqdRegionModel *model)
{
  g_autoptr (GError) error = NULL;
  VqdRegion *region = vqd_region_new (frame, model, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (region);
  return region;
}

/* ---- the region: what holds for all ---- */

/* What is drawn, with context where there is some, lies in the region. */
static void
check_place (const VqdFrame *frame, const VqdRegion *region,
             const VqdRegionModel *model)
{
  const VqdLevel *level = &region->levels[0];
  /* a cell of the coarsest level is larger than one of the next finer */
  const int step = region->n_levels == 1
                       ? model->cell_px
                       : (model->cell_px << (region->n_levels - 2)) + 1;
  const int context_x = MAX (1, model->window_width / CONTEXT) * step;
  const int context_y = MAX (1, model->window_height / CONTEXT) * step;

  for (int i = 0; i < frame->width * frame->height; i++)
    if (frame->hole[i])
      {
        const int x = i % frame->width;
        const int y = i / frame->width;

        g_assert_cmpint (region->x, <=, MAX (0, x - context_x));
        g_assert_cmpint (region->y, <=, MAX (0, y - context_y));
        g_assert_cmpint (region->x + level->width, >=,
                         MIN (frame->width, x + 1 + context_x));
        g_assert_cmpint (region->y + level->height, >=,
                         MIN (frame->height, y + 1 + context_y));
      }
}

static void
check_pixels (const VqdFrame *frame, const VqdRegion *region)
{
  const VqdLevel *level = &region->levels[0];

  for (int y = 0; y < level->height; y++)
    for (int x = 0; x < level->width; x++)
      {
        const int frame_x = region->x + x;
        const int frame_y = region->y + y;
        const int at = y * level->width + x;
        const gboolean inside = frame_x >= 0 && frame_x < frame->width &&
                                frame_y >= 0 && frame_y < frame->height;
        const gboolean known =
            inside && frame->known[frame_y * frame->width + frame_x];

        g_assert_cmpint (level->known[at], ==, known);
        for (int c = 0; known && c < 3; c++)
          g_assert_cmpfloat (
              level->rgb[3 * at + c], ==,
              colour (frame_x - frame->left, frame_y - frame->top, c));
      }
}

/* Cells of a level that is a half, from the pixels of the frame themselves. */
static void
check_cells (const VqdFrame *frame, const VqdRegion *region,
             const VqdRegionModel *model, int l)
{
  const VqdLevel *level = &region->levels[l];
  const int side = model->cell_px << l;
  const int n = level->grid_width * level->grid_height;
  g_autofree guint8 *hole = g_new0 (guint8, n);
  g_autofree guint8 *known = g_new0 (guint8, n);

  for (int i = 0; i < frame->width * frame->height; i++)
    {
      const int x = i % frame->width - region->x;
      const int y = i / frame->width - region->y;
      const int at =
          (y / side + level->finer.y / model->cell_px) * level->grid_width +
          x / side + level->finer.x / model->cell_px;

      if (x < 0 || x >= region->levels[0].width || y < 0 ||
          y >= region->levels[0].height)
        continue;
      hole[at] |= frame->hole[i];
      known[at] |= frame->known[i];
    }
  for (int i = 0; i < n; i++)
    {
      g_assert_cmpint (level->hole[i], ==, hole[i]);
      g_assert_cmpint (level->outside[i], ==, ! known[i] && ! hole[i]);
    }
}

static gboolean
touches (double begin, double end, int cell, int cell_px)
{
  return begin < (cell + 1) * cell_px - 1e-6 && end > cell * cell_px + 1e-6;
}

/* Cells of the coarsest level, that may be any part of the finer one: to be
 * drawn where a pixel of the hole touches them. */
static void
check_coarsest_cells (const VqdFrame *frame, const VqdRegion *region,
                      const VqdRegionModel *model)
{
  const VqdLevel *level = &region->levels[region->n_levels - 1];
  const VqdLevel *finer = level - 1;
  const double side_x =
      (double) level->finer.width / finer->width * model->cell_px;
  const double side_y =
      (double) level->finer.height / finer->height * model->cell_px;

  g_autofree guint8 *hole =
      g_new0 (guint8, level->grid_width * level->grid_height);

  for (int i = 0; i < frame->width * frame->height; i++)
    {
      const double pixel_x =
          (double) level->finer.width / region->levels[0].width;
      const double pixel_y =
          (double) level->finer.height / region->levels[0].height;
      const double x =
          level->finer.x + (i % frame->width - region->x) * pixel_x;
      const double y =
          level->finer.y + (i / frame->width - region->y) * pixel_y;

      for (int k = 0; frame->hole[i] && k < 4; k++)
        {
          const double right = x + (k % 2 ? pixel_x - 1e-6 : 1e-6);
          const double bottom = y + (k / 2 ? pixel_y - 1e-6 : 1e-6);

          hole[(int) bottom / model->cell_px * level->grid_width +
               (int) right / model->cell_px] = 1;
        }
    }
  for (int i = 0; i < level->grid_width * level->grid_height; i++)
    {
      gboolean outside = TRUE;

      for (int k = 0; k < finer->grid_width * finer->grid_height; k++)
        {
          const double x = level->finer.x + k % finer->grid_width * side_x;
          const double y = level->finer.y + k / finer->grid_width * side_y;

          if (touches (x, x + side_x, i % level->grid_width, model->cell_px) &&
              touches (y, y + side_y, i / level->grid_width, model->cell_px) &&
              ! finer->hole[k])
            outside = outside && finer->outside[k];
        }
      g_assert_cmpint (level->hole[i], ==, hole[i]);
      if (level->outside[i])
        g_assert_true (outside && ! hole[i]);
    }
}

/* The middle of a finer cell lies in the coarser one. */
static void
check_coarser_cell (const VqdRegion *region, const VqdRegionModel *model, int l)
{
  const VqdLevel *level = &region->levels[l];
  const VqdLevel *coarser = &region->levels[l + 1];

  for (int i = 0; i < level->grid_width * level->grid_height; i++)
    {
      const int at = (int) vqd_region_coarser_cell (level, coarser, (gsize) i);
      const double x = coarser->finer.x + (i % level->grid_width + 0.5) *
                                              coarser->finer.width /
                                              level->grid_width;
      const double y = coarser->finer.y + (i / level->grid_width + 0.5) *
                                              coarser->finer.height /
                                              level->grid_height;

      g_assert_true (touches (x - 1e-3, x + 1e-3, at % coarser->grid_width,
                              model->cell_px));
      g_assert_true (touches (y - 1e-3, y + 1e-3, at / coarser->grid_width,
                              model->cell_px));
    }
}

static gsize
level_bytes (const VqdLevel *level)
{
  const gsize n_pixels = (gsize) level->width * (gsize) level->height;
  const gsize n_cells = (gsize) level->grid_width * (gsize) level->grid_height;

  return n_pixels * (3 * sizeof (float) + 1) + n_cells * (2 + sizeof (int));
}

static void
check_sizes (const VqdFrame *frame, const VqdRegion *region,
             const VqdRegionModel *model)
{
  const VqdLevel *coarsest = &region->levels[region->n_levels - 1];
  gsize bytes = 0;

  for (int l = 0; l < region->n_levels; l++)
    {
      const VqdLevel *level = &region->levels[l];

      const gboolean is_last = level == coarsest;
      const int least_width =
          is_last ? model->window_width * model->cell_px : 0;
      const int least_height =
          is_last ? model->window_height * model->cell_px : 0;
      const gboolean is_window = is_last && l > 0 && frame->canvas != NULL;

      g_assert_cmpint (level->width, ==,
                       is_window
                           ? least_width
                           : MAX (region->levels[0].width >> l, least_width));
      g_assert_cmpint (level->height, ==,
                       is_window
                           ? least_height
                           : MAX (region->levels[0].height >> l, least_height));
      g_assert_cmpint (level->width, ==, level->grid_width * model->cell_px);
      g_assert_cmpint (level->height, ==, level->grid_height * model->cell_px);
      bytes += level_bytes (level);
    }
  g_assert_cmpint (coarsest->grid_width, >=, model->window_width);
  g_assert_cmpint (coarsest->grid_height, >=, model->window_height);
  for (int i = 0; i < 3 * coarsest->width * coarsest->height; i++)
    g_assert_true (coarsest->rgb[i] >= 0 && coarsest->rgb[i] <= 1);
  g_assert_cmpuint (vqd_region_measure (frame, model, FALSE), >=, bytes);
}

static void
check_region (const VqdFrame *frame, const VqdRegion *region,
              const VqdRegionModel *model)
{
  check_place (frame, region, model);
  check_pixels (frame, region);
  check_sizes (frame, region, model);
  for (int l = 0; l + 1 < region->n_levels; l++)
    {
      check_cells (frame, region, model, l);
      check_coarser_cell (region, model, l);
    }
  if (region->n_levels == 1 || frame->canvas == NULL)
    check_cells (frame, region, model, region->n_levels - 1);
  else
    check_coarsest_cells (frame, region, model);
}

/* Where no cells are known, the region is one window on its coarsest level, no
 * coarser than it has to be, and inside the canvas where there is room. */
static void
check_free_region (const VqdFrame *frame, const VqdRegion *region,
                   const VqdRegionModel *model)
{
  const VqdLevel *level = &region->levels[0];
  const VqdLevel *coarsest = &region->levels[region->n_levels - 1];

  g_assert_cmpint (coarsest->grid_width, ==, model->window_width);
  g_assert_cmpint (coarsest->grid_height, ==, model->window_height);
  if (level->width <= frame->width)
    g_assert_true (region->x >= 0 && region->x + level->width <= frame->width);
  else
    g_assert_cmpint (region->x, ==, -(level->width - frame->width) / 2);
  if (level->height <= frame->height)
    g_assert_true (region->y >= 0 &&
                   region->y + level->height <= frame->height);
  else
    g_assert_cmpint (region->y, ==, -(level->height - frame->height) / 2);
}

/* ---- regions ---- */

static void
select_some (const Picture *picture, GRand *rand)
{
  const int width = picture->canvas.width_px;
  const int height = picture->canvas.height_px;

  for (int n = g_rand_int_range (rand, 1, 3); n > 0; n--)
    {
      const int x = g_rand_int_range (rand, 0, width);
      const int y = g_rand_int_range (rand, 0, height);

      set_rectangle (picture, picture->selection, x, y,
                     g_rand_int_range (rand, 1, width - x + 1),
                     g_rand_int_range (rand, 1, height - y + 1), 0.5f);
    }
  if (g_rand_boolean (rand))
    set_rectangle (picture, picture->alpha, 0, 0, width, height / 3, 0);
}

static void
test_random_canvases (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int i = 0; i < N_RANDOM_CANVASES; i++)
    {
      const VqdRegionModel *model = g_rand_boolean (rand) ? &square : &oblong;
      const int most = g_rand_boolean (rand) ? 150 : 400;
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, g_rand_int_range (rand, 1, most),
                    g_rand_int_range (rand, 1, most));
      select_some (&picture, rand);
      canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
      request.grow_px = g_rand_int_range (rand, 0, 12);
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, model);

      check_region (&frame, region, model);
      check_free_region (&frame, region, model);
      for (int k = 0;
           k < region->levels[0].grid_width * region->levels[0].grid_height;
           k++)
        g_assert_cmpint (region->levels[0].base_tokens[k], ==, -1);
    }
}

/* A selection that touches a border, or a corner, of canvases that are as
 * large as the model's pictures, and a little less and more. */
static void
test_borders (void)
{
  static const int sides[] = { 120, 127, 128, 129, 136, 200 };

  for (gsize s = 0; s < G_N_ELEMENTS (sides); s++)
    for (int where = 0; where < 9; where++)
      {
        const int side = sides[s];
        const int starts[] = { 0, side / 2 - 20, side - 40 };
        g_auto (Picture) picture = { 0 };
        g_auto (VqdFrame) frame = { 0 };
        VqdRequest request;

        picture_init (&picture, side, side);
        set_rectangle (&picture, picture.selection, starts[where % 3],
                       starts[where / 3], 40, 40, 1);
        canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
        frame_init (&frame, &request);
        g_autoptr (VqdRegion) region = region_new (&frame, &square);

        check_region (&frame, region, &square);
        check_free_region (&frame, region, &square);
        g_assert_cmpint (region->n_levels, ==, 1);
      }
}

/* A hole of nearly the canvas's size takes no more than one window. */
static void
test_nearly_all (void)
{
  for (int inset = 0; inset < 20; inset++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, 128, 128);
      set_rectangle (&picture, picture.selection, inset, 3, 128 - 2 * inset,
                     122, 1);
      canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      check_free_region (&frame, region, &square);
      g_assert_cmpint (region->n_levels, ==, 1);
      g_assert_cmpint (region->x, ==, 0);
      g_assert_cmpint (region->y, ==, 0);
    }
}

static void
test_one_pixel (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 1, 1);
  picture.selection[0] = 1;
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);
  g_autoptr (VqdRegion) region = region_new (&frame, &square);

  check_region (&frame, region, &square);
  g_assert_cmpint (region->n_levels, ==, 1);
  g_assert_cmpint (region->levels[0].width, ==, 128);
  g_assert_cmpint (region->x, ==, -63);
  /* nothing is known: grey */
  for (int i = 0; i < 3 * 128 * 128; i++)
    g_assert_cmpfloat (region->levels[0].rgb[i], ==, 0.5f);
}

static void
test_small_hole_of_a_large_canvas (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 3001, 2003);
  set_rectangle (&picture, picture.selection, 1777, 901, 90, 60, 1);
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.grow_px = 3;
  frame_init (&frame, &request);
  g_autoptr (VqdRegion) region = region_new (&frame, &square);

  check_region (&frame, region, &square);
  g_assert_cmpint (region->n_levels, ==, 1);
  g_assert_cmpint (region->levels[0].width, ==, 128);
  g_assert_cmpint (region->levels[0].height, ==, 128);
  /* cells begin with the hole */
  g_assert_cmpint ((1777 - 3 - region->x) % CELL_PX, ==, 0);
  g_assert_cmpint ((901 - 3 - region->y) % CELL_PX, ==, 0);
  g_assert_cmpuint (vqd_region_measure (&frame, &square, FALSE), <, 1 << 20);
}

/* What is too large for a window becomes no smaller than it has to be. */
static void
test_large_hole_fills_the_window (void)
{
  for (int side = 113; side < 700; side += 7)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;
      int n = 0;

      picture_init (&picture, 1000, 900);
      set_rectangle (&picture, picture.selection, 101, 99, side, side, 1);
      canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      const VqdLevel *coarsest = &region->levels[region->n_levels - 1];
      g_assert_cmpint (region->n_levels, >, 1);
      for (int i = 0; i < coarsest->grid_width; i++)
        n += coarsest->hole[8 * coarsest->grid_width + i];
      g_assert_cmpint (n, >=, 13);
      g_assert_cmpint (n, <=, 15);
    }
}

static void
test_margins_in_region (void)
{
  for (int side = 0; side < 4; side++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, 170, 140);
      canvas_request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
      *(int *[]){ &request.left_px, &request.top_px, &request.right_px,
                  &request.bottom_px }[side] = 50;
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      check_region (&frame, region, &square);
      check_free_region (&frame, region, &square);
    }
}

/* From nothing, the shorter side is as large as a window on the coarsest level.
 */
static void
test_from_nothing (void)
{
  static const struct
  {
    int width;
    int height;
    int n_levels;
  } cases[] = { { 128, 128, 1 },  { 512, 128, 1 }, { 256, 256, 2 },
                { 256, 1024, 2 }, { 768, 512, 3 }, { 1024, 1024, 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (VqdFrame) frame = { 0 };
      g_autoptr (GError) error = NULL;
      VqdRequest request;

      vqd_request_init (&request);
      g_assert_true (vqd_frame_init (&frame, &request, cases[i].width,
                                     cases[i].height, NULL, &error));
      g_assert_no_error (error);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      check_region (&frame, region, &square);
      g_assert_cmpint (region->n_levels, ==, cases[i].n_levels);
      g_assert_cmpint (region->x, ==, 0);
      g_assert_cmpint (region->y, ==, 0);
      g_assert_cmpint (region->levels[0].width, ==, cases[i].width);
      g_assert_cmpint (region->levels[0].height, ==, cases[i].height);
    }
}

/* ---- known tokens ---- */

static int
known_token (int x, int y)
{
  return (5 * x + 3 * y) % N_CODES;
}

/* Of cells at x_px, y_px. */
static void
give_tokens (Picture *picture, int x_px, int y_px, int width, int height)
{
  int *tokens = g_new (int, width *height);

  for (int i = 0; i < width * height; i++)
    tokens[i] = known_token (i % width, i / width);
  picture->canvas.known = (VqdTokenGrid){ .x_px = x_px,
                                          .y_px = y_px,
                                          .cell_px = CELL_PX,
                                          .grid_width = width,
                                          .grid_height = height,
                                          .tokens = tokens,
                                          .model = (char *) "a model" };
}

/* Whether the frame knows all pixels of a cell of the region. */
static gboolean
is_whole (const VqdFrame *frame, const VqdRegion *region, int column, int row)
{
  for (int i = 0; i < CELL_PX * CELL_PX; i++)
    {
      const int x = region->x + column * CELL_PX + i % CELL_PX;
      const int y = region->y + row * CELL_PX + i / CELL_PX;

      if (x < 0 || x >= frame->width || y < 0 || y >= frame->height ||
          ! frame->known[y * frame->width + x])
        return FALSE;
    }
  return TRUE;
}

/* The region's cells lie on those of the tokens, and have them. */
static void
check_tokens (const Picture *picture, const VqdFrame *frame,
              const VqdRegion *region)
{
  const VqdTokenGrid *known = &picture->canvas.known;
  const VqdLevel *level = &region->levels[0];
  const int x_px = region->x - frame->left - known->x_px;
  const int y_px = region->y - frame->top - known->y_px;

  g_assert_cmpint (x_px % CELL_PX, ==, 0);
  g_assert_cmpint (y_px % CELL_PX, ==, 0);
  for (int i = 0; i < level->grid_width * level->grid_height; i++)
    {
      const int column = i % level->grid_width;
      const int row = i / level->grid_width;
      const int x = column + x_px / CELL_PX;
      const int y = row + y_px / CELL_PX;
      const gboolean has = x >= 0 && x < known->grid_width && y >= 0 &&
                           y < known->grid_height &&
                           is_whole (frame, region, column, row);

      g_assert_cmpint (level->base_tokens[i], ==,
                       has ? known_token (x, y) : -1);
    }
}

static void
test_tokens (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (int i = 0; i < N_RANDOM_CANVASES; i++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, g_rand_int_range (rand, 1, 300),
                    g_rand_int_range (rand, 1, 300));
      select_some (&picture, rand);
      give_tokens (&picture, g_rand_int_range (rand, -50, 100),
                   g_rand_int_range (rand, -50, 100),
                   g_rand_int_range (rand, 1, 30),
                   g_rand_int_range (rand, 1, 30));
      canvas_request_init (
          &request, g_rand_boolean (rand) ? VQD_TASK_FILL : VQD_TASK_EXPAND,
          &picture.canvas);
      request.left_px = g_rand_int_range (rand, 1, 50);
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      check_region (&frame, region, &square);
      check_tokens (&picture, &frame, region);
      g_free (picture.canvas.known.tokens);
    }
}

/* All of a picture of the model's size is seen, wherever the hole is, as long
 * as its cells are the picture's own. */
static void
test_tokens_of_a_whole_picture (void)
{
  for (int i = 0; i < 128; i += 3)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, 128, 128);
      picture.selection[128 * i + 127 - i] = 1;
      give_tokens (&picture, 0, 0, 16, 16);
      canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
      request.grow_px = i;
      frame_init (&frame, &request);
      g_autoptr (VqdRegion) region = region_new (&frame, &square);

      check_free_region (&frame, region, &square);
      check_tokens (&picture, &frame, region);
      g_free (picture.canvas.known.tokens);
    }
}

/* A region over a picture of 16 x 16 cells of whose tokens one is changed, or
 * all are of something else. */
static VqdRegion *
region_with_tokens (void (*change) (VqdTokenGrid *known))
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 128, 128);
  picture.selection[128 * 100 + 100] = 1;
  give_tokens (&picture, 0, 0, 16, 16);
  change (&picture.canvas.known);
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);
  VqdRegion *region = region_new (&frame, &square);
  g_free (picture.canvas.known.tokens);
  return region;
}

static void
change_nothing (VqdTokenGrid *known)
{
}

static void
unknown_codes (VqdTokenGrid *known)
{
  known->tokens[0] = N_CODES;
  known->tokens[1] = -2;
  known->tokens[2] = G_MAXINT;
  known->tokens[3] = G_MININT;
}

static void
other_model (VqdTokenGrid *known)
{
  known->model = (char *) "another model";
}

static void
no_model (VqdTokenGrid *known)
{
  known->model = NULL;
}

static void
other_cells (VqdTokenGrid *known)
{
  known->cell_px = 16;
}

static void
far_away (VqdTokenGrid *known)
{
  known->x_px = G_MAXINT;
  known->y_px = G_MININT;
}

static void
no_cells (VqdTokenGrid *known)
{
  known->grid_width = 0;
  known->grid_height = -5;
}

static void
test_tokens_that_are_not_used (void)
{
  static void (*const all[]) (VqdTokenGrid *) = { other_model, no_model,
                                                  other_cells, far_away,
                                                  no_cells };
  g_autoptr (VqdRegion) good = region_with_tokens (change_nothing);
  g_autoptr (VqdRegion) some = region_with_tokens (unknown_codes);

  for (int i = 0; i < 256; i++)
    {
      const gboolean selected = i == 12 * 16 + 12;

      g_assert_cmpint (good->levels[0].base_tokens[i], ==,
                       selected ? -1 : known_token (i % 16, i / 16));
      g_assert_cmpint (some->levels[0].base_tokens[i], ==,
                       i < 4 ? -1 : good->levels[0].base_tokens[i]);
    }
  for (gsize k = 0; k < G_N_ELEMENTS (all); k++)
    {
      g_autoptr (VqdRegion) none = region_with_tokens (all[k]);
      const VqdLevel *level = &none->levels[0];

      for (int i = 0; i < level->grid_width * level->grid_height; i++)
        g_assert_cmpint (level->base_tokens[i], ==, -1);
    }
}

/* ---- odd pixels ---- */

static void
test_pixels_are_in_range (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 40, 40);
  picture.rgb[0] = NAN;
  picture.rgb[1] = INFINITY;
  picture.rgb[2] = -INFINITY;
  picture.rgb[3] = 1.5f;
  picture.rgb[4] = -0.5f;
  picture.selection[800] = 1;
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);
  g_autoptr (VqdRegion) region = region_new (&frame, &square);

  const VqdLevel *level = &region->levels[0];
  for (int i = 0; i < 3 * level->width * level->height; i++)
    g_assert_true (level->rgb[i] >= 0 && level->rgb[i] <= 1);
}

static void
test_cancel (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  VqdRequest request;

  picture_init (&picture, 300, 300);
  set_rectangle (&picture, picture.selection, 10, 10, 280, 280, 1);
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);
  g_cancellable_cancel (cancellable);
  g_assert_null (vqd_region_new (&frame, &square, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/region/random-canvases", test_random_canvases);
  g_test_add_func ("/region/borders", test_borders);
  g_test_add_func ("/region/nearly-all", test_nearly_all);
  g_test_add_func ("/region/one-pixel", test_one_pixel);
  g_test_add_func ("/region/small-hole-of-a-large-canvas",
                   test_small_hole_of_a_large_canvas);
  g_test_add_func ("/region/large-hole-fills-the-window",
                   test_large_hole_fills_the_window);
  g_test_add_func ("/region/margins", test_margins_in_region);
  g_test_add_func ("/region/from-nothing", test_from_nothing);
  g_test_add_func ("/region/tokens", test_tokens);
  g_test_add_func ("/region/tokens-of-a-whole-picture",
                   test_tokens_of_a_whole_picture);
  g_test_add_func ("/region/tokens-that-are-not-used",
                   test_tokens_that_are_not_used);
  g_test_add_func ("/region/pixels-are-in-range", test_pixels_are_in_range);
  g_test_add_func ("/region/cancel", test_cancel);
  return g_test_run ();
}
