/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that draws for the window: the same pictures as in one call, each
 * of them to be stopped, the runs to be moved. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "plugin/vqd-palette.h"
#include "plugin/vqd-preview.h"
#include "plugin/vqd-worker.h"

#define TIMEOUT_S 60
#define SIDE 96

/* What the worker told, and the loop that waits for it. */
typedef struct
{
  VqdWorker *worker;
  char *cache;
  char *model;
  GString *log; /* "+r.i" begun, "=r.i" done, "-r.i" stopped, "!r.i" failed */
  GPtrArray *drawn; /* VqdDrawn, as they came */
  int n_opened;
  int n_not_opened;
  int n_palettes;
  int n_progress;
  int n_decided;     /* the most tokens that a progress had */
  VqdPictureId stop; /* when it has begun; run 0: none */
} Fixture;

static void
opened (const VqdModelInfo *model, const char *device, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpstr (device, ==, "cpu");
  g_assert_cmpint (model->n_codes, >, 0);
  g_assert_nonnull (model->name);
  fixture->n_opened++;
}

static void
not_opened (const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_nonnull (error);
  fixture->n_not_opened++;
}

static void
begun (VqdPictureId id, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "+%u.%d ", id.run, id.index);
  if (fixture->stop.run == id.run && fixture->stop.index == id.index)
    vqd_worker_stop (fixture->worker, id);
}

static void
progress (const VqdProgress *progress, gpointer user_data)
{
  Fixture *fixture = user_data;
  int n_decided = 0;

  fixture->n_progress++;
  g_assert_cmpint (progress->image, ==, 0);
  if (progress->tokens == NULL)
    return;
  for (int i = 0; i < progress->grid_width * progress->grid_height; i++)
    n_decided += progress->tokens[i] >= 0;
  fixture->n_decided = MAX (fixture->n_decided, n_decided);
}

static void
done (VqdPictureId id, VqdDrawn *drawn, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "=%u.%d ", id.run, id.index);
  g_ptr_array_add (fixture->drawn, drawn);
}

static void
ended (VqdPictureId id, const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "%c%u.%d ", error != NULL ? '!' : '-',
                          id.run, id.index);
}

static void
palette (GBytes *bytes, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (g_bytes_get_size (bytes) % 3, ==, 0);
  fixture->n_palettes++;
}

static void
queue_changed (gpointer user_data)
{
}

static const VqdWorkerEvents events = {
  .opened = opened,
  .not_opened = not_opened,
  .begun = begun,
  .progress = progress,
  .done = done,
  .ended = ended,
  .palette = palette,
  .queue_changed = queue_changed,
};

static void
unref_drawn (gpointer drawn)
{
  vqd_drawn_unref (drawn);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->cache = g_dir_make_tmp ("vqd-worker-XXXXXX", NULL);
  fixture->model = g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), "pipeline",
                                     "model.safetensors", NULL);
  fixture->log = g_string_new (NULL);
  fixture->drawn = g_ptr_array_new_with_free_func (unref_drawn);
  fixture->worker = vqd_worker_new (&events, fixture, fixture->cache);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_clear_pointer (&fixture->worker, vqd_worker_free);
  dir = g_dir_open (fixture->cache, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->cache, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->cache);
  g_ptr_array_unref (fixture->drawn);
  g_string_free (fixture->log, TRUE);
  g_free (fixture->cache);
  g_free (fixture->model);
}

static gboolean
time_out (gpointer user_data)
{
  g_error ("the worker took more than %d s", TIMEOUT_S);
  return G_SOURCE_REMOVE;
}

/* Until nothing is left to be drawn, and all letters were read. */
static void
wait_idle (Fixture *fixture)
{
  const guint timer = g_timeout_add_seconds (TIMEOUT_S, time_out, NULL);

  while (! vqd_worker_is_idle (fixture->worker))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_source_remove (timer);
}

static VqdRequest
request_of (const char *prompt, int n_images)
{
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = prompt;
  request.seed = 5;
  request.n_images = n_images;
  request.steps = 4;
  request.strategy = "purity";
  return request;
}

