/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>

#include "core/io/vqd-config.h"

#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-config-derive.h"
#include "core/io/vqd-json.h"

#define FORMAT "vqdiffusion-1"

/* Nobody has trained beyond these; they keep a broken file from asking for
 * terabytes. */
#define MAX_LAYERS 512
#define MAX_WIDTH 65536
#define MAX_HEADS 1024
#define MAX_GRID 1024
#define MAX_CODES 65536
#define MAX_T 10000
#define MAX_CONTEXT 4096
#define MAX_WORDS (1 << 24)

/* Where the reading stands: one object of the JSON, and what went wrong. */
typedef struct
{
  const VqdWeights *weights;
  JsonObject *root;
  const char *section;
  JsonObject *object; /* NULL when the section is missing */
  GError **error;
  gboolean failed;
} Reader;

#define FAIL(r, ...)                                                           \
  G_STMT_START                                                                 \
  {                                                                            \
    if (! (r)->failed)                                                         \
      g_set_error ((r)->error, VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__);       \
    (r)->failed = TRUE;                                                        \
  }                                                                            \
  G_STMT_END


static void
enter (Reader *r, const char *section)
{
  JsonNode *node = json_object_get_member (r->root, section);

  r->section = section;
  r->object = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                  ? json_node_get_object (node)
                  : NULL;
}

static JsonNode *
member (Reader *r, const char *key)
{
  return r->object == NULL ? NULL : json_object_get_member (r->object, key);
}

/* A number 1 ... max. from_shape: what the tensors say, or 0. */
static int
read_int (Reader *r, const char *key, gint64 from_shape, int max)
{
  JsonNode *node = member (r, key);
  gint64 value = from_shape;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    value = json_node_get_int (node);
  else if (from_shape == 0)
    {
      FAIL (r, _ ("the model's config has no %s.%s"), r->section, key);
      return 1;
    }

  if (from_shape != 0 && value != from_shape)
    FAIL (r, _ ("the model's config says %s.%s = %lld, its tensors say %lld"),
          r->section, key, (long long) value, (long long) from_shape);
  if (value < 1 || value > max)
    FAIL (r, _ ("the model's config says %s.%s = %lld, expected 1 to %d"),
          r->section, key, (long long) value, max);
  return r->failed ? 1 : (int) value;
}

static double
read_double (Reader *r, const char *key, double fallback, double max)
{
  JsonNode *node = member (r, key);
  double value = fallback;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    value = json_node_get_double (node);
  if (! (value >= 0 && value <= max))
    FAIL (r, _ ("the model's config says %s.%s = %g, expected 0 to %g"),
          r->section, key, value, max);
  return value;
}

/* "" where there is none. (transfer full) */
static char *
read_string (Reader *r, const char *key)
{
  JsonNode *node = member (r, key);

  if (node == NULL || ! JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return g_strdup ("");
  return json_node_dup_string (node);
}

/* Index of a word among the NULL-terminated words. */
static int
read_word (Reader *r, const char *key, const char *const *words)
{
  g_autofree char *word = read_string (r, key);

  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (word, words[i]))
      return i;

  g_autofree char *list = g_strjoinv (", ", (char **) words);
  FAIL (r, _ ("the model's config says %s.%s = \"%s\"; known: %s"), r->section,
        key, word, list);
  return 0;
}

/* A list of 1 ... max_n numbers, or (min_n 0) none. */
static int
read_ints (Reader *r, const char *key, int min_n, int max_n, int *out)
{
  JsonNode *node = member (r, key);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node)
                         ? json_node_get_array (node)
                         : NULL;
  const int n = array == NULL ? 0 : (int) json_array_get_length (array);

  if (n < min_n || n > max_n)
    {
      FAIL (r,
            _ ("the model's config: %s.%s has %d numbers, expected %d to %d"),
            r->section, key, n, min_n, max_n);
      return 0;
    }
  for (int i = 0; i < n; i++)
    {
      JsonNode *item = json_array_get_element (array, (guint) i);
      const gint64 value =
          JSON_NODE_HOLDS_VALUE (item) ? json_node_get_int (item) : 0;

      if (value < 1 || value > MAX_WIDTH)
        FAIL (r, _ ("the model's config: %s.%s holds an impossible number"),
              r->section, key);
      out[i] = r->failed ? 1 : (int) value;
    }
  return n;
}

/* Size i of a tensor's shape, 0 when there is no such tensor. */
static gint64
shape_of (Reader *r, const char *name, int i)
{
  const VqdTensor *tensor = vqd_weights_find (r->weights, name);

  return tensor == NULL || i >= tensor->rank ? 0 : tensor->shape[i];
}

