/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/io/vqd-diffusers-config.h"

#include "core/base/vqd-i18n.h"

/* As in vqd-config.c. */
#define MAX_LAYERS 512
#define MAX_WIDTH 65536

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* What the engine takes for granted. value is what Diffusers (transformers for
 * the text encoder) assumes where a config is silent. */
static const struct
{
  const char *part;
  const char *key;
  const char *value;
  const char *expected; /* words with bars between them */
} expected_words[] = {
  { "transformer", "activation_fn", "geglu", "geglu-approximate" },
  { "vqvae", "act_fn", "silu", "silu|swish" },
  { "vqvae", "norm_type", "group", "group" },
  { "text_encoder", "hidden_act", "quick_gelu", "quick_gelu" },
};

/* The schedule is SPEC 2. */
static const struct
{
  const char *part;
  const char *key;
  double expected; /* the default, too */
} expected_numbers[] = {
  { "transformer", "norm_eps", 1e-5 },
  { "vqvae", "norm_num_groups", 32 },
  { "text_encoder", "layer_norm_eps", 1e-5 },
  { "scheduler", "alpha_cum_start", 0.99999 },
  { "scheduler", "alpha_cum_end", 0.000009 },
  { "scheduler", "gamma_cum_start", 0.000009 },
  { "scheduler", "gamma_cum_end", 0.99999 },
};


