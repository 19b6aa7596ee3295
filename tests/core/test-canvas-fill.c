/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fill and expand: what the engine replaces of a canvas. */
#include <json-glib/json-glib.h>

#include "core/canvas/vqd-soft-mask.h"
#include "tests/core/canvas-pictures.h"

#define ADD(name, function)                                                    \
  g_test_add ("/canvas/" name, Fixture, NULL, set_up, (function), tear_down)


/* ---- what is under the selection ---- */

/* The same canvas but for what is selected. */
static void
paint_under_selection (const Picture *picture, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  const gsize n =
      (gsize) picture->canvas.width_px * (gsize) picture->canvas.height_px;

  for (gsize i = 0; i < 3 * n; i++)
    if (picture->selection[i / 3] > 0)
      picture->rgb[i] =
          seed == 0 ? NAN : (float) g_rand_double_range (rand, -9, 9);
}

/* Sizes and selections of one level, and of two. */
static const struct
{
  int width;
  int height;
  int x;
  int y;
  int selected_width;
  int selected_height;
} holes[] = { { 128, 128, 30, 40, 50, 33 },
              { 200, 150, 100, 90, 100, 60 },
              { 260, 240, 20, 30, 190, 180 } };

static void
picture_with_hole (Picture *picture, gsize i)
{
  picture_init (picture, holes[i].width, holes[i].height);
  picture_select (picture, holes[i].x, holes[i].y, holes[i].selected_width,
                  holes[i].selected_height);
  set_rectangle (picture, picture->selection, holes[i].x - 2, holes[i].y, 2, 20,
                 0.3f);
}

static void
test_nothing_leaks (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      picture_with_hole (&picture, i);
      request_init (&request, VQD_TASK_FILL, &picture.canvas);
      request.feather_px = 5;
      request.blend_px = 12;
      g_autoptr (VqdResult) first = run (fixture->engine, &request);
      assert_pixels_in_range (vqd_result_get_picture (first, 0));
      for (guint32 seed = 0; seed < 2; seed++)
        {
          paint_under_selection (&picture, seed);
          g_autoptr (VqdResult) again = run (fixture->engine, &request);

          assert_same_picture (vqd_result_get_picture (first, 0),
                               vqd_result_get_picture (again, 0));
        }

      /* what is beside it, is seen */
      const int beside = holes[i].y * holes[i].width + holes[i].x - 12;
      for (int k = 0; k < 12; k++)
        picture.rgb[3 * (beside + k * holes[i].width)] = k % 2 ? 1 : 0;
      g_autoptr (VqdResult) other = run (fixture->engine, &request);
      g_assert_false (same_tokens (vqd_result_get_picture (first, 0),
                                   vqd_result_get_picture (other, 0)));
    }
}

/* ---- where the picture goes ---- */

/* Whether the border is cut through the blend, rather than faded over it. */
static gboolean
is_cut (const VqdRequest *request)
{
  return request->feather_px == 0 && request->blend_px > 1;
}

/* What is selected is replaced, what is further than the blend stays; in
 * between the mask is the soft mask, or where the border was cut anything. */
static void
check_mask_pixel (float value, float soft, float selected, gboolean cut)
{
  if (! cut)
    g_assert_cmpfloat (value, ==, soft);
  else
    {
      g_assert_cmpfloat (value, >=, selected);
      g_assert_cmpfloat (value, <=, soft > 0 ? 1 : 0);
    }
}

static void
check_mask (const VqdPicture *picture, const float *selection, int width,
            int height, int left, int top, const VqdRequest *request)
{
  g_autofree float *mask = g_new (float, width *height);
  int n_shown = 0;

  g_assert_true (vqd_soft_mask (mask, selection, width, height,
                                request->feather_px, request->blend_px, NULL,
                                NULL));
  for (int i = 0; i < width * height; i++)
    {
      const int x = i % width - left - picture->x_px;
      const int y = i / width - top - picture->y_px;
      const gboolean inside =
          x >= 0 && x < picture->width_px && y >= 0 && y < picture->height_px;

      if (inside)
        check_mask_pixel (picture->mask[y * picture->width_px + x], mask[i],
                          selection[i], is_cut (request));
      else
        g_assert_cmpfloat (mask[i], ==, 0);
      n_shown += inside;
    }
  g_assert_cmpint (n_shown, ==, picture->width_px * picture->height_px);
}