/* How many of PREFIX0SUFFIX, PREFIX1SUFFIX ... there are. */
static int
count_layers (Reader *r, const char *prefix, const char *suffix)
{
  for (int i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%d%s", prefix, i, suffix);

      if (i > MAX_LAYERS || vqd_weights_find (r->weights, name) == NULL)
        return i;
    }
}

static void
read_denoiser (Reader *r, VqdDenoiserConfig *config)
{
  static const char *const kinds[] = { "text", "class", "none", NULL };
  static const char *const mlps[] = { "linear", "conv", NULL };
  static const char *const schedules[] = { "alpha1", NULL };
  const char *table = "transformer.transformer.content_emb.emb.weight";
  int grid[2] = { 1, 1 };

  enter (r, "diffusion");
  config->n_steps = read_int (
      r, "steps",
      shape_of (r, "transformer.transformer.blocks.0.ln1.emb.weight", 0),
      MAX_T);
  read_word (r, "schedule", schedules);
  config->n_codes =
      read_int (r, "codes", MAX (shape_of (r, table, 0) - 1, 0), MAX_CODES);

  enter (r, "denoiser");
  config->kind = (VqdConditionKind) read_word (r, "kind", kinds);
  config->conv_mlp = read_word (r, "mlp", mlps) == 1;
  config->n_layers = read_int (
      r, "layers",
      count_layers (r, "transformer.transformer.blocks.", ".ln1.linear.weight"),
      MAX_LAYERS);
  config->width = read_int (r, "width", shape_of (r, table, 1), MAX_WIDTH);
  config->n_heads = read_int (r, "heads", 0, MAX_HEADS);
  read_ints (r, "grid", 2, 2, grid);
  config->grid_height = grid[0];
  config->grid_width = grid[1];
  config->cond_width = (int) shape_of (
      r, "transformer.transformer.blocks.0.attn2.key.weight", 1);
  config->n_labels =
      (int) shape_of (r, "transformer.transformer.blocks.0.ln2.emb.weight", 0);

  if (config->width % config->n_heads != 0)
    FAIL (r, _ ("the model's denoiser: %d heads do not divide its width, %d"),
          config->n_heads, config->width);
  if (grid[0] > MAX_GRID || grid[1] > MAX_GRID)
    FAIL (r, _ ("the model's denoiser: a grid of %dx%d is too large"), grid[0],
          grid[1]);
}

static void
read_text (Reader *r, VqdTextConfig *config, int cond_width)
{
  static const char *const kinds[] = { "clip", NULL };
#define CLIP "transformer.condition_emb."

  enter (r, "text");
  read_word (r, "kind", kinds);
  config->n_layers =
      read_int (r, "layers",
                count_layers (r, CLIP "transformer.resblocks.", ".ln_1.weight"),
                MAX_LAYERS);
  config->width = read_int (
      r, "width", shape_of (r, CLIP "token_embedding.weight", 1), MAX_WIDTH);
  config->n_heads = read_int (r, "heads", 0, MAX_HEADS);
  config->context = read_int (
      r, "context", shape_of (r, CLIP "positional_embedding", 0), MAX_CONTEXT);
  config->n_words =
      read_int (r, "vocabulary", shape_of (r, CLIP "token_embedding.weight", 0),
                MAX_WORDS);

  if (config->width % config->n_heads != 0)
    FAIL (r,
          _ ("the model's text encoder: %d heads do not divide its width, %d"),
          config->n_heads, config->width);
  if (config->width != cond_width)
    FAIL (r, _ ("the model's text encoder has width %d, its denoiser reads %d"),
          config->width, cond_width);
#undef CLIP
}

static void
read_codec (Reader *r, VqdCodecConfig *config)
{
  static const char *const kinds[] = { "ema-vq", "vq", "gumbel", NULL };
  static const VqdCodecKind kind_values[] = { VQD_CODEC_EMA_VQ, VQD_CODEC_VQ,
                                              VQD_CODEC_GUMBEL };
  static const char *const codebooks[] = {
    "content_codec.enc.quantize.embedding",
    "content_codec.enc.quantize.embedding.weight",
    "content_codec.enc.quantize.embed.weight"
  };

  enter (r, "codec");
  const int kind = read_word (r, "kind", kinds);
  config->kind = kind_values[kind];
  config->channels = read_int (
      r, "channels",
      shape_of (r, "content_codec.enc.encoder.conv_in.weight", 0), MAX_WIDTH);
  config->n_levels =
      read_ints (r, "multipliers", 1, G_N_ELEMENTS (config->multipliers),
                 config->multipliers);
  config->blocks = read_int (r, "blocks", 0, MAX_LAYERS);
  config->n_attention = read_ints (r, "attention_resolutions", 0,
                                   G_N_ELEMENTS (config->attention_resolutions),
                                   config->attention_resolutions);
  config->z_channels = read_int (
      r, "z_channels",
      shape_of (r, "content_codec.dec.post_quant_conv.weight", 0), MAX_WIDTH);
  config->embedding =
      read_int (r, "embedding", shape_of (r, codebooks[kind], 1), MAX_WIDTH);
  config->n_codes =
      read_int (r, "codes", shape_of (r, codebooks[kind], 0), MAX_CODES);
  config->resolution_h = read_int (r, "resolution", 0, MAX_WIDTH);
  config->resolution_w = config->resolution_h;
}

