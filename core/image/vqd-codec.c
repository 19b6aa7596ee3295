/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/base/vqd-i18n.h"
#include "core/base/vqd-status.h"
#include "core/image/vqd-codec-stage.h"

struct _VqdCodec
{
  VqdCodecConfig config;
  VqdWeights *weights;
  VqdBackend *backend;
  char *enc_prefix;

  VqdMatrix codebook; /* [K, embedding] */
  GArray *decoder;
  GArray *encoder;      /* NULL before the first encode () */
  const float *nearest; /* the codebook as float, of the encoder */
  VqdLinear proj;       /* Gumbel: [K, embedding] */

  GPtrArray *packed;
};

static const struct
{
  const char *name;
  const char *codebook;
} kinds[] = {
  [VQD_CODEC_EMA_VQ] = { "ema-vq", "quantize.embedding" },
  [VQD_CODEC_VQ] = { "vq", "quantize.embedding.weight" },
  [VQD_CODEC_GUMBEL] = { "gumbel", "quantize.embed.weight" },
};


int
vqd_codec_config_factor (const VqdCodecConfig *config)
{
  return 1 << (config->n_levels - 1);
}

const char *
vqd_codec_kind_name (VqdCodecKind kind)
{
  return kinds[kind].name;
}

gsize
vqd_codec_packed_bytes (const VqdCodecConfig *config)
{
  g_autoptr (GArray) stages = vqd_stages_plan_decoder (config);

  return vqd_stages_packed_bytes (stages);
}

gsize
vqd_codec_encoder_packed_bytes (const VqdCodecConfig *config)
{
  g_autoptr (GArray) stages = vqd_stages_plan_encoder (config);

  return vqd_stages_packed_bytes (stages);
}

VqdCodec *
vqd_codec_new (VqdWeights *weights, const char *enc_prefix,
               const char *dec_prefix, const VqdCodecConfig *config,
               VqdBackend *backend, GError **error)
{
  g_autoptr (VqdCodec) self = g_new0 (VqdCodec, 1);

  self->config = *config;
  self->weights = weights;
  self->backend = backend;
  self->enc_prefix = g_strdup (enc_prefix);
  self->packed = g_ptr_array_new ();
  self->decoder = vqd_stages_plan_decoder (config);

  if (! vqd_weights_matrix (weights, enc_prefix, kinds[config->kind].codebook,
                            config->n_codes, config->embedding, &self->codebook,
                            error) ||
      ! vqd_stages_load (self->decoder, weights, dec_prefix, backend,
                         self->packed, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
vqd_codec_free (VqdCodec *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->packed->len; i++)
    self->backend->ops->release (self->backend, self->packed->pdata[i]);
  g_ptr_array_unref (self->packed);
  g_array_unref (self->decoder);
  g_clear_pointer (&self->encoder, g_array_unref);
  g_free (self->enc_prefix);
  g_free (self);
}

static void
layout (const GArray *stages, int height, int width, VqdArena *arena,
        VqdMap *map)
{
  gsize map_floats = 0;
  gsize edge_floats = 0;

  vqd_stages_measure (stages, height, width, &map_floats, &edge_floats);
  map->height = height;
  map->width = width;
  map->x = vqd_arena_floats (arena, (gint64) map_floats, 1);
  map->spare = vqd_arena_floats (arena, (gint64) map_floats, 1);
  map->spare2 = vqd_arena_floats (arena, (gint64) map_floats, 1);
  map->edge = vqd_arena_floats (arena, (gint64) edge_floats, 1);
  map->max_work = VQD_STAGE_MAX_WORK;
}

/* ---- decoding ---- */

void
vqd_codec_measure_decode (const VqdCodecConfig *config, int grid_height,
                          int grid_width, VqdArena *arena)
{
  const gsize mark = vqd_arena_mark (arena);
  g_autoptr (GArray) stages = vqd_stages_plan_decoder (config);
  VqdMap map;

  vqd_arena_ints (arena, grid_height, grid_width);
  layout (stages, grid_height, grid_width, arena, &map);
  vqd_arena_reset (arena, mark);
}

/* -1 ... 1 -> 0 ... 1, in place. */
static gboolean
to_picture (float *rgb, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      if (! isfinite (rgb[i]))
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       _ ("The model's codec gives values that are no numbers: "
                          "its file is broken. Copy or download it again."));
          return FALSE;
        }
      rgb[i] = (CLAMP (rgb[i], -1.0f, 1.0f) + 1.0f) * 0.5f;
    }
  return TRUE;
}

