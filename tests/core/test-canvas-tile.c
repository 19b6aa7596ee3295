/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures from nothing that are larger than the model's, tiles, and tokens
 * decoded again. */
#include "core/image/vqd-scale.h"
#include "tests/core/canvas-pictures.h"

#define TOLERANCE 2e-5f
#define HALF_BAND (GRID * 3 / 16) /* that is drawn anew, of a tile's edge */

#define ADD(name, function)                                                    \
  g_test_add ("/canvas/" name, Fixture, NULL, set_up, (function), tear_down)


static VqdPicture *
decode (VqdEngine *engine, const VqdTokenGrid *grid, VqdTiling tiling)
{
  g_autoptr (GError) error = NULL;
  VqdPicture *picture = vqd_engine_decode (engine, grid, tiling, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (picture);
  return picture;
}

static gboolean
wraps (VqdTiling tiling, VqdTiling axis)
{
  return tiling == axis || tiling == VQD_TILING_XY;
}

/* Tokens of all codes, without order. */
static VqdTokenGrid
random_grid (const Fixture *fixture, int width, int height, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int *tokens = g_new (int, width *height);

  for (int i = 0; i < width * height; i++)
    tokens[i] = g_rand_int_range (rand, 0, N_CODES);
  return (VqdTokenGrid){
    .cell_px = CELL_PX,
    .grid_width = width,
    .grid_height = height,
    .tokens = tokens,
    .model = (char *) vqd_engine_get_info (fixture->engine)->id
  };
}

static void
assert_close (const float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_true (fabsf (a[i] - b[i]) <= TOLERANCE);
}

/* ---- larger than the model ---- */

static void
test_large (Fixture *fixture, gconstpointer data)
{
  /* as asked for, and as drawn, in cells; 0: resized, has no tokens */
  static const int sizes[][4] = { { 256, 256, 32, 32 }, { 128, 264, 16, 33 },
                                  { 300, 200, 0, 0 },   { 520, 130, 0, 0 },
                                  { 512, 128, 64, 16 }, { 97, 40, 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      VqdRequest request;

      request_init (&request, VQD_TASK_GENERATE, NULL);
      request.steps = 2;
      request.width_px = sizes[i][0];
      request.height_px = sizes[i][1];
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const VqdPicture *picture = vqd_result_get_picture (result, 0);

      g_assert_cmpint (picture->width_px, ==, sizes[i][0]);
      g_assert_cmpint (picture->height_px, ==, sizes[i][1]);
      g_assert_null (picture->mask);
      assert_pixels_in_range (picture);
      g_assert_cmpint (picture->grid.tokens != NULL, ==, sizes[i][2] > 0);
      if (picture->grid.tokens == NULL)
        continue;
      g_assert_cmpint (picture->grid.grid_width, ==, sizes[i][2]);
      g_assert_cmpint (picture->grid.grid_height, ==, sizes[i][3]);
      for (gsize k = 0; k < n_cells (picture); k++)
        g_assert_true (picture->grid.tokens[k] >= 0 &&
                       picture->grid.tokens[k] < N_CODES);
    }
}

static void
test_large_batch (Fixture *fixture, gconstpointer data)
{
  VqdRequest request;

  request_init (&request, VQD_TASK_GENERATE, NULL);
  request.steps = 2;
  request.width_px = 256;
  request.height_px = 200;
  check_batch (fixture->engine, &request);
}

static void
test_large_strategies (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "original", "fast", "halton" };

  for (gsize s = 0; s < G_N_ELEMENTS (names); s++)
    {
      VqdRequest request;

      request_init (&request, VQD_TASK_GENERATE, NULL);
      request.width_px = 256;
      request.height_px = 256;
      request.strategy = names[s];
      request.steps = g_str_equal (names[s], "original") ? -1 : 2;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      assert_pixels_in_range (vqd_result_get_picture (result, 0));
    }
}

/* ---- tiles ---- */

/* Tokens and pixels moved by half a grid: windows lie as they did, so that what
 * is decoded moves with them. */
static void
check_roll (Fixture *fixture, VqdTiling tiling)
{
  const int dx = wraps (tiling, VQD_TILING_X) ? GRID / 2 : 0;
  const int dy = wraps (tiling, VQD_TILING_Y) ? GRID / 2 : 0;
  const VqdTokenGrid grid = random_grid (fixture, GRID, GRID, 3);
  const VqdTokenGrid rolled = random_grid (fixture, GRID, GRID, 3);

  for (int i = 0; i < GRID * GRID; i++)
    rolled.tokens[(i / GRID + dy) % GRID * GRID + (i % GRID + dx) % GRID] =
        grid.tokens[i];
  g_autoptr (VqdPicture) a = decode (fixture->engine, &grid, tiling);
  g_autoptr (VqdPicture) b = decode (fixture->engine, &rolled, tiling);
  for (int i = 0; i < MODEL_PX * MODEL_PX; i++)
    {
      const int x = (i % MODEL_PX + dx * CELL_PX) % MODEL_PX;
      const int y = (i / MODEL_PX + dy * CELL_PX) % MODEL_PX;

      assert_close (a->rgb + 3 * i, b->rgb + 3 * (y * MODEL_PX + x), 3);
    }
  g_free (grid.tokens);
  g_free (rolled.tokens);
}

static void
test_decoding_goes_around (Fixture *fixture, gconstpointer data)
{
  for (int tiling = VQD_TILING_X; tiling <= VQD_TILING_XY; tiling++)
    check_roll (fixture, (VqdTiling) tiling);
}

/* Without wrapping the sides are not continued: it can be told apart. */
static void
test_decoding_need_not_go_around (Fixture *fixture, gconstpointer data)
{
  const VqdTokenGrid grid = random_grid (fixture, GRID, GRID, 3);
  g_autoptr (VqdPicture) none =
      decode (fixture->engine, &grid, VQD_TILING_NONE);

  for (int tiling = VQD_TILING_X; tiling <= VQD_TILING_XY; tiling++)
    {
      g_autoptr (VqdPicture) tile =
          decode (fixture->engine, &grid, (VqdTiling) tiling);
      float most = 0;

      for (int i = 0; i < 3 * MODEL_PX * MODEL_PX; i++)
        most = MAX (most, fabsf (none->rgb[i] - tile->rgb[i]));
      g_assert_cmpfloat (most, >, 0.02f);
    }
  g_free (grid.tokens);
}

static void
tile_request_init (VqdRequest *request, int width, int height, VqdTiling tiling)
{
  request_init (request, VQD_TASK_TILE, NULL);
  request->steps = 2;
  request->width_px = width;
  request->height_px = height;
  request->tiling = tiling;
}

/* A tile is what its tokens decode to on the torus. */
static void
test_tile_is_its_tokens (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 128, 128 }, { 192, 128 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int tiling = VQD_TILING_X; tiling <= VQD_TILING_XY; tiling++)
      {
        VqdRequest request;

        tile_request_init (&request, sizes[i][0], sizes[i][1],
                           (VqdTiling) tiling);
        g_autoptr (VqdResult) result = run (fixture->engine, &request);
        const VqdPicture *tile = vqd_result_get_picture (result, 0);

        g_assert_cmpint (tile->width_px, ==, sizes[i][0]);
        g_assert_cmpint (tile->height_px, ==, sizes[i][1]);
        g_autoptr (VqdPicture) again =
            decode (fixture->engine, &tile->grid, (VqdTiling) tiling);
        assert_close (tile->rgb, again->rgb, 3 * n_pixels (tile));
      }
}