/* No row or column along the sides is empty. */
static void
check_is_tight (const VqdPicture *picture)
{
  const int w = picture->width_px;
  const int h = picture->height_px;
  gboolean any[4] = { FALSE };

  for (int i = 0; i < w * h; i++)
    if (picture->mask[i] > 0)
      {
        any[0] = any[0] || i % w == 0;
        any[1] = any[1] || i % w == w - 1;
        any[2] = any[2] || i / w == 0;
        any[3] = any[3] || i / w == h - 1;
      }
  g_assert_true (any[0] && any[1] && any[2] && any[3]);
}

static void
test_place_and_mask (Fixture *fixture, gconstpointer data)
{
  static const int borders[][3] = { /* grow, feather, blend */
                                    { 0, 0, 0 },
                                    { 8, 0, 8 },
                                    { 0, 6, 20 },
                                    { 30, 12, 3 },
                                    { 2, 0, 60 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
    for (gsize b = 0; b < G_N_ELEMENTS (borders); b++)
      {
        g_auto (Picture) picture = { 0 };
        VqdRequest request;

        picture_with_hole (&picture, i);
        request_init (&request, VQD_TASK_FILL, &picture.canvas);
        request.steps = 1;
        request.grow_px = borders[b][0];
        request.feather_px = borders[b][1];
        request.blend_px = borders[b][2];
        g_autoptr (VqdResult) result = run (fixture->engine, &request);
        const VqdPicture *filled = vqd_result_get_picture (result, 0);

        check_mask (filled, picture.selection, holes[i].width, holes[i].height,
                    0, 0, &request);
        if (! is_cut (&request))
          check_is_tight (filled);
        assert_pixels_in_range (filled);
      }
}

/* How many pixels beyond the selection are all new, and how many are neither
 * new nor old. */
static void
count_mask (const VqdPicture *filled, const Picture *picture, int *n_new,
            int *n_between)
{
  *n_new = 0;
  *n_between = 0;
  for (int i = 0; i < filled->width_px * filled->height_px; i++)
    {
      const int x = filled->x_px + i % filled->width_px;
      const int y = filled->y_px + i / filled->width_px;
      const gboolean selected =
          picture->selection[y * picture->canvas.width_px + x] > 0;

      *n_new += ! selected && filled->mask[i] >= 1;
      *n_between += filled->mask[i] > 0 && filled->mask[i] < 1;
    }
}

/* Without a feather the new picture ends somewhere in the blend, where that
 * fits best, and fades over little of it; with one it fades over all. */
static void
test_border_is_cut (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;
  int n_new;
  int n_between;
  int n_faded;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  picture_select (&picture, 40, 40, 40, 40);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.blend_px = 24;
  request.n_images = 2;
  g_autoptr (VqdResult) cut = run (fixture->engine, &request);
  count_mask (vqd_result_get_picture (cut, 0), &picture, &n_new, &n_between);
  g_assert_cmpint (n_new, >, 200);
  request.feather_px = 1;
  g_autoptr (VqdResult) faded = run (fixture->engine, &request);
  count_mask (vqd_result_get_picture (faded, 0), &picture, &n_new, &n_faded);
  g_assert_cmpint (n_new, ==, 0);
  g_assert_cmpint (n_faded, >, 2 * n_between);

  /* each picture has a border of its own */
  g_assert_true (memcmp (vqd_result_get_picture (cut, 0)->mask,
                         vqd_result_get_picture (cut, 1)->mask,
                         n_pixels (vqd_result_get_picture (cut, 0)) *
                             sizeof (float)) != 0);
}

/* The cells lie on the picture's pixels, and cover all that was selected. */
static void
check_grid (const VqdPicture *picture)
{
  const VqdTokenGrid *grid = &picture->grid;

  g_assert_cmpint (grid->cell_px, ==, CELL_PX);
  g_assert_cmpint (grid->x_px, >, -CELL_PX);
  g_assert_cmpint (grid->y_px, >, -CELL_PX);
  g_assert_cmpint (grid->x_px, <=, 0);
  g_assert_cmpint (grid->y_px, <=, 0);
  g_assert_cmpint (grid->x_px + grid->grid_width * CELL_PX, >=,
                   picture->width_px);
  g_assert_cmpint (grid->y_px + grid->grid_height * CELL_PX, >=,
                   picture->height_px);
  for (gsize i = 0; i < n_cells (picture); i++)
    g_assert_true (grid->tokens[i] >= 0 && grid->tokens[i] < N_CODES);
}

static void
test_grid (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      picture_with_hole (&picture, i);
      request_init (&request, VQD_TASK_FILL, &picture.canvas);
      request.blend_px = 0;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      check_grid (vqd_result_get_picture (result, 0));
    }
}

/* A selection so faint that its mask is 0 everywhere shows nothing. */
static void
test_faint_selection (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 60, 60);
  picture.selection[30 * 60 + 30] = 1e-12f;
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.feather_px = 20;
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST,
                "There is nothing to fill");
  request.task = VQD_TASK_VARY;
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST,
                "There is nothing to vary");
}