static guint
add (Fixture *fixture, const VqdRequest *request)
{
  const VqdEngineOptions options = { .model = fixture->model,
                                     .device = "cpu",
                                     .n_threads = 1 };

  return vqd_worker_add (fixture->worker, request, &options, NULL, NULL);
}

/* ---- the same as in one call ---- */

static void
assert_same (const VqdPicture *a, const VqdPicture *b)
{
  const gsize n_pixels = (gsize) a->width_px * (gsize) a->height_px;

  g_assert_cmpint (a->width_px, ==, b->width_px);
  g_assert_cmpint (a->height_px, ==, b->height_px);
  g_assert_cmpint (a->x_px, ==, b->x_px);
  g_assert_cmpint (a->y_px, ==, b->y_px);
  g_assert_cmpint (a->seed, ==, b->seed);
  g_assert_cmpstr (a->settings, ==, b->settings);
  g_assert_cmpmem (a->rgb, 3 * n_pixels * sizeof (float), b->rgb,
                   3 * n_pixels * sizeof (float));
  g_assert_true ((a->mask == NULL) == (b->mask == NULL));
  if (a->mask != NULL)
    g_assert_cmpmem (a->mask, n_pixels * sizeof (float), b->mask,
                     n_pixels * sizeof (float));
}

/* The worker's pictures of a request and those of one call for all. */
static void
compare_with_one_call (Fixture *fixture, const VqdRequest *request)
{
  const VqdEngineOptions options = { .model = fixture->model,
                                     .device = "cpu",
                                     .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdEngine) engine = vqd_engine_new (&options, NULL, &error);
  g_autoptr (VqdResult) result = NULL;

  g_assert_no_error (error);
  result = vqd_engine_generate (engine, request, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  add (fixture, request);
  wait_idle (fixture);

  g_assert_cmpint ((int) fixture->drawn->len, ==, request->n_images);
  for (int i = 0; i < request->n_images; i++)
    {
      const VqdDrawn *drawn = fixture->drawn->pdata[i];

      assert_same (drawn->picture, vqd_result_get_picture (result, i));
    }
}

static void
test_as_in_one_call (Fixture *fixture, gconstpointer data)
{
  VqdRequest request = request_of ("{red|blue|green} {leaves|stones}", 4);

  compare_with_one_call (fixture, &request);
}

static void
test_seeds_wrap (Fixture *fixture, gconstpointer data)
{
  VqdRequest request = request_of ("leaves", 3);

  request.seed = VQD_MAX_SEED - 1;
  compare_with_one_call (fixture, &request);
}

static void
test_strengths (Fixture *fixture, gconstpointer data)
{
  g_autofree float *rgb = g_new0 (float, 3 * SIDE * SIDE);
  const VqdCanvas canvas = { .width_px = SIDE, .height_px = SIDE, .rgb = rgb };
  VqdRequest request = request_of ("leaves", 3);

  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    rgb[i] = 0.5f + 0.5f * sinf ((float) i / 50);
  request.task = VQD_TASK_VARY;
  request.canvas = &canvas;
  request.strength = 0.3;
  request.strength_last = 0.9;
  compare_with_one_call (fixture, &request);
}

/* ---- stopping and moving ---- */

static void
test_stop_waiting (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", 3);
  const guint run = add (fixture, &request);

  vqd_worker_stop (fixture->worker, (VqdPictureId){ run, 1 });
  wait_idle (fixture);
  g_assert_cmpint ((int) fixture->drawn->len, ==, 2);
  g_assert_nonnull (strstr (fixture->log->str, "-1.1 "));
  g_assert_nonnull (strstr (fixture->log->str, "=1.0 "));
  g_assert_nonnull (strstr (fixture->log->str, "=1.2 "));
}

static void
test_stop_working (Fixture *fixture, gconstpointer data)
{
  VqdRequest request = request_of ("leaves", 3);

  request.steps = 100;
  fixture->stop = (VqdPictureId){ 1, 1 };
  add (fixture, &request);
  wait_idle (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "+1.0 =1.0 +1.1 -1.1 +1.2 =1.2 ");
}

static void
test_stop_run (Fixture *fixture, gconstpointer data)
{
  const VqdRequest many = request_of ("leaves", VQD_MAX_IMAGES);
  const VqdRequest one = request_of ("stones", 1);
  const guint run = add (fixture, &many);

  add (fixture, &one);
  vqd_worker_stop_run (fixture->worker, run);
  wait_idle (fixture);
  /* The one that was being drawn may have been finished. */
  g_assert_cmpint ((int) fixture->drawn->len, <=, 2);
  g_assert_true (g_str_has_suffix (fixture->log->str, "+2.0 =2.0 "));
}

static void
test_stop_all (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", VQD_MAX_IMAGES);

  add (fixture, &request);
  add (fixture, &request);
  vqd_worker_stop_all (fixture->worker);
  wait_idle (fixture);
  g_assert_cmpint ((int) fixture->drawn->len, <=, 1);
  for (guint run = 1; run <= 2; run++)
    {
      g_autofree char *last =
          g_strdup_printf ("-%u.%d ", run, VQD_MAX_IMAGES - 1);

      g_assert_nonnull (strstr (fixture->log->str, last));
    }
}

static void
test_move (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", 1);
  const VqdRequest first = request_of ("stones", 2);

  add (fixture, &first);
  for (int i = 0; i < 3; i++)
    add (fixture, &request);
  vqd_worker_move (fixture->worker, 4, -1);
  vqd_worker_move (fixture->worker, 2, 99);

  g_autoptr (GArray) queue = vqd_worker_get_queue (fixture->worker);
  const guint expected[] = { 1, 4, 3, 2 };
  g_assert_cmpint ((int) queue->len, ==, 4);
  for (guint i = 0; i < queue->len; i++)
    g_assert_cmpint ((int) g_array_index (queue, VqdQueued, i).run, ==,
                     (int) expected[i]);

  wait_idle (fixture);
  g_assert_nonnull (strstr (fixture->log->str, "=4.0 +3.0 =3.0 +2.0 =2.0 "));
}

/* Closing the window in the middle: all ends, nothing is told any more. */
static void
test_free_while_working (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", VQD_MAX_IMAGES);

  add (fixture, &request);
  while (fixture->log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_pointer (&fixture->worker, vqd_worker_free);

  const gsize told = fixture->log->len;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (fixture->log->len, ==, told);
}

/* ---- the engine ---- */

static void
test_bad_model (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", 3);
  const VqdEngineOptions options = { .model = "/no/such.safetensors" };

  vqd_worker_load (fixture->worker, &options);
  while (fixture->n_not_opened == 0)
    g_main_context_iteration (NULL, TRUE);
  vqd_worker_add (fixture->worker, &request, &options, NULL, NULL);
  add (fixture, &request);
  wait_idle (fixture);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *failed = g_strdup_printf ("!1.%d ", i);

      g_assert_nonnull (strstr (fixture->log->str, failed));
    }
  /* And the next run is drawn. */
  g_assert_cmpint ((int) fixture->drawn->len, ==, 3);
}

static void
test_engine_stays_open (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", 2);

  add (fixture, &request);
  add (fixture, &request);
  wait_idle (fixture);
  g_assert_cmpint (fixture->n_opened, ==, 1);
  g_assert_cmpint (fixture->n_palettes, >, 1);
  g_assert_cmpint (fixture->n_progress, >, 0);
  g_assert_cmpint (fixture->n_decided, >, 0);
}

static void
count_freed (gpointer data)
{
  int *n_freed = data;

  (*n_freed)++;
}

static void
test_owner_is_freed_once (Fixture *fixture, gconstpointer data)
{
  const VqdRequest request = request_of ("leaves", 2);
  const VqdEngineOptions options = { .model = fixture->model };
  int n_freed = 0;

  vqd_worker_add (fixture->worker, &request, &options, &n_freed, count_freed);
  vqd_worker_add (fixture->worker, &request, &options, &n_freed, count_freed);
  vqd_worker_stop_run (fixture->worker, 2);
  wait_idle (fixture);
  g_assert_cmpint (n_freed, ==, 2);
}

/* ---- palettes and previews ---- */

static VqdEngine *
open_golden (Fixture *fixture)
{
  const VqdEngineOptions options = { .model = fixture->model };
  g_autoptr (GError) error = NULL;
  VqdEngine *engine = vqd_engine_new (&options, NULL, &error);

  g_assert_no_error (error);
  return engine;
}

static void
test_palette_is_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_golden (fixture);
  const int n_codes = vqd_engine_get_info (engine)->n_codes;
  g_autoptr (VqdPalette) first = vqd_palette_new (n_codes);
  g_autoptr (VqdPalette) second = vqd_palette_new (n_codes);
  g_autofree char *path = g_build_filename (fixture->cache, "palette", NULL);

  while (vqd_palette_explore (first, engine, NULL))
    ;
  g_assert_true (vqd_palette_is_explored (first));
  vqd_palette_save (first, path);
  vqd_palette_load (second, path);
  g_assert_true (vqd_palette_is_explored (second));

  g_autofree guint8 *a = vqd_palette_get_colors (first);
  g_autofree guint8 *b = vqd_palette_get_colors (second);
  g_assert_cmpmem (a, 3 * (gsize) n_codes, b, 3 * (gsize) n_codes);
}