/* The band is drawn across the edge but has its middle beside it. */
static gboolean
is_in_band (int cell)
{
  const int from = HALF_BAND / 2 + 1 - HALF_BAND;

  return (cell - from + GRID) % GRID < 2 * HALF_BAND;
}

/* Along the edges that have to fit tokens are drawn anew, the others are those
 * of the picture that is no tile. */
static void
test_bands_are_drawn_anew (Fixture *fixture, gconstpointer data)
{
  VqdRequest request;

  tile_request_init (&request, 0, 0, VQD_TILING_NONE);
  request.task = VQD_TASK_GENERATE;
  g_autoptr (VqdResult) plain = run (fixture->engine, &request);
  const int *before = vqd_result_get_picture (plain, 0)->grid.tokens;

  request.task = VQD_TASK_TILE;
  for (int tiling = VQD_TILING_NONE; tiling <= VQD_TILING_XY; tiling++)
    {
      int n_changed = 0;
      int n_band = 0;

      request.tiling = (VqdTiling) tiling;
      g_autoptr (VqdResult) result = run (fixture->engine, &request);
      const int *tokens = vqd_result_get_picture (result, 0)->grid.tokens;
      for (int i = 0; i < GRID * GRID; i++)
        {
          const gboolean in_band =
              (wraps (request.tiling, VQD_TILING_X) && is_in_band (i % GRID)) ||
              (wraps (request.tiling, VQD_TILING_Y) && is_in_band (i / GRID));

          g_assert_true (in_band || tokens[i] == before[i]);
          n_band += in_band;
          n_changed += tokens[i] != before[i];
        }
      g_assert_cmpint (n_changed, >=, n_band * 8 / 10);
    }
}