/* ---- tokens ---- */

/* A canvas that is a generated picture, with its tokens. */
static VqdResult *
generated (const Fixture *fixture, Picture *picture)
{
  VqdRequest request;

  request_init (&request, VQD_TASK_GENERATE, NULL);
  request.seed = 99;
  VqdResult *result = run (fixture->engine, &request);
  const VqdPicture *made = vqd_result_get_picture (result, 0);

  picture_init (picture, MODEL_PX, MODEL_PX);
  memcpy (picture->rgb, made->rgb, 3 * n_pixels (made) * sizeof (float));
  picture->canvas.known = made->grid;
  return result;
}

/* The token of a cell of the canvas. */
static int
token_at (const VqdPicture *picture, int column, int row)
{
  const VqdTokenGrid *grid = &picture->grid;
  const int x = (column * CELL_PX - picture->x_px - grid->x_px) / CELL_PX;
  const int y = (row * CELL_PX - picture->y_px - grid->y_px) / CELL_PX;

  g_assert_true (x >= 0 && x < grid->grid_width && y >= 0 &&
                 y < grid->grid_height);
  return grid->tokens[y * grid->grid_width + x];
}

/* Cells 4 ... 9 are selected, in both directions; 3 ... 10 are shown. */
#define FIRST 4
#define END 10

static void
fill_request_of_cells (VqdRequest *request, const Picture *picture)
{
  picture_select (picture, FIRST * CELL_PX, FIRST * CELL_PX,
                  (END - FIRST) * CELL_PX, (END - FIRST) * CELL_PX);
  request_init (request, VQD_TASK_FILL, &picture->canvas);
  request->grow_px = 0;
  request->blend_px = CELL_PX;
}

static gboolean
is_selected (int i)
{
  const int x = i % GRID;
  const int y = i / GRID;

  return x >= FIRST && x < END && y >= FIRST && y < END;
}

static gboolean
is_shown (int i)
{
  const int x = i % GRID;
  const int y = i / GRID;

  return x >= FIRST - 1 && x < END + 1 && y >= FIRST - 1 && y < END + 1;
}

static void
test_known_tokens_stay (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;
  int n_changed = 0;

  g_autoptr (VqdResult) made = generated (fixture, &picture);
  fill_request_of_cells (&request, &picture);
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *filled = vqd_result_get_picture (result, 0);
  for (int i = 0; i < GRID * GRID; i++)
    if (is_shown (i))
      {
        const gboolean same = token_at (filled, i % GRID, i / GRID) ==
                              picture.canvas.known.tokens[i];

        g_assert_true (same || is_selected (i));
        n_changed += ! same;
      }
  g_assert_cmpint (n_changed, >, 10);
}

/* Without tokens the canvas is encoded: what stays is then the same for all
 * seeds. */
