/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the model, one by one. Bounds are those of the reference data
 * (tests/golden/README.md). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text/vqd-bpe.h"
#include "tests/conformance/vqd-conformance.h"

#define KEPT_ABOVE (-60.0f)
#define DROPPED_BELOW (-55.0f)


/* ---- schedule ---- */

typedef double (*ScheduleValue) (const VqdSchedule *schedule, int t);

static const struct
{
  const char *name;
  ScheduleValue value;
  gboolean cumulated; /* [T + 1], the last for t = -1 */
  gboolean absolute;  /* the bound is absolute */
} schedule_values[] = {
  { "alpha", vqd_schedule_alpha, FALSE, FALSE },
  { "beta", vqd_schedule_beta, FALSE, TRUE },
  { "gamma", vqd_schedule_gamma, FALSE, FALSE },
  { "alpha_bar", vqd_schedule_alpha_bar, TRUE, FALSE },
  { "beta_bar", vqd_schedule_beta_bar, TRUE, TRUE },
  { "gamma_bar", vqd_schedule_gamma_bar, TRUE, FALSE },
};

static gboolean
compare_schedule (const VqdWeights *data, const char *tensor, int n_steps,
                  int n_codes, double *worst_relative, double *worst_absolute,
                  GError **error)
{
  g_autoptr (VqdSchedule) schedule = vqd_schedule_new (n_steps, n_codes);
  const char *name = strrchr (tensor, '.') + 1;
  gsize n = 0;
  g_autofree double *reference = need_doubles (data, tensor, &n, error);

  if (reference == NULL)
    return FALSE;
  for (gsize v = 0; v < G_N_ELEMENTS (schedule_values); v++)
    {
      if (! g_str_equal (schedule_values[v].name, name))
        continue;
      if (n != (gsize) n_steps + schedule_values[v].cumulated)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       "%s has %" G_GSIZE_FORMAT " numbers", tensor, n);
          return FALSE;
        }
      for (int i = 0; i < (int) n; i++)
        {
          const int t = i == n_steps ? -1 : i;
          const double difference =
              fabs (schedule_values[v].value (schedule, t) - reference[i]);
          const double relative =
              reference[i] == 0 ? difference : difference / fabs (reference[i]);

          if (schedule_values[v].absolute && ! (difference <= *worst_absolute))
            *worst_absolute = difference;
          if (! schedule_values[v].absolute && ! (relative <= *worst_relative))
            *worst_relative = relative;
        }
      return TRUE;
    }
  g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, "%s is not known", tensor);
  return FALSE;
}

static gboolean
case_schedule (const char *dir, Report *report, GError **error)
{
  g_autoptr (VqdWeights) data = open_file (dir, "schedule.safetensors", error);
  double relative = 0;
  double absolute = 0;
  guint n_tensors = 0;

  if (data == NULL)
    return FALSE;
  const VqdTensor *tensors = vqd_weights_get_tensors (data, &n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    {
      int n_steps = 0;
      int n_codes = 0;

      if (sscanf (tensors[i].name, "T%d.K%d.", &n_steps, &n_codes) != 2)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, "%s is not known",
                       tensors[i].name);
          return FALSE;
        }
      if (! compare_schedule (data, tensors[i].name, n_steps, n_codes,
                              &relative, &absolute, error))
        return FALSE;
    }
  if (n_tensors == 0)
    return FALSE;
  report_bound (report, "relative", relative, 1e-11);
  report_bound (report, "beta absolute", absolute, 1e-15);
  return TRUE;
}

/* ---- posterior and truncation ---- */

/* Where the reference is above -60: the difference; else ours must be below
 * -55, or the difference is taken as infinite. n rows of `columns`. */
static double
worst_log_difference (const float *seen, const float *reference, gsize n)
{
  double worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      double difference = 0;

      if (reference[i] > KEPT_ABOVE)
        difference = fabs ((double) seen[i] - reference[i]);
      else if (! (seen[i] < DROPPED_BELOW))
        difference = INFINITY;
      if (! (difference <= worst))
        worst = difference;
    }
  return worst;
}

typedef struct
{
  VqdBackend *backend;
  int rows;
  int n_codes;
  const float *log_x0; /* [rows, K] */
  const int *x_t;
} PosteriorData;