/* A tile of another size is the drawn one, endless, resized. */
static void
check_resized (Fixture *fixture, int width, int height, int drawn_width,
               int drawn_height)
{
  VqdRequest request;
  g_autoptr (GError) error = NULL;

  tile_request_init (&request, drawn_width, drawn_height, VQD_TILING_XY);
  g_autoptr (VqdResult) drawn = run (fixture->engine, &request);
  const VqdPicture *tile = vqd_result_get_picture (drawn, 0);
  request.width_px = width;
  request.height_px = height;
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *resized = vqd_result_get_picture (result, 0);
  g_assert_cmpint (resized->width_px, ==, width);
  g_assert_cmpint (resized->height_px, ==, height);
  g_assert_null (resized->grid.tokens);

  g_autofree float *nine = g_new (float, 27 * n_pixels (tile));
  for (int i = 0; i < 9 * drawn_width * drawn_height; i++)
    {
      const int x = i % (3 * drawn_width) % drawn_width;
      const int y = i / (3 * drawn_width) % drawn_height;

      memcpy (nine + 3 * i, tile->rgb + 3 * (y * drawn_width + x),
              3 * sizeof (float));
    }
  g_autofree float *scaled =
      vqd_scale_rgb (nine, 3 * drawn_width, 3 * drawn_height, 3 * width,
                     3 * height, NULL, &error);
  g_assert_no_error (error);
  for (int y = 0; y < height; y++)
    assert_close (resized->rgb + 3 * y * width,
                  scaled + 3 * ((y + height) * 3 * width + width), 3 * width);
}

static void
test_resized_tiles (Fixture *fixture, gconstpointer data)
{
  check_resized (fixture, 100, 100, 128, 128);
  check_resized (fixture, 150, 150, 128, 128);
  check_resized (fixture, 37, 37, 128, 128);
  check_resized (fixture, 300, 200, 384, 256);
}

static void
test_tile_batch (Fixture *fixture, gconstpointer data)
{
  VqdRequest request;

  tile_request_init (&request, 200, 0, VQD_TILING_XY);
  check_batch (fixture->engine, &request);
}

/* ---- tokens alone ---- */

static void
test_decode_gives_the_picture (Fixture *fixture, gconstpointer data)
{
  VqdRequest request;

  request_init (&request, VQD_TASK_GENERATE, NULL);
  g_autoptr (VqdResult) result = run (fixture->engine, &request);
  const VqdPicture *picture = vqd_result_get_picture (result, 0);
  g_autoptr (VqdPicture) again =
      decode (fixture->engine, &picture->grid, VQD_TILING_NONE);

  assert_same_picture (picture, again);
  g_assert_cmpint (again->seed, ==, -1);
  g_assert_null (again->settings);
  g_assert_cmpstr (again->grid.model, ==, picture->grid.model);

  /* and by an engine that did nothing before */
  g_autoptr (VqdEngine) fresh = open_engine (fixture, 0, 0);
  g_autoptr (VqdPicture) first =
      decode (fresh, &picture->grid, VQD_TILING_NONE);
  assert_same_picture (picture, first);
}

