/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/image/vqd-codec-stage.h"

#include "core/base/vqd-i18n.h"

#define N_GROUPS 32
#define RGB_CHANNELS 3

/* Fewer queries would leave threads without work; with fewer rows the two that
 * are computed twice would cost more than 6 %. */
#define MIN_QUERIES 512
#define MIN_ROWS 32


/* ---- the lists ---- */

static void G_GNUC_PRINTF (5, 6)
    add (GArray *stages, VqdStageKind kind, int in_channels, int out_channels,
         const char *format, ...)
{
  VqdStage stage = { .kind = kind,
                     .in_channels = in_channels,
                     .out_channels = out_channels };
  va_list args;

  va_start (args, format);
  g_vsnprintf (stage.name, sizeof stage.name, format, args);
  va_end (args);
  g_array_append_val (stages, stage);
}

static gboolean
has_attention (const VqdCodecConfig *config, int level)
{
  for (int i = 0; i < config->n_attention; i++)
    if (config->attention_resolutions[i] == config->resolution_h >> level)
      return TRUE;
  return FALSE;
}

static void
add_mid (GArray *stages, const char *part, int channels)
{
  add (stages, VQD_STAGE_RES, channels, channels, "%s.mid.block_1", part);
  add (stages, VQD_STAGE_ATTN, channels, channels, "%s.mid.attn_1", part);
  add (stages, VQD_STAGE_RES, channels, channels, "%s.mid.block_2", part);
}

GArray *
vqd_stages_plan_decoder (const VqdCodecConfig *config)
{
  GArray *stages = g_array_new (FALSE, FALSE, sizeof (VqdStage));
  int channels = config->channels * config->multipliers[config->n_levels - 1];

  add (stages, VQD_STAGE_POINT, config->embedding, config->z_channels,
       "post_quant_conv");
  add (stages, VQD_STAGE_CONV, config->z_channels, channels, "decoder.conv_in");
  add_mid (stages, "decoder", channels);
  for (int level = config->n_levels - 1; level >= 0; level--)
    {
      const int out = config->channels * config->multipliers[level];

      for (int i = 0; i <= config->blocks; i++)
        {
          add (stages, VQD_STAGE_RES, channels, out, "decoder.up.%d.block.%d",
               level, i);
          channels = out;
          if (has_attention (config, level))
            add (stages, VQD_STAGE_ATTN, channels, channels,
                 "decoder.up.%d.attn.%d", level, i);
        }
      if (level > 0)
        add (stages, VQD_STAGE_UP, channels, channels,
             "decoder.up.%d.upsample.conv", level);
    }
  add (stages, VQD_STAGE_OUT, channels, RGB_CHANNELS, "decoder.");
  return stages;
}

GArray *
vqd_stages_plan_encoder (const VqdCodecConfig *config)
{
  GArray *stages = g_array_new (FALSE, FALSE, sizeof (VqdStage));
  int channels = config->channels;

  add (stages, VQD_STAGE_CONV, RGB_CHANNELS, channels, "encoder.conv_in");
  for (int level = 0; level < config->n_levels; level++)
    {
      const int out = config->channels * config->multipliers[level];

      for (int i = 0; i < config->blocks; i++)
        {
          add (stages, VQD_STAGE_RES, channels, out, "encoder.down.%d.block.%d",
               level, i);
          channels = out;
          if (has_attention (config, level))
            add (stages, VQD_STAGE_ATTN, channels, channels,
                 "encoder.down.%d.attn.%d", level, i);
        }
      if (level < config->n_levels - 1)
        add (stages, VQD_STAGE_DOWN, channels, channels,
             "encoder.down.%d.downsample.conv", level);
    }
  add_mid (stages, "encoder", channels);
  add (stages, VQD_STAGE_OUT, channels, config->z_channels, "encoder.");
  add (stages, VQD_STAGE_POINT, config->z_channels, config->embedding,
       "quant_conv");
  return stages;
}

/* ---- sizes ---- */

