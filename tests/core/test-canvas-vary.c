/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vary: the canvas, or a part of it, drawn again. */
#include <json-glib/json-glib.h>

#include "core/vqd-pipeline.h"
#include "tests/core/canvas-pictures.h"

#define ADD(name, function)                                                    \
  g_test_add ("/canvas/vary/" name, Fixture, NULL, set_up, (function),         \
              tear_down)


/* ---- strength ---- */

/* The codec alone: tokens of a picture of the model's size. */
static void
encode (const Fixture *fixture, const float *rgb, int *tokens)
{
  const char *why = NULL;
  VqdBackend *backend = vqd_backend_open ("cpu", 0, &why);
  g_autoptr (GError) error = NULL;
  VqdWeights *weights = vqd_weights_open (fixture->model, &error);
  g_assert_no_error (error);
  VqdConfig *config = vqd_config_load (weights, &error);
  g_assert_no_error (error);
  VqdPipeline *pipeline =
      vqd_pipeline_new (weights, config, backend, 1, &error);
  g_assert_no_error (error);

  vqd_pipeline_ready (pipeline);
  g_assert_true (vqd_pipeline_encode (pipeline, rgb, tokens, NULL, &error));
  vqd_pipeline_free (pipeline);
  backend->ops->close (backend);
}

static void
assert_close (const float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_true (fabsf (a[i] - b[i]) <= 1e-5f);
}

/* The picture itself, not what the codec makes of it. */
static void
test_no_strength (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  g_autofree int *tokens = g_new (int, GRID *GRID);
  VqdRequest request;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  encode (fixture, picture.rgb, tokens);
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.strength = 0;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *same = vqd_result_get_picture (result, 0);

  g_assert_cmpint (vqd_result_get_n_evaluations (result), ==, 0);
  g_assert_null (same->mask);
  g_assert_cmpmem (same->grid.tokens, 256 * sizeof (int), tokens,
                   256 * sizeof (int));
  assert_close (same->rgb, picture.rgb, 3 * MODEL_PX * MODEL_PX);

  /* and tokens that are known are not encoded */
  for (int i = 0; i < GRID * GRID; i++)
    tokens[i] = (7 * i + 3) % N_CODES;
  picture.canvas.known = same->grid;
  picture.canvas.known.tokens = tokens;
  g_autoptr (VqdResult) known = run (fixture->engine, &request);
  g_assert_cmpmem (vqd_result_get_picture (known, 0)->grid.tokens,
                   256 * sizeof (int), tokens, 256 * sizeof (int));
}

static int
count_changed (const VqdPicture *a, const VqdPicture *b)
{
  int n = 0;

  g_assert_cmpuint (n_cells (a), ==, n_cells (b));
  for (gsize i = 0; i < n_cells (a); i++)
    n += a->grid.tokens[i] != b->grid.tokens[i];
  return n;
}

/* The more strength, the more is changed; the largest forgets the canvas. */
static void
test_more_strength_changes_more (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;
  int last = 0;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.strength = 0;
  g_autoptr (VqdResult) none = run (fixture->engine, &request);
  for (int i = 1; i <= 4; i++)
    {
      request.strength = i / 4.0;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const int n = count_changed (vqd_result_get_picture (none, 0),
                                   vqd_result_get_picture (result, 0));

      g_assert_cmpint (n, >, last + 20);
      last = n;
    }
  g_assert_cmpint (last, >, 220);
}

static double
setting (const VqdPicture *picture, const char *name)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_true (
      json_parser_load_from_data (parser, picture->settings, -1, NULL));
  return json_object_get_double_member (
      json_node_get_object (json_parser_get_root (parser)), name);
}

static void
test_ramp (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.strength = 0.8;
  request.strength_last = 0;
  check_batch (fixture->engine, &request);

  request.n_images = 3;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (
        setting (vqd_result_get_picture (result, i), "strength"), 0.8 - 0.4 * i,
        1e-9);
}

/* Strategies that draw all, and those that only reveal. */
static void
test_strategies (Fixture *fixture, gconstpointer data)
{
  const char *const *names = vqd_strategy_names ();
  g_auto (Picture) picture = { 0 };

  picture_init (&picture, 140, 130);
  for (int s = 0; names[s] != NULL; s++)
    {
      VqdRequest request;

      request_init (&request, VQD_TASK_VARY, &picture.canvas);
      request.strategy = names[s];
      request.strength = 0.3;
      if (g_str_equal (names[s], "original"))
        request.steps = -1;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *varied = vqd_result_get_picture (result, 0);

      g_assert_cmpint (varied->width_px, ==, 140);
      g_assert_cmpint (varied->height_px, ==, 130);
      assert_pixels_in_range (varied);
      for (gsize i = 0; i < n_cells (varied); i++)
        g_assert_true (varied->grid.tokens[i] >= 0 &&
                       varied->grid.tokens[i] < N_CODES);
    }
}

/* ---- keep ---- */

static void
test_keep_all (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 128, 128 }, { 90, 40 }, { 300, 200 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      picture_init (&picture, sizes[i][0], sizes[i][1]);
      request_init (&request, VQD_TASK_VARY, &picture.canvas);
      request.keep = 1;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *same = vqd_result_get_picture (result, 0);

      g_assert_cmpint (vqd_result_get_n_evaluations (result), ==, 0);
      g_assert_cmpmem (
          same->rgb, 3 * n_pixels (same) * sizeof (float), picture.rgb,
          (gsize) (3 * sizes[i][0] * sizes[i][1]) * sizeof (float));
    }
}

