/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs over canvases as such: progress, cancelling, memory, one after the
 * other. */
#include "tests/core/canvas-pictures.h"

#define ADD(name, function)                                                    \
  g_test_add ("/canvas/run/" name, Fixture, NULL, set_up, (function), tear_down)

/* One of each kind of run; the large ones are of two levels. */
typedef struct
{
  const char *name;
  VqdTask task;
  int width; /* of the canvas, or asked for */
  int height;
  int margin;
  int n_images;
  double keep;
} Kind;

static const Kind kinds[] = {
  { "generate", VQD_TASK_GENERATE, 128, 128, 0, 2, -1 },
  { "large", VQD_TASK_GENERATE, 260, 200, 0, 1, -1 },
  { "tile", VQD_TASK_TILE, 128, 128, 0, 1, -1 },
  { "fill", VQD_TASK_FILL, 128, 110, 0, 2, -1 },
  { "large-fill", VQD_TASK_FILL, 200, 140, 0, 2, -1 },
  { "expand", VQD_TASK_EXPAND, 80, 90, 30, 1, -1 },
  { "vary", VQD_TASK_VARY, 100, 120, 0, 1, -1 },
  { "large-vary", VQD_TASK_VARY, 190, 120, 0, 1, -1 },
  { "keep", VQD_TASK_VARY, 100, 120, 0, 1, 0.5 },
  { "keep-all", VQD_TASK_VARY, 290, 150, 0, 2, 1 },
};


/* A request of a kind; its canvas in picture. */
static void
prepare (const Kind *kind, Picture *picture, VqdRequest *request)
{
  const int width = kind->width;
  const int height = kind->height;

  picture_init (picture, width, height);
  if (kind->task == VQD_TASK_FILL)
    picture_select (picture, width / 8, height / 8, width * 3 / 4,
                    height * 3 / 4);
  request_init (request, kind->task, &picture->canvas);
  request->steps = 2;
  request->width_px = width;
  request->height_px = height;
  request->tiling = VQD_TILING_XY;
  request->right_px = kind->margin;
  request->bottom_px = kind->margin;
  request->n_images = kind->n_images;
  request->keep = kind->keep;
}

/* ---- progress ---- */

typedef struct
{
  GCancellable *cancellable;
  int cancel_at; /* index of the call; negative: never */
  int n_calls;
  int n_full; /* calls that say that all is done */
  int n_images;
  int image;
  double fraction;
  gboolean has_tokens;
} Watch;

static void
check_counts (const VqdProgress *progress, const Watch *watch)
{
  g_assert_cmpint (progress->n_images, ==, watch->n_images);
  g_assert_true (progress->image >= watch->image &&
                 progress->image < watch->n_images);
  g_assert_cmpint (progress->n_windows, >=, 1);
  g_assert_true (progress->window >= 0 &&
                 progress->window < progress->n_windows);
  g_assert_true (progress->step >= 0 && progress->step <= progress->n_steps);
  g_assert_cmpint (progress->grid_width, ==, GRID);
  g_assert_cmpint (progress->grid_height, ==, GRID);
}

static void
watch_progress (const VqdProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;

  check_counts (progress, watch);
  g_assert_cmpfloat (progress->fraction, >=, watch->fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  g_assert_true (progress->seconds_left >= 0 || progress->fraction == 0);
  g_assert_true (progress->seconds_left < 3600);
  if (progress->phase == VQD_PHASE_SAMPLE)
    g_assert_nonnull (progress->tokens);
  for (int i = 0; progress->tokens != NULL && i < GRID * GRID; i++)
    g_assert_true (progress->tokens[i] >= 0 && progress->tokens[i] <= N_CODES);

  watch->has_tokens = watch->has_tokens || progress->tokens != NULL;
  watch->fraction = progress->fraction;
  watch->image = progress->image;
  if (watch->n_calls == watch->cancel_at)
    g_cancellable_cancel (watch->cancellable);
  watch->n_calls++;
  watch->n_full += progress->fraction >= 1;
  g_test_message ("DBG %d %d/%d step %d/%d f %g left %g", progress->phase,
                  progress->window, progress->n_windows, progress->step,
                  progress->n_steps, progress->fraction,
                  progress->seconds_left);
}

/* All ends near 1: what is left is one decoding, which counts for a third of a
 * picture that is drawn in two steps. */
static void
test_progress (Fixture *fixture, gconstpointer data)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_auto (Picture) picture = { 0 };
      g_autoptr (GError) error = NULL;
      VqdRequest request;

      prepare (&kinds[k], &picture, &request);
      Watch watch = { .n_images = request.n_images, .cancel_at = -1 };
      g_autoptr (VqdResult) result = vqd_engine_generate (
          fixture->engine, &request, watch_progress, &watch, NULL, &error);

      g_assert_no_error (error);
      g_test_message ("%s: %g in %d calls", kinds[k].name, watch.fraction,
                      watch.n_calls);
      if (kinds[k].keep == 1) /* there is nothing to do */
        continue;
      g_assert_true (watch.has_tokens);
      g_assert_cmpint (watch.image, ==, request.n_images - 1);
      g_assert_cmpfloat (watch.fraction, >=, 0.66);
      g_assert_cmpint (watch.n_full, <=, 1);
    }
}

