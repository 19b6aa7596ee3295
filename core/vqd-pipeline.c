/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/vqd-pipeline.h"
#include "core/base/vqd-i18n.h"
#include "core/base/vqd-status.h"

#define NULL_FEATURES "transformer.empty_text_embed"

struct _VqdPipeline
{
  VqdWeights *weights;
  VqdConfig *config;
  VqdBackend *backend;
  int max_batch;

  VqdArena *arena;
  VqdClipText *text;
  VqdDenoiser *denoiser;
  VqdCodec *codec;

  const float *null_features; /* [S, C], the learned vector, or NULL */
  float *features;            /* [2, S, C] on the device */
  gsize conditions_mark;      /* where keys and values begin */
  gsize run_mark;             /* where a run begins; 0: no prompt is set */
};


static float *
features_layout (const VqdTextConfig *config, VqdArena *arena)
{
  return vqd_arena_floats (arena, 2 * (gint64) config->context, config->width);
}

gsize
vqd_pipeline_measure (const VqdConfig *config, int max_batch)
{
  g_autoptr (VqdArena) arena = vqd_arena_new_measuring ();

  vqd_denoiser_measure_tables (&config->denoiser, arena);
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    {
      features_layout (&config->text, arena);
      vqd_clip_text_measure (&config->text, arena);
    }
  vqd_denoiser_measure_conditions (&config->denoiser, 2, config->text.context,
                                   arena);

  const gsize mark = vqd_arena_mark (arena);
  vqd_sampler_measure (&config->denoiser, max_batch, TRUE, arena);
  vqd_arena_reset (arena, mark);
  vqd_codec_measure_decode (&config->codec, config->denoiser.grid_height,
                            config->denoiser.grid_width, arena);
  vqd_arena_reset (arena, mark);
  const int factor = vqd_codec_config_factor (&config->codec);
  vqd_codec_measure_encode (&config->codec,
                            config->denoiser.grid_height * factor,
                            config->denoiser.grid_width * factor, arena);
  return vqd_arena_peak (arena);
}

static gboolean
load (VqdPipeline *self, GError **error)
{
  VqdConfig *config = self->config;

  self->denoiser =
      vqd_denoiser_new (self->weights, &config->denoiser, self->backend, error);
  if (self->denoiser == NULL)
    return FALSE;
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    {
      self->text =
          vqd_clip_text_new (self->weights, "transformer.condition_emb.",
                             &config->text, self->backend, error);
      if (self->text == NULL)
        return FALSE;
    }
  self->codec =
      vqd_codec_new (self->weights, "content_codec.enc.", "content_codec.dec.",
                     &config->codec, self->backend, error);
  if (self->codec == NULL)
    return FALSE;

  if (config->null_condition == VQD_NULL_LEARNED)
    {
      self->null_features =
          vqd_weights_table (self->weights, "", NULL_FEATURES,
                             config->text.context, config->text.width, error);
      if (self->null_features == NULL)
        return FALSE;
    }
  return TRUE;
}

VqdPipeline *
vqd_pipeline_new (VqdWeights *weights, VqdConfig *config, VqdBackend *backend,
                  int max_batch, GError **error)
{
  g_autoptr (VqdPipeline) self = g_new0 (VqdPipeline, 1);

  self->weights = weights;
  self->config = config;
  self->backend = backend;
  self->max_batch = max_batch;
  self->arena =
      vqd_arena_new (backend, vqd_pipeline_measure (config, max_batch), error);
  if (self->arena == NULL || ! load (self, error))
    return NULL;

  vqd_denoiser_prepare (self->denoiser, self->arena);
  if (self->text != NULL)
    self->features = features_layout (&config->text, self->arena);
  self->conditions_mark = vqd_arena_mark (self->arena);
  if (! vqd_backend_check (backend, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
vqd_pipeline_free (VqdPipeline *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->codec, vqd_codec_free);
  g_clear_pointer (&self->denoiser, vqd_denoiser_free);
  g_clear_pointer (&self->text, vqd_clip_text_free);
  g_clear_pointer (&self->arena, vqd_arena_free);
  g_clear_pointer (&self->config, vqd_config_free);
  g_clear_pointer (&self->weights, vqd_weights_free);
  g_free (self);
}

const VqdConfig *
vqd_pipeline_get_config (const VqdPipeline *self)
{
  return self->config;
}

const VqdWeights *
vqd_pipeline_get_weights (const VqdPipeline *self)
{
  return self->weights;
}

/* The ids of "": start, end, padding. The end marks are the last two words of
 * each vocabulary. */
static int *
empty_prompt_ids (const VqdTextConfig *text)
{
  int *ids = g_new0 (int, MAX (text->context, 2));

  ids[0] = text->n_words - 2;
  ids[1] = text->n_words - 1;
  return ids;
}

static gboolean
set_null_condition (VqdPipeline *self, const int *null_ids, float *features,
                    GError **error)
{
  const VqdTextConfig *text = &self->config->text;
  g_autofree int *empty = empty_prompt_ids (text);

  if (null_ids == NULL && self->null_features != NULL)
    {
      self->backend->ops->upload (self->backend, features, self->null_features,
                                  sizeof (float) * (gsize) text->context *
                                      (gsize) text->width);
      return TRUE;
    }
  if (null_ids == NULL && self->config->null_condition != VQD_NULL_EMPTY)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("This model has no null condition: guidance must be 1."));
      return FALSE;
    }
  vqd_clip_text_encode (self->text, self->arena,
                        null_ids != NULL ? null_ids : empty, features, TRUE);
  return TRUE;
}