/* Of the model's size it is the picture from the words alone. */
static void
test_keep_none (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.prompt = "a castle";
  request.keep = 0;
  g_autoptr (VqdResult) varied = run (fixture->engine, &request);
  request.task = VQD_TASK_GENERATE;
  g_autoptr (VqdResult) made = run (fixture->engine, &request);
  g_assert_true (same_tokens (vqd_result_get_picture (varied, 0),
                              vqd_result_get_picture (made, 0)));
}

/* That share stays, whatever is drawn in between. */
static void
test_keep_some (Fixture *fixture, gconstpointer data)
{
  static const double shares[] = { 0.25, 0.5, 0.9 };
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, MODEL_PX, MODEL_PX);
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.strength = 0;
  g_autoptr (VqdResult) none = run (fixture->engine, &request);
  for (gsize i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      request.keep = shares[i];
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const double changed =
          count_changed (vqd_result_get_picture (none, 0),
                         vqd_result_get_picture (result, 0)) /
          256.0;

      /* one in 64 is drawn as it was; 4 sigma of 256 cells are 0.125 */
      g_assert_cmpfloat (changed, <=, 1 - shares[i] + 0.125);
      g_assert_cmpfloat (changed, >=, 1 - shares[i] - 0.125);
    }
}

/* ---- a part of it ---- */

/* With strength, and with a share that is kept. */
static void
test_selection_limits (Fixture *fixture, gconstpointer data)
{
  for (int keeps = 0; keeps < 2; keeps++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;
      int n_changed = 0;

      picture_init (&picture, MODEL_PX, MODEL_PX);
      picture_select (&picture, 40, 48, 32, 24);
      request_init (&request, VQD_TASK_VARY, &picture.canvas);
      request.blend_px = 20;
      request.strength = 0;
      g_autoptr (VqdResult) none = run (fixture->engine, &request);
      request.strength = 1;
      request.keep = keeps ? 0.2 : -1;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *before = vqd_result_get_picture (none, 0);
      const VqdPicture *varied = vqd_result_get_picture (result, 0);
      const VqdTokenGrid *grid = &varied->grid;

      g_assert_cmpint (varied->x_px, ==, 40 - 19);
      g_assert_cmpint (varied->y_px, ==, 48 - 19);
      g_assert_cmpint (varied->width_px, ==, 32 + 38);
      g_assert_cmpint (varied->height_px, ==, 24 + 38);
      for (gsize i = 0; i < n_cells (varied); i++)
        {
          const int column = (int) i % grid->grid_width;
          const int row = (int) i / grid->grid_width;
          const int x = varied->x_px + grid->x_px + column * CELL_PX;
          const int y = varied->y_px + grid->y_px + row * CELL_PX;
          const gboolean same = grid->tokens[i] == before->grid.tokens[i];

          g_assert_true (same || (x >= 40 && x < 72 && y >= 48 && y < 72));
          n_changed += ! same;
        }
      g_assert_cmpint (n_changed, >, 3);
    }
}

/* The canvas's alpha is the mask. */
static void
test_transparent (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 100, 60);
  set_rectangle (&picture, picture.alpha, 0, 0, 30, 60, 0);
  set_rectangle (&picture, picture.alpha, 30, 0, 10, 60, 0.7f);
  for (int i = 0; i < 100 * 60; i++)
    if (i % 100 < 30)
      picture.rgb[3 * i] = NAN; /* of transparent pixels: not seen */
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.blend_px = 9;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *varied = vqd_result_get_picture (result, 0);

  g_assert_cmpint (varied->x_px, ==, 30);
  g_assert_cmpint (varied->width_px, ==, 70);
  for (int i = 0; i < 70 * 60; i++)
    g_assert_cmpfloat (varied->mask[i], ==, i % 70 < 10 ? 0.7f : 1);
  assert_pixels_in_range (varied);
}

/* ---- several ---- */

static void
test_batch (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 128, 128 }, { 77, 50 }, { 150, 90 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      picture_init (&picture, sizes[i][0], sizes[i][1]);
      request_init (&request, VQD_TASK_VARY, &picture.canvas);
      request.strength = 0.5;
      check_batch (fixture->engine, &request);
      request.keep = 0.6;
      check_batch (fixture->engine, &request);
    }
}

/* Cells of known tokens that do not lie on the canvas's: two windows, of which
 * a picture that keeps nearly all may need one. */
static void
test_batch_of_two_windows (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) picture = { 0 };
  g_autofree int *tokens = g_new (int, GRID *GRID);
  VqdRequest request;

  for (int i = 0; i < GRID * GRID; i++)
    tokens[i] = -1;
  picture_init (&picture, MODEL_PX, MODEL_PX);
  picture.canvas.known =
      (VqdTokenGrid){ .x_px = -3,
                      .y_px = -3,
                      .cell_px = CELL_PX,
                      .grid_width = GRID,
                      .grid_height = GRID,
                      .tokens = tokens,
                      .model =
                          (char *) vqd_engine_get_info (fixture->engine)->id };
  request_init (&request, VQD_TASK_VARY, &picture.canvas);
  request.steps = 2;
  check_batch (fixture->engine, &request);
  for (int i = 0; i < 3; i++)
    {
      request.keep = 0.65 + 0.15 * i;
      request.seed = 10 * i;
      check_batch (fixture->engine, &request);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("no-strength", test_no_strength);
  ADD ("more-strength-changes-more", test_more_strength_changes_more);
  ADD ("ramp", test_ramp);
  ADD ("strategies", test_strategies);
  ADD ("keep-all", test_keep_all);
  ADD ("keep-none", test_keep_none);
  ADD ("keep-some", test_keep_some);
  ADD ("selection-limits", test_selection_limits);
  ADD ("transparent", test_transparent);
  ADD ("batch", test_batch);
  ADD ("batch-of-two-windows", test_batch_of_two_windows);
  return g_test_run ();
}