/* Of any size, also one smaller than the model's. */
static void
test_unknown_cells_are_grey (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 16, 16 }, { 1, 1 }, { 3, 20 }, { 40, 17 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      const int width = sizes[s][0] * CELL_PX;
      VqdTokenGrid grid =
          random_grid (fixture, sizes[s][0], sizes[s][1], (guint32) s);

      for (int i = 0; i < sizes[s][0] * sizes[s][1]; i += 3)
        grid.tokens[i] = -1;
      g_autoptr (VqdPicture) picture =
          decode (fixture->engine, &grid, VQD_TILING_NONE);
      g_assert_cmpint (picture->width_px, ==, width);
      g_assert_cmpint (picture->height_px, ==, sizes[s][1] * CELL_PX);
      assert_pixels_in_range (picture);
      for (int i = 0; i < width * picture->height_px; i++)
        {
          const int cell =
              i / width / CELL_PX * sizes[s][0] + i % width / CELL_PX;
          const float *rgb = picture->rgb + 3 * i;

          g_assert_cmpint (grid.tokens[cell] < 0, ==,
                           rgb[0] == 0.5f && rgb[1] == 0.5f && rgb[2] == 0.5f);
        }
      g_free (grid.tokens);
    }
}

static void
test_bad_tokens (Fixture *fixture, gconstpointer data)
{
  const VqdTokenGrid good = random_grid (fixture, GRID, GRID, 1);
  VqdTokenGrid grid;

#define EXPECT(field, value, words)                                            \
  {                                                                            \
    g_autoptr (GError) error = NULL;                                           \
                                                                               \
    grid = good;                                                               \
    grid.field = value;                                                        \
    g_assert_null (vqd_engine_decode (fixture->engine, &grid, VQD_TILING_NONE, \
                                      NULL, &error));                          \
    g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);                      \
    g_assert_nonnull (strstr (error->message, words));                         \
  }
  EXPECT (model, (char *) "another", "of another model than");
  EXPECT (model, NULL, "of another model than");
  EXPECT (tokens, NULL, "There are no tokens");
  EXPECT (grid_width, 0, "There are no tokens, or too many");
  EXPECT (grid_height, G_MAXINT, "or too many");
  EXPECT (tokens[17], N_CODES, "has no token 64: it has 64 codes");
  EXPECT (tokens[17], -2, "has no token -2");
#undef EXPECT
  g_free (good.tokens);
}

static void
test_decode_is_cancelled (Fixture *fixture, gconstpointer data)
{
  const VqdTokenGrid grid = random_grid (fixture, 40, 40, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (vqd_engine_decode (fixture->engine, &grid, VQD_TILING_NONE,
                                    cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_free (grid.tokens);
}

/* More cells than there is memory for. */
static void
test_decode_memory_limit (Fixture *fixture, gconstpointer data)
{
  const VqdTokenGrid grid = random_grid (fixture, 300, 300, 1);
  g_autoptr (VqdEngine) engine = open_engine (fixture, 0, 100 << 20);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      vqd_engine_decode (engine, &grid, VQD_TILING_NONE, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "memory-limit is 100 MiB"));
  g_free (grid.tokens);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("large/sizes", test_large);
  ADD ("large/batch", test_large_batch);
  ADD ("large/strategies", test_large_strategies);
  ADD ("tile/decoding-goes-around", test_decoding_goes_around);
  ADD ("tile/decoding-need-not-go-around", test_decoding_need_not_go_around);
  ADD ("tile/is-its-tokens", test_tile_is_its_tokens);
  ADD ("tile/bands-are-drawn-anew", test_bands_are_drawn_anew);
  ADD ("tile/resized", test_resized_tiles);
  ADD ("tile/batch", test_tile_batch);
  ADD ("decode/gives-the-picture", test_decode_gives_the_picture);
  ADD ("decode/unknown-cells-are-grey", test_unknown_cells_are_grey);
  ADD ("decode/bad-tokens", test_bad_tokens);
  ADD ("decode/is-cancelled", test_decode_is_cancelled);
  ADD ("decode/memory-limit", test_decode_memory_limit);
  return g_test_run ();
}
