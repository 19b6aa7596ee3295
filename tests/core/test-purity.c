/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sure the model was: against the logits of an evaluation of its own, and
 * what of a canvas has a purity at all. */
#include "core/vqd-pipeline.h"
#include "tests/core/canvas-pictures.h"

#define TOLERANCE 1e-5 /* seen: below 1e-6 */

#define ADD(name, function)                                                    \
  g_test_add ("/purity/" name, Fixture, NULL, set_up, (function), tear_down)


/* ---- the number itself ---- */

static VqdPipeline *
open_pipeline (const Fixture *fixture, VqdBackend *backend, gboolean guided)
{
  g_autoptr (GError) error = NULL;
  VqdWeights *weights = vqd_weights_open (fixture->model, &error);

  g_assert_no_error (error);
  VqdConfig *config = vqd_config_load (weights, &error);
  g_assert_no_error (error);
  VqdPipeline *pipeline =
      vqd_pipeline_new (weights, config, backend, 2, &error);
  g_assert_no_error (error);

  g_autofree int *ids = g_new0 (int, config->text.context);
  ids[0] = config->text.n_words - 2;
  ids[1] = 320;
  ids[2] = config->text.n_words - 1;
  g_assert_true (
      vqd_pipeline_set_prompt (pipeline, ids, guided, NULL, NULL, NULL));
  return pipeline;
}

static void
log_softmax (const float *logits, double *log_p)
{
  double sum = 0;

  for (int k = 0; k < N_CODES; k++)
    sum += exp ((double) logits[k]);
  for (int k = 0; k < N_CODES; k++)
    log_p[k] = (double) logits[k] - log (sum);
}

/* max_k p(x_0 = k), p of SPEC 3: both passes normalised, mixed, normalised. */
static double
largest_p (const float *logits, const float *null_logits, double guidance)
{
  double log_p[N_CODES];
  double log_null[N_CODES];
  double largest = -INFINITY;
  double sum = 0;

  log_softmax (logits, log_p);
  log_softmax (null_logits, log_null);
  for (int k = 0; k < N_CODES; k++)
    {
      const double mixed = log_null[k] + guidance * (log_p[k] - log_null[k]);

      sum += exp (mixed);
      largest = MAX (largest, mixed);
    }
  return exp (largest) / sum;
}

/* Each step: what it changed has the p of the logits of x_t, from a pipeline
 * that the run knows nothing of; all else keeps what it had. */
static void
check_run (VqdSamplerRun *run, VqdPipeline *judge, double guidance)
{
  const int n = GRID * GRID;
  const int passes = guidance == 1 ? 1 : 2;
  g_autofree int *x_t = g_new (int, 2 * n);
  g_autofree float *before = g_new (float, n);
  g_autofree float *logits = g_new (float, 2 * n * N_CODES);

  while (! vqd_sampler_run_is_done (run))
    {
      const int *x = vqd_sampler_run_get_tokens (run);
      const float *purity = vqd_sampler_run_get_purity (run);

      for (int pass = 0; pass < passes; pass++)
        memcpy (x_t + pass * n, x, sizeof (int) * (gsize) n);
      memcpy (before, purity, sizeof (float) * (gsize) n);
      g_assert_true (vqd_pipeline_evaluate (
          judge, x_t, passes, vqd_sampler_run_get_t (run), logits, NULL));
      g_assert_true (vqd_sampler_run_step (run, NULL, NULL));

      for (int i = 0; i < n; i++)
        {
          const float *row = logits + i * N_CODES;
          const float *null_row = row + (passes - 1) * n * N_CODES;

          if (x[i] == x_t[i])
            g_assert_cmpfloat (purity[i], ==, before[i]);
          else
            g_assert_true (
                fabs (purity[i] - largest_p (row, null_row, guidance)) <=
                TOLERANCE);
        }
    }
}