static double
compare_posterior (const PosteriorData *data, int t, int n_steps,
                   const float *reference)
{
  g_autoptr (VqdSchedule) schedule = vqd_schedule_new (n_steps, data->n_codes);
  const gsize n = (gsize) data->rows * (gsize) (data->n_codes + 1);
  g_autofree float *log_prev = g_new (float, n);
  VqdPosteriorStep step;

  vqd_schedule_posterior_step (schedule, t, &step);
  data->backend->ops->posterior (data->backend, log_prev, data->log_x0,
                                 data->x_t, &step, data->rows, data->n_codes);
  return worst_log_difference (log_prev, reference, n);
}

/* The reference's truncated rows [n, K + 1] against ours [n, K]. */
static double
compare_truncated (const PosteriorData *data, double rate,
                   const float *reference)
{
  const int k = data->n_codes;
  g_autofree float *truncated = g_new (float, (gsize) data->rows *(gsize) k);
  double worst = 0;

  data->backend->ops->log_x0 (data->backend, truncated, data->log_x0, NULL, 1,
                              (float) rate, 0, data->rows, k);
  for (int r = 0; r < data->rows; r++)
    {
      const double row = worst_log_difference (
          truncated + (gsize) r * (gsize) k,
          reference + (gsize) r * (gsize) (k + 1), (gsize) k);

      if (! (row <= worst))
        worst = row;
    }
  return worst;
}

/* Columns 0 ... K - 1 of [rows, K + 1]. */
static float *
without_mask (const float *log_p, int rows, int n_codes)
{
  float *codes = g_new (float, (gsize) rows *(gsize) n_codes);

  for (int r = 0; r < rows; r++)
    memcpy (codes + (gsize) r * (gsize) n_codes,
            log_p + (gsize) r * (gsize) (n_codes + 1),
            sizeof (float) * (gsize) n_codes);
  return codes;
}

