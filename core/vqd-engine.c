/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "core/image/vqd-scale.h"
#include "core/io/vqd-weights-reader.h"
#include "core/text/vqd-bpe.h"
#include "core/text/vqd-label.h"
#include "core/text/vqd-wildcards.h"
#include "core/vqd-pipeline.h"
#include "core/vqd-private.h"

/* A decoding counts as so many evaluations, until one has been timed. */
#define DECODE_EVALUATIONS 2

/* Characters of a prompt that a message repeats. */
#define MAX_QUOTED 60

struct _VqdEngine
{
  VqdBackend *backend;
  VqdPipeline *pipeline;
  VqdModelInfo info;
  char *path;
  gint64 memory_limit_bytes;
  double load_seconds;
};

/* One call of generate (). */
typedef struct
{
  VqdEngine *engine;
  const VqdRequest *request;
  VqdSamplerSettings settings;
  gint64 seed; /* of the first picture */
  VqdResult *result;
  VqdProgressFunc progress;
  gpointer user_data;
  GCancellable *cancellable;
  gint64 start_us;
  int units_done; /* evaluations, and decodings as DECODE_EVALUATIONS */
  int n_steps;    /* evaluations of a picture; 0: not known yet */
  char *prompt;   /* that is set, wildcards expanded; NULL: none yet */
} Job;


static double
seconds_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

/* ---- loading ---- */

static VqdBackend *
open_backend (const VqdEngineOptions *options, GError **error)
{
  const char *device = options->device == NULL ? "auto" : options->device;
  const char *why = NULL;

  if (! g_str_equal (device, "auto") && ! g_str_equal (device, "cpu"))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   "There is no device \"%s\"; there are: auto, cpu.", device);
      return NULL;
    }
  if (options->n_threads < 0 || options->memory_limit_bytes < 0)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   "threads and memory-limit are 0 (automatic) or more.");
      return NULL;
    }

  VqdBackend *backend = vqd_backend_open ("cpu", options->n_threads, &why);
  if (backend == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_DEVICE,
                 "The device \"cpu\" cannot be used: %s.", why);
  return backend;
}

static guint64
free_memory (void)
{
  const long pages = sysconf (_SC_AVPHYS_PAGES);
  const long page_bytes = sysconf (_SC_PAGESIZE);
  guint64 free_bytes = pages > 0 ? (guint64) pages * (guint64) page_bytes : 0;
  g_autofree char *text = NULL;

  /* MemAvailable counts what the system would give up, too. */
  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    {
      const char *line = strstr (text, "MemAvailable:");

      if (line != NULL)
        free_bytes =
            g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
    }
  return free_bytes;
}

/* what: "This model" ... */
static gboolean
check_memory (guint64 needed, const char *what, gint64 limit, GError **error)
{
  const guint64 available = limit > 0 ? (guint64) limit : free_memory ();

  if (available == 0 || needed <= available)
    return TRUE;

  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               "%s would need %" G_GUINT64_FORMAT
               " MiB of memory, and %s %" G_GUINT64_FORMAT " MiB. %s",
               what, (needed >> 20) + 1,
               limit > 0 ? "memory-limit is" : "there are", available >> 20,
               limit > 0 ? "Raise memory-limit, or ask for fewer or smaller "
                           "pictures or a smaller model."
                         : "Close other programs, or ask for fewer or smaller "
                           "pictures or a smaller model.");
  return FALSE;
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
  if (! check_memory (working_bytes, "This model", options->memory_limit_bytes,
                      error) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  self->pipeline =
      vqd_pipeline_new (g_steal_pointer (&weights), g_steal_pointer (&config),
                        self->backend, 1, error);
  if (self->pipeline == NULL)
    return NULL;

  fill_info (self, vqd_pipeline_get_config (self->pipeline),
             vqd_pipeline_get_weights (self->pipeline), working_bytes);
  self->load_seconds = seconds_since (start_us);
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

/* ---- a request ---- */

/* Of picture i: users' seeds wrap. */
static guint64
picture_seed (const Job *job, int i)
{
  return (guint64) ((job->seed + i) & VQD_MAX_SEED);
}

static void
report (Job *job, VqdPhase phase, int image, int step, int n_steps,
        const int *tokens)
{
  if (job->progress == NULL)
    return;

  const int units = job->request->n_images * (n_steps + DECODE_EVALUATIONS);
  const double fraction = n_steps == 0 ? 0 : (double) job->units_done / units;
  const double elapsed = seconds_since (job->start_us);
  const VqdProgress progress = {
    .phase = phase,
    .image = image,
    .n_images = job->request->n_images,
    .step = step,
    .n_steps = n_steps,
    .fraction = fraction,
    .seconds_left = job->units_done < 2
                        ? -1
                        : elapsed / job->units_done * (units - job->units_done),
    .tokens = tokens,
    .grid_width = job->engine->info.grid_width,
    .grid_height = job->engine->info.grid_height,
    .n_windows = 1,
  };
  job->progress (&progress, job->user_data);
}

static gboolean
check_cut (const Job *job, int context, GError **error)
{
  const char *cut_text = job->result->cut_text;

  if (! job->request->fail_on_cut || *cut_text == '\0')
    return TRUE;

  g_autofree char *start = g_utf8_substring (
      cut_text, 0, MIN (g_utf8_strlen (cut_text, -1), MAX_QUOTED));
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "The prompt is too long: the model reads %d tokens. Left out "
               "would be all from \"%s\".",
               context, start);
  return FALSE;
}

