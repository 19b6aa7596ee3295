/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codec beside its numbers on square pictures, which conformance checks
 * for the three kinds. */
#include <math.h>

#include "core/image/vqd-codec-stage.h"

typedef struct
{
  VqdBackend *backend;
  VqdWeights *weights;
  VqdCodecConfig config;
  VqdCodec *codec;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (
      g_getenv ("VQD_GOLDEN_DIR"), "codec-ema-f8", "model.safetensors", NULL);
  const char *why = NULL;

  fixture->config = (VqdCodecConfig){
    .kind = VQD_CODEC_EMA_VQ,
    .channels = 32,
    .multipliers = { 1, 1, 2, 2 },
    .n_levels = 4,
    .blocks = 1,
    .attention_resolutions = { 8 },
    .n_attention = 1,
    .z_channels = 64,
    .embedding = 24,
    .n_codes = 64,
    .resolution_h = 64,
    .resolution_w = 64,
  };
  fixture->backend = vqd_backend_open ("cpu", 2, &why);
  g_assert_nonnull (fixture->backend);
  fixture->weights = vqd_weights_open (path, NULL);
  g_assert_nonnull (fixture->weights);
  fixture->codec = vqd_codec_new (fixture->weights, "", "", &fixture->config,
                                  fixture->backend, NULL);
  g_assert_nonnull (fixture->codec);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  vqd_codec_free (fixture->codec);
  vqd_weights_free (fixture->weights);
  fixture->backend->ops->close (fixture->backend);
}

/* (transfer full): of the size that coding a grid takes. */
static VqdArena *
make_arena (Fixture *fixture, gboolean encode, int grid_height, int grid_width)
{
  const int f = vqd_codec_config_factor (&fixture->config);
  g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();

  if (encode)
    vqd_codec_measure_encode (&fixture->config, grid_height * f, grid_width * f,
                              measure);
  else
    vqd_codec_measure_decode (&fixture->config, grid_height, grid_width,
                              measure);
  return vqd_arena_new (fixture->backend, vqd_arena_peak (measure), NULL);
}

/* |a - b| / |b|; NaN when a number is none. */
static double
relative_error (const float *a, const float *b, gsize n)
{
  double difference = 0;
  double square = 0;

  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      square += (double) b[i] * b[i];
    }
  return sqrt (difference / square);
}

/* ---- numbers ---- */

static const VqdTensor *
need (const VqdWeights *io, const char *name, gsize n)
{
  const VqdTensor *tensor = vqd_weights_find (io, name);

  g_assert_nonnull (tensor);
  g_assert_cmpuint (tensor->n_bytes, ==, 4 * n);
  return tensor;
}

/* [channels, n_pixels] times scale -> [n_pixels, channels] */
static float *
channels_last (const VqdTensor *tensor, int channels, int n_pixels, float scale)
{
  const float *x = tensor->data;
  float *y = g_new (float, channels *n_pixels);

  for (int p = 0; p < n_pixels; p++)
    for (int c = 0; c < channels; c++)
      y[p * channels + c] = x[c * n_pixels + p] * scale;
  return y;
}

/* Height and width are not taken for each other: a grid of 3x5, of which
 * make-codec-wide.py tells the numbers. */
static void
test_wide_map (Fixture *fixture, gconstpointer data)
{
  enum
  {
    H = 3,
    W = 5,
    F = 8,
    N_PIXELS = H * F * W * F,
    EMBEDDING = 24
  };
  g_autofree char *path = g_test_build_filename (
      G_TEST_DIST, "golden", "codec-wide.safetensors", NULL);
  g_autoptr (VqdWeights) io = vqd_weights_open (path, NULL);
  float rgb[3 * N_PIXELS];
  float prequant[H * W * EMBEDDING];
  int tokens[H * W];

  g_assert_nonnull (io);
  const int *expected_tokens = need (io, "tokens", H * W)->data;
  g_autofree float *image =
      channels_last (need (io, "image", 3 * N_PIXELS), 3, N_PIXELS, 1.0f / 255);
  g_autofree float *decoded = channels_last (need (io, "decoded", 3 * N_PIXELS),
                                             3, N_PIXELS, 1.0f / 255);
  g_autofree float *expected = channels_last (
      need (io, "prequant", H * W * EMBEDDING), EMBEDDING, H * W, 1);

  g_autoptr (VqdArena) encode_arena = make_arena (fixture, TRUE, H, W);
  g_assert_true (vqd_codec_encode (fixture->codec, encode_arena, image, H * F,
                                   W * F, tokens, prequant, NULL, NULL));
  /* 9e-7 seen */
  g_assert_true (relative_error (prequant, expected, H * W * EMBEDDING) < 1e-5);
  g_assert_cmpmem (tokens, sizeof tokens, expected_tokens, sizeof tokens);

  g_autoptr (VqdArena) decode_arena = make_arena (fixture, FALSE, H, W);
  g_assert_true (vqd_codec_decode (fixture->codec, decode_arena,
                                   expected_tokens, H, W, rgb, NULL, NULL));
  for (int i = 0; i < 3 * N_PIXELS; i++) /* 6e-4 of 255 seen */
    g_assert_true (fabsf (rgb[i] - decoded[i]) < 0.01f / 255);
}