static gboolean
case_posterior (const char *dir, Report *report, GError **error)
{
  g_autoptr (VqdWeights) data = open_file (dir, "posterior.safetensors", error);
  gsize n = 0;
  gsize n_rows = 0;
  guint n_tensors = 0;
  double worst_posterior = 0;
  double worst_truncated = 0;

  if (data == NULL)
    return FALSE;
  g_autofree float *log_p = need_floats (data, "log_p_x0", &n, error);
  g_autofree int *x_t = need_ints (data, "x_t", &n_rows, error);
  const char *steps_text = vqd_weights_get_metadata (data, "T");
  if (log_p == NULL || x_t == NULL || steps_text == NULL)
    return FALSE;

  const int n_codes = (int) (n / n_rows) - 1;
  g_autofree float *log_x0 = without_mask (log_p, (int) n_rows, n_codes);
  const PosteriorData ours = { report->backend, (int) n_rows, n_codes, log_x0,
                               x_t };

  const VqdTensor *tensors = vqd_weights_get_tensors (data, &n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    {
      g_autofree float *reference =
          need_floats (data, tensors[i].name, &n, error);
      int t = 0;
      double seen;

      if (reference == NULL)
        return FALSE;
      if (sscanf (tensors[i].name, "posterior.t%d", &t) == 1)
        {
          seen = compare_posterior (&ours, t, atoi (steps_text), reference);
          worst_posterior = MAX (worst_posterior, seen);
        }
      else if (g_str_has_prefix (tensors[i].name, "truncated."))
        {
          seen = compare_truncated (
              &ours,
              g_ascii_strtod (tensors[i].name + strlen ("truncated."), NULL),
              reference);
          worst_truncated = MAX (worst_truncated, seen);
        }
    }
  report_bound (report, "posterior", worst_posterior, 1e-4);
  report_bound (report, "truncated", worst_truncated, 1e-4);
  return TRUE;
}

/* ---- tokenizer ---- */

static gboolean
row_is_equal (JsonObject *row)
{
  JsonArray *reference = json_object_get_array_member (row, "ids");
  const int context = (int) json_array_get_length (reference);
  g_autofree int *ids = g_new (int, context);
  const int length = vqd_bpe_encode (
      vqd_bpe_get_default (), json_object_get_string_member (row, "text"),
      context, ids, NULL);

  for (int i = 0; i < context; i++)
    if (ids[i] != json_array_get_int_element (reference, (guint) i))
      return FALSE;
  return length == json_object_get_int_member (row, "untruncated_length") &&
         MIN (length, context) == json_object_get_int_member (row, "length");
}

static gboolean
case_tokenizer (const char *dir, Report *report, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "tokenizer.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  gint64 n_equal = 0;

  if (! json_parser_load_from_file (parser, path, error))
    return FALSE;
  JsonArray *rows = json_node_get_array (json_parser_get_root (parser));
  const guint n = json_array_get_length (rows);
  for (guint i = 0; i < n; i++)
    n_equal += row_is_equal (json_array_get_object_element (rows, i));
  report_share (report, "rows", n_equal, n, 1);
  return TRUE;
}

/* ---- CLIP ---- */

static gint64
size_of (const VqdWeights *weights, const char *name, int i)
{
  const VqdTensor *tensor = vqd_weights_find (weights, name);

  return tensor != NULL && i < tensor->rank ? tensor->shape[i] : 0;
}

static int
count_blocks (const VqdWeights *weights, const char *pattern)
{
  for (int i = 0;; i++)
    {
      g_auto (GStrv) parts = g_strsplit (pattern, "#", 2);
      g_autofree char *name = g_strdup_printf ("%s%d%s", parts[0], i, parts[1]);

      if (vqd_weights_find (weights, name) == NULL)
        return i;
    }
}

static gboolean
case_clip (const char *dir, Report *report, GError **error)
{
  g_autoptr (VqdWeights) io = open_file (dir, "clip/io.safetensors", error);
  if (io == NULL)
    return FALSE;
  g_autoptr (VqdWeights) weights =
      open_file (dir, "clip/model.safetensors", error);
  if (weights == NULL)
    return FALSE;

  const char *heads = vqd_weights_get_metadata (weights, "heads");
  const VqdTextConfig config = {
    .n_layers = count_blocks (weights, "transformer.resblocks.#.ln_1.weight"),
    .width = (int) size_of (weights, "token_embedding.weight", 1),
    .n_heads = heads == NULL ? 1 : atoi (heads),
    .context = (int) size_of (weights, "positional_embedding", 0),
    .n_words = (int) size_of (weights, "token_embedding.weight", 0),
  };
  g_autoptr (VqdClipText) clip =
      vqd_clip_text_new (weights, "", &config, report->backend, error);
  if (clip == NULL)
    return FALSE;
  g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();
  vqd_clip_text_measure (&config, measure);
  g_autoptr (VqdArena) arena =
      vqd_arena_new (report->backend, vqd_arena_peak (measure), error);
  if (arena == NULL)
    return FALSE;

  static const char *const names[] = { "features", "features_normalised" };
  gsize n_ids = 0;
  g_autofree int *ids = need_ints (io, "ids", &n_ids, error);
  if (ids == NULL)
    return FALSE;
  for (int normalised = 0; normalised < 2; normalised++)
    {
      gsize n = 0;
      g_autofree float *reference =
          need_floats (io, names[normalised], &n, error);
      g_autofree float *features = g_new (float, n);

      if (reference == NULL)
        return FALSE;
      for (gsize i = 0; i < n_ids; i += (gsize) config.context)
        vqd_clip_text_encode (clip, arena, ids + i,
                              features + i * (gsize) config.width, normalised);
      report_bound (report, names[normalised],
                    relative_error (features, reference, n), 2e-5);
    }
  return TRUE;
}

/* ---- text/forward ---- */

static gboolean
compare_logits (VqdPipeline *pipeline, const VqdWeights *data,
                const char *tensor, const int *x_t, int batch, Report *report,
                GError **error)
{
  gsize n = 0;
  g_autofree float *reference = need_floats (data, tensor, &n, error);
  g_autofree float *logits = g_new (float, n);

  if (reference == NULL ||
      ! vqd_pipeline_evaluate (pipeline, x_t, batch,
                               atoi (tensor + strlen ("logits.t")), logits,
                               error))
    return FALSE;
  report_bound (report, tensor, relative_error (logits, reference, n), 5e-5);
  return TRUE;
}

static gboolean
compare_conditions (VqdPipeline *pipeline, const VqdWeights *data,
                    Report *report, GError **error)
{
  static const char *const names[] = { "condition", "empty_condition" };
  const float *features = NULL;
  gsize n = 0;
  g_autofree int *ids = need_ints (data, "prompt_ids", &n, error);

  if (ids == NULL ||
      ! vqd_pipeline_set_prompt (pipeline, ids, TRUE, NULL, &features, error))
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      g_autofree float *reference = need_floats (data, names[i], &n, error);
      g_autofree float *ours = g_new (float, n);

      if (reference == NULL)
        return FALSE;
      report->backend->ops->download (
          report->backend, ours, features + (gsize) i * n, sizeof (float) * n);
      report_bound (report, names[i], relative_error (ours, reference, n),
                    2e-5);
    }
  return vqd_pipeline_set_prompt (pipeline, ids, FALSE, NULL, NULL, error);
}