/* A member that is one value, or NULL; null counts as none. */
static JsonNode *
value_of (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

/* A word, borrowed, or NULL. */
const char *
vqd_diffusers_config_word (JsonObject *object, const char *key)
{
  JsonNode *node = value_of (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
is_number (JsonNode *node)
{
  return node != NULL && (json_node_get_value_type (node) == G_TYPE_INT64 ||
                          json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

/* ---- what is taken for granted ------------------------------------------ */

static gboolean
is_one_of (const char *word, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, "|", -1);

  return g_strv_contains ((const char *const *) list, word);
}

static gboolean
check_words (const char *part, JsonObject *config, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected_words); i++)
    {
      const char *key = expected_words[i].key;

      if (! g_str_equal (expected_words[i].part, part))
        continue;

      const gboolean is_silent = value_of (config, key) == NULL;
      const char *word = is_silent ? expected_words[i].value
                                   : vqd_diffusers_config_word (config, key);
      if (word == NULL || ! is_one_of (word, expected_words[i].expected))
        {
          MODEL_ERROR (error, _ ("%s is %s, expected %s"), key,
                       word == NULL ? _ ("not a word") : word,
                       expected_words[i].expected);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_numbers (const char *part, JsonObject *config, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected_numbers); i++)
    {
      const char *key = expected_numbers[i].key;
      const double expected = expected_numbers[i].expected;
      JsonNode *node = value_of (config, key);

      if (node == NULL || ! g_str_equal (expected_numbers[i].part, part))
        continue;

      const double value = is_number (node) ? json_node_get_double (node) : NAN;
      if (! (fabs (value - expected) <= 1e-6 * expected))
        {
          MODEL_ERROR (error, _ ("%s is %g, expected %g"), key, value,
                       expected);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
vqd_diffusers_config_check (const char *part, JsonObject *config,
                            GError **error)
{
  return check_words (part, config, error) &&
         check_numbers (part, config, error);
}

/* ---- what a config describes -------------------------------------------- */

/* A number 1 ... max that must be there. */
static gboolean
read_count (JsonObject *config, const char *key, int max, int *count,
            GError **error)
{
  JsonNode *node = value_of (config, key);

  if (! is_number (node))
    {
      MODEL_ERROR (error, _ ("%s is missing"), key);
      return FALSE;
    }

  const gint64 value = json_node_get_int (node);
  if (value < 1 || value > max)
    {
      MODEL_ERROR (error, _ ("%s is %lld, expected a number 1 to %d"), key,
                   (long long) value, max);
      return FALSE;
    }
  *count = (int) value;
  return TRUE;
}

VqdDiffusersNames *
vqd_diffusers_denoiser_names (JsonObject *config, GError **error)
{
  int n_layers;

  if (! read_count (config, "num_layers", MAX_LAYERS, &n_layers, error))
    return NULL;
  return vqd_diffusers_names_new_denoiser (n_layers);
}

VqdDiffusersNames *
vqd_diffusers_text_names (JsonObject *config, GError **error)
{
  int n_layers;

  if (! read_count (config, "num_hidden_layers", MAX_LAYERS, &n_layers, error))
    return NULL;
  return vqd_diffusers_names_new_text (n_layers);
}

VqdDiffusersNames *
vqd_diffusers_null_names (JsonObject *config, GError **error)
{
  JsonNode *node = value_of (config, "learnable");

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    {
      MODEL_ERROR (error, _ ("learnable is missing, expected true or false"));
      return NULL;
    }
  return json_node_get_boolean (node) ? vqd_diffusers_names_new_null () : NULL;
}

/* A list of n items, or of 1 ... VQD_CODEC_MAX_LEVELS when n is 0. */
static JsonArray *
list_of (JsonObject *config, const char *key, int n, GError **error)
{
  JsonNode *node = json_object_get_member (config, key);
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node)
                        ? json_node_get_array (node)
                        : NULL;
  const guint length = list == NULL ? 0 : json_array_get_length (list);

  if (n == 0 && (length < 1 || length > VQD_CODEC_MAX_LEVELS))
    MODEL_ERROR (error,
                 P_ ("%s lists %u level, expected 1 to %d",
                     "%s lists %u levels, expected 1 to %d", length),
                 key, length, VQD_CODEC_MAX_LEVELS);
  else if (n != 0 && length != (guint) n)
    MODEL_ERROR (error,
                 P_ ("%s lists %u level, block_out_channels %d",
                     "%s lists %u levels, block_out_channels %d", length),
                 key, length, n);
  else
    return list;
  return NULL;
}

/* Which levels have attention, in the list's order. */
static gboolean
read_block_types (JsonObject *config, const char *key, int n, const char *plain,
                  const char *attention, gboolean *has_attention,
                  GError **error)
{
  JsonArray *list = list_of (config, key, n, error);

  for (int i = 0; list != NULL && i < n; i++)
    {
      JsonNode *node = json_array_get_element (list, (guint) i);
      const char *type =
          JSON_NODE_HOLDS_VALUE (node) &&
                  json_node_get_value_type (node) == G_TYPE_STRING
              ? json_node_get_string (node)
              : "none";

      has_attention[i] = g_str_equal (type, attention);
      if (! has_attention[i] && ! g_str_equal (type, plain))
        {
          MODEL_ERROR (error, _ ("%s lists %s, known are %s and %s"), key, type,
                       plain, attention);
          return FALSE;
        }
    }
  return list != NULL;
}

static gboolean
read_channels (JsonObject *config, VqdDiffusersCodec *codec, GError **error)
{
  JsonArray *list = list_of (config, "block_out_channels", 0, error);

  if (list == NULL)
    return FALSE;
  codec->n_levels = (int) json_array_get_length (list);
  for (int i = 0; i < codec->n_levels; i++)
    {
      JsonNode *node = json_array_get_element (list, (guint) i);
      const gint64 channels =
          JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;

      if (channels < 1 || channels > MAX_WIDTH)
        {
          MODEL_ERROR (error,
                       _ ("block_out_channels holds an impossible number"));
          return FALSE;
        }
      codec->channels[i] = (int) channels;
    }
  return TRUE;
}

VqdDiffusersNames *
vqd_diffusers_codec_names (JsonObject *config, GError **error)
{
  VqdDiffusersCodec codec = { 0 };
  gboolean up[VQD_CODEC_MAX_LEVELS] = { FALSE };

  if (! read_channels (config, &codec, error) ||
      ! read_count (config, "layers_per_block", MAX_LAYERS, &codec.n_blocks,
                    error) ||
      ! read_block_types (config, "down_block_types", codec.n_levels,
                          "DownEncoderBlock2D", "AttnDownEncoderBlock2D",
                          codec.attention_down, error) ||
      ! read_block_types (config, "up_block_types", codec.n_levels,
                          "UpDecoderBlock2D", "AttnUpDecoderBlock2D", up,
                          error))
    return NULL;

  /* up_block_types runs from the coarsest level to the finest. */
  for (int i = 0; i < codec.n_levels; i++)
    codec.attention_up[i] = up[codec.n_levels - 1 - i];
  return vqd_diffusers_names_new_codec (&codec);
}
