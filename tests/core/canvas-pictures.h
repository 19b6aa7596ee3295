/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canvas-pictures.h - canvases, and what the engine makes of them
 *
 * Shared by the tests of canvases. The engine's are over the tiny whole model
 * of the golden data: 16 x 16 tokens of 8 pixels, 64 codes, T = 100. */
#ifndef CANVAS_PICTURES_H
#define CANVAS_PICTURES_H

#include <math.h>
#include <string.h>

#include "core/vqd.h"

#define MODEL_PX 128
#define CELL_PX 8
#define GRID 16
#define N_CODES 64

/* ---- a canvas that owns its pixels ---- */

typedef struct
{
  VqdCanvas canvas;
  float *rgb;
  float *alpha;
  float *selection;
} Picture;


static inline float
colour (int x, int y, int c)
{
  return (float) ((x * 7 + y * 13 + c * 29) % 101) / 100;
}

/* Opaque, nothing selected. */
static inline void
picture_init (Picture *self, int width, int height)
{
  const gsize n = (gsize) width * (gsize) height;

  *self = (Picture){ .rgb = g_new (float, 3 * n),
                     .alpha = g_new (float, n),
                     .selection = g_new0 (float, n) };
  for (gsize i = 0; i < n; i++)
    {
      self->alpha[i] = 1;
      for (int c = 0; c < 3; c++)
        self->rgb[3 * i + (gsize) c] =
            colour ((int) i % width, (int) i / width, c);
    }
  self->canvas = (VqdCanvas){ .width_px = width,
                              .height_px = height,
                              .rgb = self->rgb,
                              .alpha = self->alpha,
                              .selection = self->selection };
}

static inline void
picture_clear (Picture *self)
{
  g_free (self->rgb);
  g_free (self->alpha);
  g_free (self->selection);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static inline void
set_rectangle (const Picture *self, float *values, int x, int y, int width,
               int height, float value)
{
  for (int j = y; j < y + height; j++)
    for (int i = x; i < x + width; i++)
      values[j * self->canvas.width_px + i] = value;
}

static inline void
picture_select (const Picture *self, int x, int y, int width, int height)
{
  set_rectangle (self, self->selection, x, y, width, height, 1);
}

/* ---- the engine ---- */

typedef struct
{
  char *model;
  VqdEngine *engine;
} Fixture;

static inline VqdEngine *
open_engine (const Fixture *fixture, int n_threads, gint64 memory_limit_bytes)
{
  const VqdEngineOptions options = { .model = fixture->model,
                                     .device = "cpu",
                                     .n_threads = n_threads,
                                     .memory_limit_bytes = memory_limit_bytes };
  g_autoptr (GError) error = NULL;
  VqdEngine *engine = vqd_engine_new (&options, NULL, &error);

  g_assert_no_error (error);
  return engine;
}

static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->model = g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), "pipeline",
                                     "model.safetensors", NULL);
  fixture->engine = open_engine (fixture, 0, 0);
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  vqd_engine_free (fixture->engine);
  g_free (fixture->model);
}

/* Few steps, unguided. canvas: of the tasks that have one. */
static inline void
request_init (VqdRequest *request, VqdTask task, const VqdCanvas *canvas)
{
  vqd_request_init (request);
  request->task = task;
  request->canvas = canvas;
  request->seed = 7;
  request->steps = 4;
  request->guidance = 1;
}

static inline VqdResult *
run (VqdEngine *engine, const VqdRequest *request)
{
  g_autoptr (GError) error = NULL;
  VqdResult *result =
      vqd_engine_generate (engine, request, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_assert_cmpint (vqd_result_get_n_pictures (result), ==, request->n_images);
  return result;
}

static inline void
expect_error (VqdEngine *engine, const VqdRequest *request, VqdError code,
              const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      vqd_engine_generate (engine, request, NULL, NULL, NULL, &error));
  g_assert_error (error, VQD_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("expected \"%s\" in \"%s\"", words, error->message);
}

/* ---- its pictures ---- */

static inline gsize
n_cells (const VqdPicture *picture)
{
  return (gsize) picture->grid.grid_width * (gsize) picture->grid.grid_height;
}

static inline gsize
n_pixels (const VqdPicture *picture)
{
  return (gsize) picture->width_px * (gsize) picture->height_px;
}

static inline gboolean
same_tokens (const VqdPicture *a, const VqdPicture *b)
{
  return n_cells (a) == n_cells (b) && memcmp (a->grid.tokens, b->grid.tokens,
                                               n_cells (a) * sizeof (int)) == 0;
}

/* Bit for bit, the place on the canvas and the mask included. */
static inline void
assert_same_picture (const VqdPicture *a, const VqdPicture *b)
{
  g_assert_cmpint (a->width_px, ==, b->width_px);
  g_assert_cmpint (a->height_px, ==, b->height_px);
  g_assert_cmpint (a->x_px, ==, b->x_px);
  g_assert_cmpint (a->y_px, ==, b->y_px);
  g_assert_cmpint (a->grid.x_px, ==, b->grid.x_px);
  g_assert_cmpint (a->grid.y_px, ==, b->grid.y_px);
  g_assert_cmpint (a->grid.tokens == NULL, ==, b->grid.tokens == NULL);
  if (a->grid.tokens != NULL)
    g_assert_true (same_tokens (a, b));
  g_assert_cmpmem (a->rgb, 3 * n_pixels (a) * sizeof (float), b->rgb,
                   3 * n_pixels (b) * sizeof (float));
  g_assert_cmpint (a->mask == NULL, ==, b->mask == NULL);
  if (a->mask != NULL)
    g_assert_cmpmem (a->mask, n_pixels (a) * sizeof (float), b->mask,
                     n_pixels (b) * sizeof (float));
}

static inline void
assert_pixels_in_range (const VqdPicture *picture)
{
  for (gsize i = 0; i < 3 * n_pixels (picture); i++)
    g_assert_true (picture->rgb[i] >= 0 && picture->rgb[i] <= 1);
}

#define N_BATCH 2

/* Picture i of several is that of its seed alone; of a ramp, of its strength.
 */
static inline void
check_batch (VqdEngine *engine, const VqdRequest *request)
{
  VqdRequest several = *request;
  VqdRequest one = *request;

  several.n_images = N_BATCH;
  g_autoptr (VqdResult) batch = run (engine, &several);
  for (int i = 0; i < N_BATCH; i++)
    {
      const double last = request->strength_last;

      one.seed = request->seed + i;
      if (last >= 0)
        one.strength =
            request->strength + (last - request->strength) * i / (N_BATCH - 1);
      one.strength_last = -1;
      g_autoptr (VqdResult) alone = run (engine, &one);

      assert_same_picture (vqd_result_get_picture (alone, 0),
                           vqd_result_get_picture (batch, i));
      g_assert_cmpint (vqd_result_get_picture (batch, i)->seed, ==, one.seed);
    }
}

#endif /* CANVAS_PICTURES_H */