static void
test_encoded_tokens_stay (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;
  int n_changed = 0;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  fill_request_of_cells (&request, &picture);
  g_autoptr (VqdResult) first = run (fixture->engine, &request);
  request.seed++;
  g_autoptr (VqdResult) second = run (fixture->engine, &request);
  for (int i = 0; i < GRID * GRID; i++)
    if (is_shown (i))
      {
        const int a =
            token_at (vqd_result_get_picture (first, 0), i % GRID, i / GRID);
        const int b =
            token_at (vqd_result_get_picture (second, 0), i % GRID, i / GRID);

        g_assert_true (a == b || is_selected (i));
        n_changed += a != b;
      }
  g_assert_cmpint (n_changed, >, 10);
}

/* Another token where the canvas is known is another picture, in the kept cell
 * and in what is drawn. */
static void
test_known_tokens_are_used (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;
  int n_changed = 0;

  g_autoptr (VqdResult) made = generated (fixture, &picture);
  fill_request_of_cells (&request, &picture);
  g_autoptr (VqdResult) first = run (fixture->engine, &request);
  for (int x = 0; x < GRID; x++)
    {
      int *token = &picture.canvas.known.tokens[(FIRST - 1) * GRID + x];

      *token = (*token + 11) % N_CODES;
    }
  g_autoptr (VqdResult) second = run (fixture->engine, &request);
  const VqdPicture *changed = vqd_result_get_picture (second, 0);

  for (int x = FIRST - 1; x < END + 1; x++)
    g_assert_cmpint (token_at (changed, x, FIRST - 1), ==,
                     picture.canvas.known.tokens[(FIRST - 1) * GRID + x]);
  for (int i = 0; i < GRID * GRID; i++)
    if (is_selected (i))
      n_changed +=
          token_at (changed, i % GRID, i / GRID) !=
          token_at (vqd_result_get_picture (first, 0), i % GRID, i / GRID);
  g_assert_cmpint (n_changed, >, 0);
}

/* Tokens of another model, and codes that this one has not, are as none. */
static void
test_foreign_tokens (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  g_autoptr (VqdResult) made = generated (fixture, &picture);
  fill_request_of_cells (&request, &picture);
  VqdTokenGrid *known = &picture.canvas.known;
  const VqdTokenGrid own = *known;
  *known = (VqdTokenGrid){ 0 };
  g_autoptr (VqdResult) none = run (fixture->engine, &request);

  *known = own;
  known->model = (char *) "another";
  g_autoptr (VqdResult) other = run (fixture->engine, &request);
  assert_same_picture (vqd_result_get_picture (none, 0),
                       vqd_result_get_picture (other, 0));

  known->model = own.model;
  g_autofree int *codes = g_memdup2 (own.tokens, 256 * sizeof (int));
  known->tokens = codes;
  codes[0] = codes[40] = -1;
  g_autoptr (VqdResult) some = run (fixture->engine, &request);
  codes[0] = G_MAXINT;
  codes[40] = N_CODES;
  g_autoptr (VqdResult) wild = run (fixture->engine, &request);
  assert_same_picture (vqd_result_get_picture (some, 0),
                       vqd_result_get_picture (wild, 0));
}

/* ---- how much is done ---- */

/* Cells of a tenth of the grid, as 5 x 5. */
static void
test_small_hole_is_cheap (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "purity", "few-tokens", "halton",
                                       "original" };
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  picture_select (&picture, 56, 40, 40, 40);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      request_init (&request, VQD_TASK_GENERATE, NULL);
      request.strategy = names[i];
      request.steps = -1;
      g_autoptr (VqdResult) full = run (fixture->engine, &request);
      request.task = VQD_TASK_FILL;
      request.canvas = &picture.canvas;
      request.grow_px = 0;
      g_autoptr (VqdResult) filled = run (fixture->engine, &request);
      const int n = vqd_result_get_n_evaluations (filled);

      g_assert_cmpint (n, >, 0);
      g_assert_cmpint (100 * n, <=, 15 * vqd_result_get_n_evaluations (full));
    }
}

