/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dump-model MODEL DIR - what a model computes, as raw numbers
 *
 * Reads in DIR                     writes there
 *   prompts.txt  a line each         ids.i32       [P, S]
 *                                    features.f32  [P, 2, S, C]  prompt, null
 *   t.i32        [M]                 logits.f32    [P, M, 2, N, K]  likewise
 *   x_t.i32      [M, N]
 *   tokens.i32   [N]                 decoded.f32   [H, W, 3]  0 ... 1
 *   picture.f32  [H, W, 3]           encoded.i32   [N]
 *                                    prequant.f32  [N, embedding]
 *
 * For tests/tools/peer.py, which compares them. */
#include <stdio.h>
#include <string.h>

#include "core/io/vqd-config.h"
#include "core/text/vqd-bpe.h"
#include "core/vqd-pipeline.h"

typedef struct
{
  const char *model;
  const char *dir;
  VqdBackend *backend;
  VqdPipeline *pipeline;
  int n_tokens; /* N */
} Dump;


/* A file of n items of item bytes; n 0: any number, which is told. */
static gpointer
get_file (const Dump *self, const char *name, gsize item, gsize *n,
          GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autofree char *contents = NULL;
  gsize n_bytes;

  if (! g_file_get_contents (path, &contents, &n_bytes, error))
    return NULL;
  if (n_bytes % item != 0 || (*n != 0 && n_bytes != *n * item))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   "%s has %" G_GSIZE_FORMAT " bytes", path, n_bytes);
      return NULL;
    }
  *n = n_bytes / item;
  return g_steal_pointer (&contents);
}

static gboolean
put_file (const Dump *self, const char *name, const GByteArray *bytes,
          GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  return g_file_set_contents (path, (const char *) bytes->data, bytes->len,
                              error);
}

static void
append (GByteArray *bytes, const void *data, gsize n_bytes)
{
  g_byte_array_append (bytes, data, (guint) n_bytes);
}

/* Every t under the prompt that is set, both passes. */
static gboolean
append_logits (const Dump *self, GByteArray *logits, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (self->pipeline);
  const gsize n = (gsize) self->n_tokens;
  const gsize n_logits = 2 * n * (gsize) config->denoiser.n_codes;
  gsize n_times = 0;
  g_autofree int *t = get_file (self, "t.i32", sizeof (int), &n_times, error);
  if (t == NULL)
    return FALSE;

  gsize n_all = n_times * n;
  g_autofree int *x_t = get_file (self, "x_t.i32", sizeof (int), &n_all, error);
  g_autofree int *both = g_new (int, 2 * n);
  g_autofree float *result = g_new (float, n_logits);
  for (gsize i = 0; x_t != NULL && i < n_times; i++)
    {
      memcpy (both, x_t + i * n, n * sizeof (int));
      memcpy (both + n, x_t + i * n, n * sizeof (int));
      if (! vqd_pipeline_evaluate (self->pipeline, both, 2, t[i], result,
                                   error))
        return FALSE;
      append (logits, result, n_logits * sizeof (float));
    }
  return x_t != NULL;
}

static gboolean
dump_prompts (const Dump *self, GError **error)
{
  const VqdTextConfig *text = &vqd_pipeline_get_config (self->pipeline)->text;
  const gsize n_features = 2 * (gsize) text->context * (gsize) text->width;
  g_autofree char *path = g_build_filename (self->dir, "prompts.txt", NULL);
  g_autofree char *contents = NULL;
  g_autofree int *ids = g_new (int, text->context);
  g_autofree float *host = g_new (float, n_features);
  g_autoptr (GByteArray) all_ids = g_byte_array_new ();
  g_autoptr (GByteArray) all_features = g_byte_array_new ();
  g_autoptr (GByteArray) all_logits = g_byte_array_new ();

  if (! g_file_get_contents (path, &contents, NULL, error))
    return FALSE;

  g_auto (GStrv) lines = g_strsplit (contents, "\n", -1);
  for (int i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      const float *features;

      vqd_bpe_encode (vqd_bpe_get_default (), lines[i], text->context, ids,
                      NULL);
      if (! vqd_pipeline_set_prompt (self->pipeline, ids, TRUE, NULL, &features,
                                     error))
        return FALSE;
      self->backend->ops->download (self->backend, host, features,
                                    n_features * sizeof (float));
      append (all_ids, ids, (gsize) text->context * sizeof (int));
      append (all_features, host, n_features * sizeof (float));
      if (! append_logits (self, all_logits, error))
        return FALSE;
    }
  return put_file (self, "ids.i32", all_ids, error) &&
         put_file (self, "features.f32", all_features, error) &&
         put_file (self, "logits.f32", all_logits, error);
}