/* ---- cancelling ---- */

static int
cancel_at (Fixture *fixture, const VqdRequest *request, int call)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Watch watch = { .n_images = request->n_images,
                  .cancellable = cancellable,
                  .cancel_at = call };
  g_autoptr (VqdResult) result = vqd_engine_generate (
      fixture->engine, request, watch_progress, &watch, cancellable, &error);

  if (call < 0)
    g_assert_no_error (error);
  else
    {
      g_assert_null (result);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      /* from drawing to decoding there is no look at it */
      g_assert_cmpint (watch.n_calls, <=, call + 2);
    }
  return watch.n_calls;
}

/* At the first calls, the last ones, and some in between. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_auto (Picture) picture = { 0 };
      VqdRequest request;

      prepare (&kinds[k], &picture, &request);
      const int n = cancel_at (fixture, &request, -1);
      const int calls[] = { 0, 1, n / 3, n - 2, n - 1 };

      for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
        if (calls[i] >= 0 && calls[i] < n)
          cancel_at (fixture, &request, calls[i]);
    }
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer data)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_auto (Picture) picture = { 0 };
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      VqdRequest request;

      prepare (&kinds[k], &picture, &request);
      g_cancellable_cancel (cancellable);
      g_assert_null (vqd_engine_generate (fixture->engine, &request, NULL, NULL,
                                          cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* ---- one after the other ---- */

/* What an engine did before leaves no trace: neither other runs nor those that
 * were cancelled or failed. */
static void
test_order_does_not_matter (Fixture *fixture, gconstpointer data)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_auto (Picture) picture = { 0 };
      g_autoptr (VqdEngine) fresh = open_engine (fixture, 0, 0);
      VqdRequest request;

      prepare (&kinds[k], &picture, &request);
      request.n_images = 1;
      request.prompt = k % 2 ? "a castle" : "";
      g_autoptr (VqdResult) used = run (fixture->engine, &request);
      g_autoptr (VqdResult) alone = run (fresh, &request);

      assert_same_picture (vqd_result_get_picture (used, 0),
                           vqd_result_get_picture (alone, 0));
      g_assert_cmpint (vqd_result_get_n_evaluations (used), ==,
                       vqd_result_get_n_evaluations (alone));
      cancel_at (fixture, &request, 1 - (kinds[k].keep == 1));
      request.guidance = 99;
      expect_error (fixture->engine, &request, VQD_ERROR_REQUEST, "guidance");
    }
}

/* ---- memory ---- */

#define LIMIT_MIB 150

static void
expect_limit (VqdEngine *engine, const VqdRequest *request)
{
  expect_error (engine, request, VQD_ERROR_MEMORY, "memory-limit is 150 MiB");
}

static void
test_memory_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture, 0, LIMIT_MIB << 20);
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 300, 200);
  request_init (&request, VQD_TASK_GENERATE, NULL);
  request.width_px = 4000;
  request.height_px = 4000;
  expect_limit (engine, &request);
  request.task = VQD_TASK_TILE;
  expect_limit (engine, &request);

  /* the margins count */
  request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  request.right_px = 8000;
  request.bottom_px = 8000;
  expect_limit (engine, &request);
  request.right_px = 4000;
  request.bottom_px = 0;
  expect_limit (engine, &request);
  request.right_px = 100;
  g_autoptr (VqdResult) expanded = run (engine, &request);
}

/* All pictures of a result are there at the same time. */
static void
test_memory_of_many_pictures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture, 0, LIMIT_MIB << 20);
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 600, 500);
  picture_select (&picture, 0, 0, 599, 500);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.n_images = VQD_MAX_IMAGES;
  expect_limit (engine, &request);
  request_init (&request, VQD_TASK_GENERATE, NULL);
  request.n_images = VQD_MAX_IMAGES;
  request.width_px = 600;
  request.height_px = 500;
  expect_limit (engine, &request);
}

/* A small hole of a large canvas takes little, for several pictures, too. */
static void
test_small_hole_of_a_large_canvas (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture, 0, LIMIT_MIB << 20);
  g_auto (Picture) picture = { 0 };
  VqdRequest request;

  picture_init (&picture, 2000, 1500);
  picture_select (&picture, 1200, 700, 60, 50);
  request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.steps = 1;
  request.n_images = 8;
  g_autoptr (VqdResult) result = run (engine, &request);
  g_assert_cmpint (vqd_result_get_picture (result, 7)->width_px, <, 100);

  request.n_images = 1;
  request.task = VQD_TASK_VARY;
  picture_select (&picture, 0, 0, 2000, 1500);
  expect_limit (engine, &request);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("progress", test_progress);
  ADD ("cancel", test_cancel);
  ADD ("cancelled-before", test_cancelled_before);
  ADD ("order-does-not-matter", test_order_does_not_matter);
  ADD ("memory-limit", test_memory_limit);
  ADD ("memory-of-many-pictures", test_memory_of_many_pictures);
  ADD ("small-hole-of-a-large-canvas", test_small_hole_of_a_large_canvas);
  return g_test_run ();
}