/* What a list of stages makes of a picture or grid of ramps. max_work: as in
 * VqdMap. (transfer full): [n] */
static float *
run_stages (Fixture *fixture, gboolean encode, int height, int width,
            double max_work, gsize n)
{
  VqdBackend *backend = fixture->backend;
  g_autoptr (GArray) stages = encode
                                  ? vqd_stages_plan_encoder (&fixture->config)
                                  : vqd_stages_plan_decoder (&fixture->config);
  g_autoptr (GPtrArray) packed = g_ptr_array_new ();
  const int channels = g_array_index (stages, VqdStage, 0).in_channels;
  gsize map_floats = 0;
  gsize edge_floats = 0;

  g_assert_true (
      vqd_stages_load (stages, fixture->weights, "", backend, packed, NULL));
  vqd_stages_measure (stages, height, width, &map_floats, &edge_floats);
  g_autoptr (VqdArena) arena = vqd_arena_new (
      backend, sizeof (float) * (3 * map_floats + edge_floats) + 256, NULL);
  VqdMap map = { .height = height,
                 .width = width,
                 .x = vqd_arena_floats (arena, (gint64) map_floats, 1),
                 .spare = vqd_arena_floats (arena, (gint64) map_floats, 1),
                 .spare2 = vqd_arena_floats (arena, (gint64) map_floats, 1),
                 .edge = vqd_arena_floats (arena, (gint64) edge_floats, 1),
                 .max_work = max_work };

  for (int i = 0; i < height * width * channels; i++)
    map.x[i] = (float) (i % 37 - 18) / 18 * (float) (i % 11) / 10;
  g_assert_true (vqd_stages_run (stages, backend, &map, NULL, NULL));

  float *out = g_memdup2 (map.x, n * sizeof (float));
  for (guint i = 0; i < packed->len; i++)
    backend->ops->release (backend, packed->pdata[i]);
  return out;
}

/* Bands of rows and queries in parts give what one call gives. 24x26 tokens
 * are more than the least queries of a call, and all maps but the smallest
 * higher than the least rows. */
static void
test_bands_change_nothing (Fixture *fixture, gconstpointer data)
{
  const int h = 24;
  const int w = 26;

  for (int encode = 0; encode < 2; encode++)
    {
      const int scale = encode ? 8 : 1;
      const gsize n = encode ? (gsize) (h * w * fixture->config.embedding)
                             : (gsize) (3 * h * w * 64);
      g_autofree float *whole =
          run_stages (fixture, encode, h * scale, w * scale, 1e30, n);
      static const double works[] = { 1, 3e6, 1e7 };

      for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
        {
          g_autofree float *bands =
              run_stages (fixture, encode, h * scale, w * scale, works[i], n);

          /* 1e-6 seen */
          g_assert_true (relative_error (bands, whole, n) < 1e-5);
        }
    }
}

/* ---- memory ---- */

/* What was measured is what is used, to the byte. */
static void
test_measured_is_used (Fixture *fixture, gconstpointer data)
{
  static const int grids[][2] = { { 1, 1 }, { 3, 5 }, { 16, 16 } };
  const VqdCodecConfig *config = &fixture->config;
  const int f = vqd_codec_config_factor (config);

  for (gsize i = 0; i < G_N_ELEMENTS (grids); i++)
    {
      const int h = grids[i][0];
      const int w = grids[i][1];
      g_autofree int *tokens = g_new0 (int, h *w);
      g_autofree float *rgb = g_new0 (float, 3 * h * w * f * f);

      for (int encode = 0; encode < 2; encode++)
        {
          g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();

          if (encode)
            vqd_codec_measure_encode (config, h * f, w * f, measure);
          else
            vqd_codec_measure_decode (config, h, w, measure);
          g_autoptr (VqdArena) arena =
              vqd_arena_new (fixture->backend, vqd_arena_peak (measure), NULL);
          const gboolean ok =
              encode ? vqd_codec_encode (fixture->codec, arena, rgb, h * f,
                                         w * f, tokens, NULL, NULL, NULL)
                     : vqd_codec_decode (fixture->codec, arena, tokens, h, w,
                                         rgb, NULL, NULL);
          g_assert_true (ok);
          g_assert_cmpuint (vqd_arena_peak (arena), ==,
                            vqd_arena_peak (measure));
          g_assert_cmpuint (vqd_arena_mark (arena), ==, 0);
        }
      for (int p = 0; p < 3 * h * w * f * f; p++)
        g_assert_true (rgb[p] >= 0 && rgb[p] <= 1);
      for (int n = 0; n < h * w; n++)
        g_assert_true (tokens[n] >= 0 && tokens[n] < config->n_codes);
    }
}

