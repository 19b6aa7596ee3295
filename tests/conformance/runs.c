/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole sampling runs: teacher-forced (each stored x_t to the next one) and
 * free (from all [MASK] to the end). */
#include <math.h>
#include <string.h>

#include "core/text/vqd-bpe.h"
#include "tests/conformance/vqd-conformance.h"

#define TEACHER_FORCED_SHARE 0.999
#define FREE_SHARE 0.99
#define LOG_BOUND 1e-4
#define PURITY_BOUND 1e-5
#define KEPT_ABOVE (-60.0f)
/* Codes kept by one implementation and dropped by the other count from here. */
#define COUNTED_PROBABILITY 1e-5

/* A stored run. */
typedef struct
{
  VqdWeights *file;
  int n_calls;
  int batch;
  int n_tokens;
  int *t;       /* [calls] */
  int *x_t;     /* [calls, B, N] */
  int *tokens;  /* [B, N] */
  int *known;   /* [N], or NULL: began as all [MASK] */
  guint8 *hole; /* [N], or NULL: a variation */
} StoredRun;


static void
stored_run_clear (StoredRun *stored)
{
  g_clear_pointer (&stored->file, vqd_weights_free);
  g_free (stored->t);
  g_free (stored->x_t);
  g_free (stored->tokens);
  g_free (stored->known);
  g_free (stored->hole);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoredRun, stored_run_clear)

static gboolean
stored_run_open (StoredRun *stored, const char *dir, const char *folder,
                 const char *name, int batch, GError **error)
{
  g_autofree char *file =
      g_strdup_printf ("%s/run-%s.safetensors", folder, name);
  gsize n_calls = 0;
  gsize n_x = 0;
  gsize n_tokens = 0;

  stored->file = open_file (dir, file, error);
  if (stored->file == NULL)
    return FALSE;
  stored->t = need_ints (stored->file, "t", &n_calls, error);
  if (stored->t == NULL)
    return FALSE;
  stored->x_t = need_ints (stored->file, "x_t", &n_x, error);
  if (stored->x_t == NULL)
    return FALSE;
  stored->tokens = need_ints (stored->file, "tokens", &n_tokens, error);
  if (stored->tokens == NULL)
    return FALSE;

  stored->batch = batch;
  stored->n_calls = (int) n_calls;
  stored->n_tokens = (int) n_tokens / batch;
  if (n_x != n_calls * n_tokens)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "%s: sizes of x_t and tokens do not agree", file);
      return FALSE;
    }
  return TRUE;
}

/* The state after call c. */
static const int *
state_after (const StoredRun *stored, int c)
{
  const gsize n = (gsize) stored->batch * (gsize) stored->n_tokens;

  return c + 1 < stored->n_calls ? stored->x_t + (gsize) (c + 1) * n
                                 : stored->tokens;
}

static gint64
count_equal (const int *a, const int *b, gsize n)
{
  gint64 equal = 0;

  for (gsize i = 0; i < n; i++)
    equal += a[i] == b[i];
  return equal;
}

/* ---- log p (x_0) ---- */

/* Ours [N, K] against the reference's [K + 1, N] of one picture. */
static double
worst_log_x0 (const float *ours, const float *reference, int n_tokens,
              int n_codes)
{
  double worst = 0;

  for (int i = 0; i < n_tokens; i++)
    for (int k = 0; k < n_codes; k++)
      {
        const float a = ours[(gsize) i * (gsize) n_codes + (gsize) k];
        const float b = reference[(gsize) k * (gsize) n_tokens + (gsize) i];
        double difference = 0;

        if (a > KEPT_ABOVE && b > KEPT_ABOVE)
          difference = fabs ((double) a - b);
        else if (exp (MAX (a, b)) > COUNTED_PROBABILITY)
          difference = INFINITY;
        if (! (difference <= worst))
          worst = difference;
      }
  return worst;
}

/* The purity of what call c drew in picture b, against the largest of the
 * reference's log p (x_0), [K + 1, N]. */
static double
worst_purity (const StoredRun *stored, VqdSamplerRun *run, int c, int b,
              const float *reference, int n_codes)
{
  const gsize n = (gsize) stored->n_tokens;
  const gsize first = (gsize) b * n;
  const int *before =
      stored->x_t + (gsize) c * (gsize) stored->batch * n + first;
  const int *after = vqd_sampler_run_get_tokens (run) + first;
  const float *purity = vqd_sampler_run_get_purity (run) + first;
  double worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      float largest = reference[i];

      for (gsize k = 1; k < (gsize) n_codes; k++)
        largest = MAX (largest, reference[k * n + i]);
      const double difference = fabs (exp ((double) largest) - purity[i]);
      if (before[i] != after[i] && ! (difference <= worst))
        worst = difference;
    }
  return worst;
}