static void
test_strategies (Fixture *fixture, gconstpointer data)
{
  const char *const *names = vqd_strategy_names ();

  for (int s = 0; names[s] != NULL; s++)
    for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
      {
        g_auto (Picture) picture = { 0 };
        VqdRequest request;

        picture_with_hole (&picture, i);
        request_init (&request, VQD_TASK_FILL, &picture.canvas);
        request.strategy = names[s];
        if (g_str_equal (names[s], "original"))
          request.steps = -1;
        g_autoptr (VqdResult) result = run (fixture->engine, &request);
        check_grid (vqd_result_get_picture (result, 0));
      }
}

/* ---- the same again ---- */

static void
test_threads_do_not_matter (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
    {
      g_auto (Picture) picture = { 0 };
      g_autoptr (VqdResult) first = NULL;
      VqdRequest request;

      picture_with_hole (&picture, i);
      request_init (&request, VQD_TASK_FILL, &picture.canvas);
      for (int n_threads = 1; n_threads <= 3; n_threads++)
        {
          g_autoptr (VqdEngine) engine = open_engine (fixture, n_threads, 0);
          g_autoptr (VqdResult) result = run (engine, &request);

          if (first == NULL)
            first = g_steal_pointer (&result);
          else
            assert_same_picture (vqd_result_get_picture (first, 0),
                                 vqd_result_get_picture (result, 0));
        }
    }
}

static void
test_fill_batch (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (holes); i++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      picture_with_hole (&picture, i);
      request_init (&request, VQD_TASK_FILL, &picture.canvas);
      request.prompt = "a {red|blue} castle";
      check_batch (fixture->engine, &request);
    }
}

/* Cells of known tokens that do not lie on the canvas's: two windows. */
static void
test_fill_batch_of_two_windows (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  g_autoptr (VqdResult) made = generated (fixture, &picture);
  picture.canvas.known.x_px = -3;
  picture_select (&picture, 2, 30, 124, 20);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  check_batch (fixture->engine, &request);
}

static void
test_prompt (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_with_hole (&picture, 0);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  g_autoptr (VqdResult) empty = run (fixture->engine, &request);
  request.prompt = "a castle";
  g_autoptr (VqdResult) words = run (fixture->engine, &request);
  g_assert_false (same_tokens (vqd_result_get_picture (empty, 0),
                               vqd_result_get_picture (words, 0)));
}

/* ---- expand ---- */

static void
check_expanded (Fixture *fixture, const VqdRequest *request)
{
  const VqdCanvas *canvas = request->canvas;
  const int left = request->left_px;
  const int top = request->top_px;
  const int width = canvas->width_px + left + request->right_px;
  const int height = canvas->height_px + top + request->bottom_px;
  g_autofree float *selection = g_new (float, width *height);
  g_autoptr (VqdResult) result = run (fixture->engine, request);

  for (int i = 0; i < width * height; i++)
    {
      const int x = i % width - left;
      const int y = i / width - top;

      selection[i] = x < 0 || x >= canvas->width_px || y < 0 ||
                     y >= canvas->height_px ||
                     canvas->alpha[y * canvas->width_px + x] < 0.5f;
    }
  check_mask (vqd_result_get_picture (result, 0), selection, width, height,
              left, top, request);
  assert_pixels_in_range (vqd_result_get_picture (result, 0));
}

static void
test_expand_sides (Fixture *fixture, gconstpointer data)
{
  static const int margins[][4] = { { 40, 0, 0, 0 },   { 0, 40, 0, 0 },
                                    { 0, 0, 40, 0 },   { 0, 0, 0, 40 },
                                    { 1, 2, 3, 4 },    { 70, 0, 200, 0 },
                                    { 64, 64, 64, 64 } };
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 110, 140);
  for (gsize i = 0; i < G_N_ELEMENTS (margins); i++)
    {
      request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
      request.left_px = margins[i][0];
      request.top_px = margins[i][1];
      request.right_px = margins[i][2];
      request.bottom_px = margins[i][3];
      check_expanded (fixture, &request);
    }
}

static void
test_expand_transparent_border (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 160, 120);
  set_rectangle (&picture, picture.alpha, 0, 0, 160, 120, 0);
  set_rectangle (&picture, picture.alpha, 30, 20, 90, 80, 1);
  request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  check_expanded (fixture, &request);
}