/* ---- cancelling ---- */

/* Cancels at a call of conv2d. */
static struct
{
  const VqdBackendOps *ops;
  GCancellable *cancellable;
  int n_calls;
  int cancel_at;
} interruption;

static void
interrupting_conv2d (VqdBackend *backend, float *y, const float *x,
                     const VqdConv *conv, int batch, int height, int width,
                     VqdEpilogue epilogue)
{
  if (++interruption.n_calls == interruption.cancel_at)
    g_cancellable_cancel (interruption.cancellable);
  interruption.ops->conv2d (backend, y, x, conv, batch, height, width,
                            epilogue);
}

/* Cancelled at any convolution but the last, not one more follows, and the
 * arena is whole. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  VqdBackend *backend = fixture->backend;
  VqdBackendOps ops = *backend->ops;
  const int tokens[6] = { 0 };
  float rgb[3 * 16 * 24];
  int n_convs = G_MAXINT;

  interruption.ops = backend->ops;
  ops.conv2d = interrupting_conv2d;
  backend->ops = &ops;
  for (int at = 0; at < n_convs; at++)
    {
      g_autoptr (VqdArena) arena = make_arena (fixture, FALSE, 2, 3);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;

      interruption.cancellable = cancellable;
      interruption.n_calls = 0;
      interruption.cancel_at = at;
      const gboolean ok = vqd_codec_decode (fixture->codec, arena, tokens, 2, 3,
                                            rgb, cancellable, &error);
      g_assert_cmpuint (vqd_arena_mark (arena), ==, 0);
      if (at == 0) /* never */
        {
          g_assert_true (ok);
          n_convs = interruption.n_calls;
          g_assert_cmpint (n_convs, >, 20);
          continue;
        }
      g_assert_false (ok);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (interruption.n_calls, ==, at);
    }
  backend->ops = interruption.ops;
}

/* ---- broken models ---- */

static void
expect_refused (Fixture *fixture, const VqdCodecConfig *config,
                const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vqd_codec_new (fixture->weights, "", "", config,
                                fixture->backend, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
}

/* The config promises what the tensors do not have. */
static void
test_config_beyond_tensors (Fixture *fixture, gconstpointer data)
{
  VqdCodecConfig config = fixture->config;

  config.embedding++;
  expect_refused (fixture, &config,
                  "*tensor quantize.embedding: expected 64x25, found 64x24");
  config = fixture->config;
  config.blocks++;
  expect_refused (fixture, &config,
                  "*tensor decoder.up.3.block.2.norm1.weight is missing");
  config = fixture->config;
  config.multipliers[0] = 2;
  expect_refused (fixture, &config, "*tensor decoder.up.0.block.0.*");
  config = fixture->config;
  config.attention_resolutions[0] = config.resolution_h;
  expect_refused (fixture, &config,
                  "*tensor decoder.up.0.attn.0.norm.weight is missing");
}

/* The tensors have what the config leaves out: it would be skipped in silence
 * and the pictures be wrong. */
static void
test_tensors_beyond_config (Fixture *fixture, gconstpointer data)
{
  VqdCodecConfig config = fixture->config;

  config.n_attention = 0;
  expect_refused (fixture, &config,
                  "*tensor decoder.up.3.attn.?.* has no place in the codec*");
  config = fixture->config;
  config.blocks = 0;
  expect_refused (fixture, &config,
                  "*tensor decoder.up.?.block.1.* has no place in the codec*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                    \
  g_test_add ("/codec/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("wide-map", test_wide_map);
  ADD ("bands-change-nothing", test_bands_change_nothing);
  ADD ("measured-is-used", test_measured_is_used);
  ADD ("cancel", test_cancel);
  ADD ("config-beyond-tensors", test_config_beyond_tensors);
  ADD ("tensors-beyond-config", test_tensors_beyond_config);
#undef ADD
  return g_test_run ();
}