static gboolean
dump_decoded (const Dump *self, GError **error)
{
  gsize n = (gsize) self->n_tokens;
  int width;
  int height;

  vqd_pipeline_get_size (self->pipeline, &width, &height);
  g_autofree int *tokens =
      get_file (self, "tokens.i32", sizeof (int), &n, error);
  const gsize n_floats = 3 * (gsize) width * (gsize) height;
  g_autofree float *rgb = g_new (float, n_floats);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (tokens == NULL ||
      ! vqd_pipeline_decode (self->pipeline, tokens, rgb, NULL, error))
    return FALSE;
  append (bytes, rgb, n_floats * sizeof (float));
  return put_file (self, "decoded.f32", bytes, error);
}

static gboolean
dump_encoded (const Dump *self, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (self->pipeline);
  const gsize n = (gsize) self->n_tokens;
  const gsize n_prequant = n * (gsize) config->codec.embedding;
  int width;
  int height;

  vqd_pipeline_get_size (self->pipeline, &width, &height);
  gsize n_floats = 3 * (gsize) width * (gsize) height;
  g_autofree float *rgb =
      get_file (self, "picture.f32", sizeof (float), &n_floats, error);
  g_autoptr (VqdWeights) weights = vqd_weights_open (self->model, error);
  if (rgb == NULL || weights == NULL)
    return FALSE;

  g_autoptr (VqdCodec) codec =
      vqd_codec_new (weights, "content_codec.enc.", "content_codec.dec.",
                     &config->codec, self->backend, error);
  g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();
  g_autofree int *tokens = g_new (int, n);
  g_autofree float *prequant = g_new (float, n_prequant);
  g_autoptr (GByteArray) token_bytes = g_byte_array_new ();
  g_autoptr (GByteArray) prequant_bytes = g_byte_array_new ();

  vqd_codec_measure_encode (&config->codec, height, width, measure);
  g_autoptr (VqdArena) arena =
      vqd_arena_new (self->backend, vqd_arena_peak (measure), error);
  if (codec == NULL || arena == NULL ||
      ! vqd_codec_encode (codec, arena, rgb, height, width, tokens, prequant,
                          NULL, error))
    return FALSE;
  append (token_bytes, tokens, n * sizeof (int));
  append (prequant_bytes, prequant, n_prequant * sizeof (float));
  return put_file (self, "encoded.i32", token_bytes, error) &&
         put_file (self, "prequant.f32", prequant_bytes, error);
}

static gboolean
open_model (Dump *self, GError **error)
{
  const char *why = NULL;
  VqdWeights *weights = vqd_weights_open (self->model, error);
  VqdConfig *config = weights == NULL ? NULL : vqd_config_load (weights, error);

  if (config == NULL)
    {
      vqd_weights_free (weights);
      return FALSE;
    }
  self->n_tokens = config->denoiser.grid_height * config->denoiser.grid_width;
  self->backend = vqd_backend_open ("cpu", 2, &why);
  if (self->backend == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_DEVICE, "%s", why);
      vqd_config_free (config);
      vqd_weights_free (weights);
      return FALSE;
    }
  self->pipeline = vqd_pipeline_new (weights, config, self->backend, 2, error);
  return self->pipeline != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    {
      fprintf (stderr, "usage: dump-model MODEL DIR\n");
      return 2;
    }

  Dump self = { .model = argv[1], .dir = argv[2] };
  const gboolean ok =
      open_model (&self, &error) && dump_prompts (&self, &error) &&
      dump_decoded (&self, &error) && dump_encoded (&self, &error);
  if (! ok)
    fprintf (stderr, "dump-model: %s\n", error->message);
  vqd_pipeline_free (self.pipeline);
  if (self.backend != NULL)
    self.backend->ops->close (self.backend);
  return ok ? 0 : 1;
}
