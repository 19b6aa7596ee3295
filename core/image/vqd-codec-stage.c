/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/image/vqd-codec-stage.h"

#define N_GROUPS 32
#define RGB_CHANNELS 3


/* ---- the lists ----------------------------------------------------------- */

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

/* ---- sizes --------------------------------------------------------------- */

gsize
vqd_stages_buffer_floats (const GArray *stages, int height, int width)
{
  guint64 most = 0;

  for (guint i = 0; i < stages->len; i++)
    {
      const VqdStage *stage = &g_array_index (stages, VqdStage, i);
      guint64 channels =
          (guint64) MAX (stage->in_channels, stage->out_channels);
      guint64 floats = 0;

      if (stage->kind == VQD_STAGE_ATTN)
        channels *= 3; /* query, key, value */
      if (stage->kind == VQD_STAGE_UP)
        {
          height *= 2;
          width *= 2;
        }
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
  return most;
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

/* ---- loading ------------------------------------------------------------- */

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
                   "There is not enough memory for the model's weights.");
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

static gboolean
load_stage (const Loader *loader, VqdStage *stage, GError **error)
{
  const int in = stage->in_channels;
  const int out = stage->out_channels;

  if (stage->kind != VQD_STAGE_POINT && stage->kind != VQD_STAGE_CONV &&
      (in % N_GROUPS != 0 ||
       (stage->kind == VQD_STAGE_RES && out % N_GROUPS != 0)))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "%s: %s has %d channels, expected a multiple of %d",
                   vqd_weights_get_path (loader->weights), stage->name, in,
                   N_GROUPS);
      return FALSE;
    }

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
  return TRUE;
}

/* ---- running ------------------------------------------------------------- */

static void
swap (float **a, float **b)
{
  float *c = *a;

  *a = *b;
  *b = c;
}

static void
group_norm_swish (VqdBackend *backend, const VqdNorm *norm, float *y,
                  const float *x, const VqdMap *map, int channels)
{
  backend->ops->group_norm (backend, y, x, norm->gain, norm->shift, 1,
                            map->height * map->width, channels, N_GROUPS, true);
}

static void
conv (VqdBackend *backend, const VqdConv *weights, float *y, const float *x,
      const VqdMap *map, VqdEpilogue epilogue)
{
  backend->ops->conv2d (backend, y, x, weights, 1, map->height, map->width,
                        epilogue);
}

/* x + conv2 (swish (norm2 (conv1 (swish (norm1 (x)))))) */
static void
run_res (VqdBackend *backend, const VqdStage *stage, VqdMap *map)
{
  float *hidden = map->spare2;

  group_norm_swish (backend, &stage->norm1, map->spare, map->x, map,
                    stage->in_channels);
  conv (backend, &stage->conv1, hidden, map->spare, map, VQD_EPILOGUE_STORE);
  group_norm_swish (backend, &stage->norm2, hidden, hidden, map,
                    stage->out_channels);
  if (stage->in_channels != stage->out_channels)
    {
      vqd_linear_forward (backend, &stage->point, map->spare, map->x,
                          map->height * map->width, VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
    }
  conv (backend, &stage->conv2, map->x, hidden, map, VQD_EPILOGUE_ADD);
}

/* x + proj_out (softmax (q k^T / sqrt (C)) v) over all pixels, one head */
static void
run_attention (VqdBackend *backend, const VqdStage *stage, VqdMap *map)
{
  const int n_pixels = map->height * map->width;
  const int c = stage->in_channels;
  float *q = map->spare2;
  float *k = q + (gsize) n_pixels * (gsize) c;
  float *v = k + (gsize) n_pixels * (gsize) c;
  const VqdAttention shape = { .batch = 1,
                               .kv_batch = 1,
                               .heads = 1,
                               .n_q = n_pixels,
                               .n_k = n_pixels,
                               .d_head = c,
                               .q_stride = c,
                               .kv_stride = c };

  backend->ops->group_norm (backend, map->spare, map->x, stage->norm1.gain,
                            stage->norm1.shift, 1, n_pixels, c, N_GROUPS,
                            false);
  vqd_linear_forward (backend, &stage->q, q, map->spare, n_pixels,
                      VQD_EPILOGUE_STORE);
  vqd_linear_forward (backend, &stage->k, k, map->spare, n_pixels,
                      VQD_EPILOGUE_STORE);
  vqd_linear_forward (backend, &stage->v, v, map->spare, n_pixels,
                      VQD_EPILOGUE_STORE);
  backend->ops->attention (backend, map->spare, q, k, v, &shape);
  vqd_linear_forward (backend, &stage->proj_out, map->x, map->spare, n_pixels,
                      VQD_EPILOGUE_ADD);
}

static void
run_stage (VqdBackend *backend, const VqdStage *stage, VqdMap *map)
{
  switch (stage->kind)
    {
    case VQD_STAGE_POINT:
      vqd_linear_forward (backend, &stage->point, map->spare, map->x,
                          map->height * map->width, VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
      break;
    case VQD_STAGE_CONV:
      conv (backend, &stage->conv1, map->spare, map->x, map,
            VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
      break;
    case VQD_STAGE_RES:
      run_res (backend, stage, map);
      break;
    case VQD_STAGE_ATTN:
      run_attention (backend, stage, map);
      break;
    case VQD_STAGE_DOWN:
      conv (backend, &stage->conv1, map->spare, map->x, map,
            VQD_EPILOGUE_STORE);
      swap (&map->x, &map->spare);
      map->height /= 2;
      map->width /= 2;
      break;
    case VQD_STAGE_UP:
      backend->ops->upsample2 (backend, map->spare, map->x, 1, map->height,
                               map->width, stage->in_channels);
      map->height *= 2;
      map->width *= 2;
      conv (backend, &stage->conv1, map->x, map->spare, map,
            VQD_EPILOGUE_STORE);
      break;
    case VQD_STAGE_OUT:
      group_norm_swish (backend, &stage->norm1, map->spare, map->x, map,
                        stage->in_channels);
      conv (backend, &stage->conv1, map->x, map->spare, map,
            VQD_EPILOGUE_STORE);
      break;
    }
  map->channels = stage->out_channels;
}

gboolean
vqd_stages_run (const GArray *stages, VqdBackend *backend, VqdMap *map,
                GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < stages->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      run_stage (backend, &g_array_index (stages, VqdStage, i), map);
    }
  return TRUE;
}