/* Of all stored calls so far. */
typedef struct
{
  double log_x0;
  double purity;
} Worst;

/* The stored log p (x_0) of call c, if there is one. */
static gboolean
compare_log_x0 (const StoredRun *stored, VqdSamplerRun *run, int c, int n_codes,
                VqdBackend *backend, Worst *worst, GError **error)
{
  gsize n_kept = 0;
  gsize n = 0;

  if (vqd_weights_find (stored->file, "log_p_x0") == NULL)
    return TRUE;
  g_autofree int *kept =
      need_ints (stored->file, "log_p_x0_call", &n_kept, error);
  g_autofree float *reference =
      need_floats (stored->file, "log_p_x0", &n, error);
  if (kept == NULL || reference == NULL)
    return FALSE;

  const gsize picture = (gsize) stored->n_tokens * (gsize) n_codes;
  const gsize ref_picture = (gsize) stored->n_tokens * (gsize) (n_codes + 1);
  g_autofree float *ours = g_new (float, picture *(gsize) stored->batch);
  backend->ops->download (backend, ours, vqd_sampler_run_get_log_x0 (run),
                          sizeof (float) * picture * (gsize) stored->batch);
  for (gsize j = 0; j < n_kept; j++)
    for (int b = 0; b < stored->batch && kept[j] == c; b++)
      {
        const float *theirs =
            reference + (j * (gsize) stored->batch + (gsize) b) * ref_picture;
        const double seen = worst_log_x0 (ours + (gsize) b * picture, theirs,
                                          stored->n_tokens, n_codes);
        const double seen_purity =
            worst_purity (stored, run, c, b, theirs, n_codes);

        if (! (seen <= worst->log_x0))
          worst->log_x0 = seen;
        if (! (seen_purity <= worst->purity))
          worst->purity = seen_purity;
      }
  return TRUE;
}

/* ---- a run, twice ---- */

typedef struct
{
  VqdPipeline *pipeline;
  const VqdSamplerSettings *settings;
  const guint64 *seeds;
  const guint32 *images;
  const VqdSamplerStart *start; /* NULL: all [MASK] */
} RunSetup;

static gboolean
teacher_forced (const RunSetup *setup, const StoredRun *stored, Report *report,
                GError **error)
{
  const int n_codes =
      vqd_pipeline_get_config (setup->pipeline)->denoiser.n_codes;
  const gsize n = (gsize) stored->batch * (gsize) stored->n_tokens;
  g_autoptr (VqdSamplerRun) run =
      vqd_pipeline_sample (setup->pipeline, setup->settings, stored->batch,
                           setup->seeds, setup->images, setup->start, error);
  gint64 n_equal = 0;
  Worst worst = { 0, 0 };

  if (run == NULL)
    return FALSE;
  if (vqd_sampler_run_get_n_evaluations (run) != stored->n_calls)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "%d evaluations, the reference has %d",
                   vqd_sampler_run_get_n_evaluations (run), stored->n_calls);
      return FALSE;
    }
  for (int c = 0; c < stored->n_calls; c++)
    {
      if (vqd_sampler_run_is_done (run) ||
          vqd_sampler_run_get_t (run) != stored->t[c])
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       "call %d is at t = %d, the reference's at %d", c,
                       vqd_sampler_run_get_t (run), stored->t[c]);
          return FALSE;
        }
      memcpy (vqd_sampler_run_get_tokens (run), stored->x_t + (gsize) c * n,
              sizeof (int) * n);
      if (! vqd_sampler_run_step (run, NULL, error) ||
          ! compare_log_x0 (stored, run, c, n_codes, report->backend, &worst,
                            error))
        return FALSE;
      n_equal += count_equal (vqd_sampler_run_get_tokens (run),
                              state_after (stored, c), n);
    }
  if (! vqd_sampler_run_is_done (run))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "goes on after the reference's last call");
      return FALSE;
    }
  if (vqd_weights_find (stored->file, "log_p_x0") != NULL)
    {
      report_bound (report, "log p(x0)", worst.log_x0, LOG_BOUND);
      report_bound (report, "purity", worst.purity, PURITY_BOUND);
    }
  report_share (report, "teacher-forced", n_equal, (gint64) n * stored->n_calls,
                TEACHER_FORCED_SHARE);
  return TRUE;
}

