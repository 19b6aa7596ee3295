/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-config-derive.h"

#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-json.h"

#define DENOISER "transformer.transformer."
#define CLIP "transformer.condition_emb."
#define ENCODER "content_codec.enc.encoder."
#define QUANTIZE "content_codec.enc.quantize."

/* All published models: 256 x 256 pixels, 16 heads. */
#define PUBLISHED_PX 256
#define PUBLISHED_HEADS 16
#define CLIP_HEAD_WIDTH 64

#define MAX_COUNT 512

typedef struct
{
  const VqdWeights *weights;
  JsonBuilder *builder;
  const char *kind;      /* "text", "class", "none" */
  const char *condition; /* the null condition's word */
  gboolean is_ema;
} Derivation;


static gint64
shape_of (const VqdWeights *weights, const char *name, int i)
{
  const VqdTensor *tensor = vqd_weights_find (weights, name);

  return tensor == NULL || i >= tensor->rank ? 0 : tensor->shape[i];
}

static gboolean
has (const VqdWeights *weights, const char *name)
{
  return vqd_weights_find (weights, name) != NULL;
}

/* How many of PREFIX0SUFFIX, PREFIX1SUFFIX ... there are. */
static int
count (const VqdWeights *weights, const char *prefix, const char *suffix)
{
  for (int i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%d%s", prefix, i, suffix);

      if (i == MAX_COUNT || ! has (weights, name))
        return i;
    }
}

/* A whole number of a Diffusers part's config.json, or 0. */
static gint64
diffusers_int (const VqdWeights *weights, const char *part, const char *key)
{
  const char *text = vqd_weights_get_metadata (weights, part);
  g_autoptr (JsonNode) root =
      text == NULL ? NULL : vqd_json_parse (text, strlen (text), NULL);
  JsonNode *node =
      root == NULL ? NULL
                   : json_object_get_member (json_node_get_object (root), key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node)
                                                      : 0;
}

static gint64
n_heads (const VqdWeights *weights)
{
  const char *text = vqd_weights_get_metadata (weights, "heads");
  gint64 heads = text == NULL ? 0 : g_ascii_strtoll (text, NULL, 10);

  if (heads <= 0)
    heads =
        diffusers_int (weights, "config.transformer", "num_attention_heads");
  return heads > 0 ? heads : PUBLISHED_HEADS;
}

static int
n_levels (const VqdWeights *weights)
{
  return count (weights, ENCODER "down.", ".block.0.conv1.weight");
}

/* Tokens of a side. The tables of positions may have more rows (SPEC 7). */
static gint64
grid_size (const VqdWeights *weights, const char *table)
{
  const int levels = n_levels (weights);
  const gint64 stated =
      diffusers_int (weights, "config.transformer", "sample_size");
  const gint64 tokens = PUBLISHED_PX >> (MAX (levels, 1) - 1);

  return stated > 0 ? stated : MIN (shape_of (weights, table, 0), tokens);
}

/* ---- the sections ---- */