static void
test_is_the_largest_p (Fixture *fixture, gconstpointer data)
{
  static const double guidances[] = { 1, 3 };
  static const guint64 seed = 5;
  static const guint32 image = 0;
  const char *const *names = vqd_strategy_names () + 1; /* without "auto" */
  const char *why = NULL;
  VqdBackend *backend = vqd_backend_open ("cpu", 0, &why);

  for (gsize g = 0; g < G_N_ELEMENTS (guidances); g++)
    {
      const gboolean guided = guidances[g] != 1;
      g_autoptr (VqdPipeline) pipeline =
          open_pipeline (fixture, backend, guided);
      g_autoptr (VqdPipeline) judge = open_pipeline (fixture, backend, guided);

      for (int s = 0; names[s] != NULL; s++)
        {
          const VqdSamplerSettings settings = {
            .strategy = names[s],
            .steps = g_str_equal (names[s], "original") ? 100 : 12,
            .guidance = guidances[g],
            .truncation = 0.8,
            .purity_weight = 1
          };
          g_autoptr (VqdSamplerRun) run = vqd_pipeline_sample (
              pipeline, &settings, 1, &seed, &image, NULL, NULL);

          g_assert_nonnull (run);
          check_run (run, judge, guidances[g]);
          for (int i = 0; i < GRID * GRID; i++)
            g_assert_cmpfloat (vqd_sampler_run_get_purity (run)[i], >, 0);
        }
    }
  backend->ops->close (backend);
}

/* ---- of pictures ---- */

/* The cells as pixels; n_known: how many pixels have a purity. */
static float *
pixels_of (const VqdPicture *picture, gsize *n_known)
{
  float *values = g_new (float, n_pixels (picture));

  vqd_picture_get_purity (picture, values);
  *n_known = 0;
  for (gsize i = 0; i < n_pixels (picture); i++)
    {
      g_assert_true (values[i] == -1 || (values[i] > 0 && values[i] <= 1));
      *n_known += values[i] >= 0;
    }
  return values;
}

static void
test_of_all_that_is_drawn (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    VqdTask task;
    VqdTiling tiling;
    int width;
    int height;
  } cases[] = { { VQD_TASK_GENERATE, VQD_TILING_NONE, 0, 0 },
                { VQD_TASK_GENERATE, VQD_TILING_NONE, 256, 264 },
                { VQD_TASK_GENERATE, VQD_TILING_NONE, 97, 40 },
                { VQD_TASK_GENERATE, VQD_TILING_NONE, 300, 200 },
                { VQD_TASK_TILE, VQD_TILING_XY, 0, 0 },
                { VQD_TASK_TILE, VQD_TILING_Y, 200, 150 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      VqdRequest request;
      gsize n_known;

      request_init (&request, cases[i].task, NULL);
      request.tiling = cases[i].tiling;
      request.width_px = cases[i].width;
      request.height_px = cases[i].height;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *picture = vqd_result_get_picture (result, 0);

      g_free (pixels_of (picture, &n_known));
      g_assert_cmpuint (n_known, ==, n_pixels (picture));
    }
}

/* Resized or not, the cells cover the picture from corner to corner. */
static void
test_place_when_resized (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 128, 128 }, { 97, 40 }, { 64, 64 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      VqdRequest request;
      gsize n_known;

      request_init (&request, VQD_TASK_GENERATE, NULL);
      request.width_px = sizes[i][0];
      request.height_px = sizes[i][1];
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *picture = vqd_result_get_picture (result, 0);
      const VqdPurity *purity = &picture->purity;
      g_autofree float *values = pixels_of (picture, &n_known);

      g_assert_cmpfloat (purity->x_px, ==, 0);
      g_assert_cmpfloat_with_epsilon (
          purity->cell_width_px * purity->grid_width, picture->width_px, 1e-9);
      g_assert_cmpfloat_with_epsilon (purity->cell_height_px *
                                          purity->grid_height,
                                      picture->height_px, 1e-9);
      for (gsize p = 0; p < n_pixels (picture); p++)
        {
          const gsize x = p % (gsize) picture->width_px;
          const gsize y = p / (gsize) picture->width_px;
          const gsize column = (2 * x + 1) * (gsize) purity->grid_width /
                               (2 * (gsize) picture->width_px);
          const gsize row = (2 * y + 1) * (gsize) purity->grid_height /
                            (2 * (gsize) picture->height_px);

          g_assert_cmpfloat (
              values[p], ==,
              purity->values[row * (gsize) purity->grid_width + column]);
        }
    }
}