static void
test_palette_refuses_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdPalette) palette = vqd_palette_new (16);
  g_autoptr (VqdPalette) other = vqd_palette_new (17);
  g_autofree char *path = g_build_filename (fixture->cache, "palette", NULL);
  g_autofree guint8 *before = vqd_palette_get_colors (palette);
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  vqd_palette_load (palette, path); /* none there */
  vqd_palette_save (other, path);   /* of another model */
  vqd_palette_load (palette, path);
  vqd_palette_save (palette, path);
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  memset (bytes + n_bytes - 8, 0xff, 8); /* a weight that is no number */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));
  vqd_palette_load (palette, path);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes - 1, NULL));
  vqd_palette_load (palette, path);

  g_autofree guint8 *after = vqd_palette_get_colors (palette);
  g_assert_false (vqd_palette_is_explored (palette));
  g_assert_cmpmem (before, 48, after, 48);
}

static void
test_preview_on_canvas (void)
{
  float rgb[4 * 3] = { 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0 };
  float mask[4] = { 1, 0, 0.5f, 0 };
  float below[2 * 3] = { 0, 0, 1, 0, 0, 1 };
  const float alpha[2] = { 1, 1 };
  const VqdCanvas canvas = {
    .width_px = 2, .height_px = 1, .rgb = below, .alpha = alpha
  };
  const VqdPicture picture = {
    .width_px = 4, .height_px = 1, .rgb = rgb, .mask = mask, .x_px = -1
  };
  g_autoptr (VqdPreview) whole = vqd_preview_new (&picture, &canvas, 100);
  g_autoptr (VqdPreview) half = vqd_preview_new (&picture, &canvas, 2);
  /* new; canvas; half of each; outside */
  const guint8 after[] = { 255, 0, 0, 0, 0, 255, 128, 0, 128, 128, 128, 128 };
  const guint8 before[] = {
    128, 128, 128, 0, 0, 255, 0, 0, 255, 128, 128, 128
  };
  const guint8 small[] = { 128, 0, 128, 128, 64, 128 };

  g_assert_cmpmem (whole->rgb8, 12, after, sizeof after);
  g_assert_cmpmem (whole->before, 12, before, sizeof before);
  g_assert_cmpint (half->width_px, ==, 2);
  g_assert_cmpint (half->height_px, ==, 1);
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (abs (half->rgb8[i] - small[i]), <=, 1);
}

#define ADD(name, test)                                                        \
  g_test_add ("/worker/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("as-in-one-call", test_as_in_one_call);
  ADD ("seeds-wrap", test_seeds_wrap);
  ADD ("strengths", test_strengths);
  ADD ("stop-waiting", test_stop_waiting);
  ADD ("stop-working", test_stop_working);
  ADD ("stop-run", test_stop_run);
  ADD ("stop-all", test_stop_all);
  ADD ("move", test_move);
  ADD ("free-while-working", test_free_while_working);
  ADD ("bad-model", test_bad_model);
  ADD ("engine-stays-open", test_engine_stays_open);
  ADD ("owner-is-freed-once", test_owner_is_freed_once);
  ADD ("palette-is-kept", test_palette_is_kept);
  ADD ("palette-refuses-files", test_palette_refuses_files);
  g_test_add_func ("/worker/preview-on-canvas", test_preview_on_canvas);
  return g_test_run ();
}