/* Tokens outside of the hole are those of the picture. */
static void
check_kept (VqdSamplerRun *run, const StoredRun *stored, Report *report)
{
  const int *x = vqd_sampler_run_get_tokens (run);
  gint64 n_kept = 0;
  gint64 n_equal = 0;

  for (int i = 0; stored->hole != NULL && i < stored->n_tokens; i++)
    if (! stored->hole[i])
      {
        n_kept++;
        n_equal += x[i] == stored->known[i];
      }
  if (n_kept > 0)
    report_share (report, "kept", n_equal, n_kept, 1);
}

static gboolean
free_running (const RunSetup *setup, const StoredRun *stored, Report *report,
              GError **error)
{
  const gsize n = (gsize) stored->batch * (gsize) stored->n_tokens;
  g_autoptr (VqdSamplerRun) run =
      vqd_pipeline_sample (setup->pipeline, setup->settings, stored->batch,
                           setup->seeds, setup->images, setup->start, error);

  if (run == NULL)
    return FALSE;
  while (! vqd_sampler_run_is_done (run))
    if (! vqd_sampler_run_step (run, NULL, error))
      return FALSE;
  check_kept (run, stored, report);
  report_share (
      report, "free",
      count_equal (vqd_sampler_run_get_tokens (run), stored->tokens, n),
      (gint64) n, FREE_SHARE);
  return TRUE;
}

/* The stored picture is that of the stored tokens. */
static gboolean
decode_stored (VqdPipeline *pipeline, const StoredRun *stored,
               gboolean channels_first, double mean_bound, double worst_bound,
               Report *report, GError **error)
{
  int width = 0;
  int height = 0;
  gsize n = 0;

  if (vqd_weights_find (stored->file, "image") == NULL)
    return TRUE;
  g_autofree float *reference = need_floats (stored->file, "image", &n, error);
  if (reference == NULL)
    return FALSE;

  vqd_pipeline_get_size (pipeline, &width, &height);
  const gsize picture = 3 * (gsize) width * (gsize) height;
  g_autofree float *rgb = g_new (float, picture);
  if (n != picture * (gsize) stored->batch)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "the picture has not %dx%d pixels", width, height);
      return FALSE;
    }
  for (int b = 0; b < stored->batch; b++)
    {
      if (! vqd_pipeline_decode (
              pipeline, stored->tokens + (gsize) b * (gsize) stored->n_tokens,
              rgb, NULL, error))
        return FALSE;
      compare_picture (rgb, reference + (gsize) b * picture, channels_first,
                       height, width, mean_bound, worst_bound, report);
    }
  return TRUE;
}

/* ---- text/ ---- */

/* "top0.86r,time0.5": truncation rate, infer_speed. */
static void
read_sample_type (const char *text, VqdSamplerSettings *settings)
{
  const char *speed = strstr (text, ",time");

  settings->truncation = g_ascii_strtod (text + strlen ("top"), NULL);
  if (speed != NULL)
    settings->infer_speed = g_ascii_strtod (speed + strlen (",time"), NULL);
}

static void
read_text_settings (JsonObject *run, VqdSamplerSettings *settings)
{
  static const char *const rules[] = { "original", "few-tokens", "purity" };

  read_sample_type (json_object_get_string_member (run, "sample_type"),
                    settings);
  settings->strategy =
      rules[CLAMP (json_object_get_int_member (run, "prior_rule"), 0, 2)];
  if (settings->infer_speed >= 2)
    settings->strategy = "fast";
  settings->guidance = json_object_get_double_member (run, "guidance_scale");
  settings->purity_weight = json_object_get_double_member (run, "prior_weight");
}

/* The empty prompt of the tiny vocabulary: start, end, zeros. */
static int *
empty_ids (const VqdConfig *config)
{
  int *ids = g_new0 (int, config->text.context);

  ids[0] = config->text.n_words - 2;
  ids[1] = config->text.n_words - 1;
  return ids;
}

static gboolean
set_text_prompt (VqdPipeline *pipeline, const char *dir, JsonObject *run,
                 gboolean guided, GError **error)
{
  g_autoptr (VqdWeights) forward =
      open_file (dir, "text/forward.safetensors", error);
  gsize n = 0;

  if (forward == NULL)
    return FALSE;
  g_autofree int *ids = need_ints (forward, "prompt_ids", &n, error);
  g_autofree int *empty = empty_ids (vqd_pipeline_get_config (pipeline));
  if (ids == NULL)
    return FALSE;

  const gboolean learned = json_object_get_boolean_member (run, "learnable_cf");
  return vqd_pipeline_set_prompt (pipeline, ids, guided, learned ? NULL : empty,
                                  NULL, error);
}