/* On a canvas the cells that are drawn have one, those that stay have none. */
static void
test_of_a_hole_alone (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 128, 128 }, { 288, 272 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Picture) canvas = { 0 };
      VqdRequest request;
      gsize n_known;

      picture_init (&canvas, sizes[i][0], sizes[i][1]);
      picture_select (&canvas, 40, 48, sizes[i][0] / 2, sizes[i][1] / 2);
      request_init (&request, VQD_TASK_FILL, &canvas.canvas);
      request.grow_px = 0;
      request.blend_px = 24;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *picture = vqd_result_get_picture (result, 0);
      g_autofree float *values = pixels_of (picture, &n_known);

      g_assert_cmpuint (n_known, <, n_pixels (picture));
      for (gsize p = 0; p < n_pixels (picture); p++)
        {
          const gsize x = p % (gsize) picture->width_px;
          const gsize y = p / (gsize) picture->width_px;
          const gsize at =
              (y + (gsize) picture->y_px) * (gsize) canvas.canvas.width_px + x +
              (gsize) picture->x_px;

          /* 40, 48 and what is selected are whole cells */
          g_assert_true ((values[p] >= 0) == (canvas.canvas.selection[at] > 0));
        }
    }
}

static void
test_of_an_expansion (Fixture *fixture, gconstpointer data)
{
  g_auto (Picture) canvas = { 0 };
  VqdRequest request;
  gsize n_known;

  picture_init (&canvas, 128, 128);
  request_init (&request, VQD_TASK_EXPAND, &canvas.canvas);
  request.left_px = 64;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *picture = vqd_result_get_picture (result, 0);
  g_autofree float *values = pixels_of (picture, &n_known);

  for (gsize p = 0; p < n_pixels (picture); p++)
    if ((int) (p % (gsize) picture->width_px) + picture->x_px < 0)
      g_assert_cmpfloat (values[p], >, 0);
}

/* A variation that changes nothing drew nothing; of one that keeps some, the
 * others have a purity. */
static void
test_of_variations (Fixture *fixture, gconstpointer data)
{
  static const double keeps[] = { 1, 0.5, 0 };
  g_auto (Picture) canvas = { 0 };
  VqdRequest request;
  gsize n_known;

  picture_init (&canvas, 128, 128);
  request_init (&request, VQD_TASK_VARY, &canvas.canvas);
  request.strength = 0;
  g_autoptr (VqdResult) same = run (fixture->engine, &request);
  g_free (pixels_of (vqd_result_get_picture (same, 0), &n_known));
  g_assert_cmpuint (n_known, ==, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (keeps); i++)
    {
      request.keep = keeps[i];
      g_autoptr (VqdResult) result = run (fixture->engine, &request);

      g_free (pixels_of (vqd_result_get_picture (result, 0), &n_known));
      const double share = (double) n_known / (MODEL_PX * MODEL_PX);
      g_assert_true (fabs (share - (1 - keeps[i])) <= 0.1);
    }
}

/* Tokens decoded again were drawn by nobody. */
static void
test_not_of_decoded_tokens (Fixture *fixture, gconstpointer data)
{
  VqdRequest request;
  gsize n_known;

  request_init (&request, VQD_TASK_GENERATE, NULL);
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  g_autoptr (VqdPicture) again = vqd_engine_decode (
      fixture->engine, &vqd_result_get_picture (result, 0)->grid,
      VQD_TILING_NONE, NULL, NULL);

  g_assert_nonnull (again);
  g_assert_null (again->purity.values);
  g_free (pixels_of (again, &n_known));
  g_assert_cmpuint (n_known, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("is-the-largest-p", test_is_the_largest_p);
  ADD ("of-all-that-is-drawn", test_of_all_that_is_drawn);
  ADD ("place-when-resized", test_place_when_resized);
  ADD ("of-a-hole-alone", test_of_a_hole_alone);
  ADD ("of-an-expansion", test_of_an_expansion);
  ADD ("of-variations", test_of_variations);
  ADD ("not-of-decoded-tokens", test_not_of_decoded_tokens);
  return g_test_run ();
}