void
vqd_stages_measure (const GArray *stages, int height, int width,
                    gsize *map_floats, gsize *edge_floats)
{
  guint64 most = 0;
  guint64 widest = 0;

  for (guint i = 0; i < stages->len; i++)
    {
      const VqdStage *stage = &g_array_index (stages, VqdStage, i);
      guint64 channels =
          (guint64) MAX (stage->in_channels, stage->out_channels);
      guint64 floats = 0;

      if (stage->kind == VQD_STAGE_UP)
        {
          height *= 2;
          width *= 2;
        }
      widest = MAX (widest, (guint64) width * channels);
      if (stage->kind == VQD_STAGE_ATTN)
        channels *= 3; /* query, key, value */
      if (! vqd_size_mul ((guint64) height * (guint64) width, channels,
                          &floats))
        g_assert_not_reached ();
      most = MAX (most, floats);
      if (stage->kind == VQD_STAGE_DOWN)
        {
          height /= 2;
          width /= 2;
        }
    }
  *map_floats = most;
  *edge_floats = 2 * widest;
}

/* How many 3x3 convolutions a stage has, and their channels. */
static int
count_convs (const VqdStage *stage)
{
  switch (stage->kind)
    {
    case VQD_STAGE_POINT:
    case VQD_STAGE_ATTN:
      return 0;
    case VQD_STAGE_RES:
      return 2;
    default:
      return 1;
    }
}

static gsize
packed_floats (int in_channels, int out_channels)
{
  return 9 * (gsize) in_channels * (gsize) out_channels;
}

gsize
vqd_stages_packed_bytes (const GArray *stages)
{
  gsize floats = 0;

  for (guint i = 0; i < stages->len; i++)
    {
      const VqdStage *stage = &g_array_index (stages, VqdStage, i);
      const int n = count_convs (stage);

      if (n > 0)
        floats += packed_floats (stage->in_channels, stage->out_channels);
      if (n > 1)
        floats += packed_floats (stage->out_channels, stage->out_channels);
    }
  return floats * sizeof (float);
}

/* ---- loading ---- */

typedef struct
{
  VqdWeights *weights;
  const char *prefix; /* up to the stage's own name */
  VqdBackend *backend;
  GPtrArray *packed;
} Loader;

static gboolean
load_conv (const Loader *loader, const char *name, int in_channels,
           int out_channels, int stride, VqdConv *conv, GError **error)
{
  const VqdBackendOps *ops = loader->backend->ops;
  VqdLinear stored;

  if (! vqd_linear_find (loader->weights, loader->prefix, name, out_channels,
                         9 * in_channels, &stored, error))
    return FALSE;

  float *packed =
      ops->alloc (loader->backend,
                  packed_floats (in_channels, out_channels) * sizeof (float));
  if (packed == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory for the model's weights."));
      return FALSE;
    }
  g_ptr_array_add (loader->packed, packed);
  ops->pack_conv (loader->backend, packed, &stored.weight, in_channels, 3);
  *conv = (VqdConv){ .weights = { .data = packed,
                                  .dtype = VQD_DTYPE_F32,
                                  .n_rows = out_channels,
                                  .n_cols = 9 * in_channels },
                     .bias = stored.bias,
                     .in_channels = in_channels,
                     .out_channels = out_channels,
                     .kernel = 3,
                     .stride = stride };
  return TRUE;
}

static gboolean
load_res (const Loader *loader, VqdStage *stage, GError **error)
{
  const int in = stage->in_channels;
  const int out = stage->out_channels;

  if (! vqd_norm_find (loader->weights, loader->prefix, ".norm1", in,
                       &stage->norm1, error) ||
      ! load_conv (loader, ".conv1", in, out, 1, &stage->conv1, error) ||
      ! vqd_norm_find (loader->weights, loader->prefix, ".norm2", out,
                       &stage->norm2, error) ||
      ! load_conv (loader, ".conv2", out, out, 1, &stage->conv2, error))
    return FALSE;
  return in == out ||
         vqd_linear_find (loader->weights, loader->prefix, ".nin_shortcut", out,
                          in, &stage->point, error);
}