static void
test_expand_nothing (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 60, 60);
  picture_select (&picture, 0, 0, 10, 10);
  request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST,
                "There is nothing to expand");
}

static void
test_expand_batch (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 110, 140);
  request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  request.left_px = 100;
  request.top_px = 30;
  check_batch (fixture->engine, &request);
}

/* ---- bad requests ---- */

static void
test_bad_requests (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdCanvas canvas;
  VqdRequest good;
  VqdRequest request;

  picture_with_hole (&picture, 0);
  request_init (&good, VQD_TASK_FILL, &picture.canvas);
#define EXPECT(field, value, words)                                            \
  request = good;                                                              \
  request.field = value;                                                       \
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST, words)
  EXPECT (canvas, NULL, "There is no picture to work on");
  EXPECT (grow_px, -1, "grow is -1");
  EXPECT (feather_px, 513, "feather is 513");
  EXPECT (blend_px, 9999, "blend is 9999");
  good.task = VQD_TASK_EXPAND;
  EXPECT (left_px, -1, "left is -1");
  EXPECT (top_px, 8193, "top is 8193");
  EXPECT (right_px, G_MAXINT, "right is 2147483647");
  EXPECT (bottom_px, G_MININT, "bottom is -2147483648");
  good.task = VQD_TASK_VARY;
  EXPECT (strength, 1.5, "strength is 1.5");
  EXPECT (strength, (double) NAN, "strength is");
  EXPECT (strength_last, 2, "strength-last is 2");
  EXPECT (keep, -0.5, "keep is -0.5");
#undef EXPECT

  request = good;
  request.task = VQD_TASK_EXPAND;
  request.right_px = 100;
  request.canvas = &canvas;
  canvas = picture.canvas;
  canvas.width_px = G_MAXINT;
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST,
                "the picture's width");
  canvas = picture.canvas;
  canvas.height_px = 0;
  expect_error (fixture->engine, &request, VQD_ERROR_REQUEST,
                "There is no picture to work on");
}

/* What a picture says of how it was made. */
static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  VqdRequest request;

  picture_with_hole (&picture, 0);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.grow_px = 3;
  request.feather_px = 4;
  request.blend_px = 5;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  g_assert_true (json_parser_load_from_data (
      parser, vqd_result_get_picture (result, 0)->settings, -1, NULL));
  JsonObject *settings = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (settings, "task"), ==,
                   "fill");
  g_assert_cmpint (json_object_get_int_member (settings, "grow"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (settings, "feather"), ==, 4);
  g_assert_cmpint (json_object_get_int_member (settings, "blend"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (settings, "seed"), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("fill/nothing-leaks", test_nothing_leaks);
  ADD ("fill/place-and-mask", test_place_and_mask);
  ADD ("fill/border-is-cut", test_border_is_cut);
  ADD ("fill/grid", test_grid);
  ADD ("fill/faint-selection", test_faint_selection);
  ADD ("fill/known-tokens-stay", test_known_tokens_stay);
  ADD ("fill/encoded-tokens-stay", test_encoded_tokens_stay);
  ADD ("fill/known-tokens-are-used", test_known_tokens_are_used);
  ADD ("fill/foreign-tokens-are-not", test_foreign_tokens);
  ADD ("fill/small-hole-is-cheap", test_small_hole_is_cheap);
  ADD ("fill/strategies", test_strategies);
  ADD ("fill/threads-do-not-matter", test_threads_do_not_matter);
  ADD ("fill/batch", test_fill_batch);
  ADD ("fill/batch-of-two-windows", test_fill_batch_of_two_windows);
  ADD ("fill/prompt", test_prompt);
  ADD ("expand/sides", test_expand_sides);
  ADD ("expand/transparent-border", test_expand_transparent_border);
  ADD ("expand/nothing", test_expand_nothing);
  ADD ("expand/batch", test_expand_batch);
  ADD ("bad-requests", test_bad_requests);
  ADD ("settings", test_settings);
  return g_test_run ();
}