gboolean
run_stored (const char *dir, const char *folder, const char *name,
            JsonObject *object, int batch, VqdPipeline *pipeline,
            const VqdSamplerSettings *settings, Report *report, GError **error)
{
  g_auto (StoredRun) stored = { 0 };
  g_autofree guint64 *seeds = g_new (guint64, batch);
  g_autofree guint32 *images = g_new (guint32, batch);
  const RunSetup setup = { pipeline, settings, seeds, images, NULL };

  if (! stored_run_open (&stored, dir, folder, name, batch, error))
    return FALSE;
  for (int b = 0; b < batch; b++)
    {
      seeds[b] = (guint64) json_object_get_int_member (object, "seed");
      images[b] = (guint32) b;
    }
  return teacher_forced (&setup, &stored, report, error) &&
         free_running (&setup, &stored, report, error) &&
         decode_stored (pipeline, &stored, TRUE, 0.02, 0.5, report, error);
}

gboolean
case_text_run (const char *dir, const char *name, JsonObject *object,
               Report *report, GError **error)
{
  const int batch = (int) json_object_get_int_member (object, "batch");
  VqdSamplerSettings settings = { 0 };

  read_text_settings (object, &settings);
  g_autoptr (VqdPipeline) pipeline =
      open_pipeline (dir, "text/model.safetensors", batch, report, error);
  return pipeline != NULL &&
         set_text_prompt (pipeline, dir, object, settings.guidance != 1,
                          error) &&
         run_stored (dir, "text", name, object, batch, pipeline, &settings,
                     report, error);
}

/* ---- pipeline/ ---- */

static gboolean
set_pipeline_prompt (VqdPipeline *pipeline, const StoredRun *stored,
                     const char *prompt, gboolean guided, Report *report,
                     GError **error)
{
  const int context = vqd_pipeline_get_config (pipeline)->text.context;
  g_autofree int *ids = g_new (int, context);
  gsize n = 0;
  g_autofree int *reference = need_ints (stored->file, "prompt_ids", &n, error);

  if (reference == NULL || n != (gsize) context)
    return FALSE;
  vqd_bpe_encode (vqd_bpe_get_default (), prompt, context, ids, NULL);
  report_share (report, "ids", count_equal (ids, reference, n), context, 1);
  return vqd_pipeline_set_prompt (pipeline, ids, guided, NULL, NULL, error);
}

/* A fill or a variation begins from the stored tokens of its picture. */
static gboolean
read_start (StoredRun *stored, GError **error)
{
  gsize n = 0;

  if (vqd_weights_find (stored->file, "known_tokens") == NULL)
    return TRUE;
  stored->known = need_ints (stored->file, "known_tokens", &n, error);
  if (stored->known == NULL || n != (gsize) stored->n_tokens)
    return FALSE;
  if (vqd_weights_find (stored->file, "hole") == NULL)
    return TRUE;

  g_autofree int *hole = need_ints (stored->file, "hole", &n, error);
  if (hole == NULL || n != (gsize) stored->n_tokens)
    return FALSE;
  stored->hole = g_new (guint8, n);
  for (gsize i = 0; i < n; i++)
    stored->hole[i] = hole[i] != 0;
  return TRUE;
}

gboolean
case_pipeline_run (const char *dir, const char *name, JsonObject *object,
                   Report *report, GError **error)
{
  const VqdSamplerSettings settings = {
    .strategy = json_object_get_string_member (object, "strategy"),
    .steps = (int) json_object_get_int_member (object, "steps"),
    .guidance = json_object_get_double_member (object, "guidance"),
    .truncation = json_object_get_double_member (object, "truncation"),
    .purity_weight =
        json_object_get_double_member_with_default (object, "purity_weight", 0),
  };
  const guint64 seed = (guint64) json_object_get_int_member (object, "seed");
  const guint32 image = 0;
  g_auto (StoredRun) stored = { 0 };

  if (! stored_run_open (&stored, dir, "pipeline", name, 1, error) ||
      ! read_start (&stored, error))
    return FALSE;
  g_autoptr (VqdPipeline) pipeline =
      open_pipeline (dir, "pipeline/model.safetensors", 1, report, error);
  if (pipeline == NULL ||
      ! set_pipeline_prompt (pipeline, &stored,
                             json_object_get_string_member (object, "prompt"),
                             settings.guidance != 1, report, error))
    return FALSE;

  const VqdSamplerStart start = {
    .tokens = stored.known,
    .hole = stored.hole,
    .vary = json_object_has_member (object, "strength"),
    .strength =
        json_object_get_double_member_with_default (object, "strength", 0)
  };
  const RunSetup setup = { pipeline, &settings, &seed, &image,
                           stored.known == NULL ? NULL : &start };
  return teacher_forced (&setup, &stored, report, error) &&
         free_running (&setup, &stored, report, error) &&
         decode_stored (pipeline, &stored, FALSE, 0.5, 0.5, report, error);
}