static gboolean
load_attention (const Loader *loader, VqdStage *stage, GError **error)
{
  const int c = stage->in_channels;

  return vqd_norm_find (loader->weights, loader->prefix, ".norm", c,
                        &stage->norm1, error) &&
         vqd_linear_find (loader->weights, loader->prefix, ".q", c, c,
                          &stage->q, error) &&
         vqd_linear_find (loader->weights, loader->prefix, ".k", c, c,
                          &stage->k, error) &&
         vqd_linear_find (loader->weights, loader->prefix, ".v", c, c,
                          &stage->v, error) &&
         vqd_linear_find (loader->weights, loader->prefix, ".proj_out", c, c,
                          &stage->proj_out, error);
}

/* Group norm divides the channels that it sees. */
static gboolean
check_groups (const Loader *loader, const VqdStage *stage, GError **error)
{
  const gboolean normed = stage->kind == VQD_STAGE_RES ||
                          stage->kind == VQD_STAGE_ATTN ||
                          stage->kind == VQD_STAGE_OUT;
  int channels = 0;

  if (normed && stage->in_channels % N_GROUPS != 0)
    channels = stage->in_channels;
  else if (stage->kind == VQD_STAGE_RES && stage->out_channels % N_GROUPS != 0)
    channels = stage->out_channels;
  if (channels == 0)
    return TRUE;

  g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
               _ ("%s: %s has %d channels, expected a multiple of %d"),
               vqd_weights_get_path (loader->weights), loader->prefix, channels,
               N_GROUPS);
  return FALSE;
}

static gboolean
load_stage (const Loader *loader, VqdStage *stage, GError **error)
{
  const int in = stage->in_channels;
  const int out = stage->out_channels;

  if (! check_groups (loader, stage, error))
    return FALSE;

  switch (stage->kind)
    {
    case VQD_STAGE_POINT:
      return vqd_linear_find (loader->weights, loader->prefix, "", out, in,
                              &stage->point, error);
    case VQD_STAGE_CONV:
    case VQD_STAGE_UP:
      return load_conv (loader, "", in, out, 1, &stage->conv1, error);
    case VQD_STAGE_DOWN:
      return load_conv (loader, "", in, out, 2, &stage->conv1, error);
    case VQD_STAGE_RES:
      return load_res (loader, stage, error);
    case VQD_STAGE_ATTN:
      return load_attention (loader, stage, error);
    case VQD_STAGE_OUT:
      return vqd_norm_find (loader->weights, loader->prefix, "norm_out", in,
                            &stage->norm1, error) &&
             load_conv (loader, "conv_out", in, out, 1, &stage->conv1, error);
    }
  g_assert_not_reached ();
}

/* name: of a tensor, after the prefix */
static gboolean
owns (const VqdStage *stage, const char *name)
{
  const gsize length = strlen (stage->name);

  if (! g_str_has_prefix (name, stage->name))
    return FALSE;
  if (stage->kind == VQD_STAGE_OUT)
    return g_str_has_prefix (name + length, "norm_out.") ||
           g_str_has_prefix (name + length, "conv_out.");
  return name[length] == '.';
}