gboolean
vqd_pipeline_set_prompt (VqdPipeline *self, const int *ids, gboolean guided,
                         const int *null_ids, const float **features,
                         GError **error)
{
  const VqdTextConfig *text = &self->config->text;
  const gsize set_floats = (gsize) text->context * (gsize) text->width;
  float *null_features = self->features + set_floats;

  vqd_arena_reset (self->arena, self->conditions_mark);
  vqd_clip_text_encode (self->text, self->arena, ids, self->features, TRUE);
  if (guided && ! set_null_condition (self, null_ids, null_features, error))
    return FALSE;

  vqd_denoiser_set_conditions (self->denoiser, self->arena, self->features,
                               guided ? 2 : 1, text->context);
  self->run_mark = vqd_arena_mark (self->arena);
  if (features != NULL)
    *features = self->features;
  return vqd_backend_check (self->backend, error);
}

gboolean
vqd_pipeline_set_label (VqdPipeline *self, int label, gboolean guided,
                        GError **error)
{
  const int labels[2] = { label, VQD_NULL_LABEL };

  if (guided && self->config->null_condition != VQD_NULL_CLASS)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("This model has no null condition: guidance must be 1."));
      return FALSE;
    }
  vqd_arena_reset (self->arena, self->conditions_mark);
  vqd_denoiser_set_labels (self->denoiser, self->arena, labels, guided ? 2 : 1);
  self->run_mark = vqd_arena_mark (self->arena);
  return vqd_backend_check (self->backend, error);
}

VqdSamplerRun *
vqd_pipeline_sample (VqdPipeline *self, const VqdSamplerSettings *settings,
                     int batch, const guint64 *seeds, const guint32 *images,
                     const VqdSamplerStart *start, GError **error)
{
  g_assert (self->run_mark != 0 && batch <= self->max_batch);

  vqd_arena_reset (self->arena, self->run_mark);
  return vqd_sampler_run_new (settings, self->denoiser, self->backend,
                              self->arena, batch, seeds, images, start, error);
}

gboolean
vqd_pipeline_evaluate (VqdPipeline *self, const int *x_t, int batch, int t,
                       float *logits, GError **error)
{
  const VqdBackendOps *ops = self->backend->ops;
  const VqdDenoiserConfig *config = &self->config->denoiser;
  const gint64 rows = (gint64) batch * config->grid_height * config->grid_width;

  vqd_arena_reset (self->arena, self->run_mark);
  int *tokens = vqd_arena_ints (self->arena, rows, 1);
  float *result = vqd_arena_floats (self->arena, rows, config->n_codes);

  ops->upload (self->backend, tokens, x_t, sizeof (int) * (gsize) rows);
  if (! vqd_denoiser_evaluate (self->denoiser, self->arena, tokens, batch, t,
                               result, NULL, error))
    return FALSE;
  ops->download (self->backend, logits, result,
                 sizeof (float) * (gsize) rows * (gsize) config->n_codes);
  return vqd_backend_check (self->backend, error);
}

void
vqd_pipeline_ready (VqdPipeline *self)
{
  if (self->run_mark == 0)
    self->run_mark = self->conditions_mark;
}

gboolean
vqd_pipeline_decode (VqdPipeline *self, const int *tokens, float *rgb,
                     GCancellable *cancellable, GError **error)
{
  const VqdDenoiserConfig *config = &self->config->denoiser;
  const int *map = self->config->class_to_full;
  const int n = config->grid_height * config->grid_width;
  g_autofree int *codes = g_memdup2 (tokens, sizeof (int) * (gsize) n);

  for (int i = 0; map != NULL && i < n; i++)
    codes[i] = map[tokens[i]];
  vqd_arena_reset (self->arena, self->run_mark);
  return vqd_codec_decode (self->codec, self->arena, codes, config->grid_height,
                           config->grid_width, rgb, cancellable, error);
}

gboolean
vqd_pipeline_encode (VqdPipeline *self, const float *rgb, int *tokens,
                     GCancellable *cancellable, GError **error)
{
  const int *map = self->config->full_to_class;
  int width;
  int height;

  vqd_pipeline_get_size (self, &width, &height);
  vqd_arena_reset (self->arena, self->run_mark);
  if (! vqd_codec_encode (self->codec, self->arena, rgb, height, width, tokens,
                          NULL, cancellable, error))
    return FALSE;

  const int n =
      self->config->denoiser.grid_height * self->config->denoiser.grid_width;
  for (int i = 0; map != NULL && i < n; i++)
    tokens[i] = map[tokens[i]];
  return TRUE;
}

gsize
vqd_pipeline_encoder_bytes (const VqdConfig *config)
{
  return vqd_codec_encoder_packed_bytes (&config->codec);
}

void
vqd_pipeline_get_size (const VqdPipeline *self, int *width, int *height)
{
  const int factor = vqd_codec_config_factor (&self->config->codec);

  *width = self->config->denoiser.grid_width * factor;
  *height = self->config->denoiser.grid_height * factor;
}