/* Encodes the prompt of one picture, and what guidance steers away from. */
static gboolean
set_prompt (Job *job, const char *prompt, guint64 seed, GError **error)
{
  VqdPipeline *pipeline = job->engine->pipeline;
  const int context = vqd_pipeline_get_config (pipeline)->text.context;
  const gboolean guided = vqd_sampler_n_conditions (&job->settings) == 2;
  const gboolean has_negative = *job->request->negative_prompt != '\0';
  g_autofree char *negative =
      vqd_wildcards_expand (job->request->negative_prompt, seed);
  g_autofree int *ids = g_new (int, context);
  g_autofree int *null_ids = g_new (int, context);
  g_autofree char *cut_text = NULL;

  vqd_bpe_encode (vqd_bpe_get_default (), prompt, context, ids, &cut_text);
  if (*job->result->cut_text == '\0')
    {
      g_free (job->result->cut_text);
      job->result->cut_text = g_steal_pointer (&cut_text);
    }
  if (has_negative)
    vqd_bpe_encode (vqd_bpe_get_default (), negative, context, null_ids, NULL);
  return check_cut (job, context, error) &&
         vqd_pipeline_set_prompt (pipeline, ids, guided,
                                  has_negative ? null_ids : NULL, NULL, error);
}

static gboolean
set_label (Job *job, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (job->engine->pipeline);
  const gboolean guided = vqd_sampler_n_conditions (&job->settings) == 2;
  int label = 0;

  if (config->denoiser.kind == VQD_CONDITION_CLASS)
    {
      const char *text = *job->request->label != '\0' ? job->request->label
                                                      : job->request->prompt;

      label = vqd_label_find (text, config->denoiser.n_labels, error);
      if (label < 0)
        return FALSE;
    }
  return vqd_pipeline_set_label (job->engine->pipeline, label, guided, error);
}

/* The condition of picture i, where it is not that of the one before. */
static gboolean
set_condition (Job *job, int i, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (job->engine->pipeline);
  const gint64 start_us = g_get_monotonic_time ();
  const guint64 seed = picture_seed (job, i);
  gboolean ok;

  report (job, VQD_PHASE_TEXT, i, 0, job->n_steps, NULL);
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    {
      g_autofree char *prompt =
          vqd_wildcards_expand (job->request->prompt, seed);
      const gboolean same = g_strcmp0 (prompt, job->prompt) == 0 &&
                            strchr (job->request->negative_prompt, '{') == NULL;

      ok = same || set_prompt (job, prompt, seed, error);
      g_free (job->prompt);
      job->prompt = g_steal_pointer (&prompt);
    }
  else
    ok = i > 0 || set_label (job, error);

  job->result->seconds.text += seconds_since (start_us);
  return ok && ! g_cancellable_set_error_if_cancelled (job->cancellable, error);
}