gboolean
vqd_codec_decode (VqdCodec *self, VqdArena *arena, const int *tokens,
                  int grid_height, int grid_width, float *rgb,
                  GCancellable *cancellable, GError **error)
{
  const VqdBackendOps *ops = self->backend->ops;
  const int n_tokens = grid_height * grid_width;
  const gsize mark = vqd_arena_mark (arena);
  int *device_tokens = vqd_arena_ints (arena, grid_height, grid_width);
  VqdMap map;

  layout (self->decoder, grid_height, grid_width, arena, &map);
  ops->upload (self->backend, device_tokens, tokens,
               sizeof (int) * (gsize) n_tokens);
  ops->embed (self->backend, map.x, device_tokens, &self->codebook, NULL, NULL,
              1, n_tokens);
  gboolean ok =
      vqd_stages_run (self->decoder, self->backend, &map, cancellable, error);
  if (ok)
    {
      const gsize n = 3 * (gsize) map.height * (gsize) map.width;

      ops->download (self->backend, rgb, map.x, sizeof (float) * n);
      ok = vqd_backend_check (self->backend, error) &&
           to_picture (rgb, n, error);
    }
  vqd_arena_reset (arena, mark);
  return ok;
}

/* ---- encoding ---- */

void
vqd_codec_measure_encode (const VqdCodecConfig *config, int height_px,
                          int width_px, VqdArena *arena)
{
  const gsize mark = vqd_arena_mark (arena);
  g_autoptr (GArray) stages = vqd_stages_plan_encoder (config);
  const int factor = vqd_codec_config_factor (config);
  VqdMap map;

  vqd_arena_ints (arena, height_px / factor, width_px / factor);
  layout (stages, height_px, width_px, arena, &map);
  if (config->kind == VQD_CODEC_GUMBEL)
    vqd_arena_floats (arena,
                      (gint64) (height_px / factor) * (width_px / factor),
                      config->n_codes);
  vqd_arena_reset (arena, mark);
}

static gboolean
load_encoder (VqdCodec *self, GError **error)
{
  g_autoptr (GArray) encoder = NULL;

  if (self->encoder != NULL)
    return TRUE;

  encoder = vqd_stages_plan_encoder (&self->config);
  if (! vqd_stages_load (encoder, self->weights, self->enc_prefix,
                         self->backend, self->packed, error))
    return FALSE;
  if (self->config.kind == VQD_CODEC_GUMBEL)
    {
      if (! vqd_linear_find (self->weights, self->enc_prefix, "quantize.proj",
                             self->config.n_codes, self->config.embedding,
                             &self->proj, error))
        return FALSE;
    }
  else
    {
      self->nearest = vqd_weights_table (
          self->weights, self->enc_prefix, kinds[self->config.kind].codebook,
          self->config.n_codes, self->config.embedding, error);
      if (self->nearest == NULL)
        return FALSE;
    }
  self->encoder = g_steal_pointer (&encoder);
  return TRUE;
}

static void
quantise (VqdCodec *self, VqdArena *arena, const float *prequant, int n_tokens,
          int *codes)
{
  const VqdBackendOps *ops = self->backend->ops;

  if (self->config.kind == VQD_CODEC_GUMBEL)
    {
      float *logits = vqd_arena_floats (arena, n_tokens, self->config.n_codes);

      vqd_linear_forward (self->backend, &self->proj, logits, prequant,
                          n_tokens, VQD_EPILOGUE_STORE);
      ops->row_max (self->backend, NULL, codes, logits, n_tokens,
                    self->config.n_codes);
    }
  else
    ops->nearest_code (self->backend, codes, prequant, self->nearest, n_tokens,
                       self->config.n_codes, self->config.embedding);
}

gboolean
vqd_codec_encode (VqdCodec *self, VqdArena *arena, const float *rgb,
                  int height_px, int width_px, int *tokens, float *prequant,
                  GCancellable *cancellable, GError **error)
{
  const VqdBackendOps *ops = self->backend->ops;
  const int factor = vqd_codec_config_factor (&self->config);
  const gsize n = 3 * (gsize) height_px * (gsize) width_px;
  const int n_tokens = height_px / factor * (width_px / factor);
  const gsize mark = vqd_arena_mark (arena);
  g_autofree float *signed_rgb = g_try_new (float, n);
  VqdMap map;

  g_assert (height_px % factor == 0 && width_px % factor == 0);
  if (signed_rgb == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory for a picture of %d x %d "
                      "pixels."),
                   width_px, height_px);
      return FALSE;
    }
  if (! load_encoder (self, error))
    return FALSE;

  int *codes = vqd_arena_ints (arena, n_tokens, 1);
  layout (self->encoder, height_px, width_px, arena, &map);
  for (gsize i = 0; i < n; i++)
    signed_rgb[i] = rgb[i] * 2.0f - 1.0f;
  ops->upload (self->backend, map.x, signed_rgb, sizeof (float) * n);

  gboolean ok =
      vqd_stages_run (self->encoder, self->backend, &map, cancellable, error);
  if (ok)
    {
      quantise (self, arena, map.x, n_tokens, codes);
      ops->download (self->backend, tokens, codes,
                     sizeof (int) * (gsize) n_tokens);
      if (prequant != NULL)
        ops->download (self->backend, prequant, map.x,
                       sizeof (float) * (gsize) n_tokens *
                           (gsize) self->config.embedding);
      ok = vqd_backend_check (self->backend, error);
    }
  vqd_arena_reset (arena, mark);
  return ok;
}