/* part: "decoder." or "encoder.", whose tensors all belong to a stage */
static gboolean
check_all_used (const GArray *stages, const VqdWeights *weights,
                const char *prefix, const char *part, GError **error)
{
  guint n_tensors = 0;
  const VqdTensor *tensors = vqd_weights_get_tensors (weights, &n_tensors);

  for (guint t = 0; t < n_tensors; t++)
    {
      const char *name = tensors[t].name;
      gboolean used = FALSE;

      if (! g_str_has_prefix (name, prefix) ||
          ! g_str_has_prefix (name + strlen (prefix), part))
        continue;
      for (guint i = 0; i < stages->len && ! used; i++)
        used =
            owns (&g_array_index (stages, VqdStage, i), name + strlen (prefix));
      if (! used)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       _ ("%s: tensor %s has no place in the codec that the "
                          "config describes: its multipliers, blocks or "
                          "attention_resolutions do not fit the tensors"),
                       vqd_weights_get_path (weights), name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
vqd_stages_load (GArray *stages, VqdWeights *weights, const char *prefix,
                 VqdBackend *backend, GPtrArray *packed, GError **error)
{
  for (guint i = 0; i < stages->len; i++)
    {
      VqdStage *stage = &g_array_index (stages, VqdStage, i);
      g_autofree char *full = g_strconcat (prefix, stage->name, NULL);
      const Loader loader = { weights, full, backend, packed };

      if (! load_stage (&loader, stage, error))
        return FALSE;
    }
  for (guint i = 0; i < stages->len; i++)
    {
      const VqdStage *stage = &g_array_index (stages, VqdStage, i);

      if (stage->kind == VQD_STAGE_OUT)
        return check_all_used (stages, weights, prefix, stage->name, error);
    }
  g_assert_not_reached ();
}

/* ---- running ---- */

static void
swap (float **a, float **b)
{
  float *c = *a;

  *a = *b;
  *b = c;
}

typedef struct
{
  VqdBackend *backend;
  VqdMap *map;
  GCancellable *cancellable;
  GError **error;
} Run;

static gboolean
is_cancelled (const Run *run)
{
  return g_cancellable_set_error_if_cancelled (run->cancellable, run->error);
}

/* Rows of work_per_row that make a call of the backend, least of them at
 * least. */
static int
rows_of_call (const VqdMap *map, double work_per_row, int least)
{
  return MAX (least, (int) MIN (map->max_work / work_per_row, G_MAXINT / 2));
}

static void
group_norm (const Run *run, const VqdNorm *norm, float *y, const float *x,
            int channels, bool swish)
{
  run->backend->ops->group_norm (run->backend, y, x, norm->gain, norm->shift, 1,
                                 run->map->height * run->map->width, channels,
                                 N_GROUPS, swish);
}

static void
point (const Run *run, const VqdLinear *weights, float *y, const float *x,
       VqdEpilogue epilogue)
{
  vqd_linear_forward (run->backend, weights, y, x,
                      run->map->height * run->map->width, epilogue);
}

/* 3x3, in bands of output rows when the map is large. A band is convolved with
 * a row more on the sides where the map goes on, so that its own rows see their
 * neighbours; what stood in those two rows of y is put back. */
static gboolean
conv (const Run *run, const VqdConv *weights, float *y, const float *x,
      VqdEpilogue epilogue)
{
  const VqdBackendOps *ops = run->backend->ops;
  const VqdMap *map = run->map;
  const int stride = weights->stride;
  const int height = map->height / stride;
  const gsize x_row = (gsize) map->width * (gsize) weights->in_channels;
  const gsize y_row =
      (gsize) (map->width / stride) * (gsize) weights->out_channels;
  const gsize row_bytes = y_row * sizeof (float);
  const int rows =
      rows_of_call (map, 9.0 * weights->in_channels * (double) y_row, MIN_ROWS);

  for (int first = 0; first < height; first += rows)
    {
      const int n = MIN (rows, height - first);
      const int above = stride == 1 && first > 0 ? 1 : 0;
      const int below = first + n < height ? 1 : 0;
      float *band = y + (gsize) (first - above) * y_row;
      float *next = y + (gsize) (first + n) * y_row;

      if (is_cancelled (run))
        return FALSE;
      if (above)
        ops->copy (run->backend, map->edge, band, row_bytes);
      if (below)
        ops->copy (run->backend, map->edge + y_row, next, row_bytes);
      ops->conv2d (run->backend, band,
                   x + (gsize) ((first - above) * stride) * x_row, weights, 1,
                   (above + n + below) * stride, map->width, epilogue);
      if (above)
        ops->copy (run->backend, band, map->edge, row_bytes);
      if (below)
        ops->copy (run->backend, next, map->edge + y_row, row_bytes);
    }
  return TRUE;
}

/* x + conv2 (swish (norm2 (conv1 (swish (norm1 (x)))))) */
static gboolean
run_res (const Run *run, const VqdStage *stage)
{
  VqdMap *map = run->map;
  float *hidden = map->spare2;

  group_norm (run, &stage->norm1, map->spare, map->x, stage->in_channels, true);
  if (! conv (run, &stage->conv1, hidden, map->spare, VQD_EPILOGUE_STORE))
    return FALSE;
  group_norm (run, &stage->norm2, hidden, hidden, stage->out_channels, true);
  if (stage->in_channels != stage->out_channels)
    {
      point (run, &stage->point, map->spare, map->x, VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
    }
  return conv (run, &stage->conv2, map->x, hidden, VQD_EPILOGUE_ADD);
}

/* softmax (q k^T / sqrt (C)) v over all pixels, one head; some queries at a
 * time when the map is large. q, k, v, out: [n_pixels, C] */
static gboolean
attend (const Run *run, int c, float *out, const float *q, const float *k,
        const float *v)
{
  const int n_pixels = run->map->height * run->map->width;
  const int queries = rows_of_call (run->map, 2.0 * n_pixels * c, MIN_QUERIES);

  for (int first = 0; first < n_pixels; first += queries)
    {
      const gsize offset = (gsize) first * (gsize) c;
      const VqdAttention shape = { .batch = 1,
                                   .kv_batch = 1,
                                   .heads = 1,
                                   .n_q = MIN (queries, n_pixels - first),
                                   .n_k = n_pixels,
                                   .d_head = c,
                                   .q_stride = c,
                                   .kv_stride = c };

      if (is_cancelled (run))
        return FALSE;
      run->backend->ops->attention (run->backend, out + offset, q + offset, k,
                                    v, &shape);
    }
  return TRUE;
}

/* x + proj_out (attend (norm (x))) */
static gboolean
run_attention (const Run *run, const VqdStage *stage)
{
  VqdMap *map = run->map;
  const int c = stage->in_channels;
  const gsize n_floats = (gsize) map->height * (gsize) map->width * (gsize) c;
  float *q = map->spare2;
  float *k = q + n_floats;
  float *v = k + n_floats;

  group_norm (run, &stage->norm1, map->spare, map->x, c, false);
  point (run, &stage->q, q, map->spare, VQD_EPILOGUE_STORE);
  point (run, &stage->k, k, map->spare, VQD_EPILOGUE_STORE);
  point (run, &stage->v, v, map->spare, VQD_EPILOGUE_STORE);
  if (! attend (run, c, map->spare, q, k, v))
    return FALSE;
  point (run, &stage->proj_out, map->x, map->spare, VQD_EPILOGUE_ADD);
  return TRUE;
}

static gboolean
run_up (const Run *run, const VqdStage *stage)
{
  VqdMap *map = run->map;

  run->backend->ops->upsample2 (run->backend, map->spare, map->x, 1,
                                map->height, map->width, stage->in_channels);
  map->height *= 2;
  map->width *= 2;
  return conv (run, &stage->conv1, map->x, map->spare, VQD_EPILOGUE_STORE);
}

static gboolean
run_stage (const Run *run, const VqdStage *stage)
{
  VqdMap *map = run->map;

  switch (stage->kind)
    {
    case VQD_STAGE_POINT:
      point (run, &stage->point, map->spare, map->x, VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
      return TRUE;
    case VQD_STAGE_CONV:
    case VQD_STAGE_DOWN:
      if (! conv (run, &stage->conv1, map->spare, map->x, VQD_EPILOGUE_STORE))
        return FALSE;
      swap (&map->x, &map->spare);
      map->height /= stage->conv1.stride;
      map->width /= stage->conv1.stride;
      return TRUE;
    case VQD_STAGE_RES:
      return run_res (run, stage);
    case VQD_STAGE_ATTN:
      return run_attention (run, stage);
    case VQD_STAGE_UP:
      return run_up (run, stage);
    case VQD_STAGE_OUT:
      group_norm (run, &stage->norm1, map->spare, map->x, stage->in_channels,
                  true);
      return conv (run, &stage->conv1, map->x, map->spare, VQD_EPILOGUE_STORE);
    }
  g_assert_not_reached ();
}

gboolean
vqd_stages_run (const GArray *stages, VqdBackend *backend, VqdMap *map,
                GCancellable *cancellable, GError **error)
{
  const Run run = { backend, map, cancellable, error };

  for (guint i = 0; i < stages->len; i++)
    {
      const VqdStage *stage = &g_array_index (stages, VqdStage, i);

      if (is_cancelled (&run) || ! run_stage (&run, stage))
        return FALSE;
    }
  return TRUE;
}