/* The tokens of picture i, or NULL. (transfer full) */
static int *
sample (Job *job, int i, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  const VqdModelInfo *info = &job->engine->info;
  const guint64 seed = picture_seed (job, i);
  const guint32 image = 0;
  g_autoptr (VqdSamplerRun) run = vqd_pipeline_sample (
      job->engine->pipeline, &job->settings, 1, &seed, &image, NULL, error);

  if (run == NULL)
    return NULL;

  const int n = vqd_sampler_run_get_n_evaluations (run);
  job->n_steps = n;
  for (int step = 0; ! vqd_sampler_run_is_done (run); step++)
    {
      report (job, VQD_PHASE_SAMPLE, i, step, n,
              vqd_sampler_run_get_tokens (run));
      if (! vqd_sampler_run_step (run, job->cancellable, error))
        return NULL;
      job->units_done++;
    }
  report (job, VQD_PHASE_DECODE, i, n, n, vqd_sampler_run_get_tokens (run));
  job->result->seconds.sample += seconds_since (start_us);
  return g_memdup2 (vqd_sampler_run_get_tokens (run),
                    sizeof (int) * (gsize) info->grid_width *
                        (gsize) info->grid_height);
}

/* Pixels in the size asked for, or NULL. (transfer full) */
static float *
decode (Job *job, const int *tokens, int *width, int *height, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  const VqdModelInfo *info = &job->engine->info;
  g_autofree float *rgb =
      g_new (float, 3 * (gsize) info->width_px * (gsize) info->height_px);

  if (! vqd_pipeline_decode (job->engine->pipeline, tokens, rgb,
                             job->cancellable, error))
    return NULL;
  job->units_done += DECODE_EVALUATIONS;

  *width = job->request->width_px > 0 ? job->request->width_px : info->width_px;
  *height =
      job->request->height_px > 0 ? job->request->height_px : info->height_px;
  if (*width != info->width_px || *height != info->height_px)
    {
      float *scaled = vqd_scale_rgb (rgb, info->width_px, info->height_px,
                                     *width, *height, job->cancellable, error);

      if (scaled == NULL)
        return NULL;
      g_free (rgb);
      rgb = scaled;
    }
  job->result->seconds.decode += seconds_since (start_us);
  return g_steal_pointer (&rgb);
}

/* All pictures of a request are in memory in the end; resizing takes about as
 * much again for one. */
static gboolean
check_picture_memory (const Job *job, GError **error)
{
  const VqdModelInfo *info = &job->engine->info;
  const VqdRequest *request = job->request;
  const guint64 width =
      (guint64) (request->width_px > 0 ? request->width_px : info->width_px);
  const guint64 height =
      (guint64) (request->height_px > 0 ? request->height_px : info->height_px);
  const guint64 n = (guint64) request->n_images + 1;

  return check_memory (3 * sizeof (float) * width * height * n, "The pictures",
                       job->engine->memory_limit_bytes, error);
}

static gboolean
make_picture (Job *job, int i, GError **error)
{
  if (! set_condition (job, i, error))
    return FALSE;

  g_autofree int *tokens = sample (job, i, error);
  int width;
  int height;

  if (tokens == NULL)
    return FALSE;
  float *rgb = decode (job, tokens, &width, &height, error);
  if (rgb == NULL)
    return FALSE;

  VqdPicture *picture = g_new0 (VqdPicture, 1);
  picture->width_px = width;
  picture->height_px = height;
  picture->rgb = rgb;
  picture->grid = (VqdTokenGrid){ .grid_width = job->engine->info.grid_width,
                                  .grid_height = job->engine->info.grid_height,
                                  .tokens = g_steal_pointer (&tokens),
                                  .model = g_strdup (job->engine->info.id) };
  picture->seed = (gint64) picture_seed (job, i);
  picture->settings = vqd_settings_to_json (job->request, &job->settings,
                                            &job->engine->info, picture->seed);
  g_ptr_array_add (job->result->pictures, picture);
  return TRUE;
}

VqdResult *
vqd_engine_generate (VqdEngine *self, const VqdRequest *request,
                     VqdProgressFunc progress, gpointer user_data,
                     GCancellable *cancellable, GError **error)
{
  if (! vqd_request_validate (request, error))
    return NULL;

  g_autoptr (VqdResult) result = vqd_result_new ();
  Job job = { .engine = self,
              .request = request,
              .seed = request->seed >= 0 ? request->seed
                                         : g_random_int () & VQD_MAX_SEED,
              .result = result,
              .progress = progress,
              .user_data = user_data,
              .cancellable = cancellable,
              .start_us = g_get_monotonic_time () };

  result->seconds.load = self->load_seconds;
  vqd_settings_resolve (request, vqd_pipeline_get_config (self->pipeline),
                        &job.settings);
  gboolean ok = check_picture_memory (&job, error);
  for (int i = 0; i < request->n_images && ok; i++)
    ok = make_picture (&job, i, error);
  g_free (job.prompt);
  return ok ? g_steal_pointer (&result) : NULL;
}
