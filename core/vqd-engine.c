/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/vqd-i18n.h"
#include "core/io/vqd-weights-reader.h"
#include "core/vqd-private.h"


/* ---- loading ---- */

/* What a device says is for programs without catalogues, too: here are its
 * words for the translators. */
static const char *const device_words[] G_GNUC_UNUSED = {
  N_ ("there is not enough memory"),
  N_ ("there is not enough memory for the threads"),
};

const char *const *
vqd_device_names (void)
{
  static const char *const names[] = { "auto", "cpu", NULL };

  return names;
}

static VqdBackend *
open_backend (const VqdEngineOptions *options, GError **error)
{
  const char *device = options->device == NULL ? "auto" : options->device;
  const char *why = NULL;

  if (! g_strv_contains (vqd_device_names (), device))
    {
      g_autofree char *list = g_strjoinv (", ", (char **) vqd_device_names ());

      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("There is no device \"%s\"; there are: %s."), device,
                   list);
      return NULL;
    }
  if (options->n_threads < 0 || options->memory_limit_bytes < 0)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("threads and memory-limit are 0 (automatic) or more."));
      return NULL;
    }

  VqdBackend *backend = vqd_backend_open ("cpu", options->n_threads, &why);
  if (backend == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_DEVICE,
                 _ ("The device \"cpu\" cannot be used: %s."), _ (why));
  return backend;
}

static void
fill_info (VqdEngine *self, const VqdConfig *config, const VqdWeights *weights,
           guint64 working_bytes)
{
  static const char *const nulls[] = { "none", "learned", "empty", "class" };
  static const char *const kinds[] = { "text", "class", "none" };
  const char *checksum = vqd_weights_get_metadata (weights, "sha256");

  self->info = (VqdModelInfo){
    .path = self->path,
    .name = config->name,
    .version = config->version,
    .description = config->description,
    .licence = config->licence,
    .credits = config->credits,
    .kind = kinds[config->denoiser.kind],
    .null_condition = nulls[config->null_condition],
    .codec_kind = vqd_codec_kind_name (config->codec.kind),
    .checksum = checksum == NULL ? "" : checksum,
    .id = checksum == NULL || *checksum == '\0' ? config->name : checksum,
    .cell_px = vqd_codec_config_factor (&config->codec),
    .grid_width = config->denoiser.grid_width,
    .grid_height = config->denoiser.grid_height,
    .n_codes = config->denoiser.n_codes,
    .n_steps = config->denoiser.n_steps,
    .context = config->text.context,
    .n_layers = config->denoiser.n_layers,
    .model_width = config->denoiser.width,
    .n_heads = config->denoiser.n_heads,
    .n_parameters = vqd_weights_get_n_parameters (weights),
    .file_bytes = vqd_weights_get_file_bytes (weights),
    .working_bytes = working_bytes,
    .strategy = config->strategy,
    .steps = config->steps,
    .guidance = config->guidance,
    .truncation = config->truncation,
    .purity_weight = config->purity_weight,
    .top_k = config->top_k,
  };
  vqd_pipeline_get_size (self->pipeline, &self->info.width_px,
                         &self->info.height_px);
}

VqdEngine *
vqd_engine_new (const VqdEngineOptions *options, GCancellable *cancellable,
                GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  g_autoptr (VqdEngine) self = g_new0 (VqdEngine, 1);

  self->backend = open_backend (options, error);
  if (self->backend == NULL)
    return NULL;
  self->path = vqd_model_find (options->model, error);
  if (self->path == NULL)
    return NULL;

  g_autoptr (VqdWeights) weights = vqd_weights_open (self->path, error);
  if (weights == NULL)
    return NULL;
  if (options->n_heads > 0)
    {
      g_autofree char *heads = g_strdup_printf ("%d", options->n_heads);

      vqd_weights_set_metadata (weights, "heads", heads);
    }
  g_autoptr (VqdConfig) config = vqd_config_load (weights, error);
  if (config == NULL)
    return NULL;
  self->memory_limit_bytes = options->memory_limit_bytes;

  const guint64 working_bytes = vqd_pipeline_measure (config, 1) +
                                vqd_codec_packed_bytes (&config->codec);
  if (! vqd_check_memory (working_bytes, VQD_MEMORY_OF_MODEL,
                          options->memory_limit_bytes, error) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  self->pipeline =
      vqd_pipeline_new (g_steal_pointer (&weights), g_steal_pointer (&config),
                        self->backend, 1, error);
  if (self->pipeline == NULL)
    return NULL;

  fill_info (self, vqd_pipeline_get_config (self->pipeline),
             vqd_pipeline_get_weights (self->pipeline), working_bytes);
  self->load_seconds = vqd_seconds_since (start_us);
  return g_steal_pointer (&self);
}

void
vqd_engine_free (VqdEngine *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->pipeline, vqd_pipeline_free);
  if (self->backend != NULL)
    self->backend->ops->close (self->backend);
  g_free (self->path);
  g_free (self);
}

const VqdModelInfo *
vqd_engine_get_info (const VqdEngine *self)
{
  return &self->info;
}

const char *
vqd_engine_get_device (const VqdEngine *self)
{
  return self->backend->ops->name;
}