static gboolean
case_text_forward (const char *dir, Report *report, GError **error)
{
  g_autoptr (VqdWeights) data =
      open_file (dir, "text/forward.safetensors", error);
  gsize n = 0;
  guint n_tensors = 0;

  if (data == NULL)
    return FALSE;
  const int batch = (int) size_of (data, "x_t", 0);
  g_autofree int *x_t = need_ints (data, "x_t", &n, error);
  if (x_t == NULL)
    return FALSE;
  g_autoptr (VqdPipeline) pipeline =
      open_pipeline (dir, "text/model.safetensors", batch, report, error);
  if (pipeline == NULL || ! compare_conditions (pipeline, data, report, error))
    return FALSE;

  const VqdTensor *tensors = vqd_weights_get_tensors (data, &n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    if (g_str_has_prefix (tensors[i].name, "logits.t") &&
        ! compare_logits (pipeline, data, tensors[i].name, x_t, batch, report,
                          error))
      return FALSE;
  return TRUE;
}

/* ---- codecs ---- */

/* A number, or the first of a list. */
static int
first_int (JsonNode *node)
{
  while (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    node = json_array_get_element (json_node_get_array (node), 0);
  return node == NULL ? 0 : (int) json_node_get_int (node);
}

static int
read_ints (JsonObject *object, const char *key, int *out, int max_n)
{
  JsonArray *array = json_object_get_array_member (object, key);
  const int n = MIN ((int) json_array_get_length (array), max_n);

  for (int i = 0; i < n; i++)
    out[i] = first_int (json_array_get_element (array, (guint) i));
  return n;
}

/* The config that the reference's codec files carry. */
static gboolean
read_codec_config (const VqdWeights *weights, VqdCodecKind kind,
                   const char *codebook, VqdCodecConfig *config, GError **error)
{
  const char *text = vqd_weights_get_metadata (weights, "config");
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (text == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, "%s has no config",
                   vqd_weights_get_path (weights));
      return FALSE;
    }
  if (! json_parser_load_from_data (parser, text, -1, error))
    return FALSE;

  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  *config = (VqdCodecConfig){
    .kind = kind,
    .channels = first_int (json_object_get_member (object, "ch")),
    .blocks = first_int (json_object_get_member (object, "num_res_blocks")),
    .z_channels = first_int (json_object_get_member (object, "z_channels")),
    .embedding = (int) size_of (weights, codebook, 1),
    .n_codes = (int) size_of (weights, codebook, 0),
    .resolution_h = first_int (json_object_get_member (object, "resolution")),
    .resolution_w = first_int (json_object_get_member (object, "resolution")),
  };
  config->n_levels = read_ints (object, "ch_mult", config->multipliers,
                                G_N_ELEMENTS (config->multipliers));
  config->n_attention =
      read_ints (object, "attn_resolutions", config->attention_resolutions,
                 G_N_ELEMENTS (config->attention_resolutions));
  return TRUE;
}

/* [channels, pixels] -> [pixels, channels], times scale */
static float *
channels_last (const float *x, gsize channels, gsize n_pixels, float scale)
{
  float *y = g_new (float, channels *n_pixels);

  for (gsize p = 0; p < n_pixels; p++)
    for (gsize c = 0; c < channels; c++)
      y[p * channels + c] = x[c * n_pixels + p] * scale;
  return y;
}

typedef struct
{
  VqdCodec *codec;
  VqdArena *arena;
  const VqdWeights *io;
  int height;
  int width;
  int factor;
} CodecTest;

static gboolean
test_encode (const CodecTest *test, int embedding, Report *report,
             GError **error)
{
  const gsize n_pixels = (gsize) test->height * (gsize) test->width;
  const gsize n_tokens = n_pixels / (gsize) (test->factor * test->factor);
  gsize n = 0;
  g_autofree float *image = need_floats (test->io, "image", &n, error);
  g_autofree float *reference = need_floats (test->io, "prequant", &n, error);
  g_autofree int *tokens = need_ints (test->io, "tokens", &n, error);

  if (image == NULL || reference == NULL || tokens == NULL || n != n_tokens)
    return FALSE;
  g_autofree float *rgb = channels_last (image, 3, n_pixels, 1.0f / 255);
  g_autofree float *expected =
      channels_last (reference, (gsize) embedding, n_tokens, 1);
  g_autofree float *prequant = g_new (float, n_tokens *(gsize) embedding);
  g_autofree int *ours = g_new (int, n_tokens);
  if (! vqd_codec_encode (test->codec, test->arena, rgb, test->height,
                          test->width, ours, prequant, NULL, error))
    return FALSE;

  gint64 n_equal = 0;
  for (gsize i = 0; i < n_tokens; i++)
    n_equal += ours[i] == tokens[i];
  report_bound (
      report, "prequant",
      relative_error (prequant, expected, n_tokens * (gsize) embedding), 1e-5);
  report_share (report, "tokens", n_equal, (gint64) n_tokens, 0.995);
  return TRUE;
}

static gboolean
test_decode (const CodecTest *test, Report *report, GError **error)
{
  gsize n = 0;
  g_autofree int *tokens = need_ints (test->io, "tokens", &n, error);
  g_autofree float *reference = need_floats (test->io, "decoded", &n, error);
  g_autofree float *rgb = g_new (float, n);

  if (tokens == NULL || reference == NULL ||
      ! vqd_codec_decode (test->codec, test->arena, tokens,
                          test->height / test->factor,
                          test->width / test->factor, rgb, NULL, error))
    return FALSE;
  compare_picture (rgb, reference, TRUE, test->height, test->width, 0.02, 0.5,
                   report);
  return TRUE;
}

static gboolean
run_codec (const char *dir, const char *folder, VqdCodecKind kind,
           const char *codebook, Report *report, GError **error)
{
  g_autofree char *io_file = g_strconcat (folder, "/io.safetensors", NULL);
  g_autofree char *model_file =
      g_strconcat (folder, "/model.safetensors", NULL);
  g_autoptr (VqdWeights) io = open_file (dir, io_file, error);
  VqdCodecConfig config;

  if (io == NULL)
    return FALSE;
  g_autoptr (VqdWeights) weights = open_file (dir, model_file, error);
  if (weights == NULL ||
      ! read_codec_config (weights, kind, codebook, &config, error))
    return FALSE;
  g_autoptr (VqdCodec) codec =
      vqd_codec_new (weights, "", "", &config, report->backend, error);
  if (codec == NULL)
    return FALSE;

  CodecTest test = { .codec = codec,
                     .io = io,
                     .height = (int) size_of (io, "image", 2),
                     .width = (int) size_of (io, "image", 3),
                     .factor = vqd_codec_config_factor (&config) };
  g_autoptr (VqdArena) measure = vqd_arena_new_measuring ();
  vqd_codec_measure_encode (&config, test.height, test.width, measure);
  vqd_codec_measure_decode (&config, test.height / test.factor,
                            test.width / test.factor, measure);
  g_autoptr (VqdArena) arena =
      vqd_arena_new (report->backend, vqd_arena_peak (measure), error);
  if (arena == NULL)
    return FALSE;
  test.arena = arena;
  return test_encode (&test, config.embedding, report, error) &&
         test_decode (&test, report, error);
}

static gboolean
case_codec_ema (const char *dir, Report *report, GError **error)
{
  return run_codec (dir, "codec-ema-f8", VQD_CODEC_EMA_VQ, "quantize.embedding",
                    report, error);
}

static gboolean
case_codec_vq (const char *dir, Report *report, GError **error)
{
  return run_codec (dir, "codec-vq-f16", VQD_CODEC_VQ,
                    "quantize.embedding.weight", report, error);
}

static gboolean
case_codec_gumbel (const char *dir, Report *report, GError **error)
{
  return run_codec (dir, "codec-gumbel-f8", VQD_CODEC_GUMBEL,
                    "quantize.embed.weight", report, error);
}

const FixedCase fixed_cases[] = {
  { "schedule", case_schedule },
  { "posterior", case_posterior },
  { "tokenizer", case_tokenizer },
  { "clip", case_clip },
  { "codec-ema-f8", case_codec_ema },
  { "codec-vq-f16", case_codec_vq },
  { "codec-gumbel-f8", case_codec_gumbel },
  { "text/forward", case_text_forward },
};
const guint n_fixed_cases = G_N_ELEMENTS (fixed_cases);