static void
derive_denoiser (Derivation *self)
{
  const VqdWeights *weights = self->weights;
  JsonBuilder *builder = self->builder;

  vqd_json_begin (builder, "diffusion");
  vqd_json_add_string (builder, "schedule", "alpha1");
  json_builder_end_object (builder);

  vqd_json_begin (builder, "denoiser");
  vqd_json_add_string (builder, "kind", self->kind);
  vqd_json_add_string (
      builder, "mlp",
      has (weights, DENOISER "blocks.0.mlp.conv1.weight") ? "conv" : "linear");
  vqd_json_add_int (builder, "heads", n_heads (weights));
  json_builder_set_member_name (builder, "grid");
  json_builder_begin_array (builder);
  json_builder_add_int_value (
      builder, grid_size (weights, DENOISER "content_emb.height_emb.weight"));
  json_builder_add_int_value (
      builder, grid_size (weights, DENOISER "content_emb.width_emb.weight"));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
derive_text (Derivation *self)
{
  JsonBuilder *builder = self->builder;
  const gint64 stated = diffusers_int (self->weights, "config.text_encoder",
                                       "num_attention_heads");
  const gint64 width =
      shape_of (self->weights, CLIP "token_embedding.weight", 1);

  vqd_json_begin (builder, "text");
  vqd_json_add_string (builder, "kind", "clip");
  vqd_json_add_int (builder, "heads",
                    stated > 0 ? stated : MAX (width / CLIP_HEAD_WIDTH, 1));
  json_builder_end_object (builder);
}

static void
derive_condition (Derivation *self)
{
  vqd_json_begin (self->builder, "condition");
  vqd_json_add_string (self->builder, "null", self->condition);
  json_builder_end_object (self->builder);
}

static void
derive_codec (Derivation *self)
{
  const VqdWeights *weights = self->weights;
  JsonBuilder *builder = self->builder;
  const int levels = n_levels (weights);
  const gint64 channels = shape_of (weights, ENCODER "conv_in.weight", 0);
  const gint64 side =
      grid_size (weights, DENOISER "content_emb.height_emb.weight")
      << (MAX (levels, 1) - 1);

  vqd_json_begin (builder, "codec");
  vqd_json_add_string (builder, "kind",
                       self->is_ema                                 ? "ema-vq"
                       : has (weights, QUANTIZE "embedding.weight") ? "vq"
                                                                    : "gumbel");
  vqd_json_add_int (builder, "blocks",
                    count (weights, ENCODER "down.0.block.", ".conv1.weight"));
  vqd_json_add_int (builder, "resolution", side);

  json_builder_set_member_name (builder, "multipliers");
  json_builder_begin_array (builder);
  for (int level = 0; level < levels; level++)
    {
      g_autofree char *name =
          g_strdup_printf (ENCODER "down.%d.block.0.conv1.weight", level);

      json_builder_add_int_value (builder, shape_of (weights, name, 0) /
                                               MAX (channels, 1));
    }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "attention_resolutions");
  json_builder_begin_array (builder);
  for (int level = 0; level < levels; level++)
    {
      g_autofree char *name =
          g_strdup_printf (ENCODER "down.%d.attn.0.q.weight", level);

      if (has (weights, name))
        json_builder_add_int_value (builder, side >> level);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* The COCO and CC models know some of the codec's codes, ITHQ all. */
static gboolean
is_mapped (const VqdWeights *weights)
{
  return shape_of (weights, DENOISER "to_logits.1.weight", 0) !=
         MAX (MAX (shape_of (weights, QUANTIZE "embedding", 0),
                   shape_of (weights, QUANTIZE "embedding.weight", 0)),
              shape_of (weights, QUANTIZE "embed.weight", 0));
}

/* The authors' good settings (SPEC 5). */
static void
derive_defaults (Derivation *self)
{
  JsonBuilder *builder = self->builder;
  double guidance = 1;
  double truncation = 0.86;

  if (g_str_equal (self->kind, "text"))
    {
      guidance = is_mapped (self->weights) ? 3 : 5;
      truncation = 1;
    }
  else if (g_str_equal (self->condition, "class"))
    {
      guidance = 1.5;
      truncation = 0.94;
    }

  vqd_json_begin (builder, "defaults");
  vqd_json_add_string (builder, "strategy", "purity");
  vqd_json_add_int (
      builder, "steps",
      shape_of (self->weights, DENOISER "blocks.0.ln1.emb.weight", 0));
  vqd_json_add_double (builder, "guidance", guidance);
  vqd_json_add_double (builder, "truncation", truncation);
  vqd_json_add_double (builder, "purity_weight", 1);
  json_builder_end_object (builder);
}

static void
find_kind (Derivation *self)
{
  const VqdWeights *weights = self->weights;

  self->is_ema = has (weights, QUANTIZE "embedding");
  if (has (weights, DENOISER "blocks.0.attn2.key.weight"))
    {
      self->kind = "text";
      self->condition =
          has (weights, "transformer.empty_text_embed") ? "learned" : "empty";
    }
  else if (has (weights, DENOISER "blocks.0.ln2.emb.weight"))
    {
      self->kind = "class";
      self->condition = "class";
    }
  else
    {
      self->kind = "none";
      self->condition = "none";
    }
}

char *
vqd_config_derive (const VqdWeights *weights, GError **error)
{
  static const char *const needed[] = {
    DENOISER "content_emb.emb.weight", DENOISER "to_logits.1.weight",
    DENOISER "blocks.0.ln1.emb.weight", ENCODER "conv_in.weight",
    "content_codec.dec.post_quant_conv.weight"
  };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Derivation self = { .weights = weights, .builder = builder };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (! has (weights, needed[i]))
      {
        g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                     _ ("%s: not a VQ-Diffusion model: tensor %s is missing"),
                     vqd_weights_get_path (weights), needed[i]);
        return NULL;
      }

  g_autofree char *base = g_path_get_basename (vqd_weights_get_path (weights));
  find_kind (&self);
  json_builder_begin_object (builder);
  vqd_json_add_string (builder, "name", base);
  derive_denoiser (&self);
  if (g_str_equal (self.kind, "text"))
    derive_text (&self);
  derive_condition (&self);
  derive_codec (&self);
  derive_defaults (&self);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
