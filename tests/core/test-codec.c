/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codec beside its numbers, which conformance checks. */
#include "core/image/vqd-codec.h"
#include "core/io/vqd-config.h"

typedef struct
{
  VqdBackend *backend;
  VqdWeights *weights;
  VqdConfig *config;
  VqdCodec *codec;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (
      g_getenv ("VQD_GOLDEN_DIR"), "pipeline", "model.safetensors", NULL);
  const char *why = NULL;

  fixture->backend = vqd_backend_open ("cpu", 2, &why);
  fixture->weights = vqd_weights_open (path, NULL);
  fixture->config = vqd_config_load (fixture->weights, NULL);
  fixture->codec = vqd_codec_new (fixture->weights, "content_codec.enc.",
                                  "content_codec.dec.", &fixture->config->codec,
                                  fixture->backend, NULL);
  g_assert_nonnull (fixture->codec);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  vqd_codec_free (fixture->codec);
  vqd_config_free (fixture->config);
  vqd_weights_free (fixture->weights);
  fixture->backend->ops->close (fixture->backend);
}

/* What was measured is what is used, to the byte. */
static void
test_measured_is_used (Fixture *fixture, gconstpointer data)
{
  static const int grids[][2] = { { 1, 1 }, { 3, 5 }, { 16, 16 } };
  const VqdCodecConfig *config = &fixture->config->codec;
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

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const int tokens[4] = { 0 };
  float rgb[3 * 16 * 16];

  vqd_codec_measure_decode (&fixture->config->codec, 2, 2, measure);
  g_autoptr (VqdArena) arena =
      vqd_arena_new (fixture->backend, vqd_arena_peak (measure), NULL);
  g_cancellable_cancel (cancellable);
  g_assert_false (vqd_codec_decode (fixture->codec, arena, tokens, 2, 2, rgb,
                                    cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
expect_refused (Fixture *fixture, const VqdCodecConfig *config,
                const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vqd_codec_new (fixture->weights, "content_codec.enc.",
                                "content_codec.dec.", config, fixture->backend,
                                &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
}

static void
test_config_against_tensors (Fixture *fixture, gconstpointer data)
{
  VqdCodecConfig config = fixture->config->codec;

  config.embedding++;
  expect_refused (fixture, &config, "*quantize.embedding: expected 64x25*");
  config = fixture->config->codec;
  config.blocks++;
  expect_refused (fixture, &config,
                  "*decoder.up.3.block.2.norm1.weight is "
                  "missing*");
  config = fixture->config->codec;
  config.multipliers[0] = 2;
  expect_refused (fixture, &config, "*tensor content_codec.dec.decoder.up.0.*");
  config = fixture->config->codec;
  config.attention_resolutions[0] = config.resolution_h;
  config.n_attention = 1;
  expect_refused (fixture, &config, "*decoder.up.0.attn.0*is missing*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/codec/measured-is-used", Fixture, NULL, set_up,
              test_measured_is_used, tear_down);
  g_test_add ("/codec/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/codec/config-against-tensors", Fixture, NULL, set_up,
              test_config_against_tensors, tear_down);
  return g_test_run ();
}