/* A tensor of n I32 numbers 0 ... limit - 1; NULL when it is not there. */
static int *
read_map (Reader *r, const char *name, int n, int limit)
{
  const VqdTensor *tensor = vqd_weights_find (r->weights, name);

  if (tensor == NULL)
    return NULL;
  if (tensor->dtype != VQD_DTYPE_I32 ||
      tensor->n_bytes != (guint64) n * sizeof (gint32))
    {
      FAIL (r, _ ("tensor %s: expected %d I32 numbers"), name, n);
      return NULL;
    }

  int *map = g_new (int, n);
  memcpy (map, tensor->data, tensor->n_bytes);
  for (int i = 0; i < n; i++)
    if (map[i] < 0 || map[i] >= limit)
      {
        FAIL (r, _ ("tensor %s: %d is not among 0 to %d"), name, map[i],
              limit - 1);
        map[i] = 0;
      }
  return map;
}

static void
read_codebook_map (Reader *r, VqdConfig *config)
{
  const int n_codes = config->denoiser.n_codes;
  const int n_full = config->codec.n_codes;

  config->class_to_full =
      read_map (r, "codebook.class_to_full", n_codes, n_full);
  config->full_to_class =
      read_map (r, "codebook.full_to_class", n_full, n_codes);
  if (n_codes != n_full &&
      (config->class_to_full == NULL || config->full_to_class == NULL))
    FAIL (r,
          _ ("the model's denoiser knows %d codes and its codec %d, and no map "
             "between them is known"),
          n_codes, n_full);
}

static void
read_defaults (Reader *r, VqdConfig *config)
{
  enter (r, "defaults");
  config->strategy = read_string (r, "strategy");
  config->steps = read_int (r, "steps", 0, VQD_MAX_STEPS);
  config->guidance = read_double (r, "guidance", 1.0, 20.0);
  config->truncation = read_double (r, "truncation", 1.0, 1.0);
  config->purity_weight = read_double (r, "purity_weight", 0.0, 10.0);
  config->top_k = (int) read_double (r, "top_k", 0.0, config->denoiser.n_codes);
}

static void
read_all (Reader *r, VqdConfig *config)
{
  static const char *const nulls[] = { "none", "learned", "empty", "class",
                                       NULL };

  r->object = r->root;
  config->name = read_string (r, "name");
  config->version = read_string (r, "version");
  config->description = read_string (r, "description");
  config->licence = read_string (r, "licence");
  config->credits = read_string (r, "credits");

  read_denoiser (r, &config->denoiser);
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    read_text (r, &config->text, config->denoiser.cond_width);
  read_codec (r, &config->codec);
  read_codebook_map (r, config);
  enter (r, "condition");
  config->null_condition = (VqdNullCondition) read_word (r, "null", nulls);
  read_defaults (r, config);
}

static VqdConfig *
config_from_json (const VqdWeights *weights, const char *json, GError **error)
{
  g_autoptr (VqdConfig) config = g_new0 (VqdConfig, 1);
  g_autoptr (JsonNode) root = vqd_json_parse (json, strlen (json), error);

  if (root == NULL)
    {
      g_prefix_error (error, _ ("its config: "));
      return NULL;
    }

  Reader reader = { .weights = weights,
                    .root = json_node_get_object (root),
                    .error = error };
  read_all (&reader, config);
  return reader.failed ? NULL : g_steal_pointer (&config);
}

VqdConfig *
vqd_config_load (VqdWeights *weights, GError **error)
{
  const char *format = vqd_weights_get_metadata (weights, "format");
  const char *json = vqd_weights_get_metadata (weights, "config");
  g_autofree char *derived = NULL;

  if (g_strcmp0 (format, FORMAT) != 0 || json == NULL)
    {
      derived = vqd_config_derive (weights, error);
      if (derived == NULL || ! vqd_codebook_map_add_published (weights, error))
        return NULL;
      json = derived;
    }

  VqdConfig *config = config_from_json (weights, json, error);
  if (config == NULL)
    g_prefix_error (error, "%s: ", vqd_weights_get_path (weights));
  return config;
}

void
vqd_config_free (VqdConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->name);
  g_free (config->version);
  g_free (config->description);
  g_free (config->licence);
  g_free (config->credits);
  g_free (config->strategy);
  g_free (config->class_to_full);
  g_free (config->full_to_class);
  g_free (config);
}
