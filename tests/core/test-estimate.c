/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request is said to cost, and what it does. */
#include "core/vqd.h"

static VqdEngine *
open_engine (void)
{
  g_autofree char *model = g_build_filename (
      g_getenv ("VQD_GOLDEN_DIR"), "pipeline", "model.safetensors", NULL);
  const VqdEngineOptions options = { .model = model, .device = "cpu" };
  g_autoptr (GError) error = NULL;
  VqdEngine *engine = vqd_engine_new (&options, NULL, &error);

  g_assert_no_error (error);
  return engine;
}

typedef struct
{
  GCancellable *cancellable;
  int n_steps;
} Seen;

static void
note_steps (const VqdProgress *progress, gpointer user_data)
{
  Seen *seen = user_data;

  if (progress->phase == VQD_PHASE_SAMPLE)
    {
      seen->n_steps = progress->n_steps;
      g_cancellable_cancel (seen->cancellable);
    }
}

/* The run is stopped as soon as it says how long it is. */
static int
ask_engine (VqdEngine *engine, const VqdRequest *request)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Seen seen = { cancellable, -1 };
  g_autoptr (VqdResult) result = vqd_engine_generate (
      engine, request, note_steps, &seen, cancellable, &error);

  if (seen.n_steps < 0)
    g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  return seen.n_steps;
}

static void
test_evaluations_are_the_engines (void)
{
  static const int steps[] = { -1, 1,  2,  3,   7,   10,  25,
                               50, 64, 99, 100, 256, 1000 };
  g_autoptr (VqdEngine) engine = open_engine ();
  const VqdModelInfo *info = vqd_engine_get_info (engine);
  int n_compared = 0;

  for (const char *const *name = vqd_strategy_names (); *name != NULL; name++)
    for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
      {
        VqdRequest request;

        vqd_request_init (&request);
        request.strategy = *name;
        request.steps = steps[i];
        const int n_steps = ask_engine (engine, &request);

        /* "original" knows one number of steps. */
        if (n_steps < 0)
          {
            g_assert_cmpstr (*name, ==, "original");
            continue;
          }
        g_assert_cmpint (vqd_request_count_evaluations (&request, info, 1), ==,
                         n_steps);
        n_compared++;
      }
  g_assert_cmpint (n_compared, >=, 50);
}

/* The authors' tables, of a grid of 32 x 32; the model's own way. */
static void
test_evaluations_of_other_models (void)
{
  VqdModelInfo info = { .grid_width = 32,
                        .grid_height = 32,
                        .n_steps = 100,
                        .strategy = "original",
                        .steps = 100 };
  VqdRequest request;

  vqd_request_init (&request);
  g_assert_cmpint (vqd_request_count_evaluations (&request, &info, 1), ==, 100);
  request.steps = 25;
  g_assert_cmpint (vqd_request_count_evaluations (&request, &info, 1), ==, 26);
  request.strategy = "purity";
  request.steps = 100;
  g_assert_cmpint (vqd_request_count_evaluations (&request, &info, 1), ==, 100);
  request.strategy = "halton";
  g_assert_cmpint (vqd_request_count_evaluations (&request, &info, 1), ==, 94);
}

static void
test_less_to_draw_is_less_work (void)
{
  g_autoptr (VqdEngine) engine = open_engine ();
  const VqdModelInfo *info = vqd_engine_get_info (engine);

  for (const char *const *name = vqd_strategy_names (); *name != NULL; name++)
    {
      VqdRequest request;
      int last = G_MAXINT;

      vqd_request_init (&request);
      request.strategy = *name;
      for (int percent = 100; percent >= 0; percent -= 10)
        {
          const int n =
              vqd_request_count_evaluations (&request, info, percent / 100.0);

          g_assert_cmpint (n, <=, last);
          last = n;
        }
      g_assert_cmpint (last, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/evaluations-are-the-engines",
                   test_evaluations_are_the_engines);
  g_test_add_func ("/estimate/evaluations-of-other-models",
                   test_evaluations_of_other_models);
  g_test_add_func ("/estimate/less-to-draw-is-less-work",
                   test_less_to_draw_is_less_work);
  return g_test_run ();
}
