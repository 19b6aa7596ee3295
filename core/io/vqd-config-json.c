/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-config-json.h"

#include <json-glib/json-glib.h>


static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_ints (JsonBuilder *builder, const char *name, const int *values, int n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (builder, values[i]);
  json_builder_end_array (builder);
}

static void
begin (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

/* ---- the sections ------------------------------------------------------ */

static void
add_denoiser (JsonBuilder *builder, const VqdDenoiserConfig *config)
{
  static const char *const kinds[] = { "text", "class", "none" };
  const int grid[] = { config->grid_height, config->grid_width };

  begin (builder, "diffusion");
  add_int (builder, "steps", config->n_steps);
  add_string (builder, "schedule", "alpha1");
  add_int (builder, "codes", config->n_codes);
  json_builder_end_object (builder);

  begin (builder, "denoiser");
  add_string (builder, "kind", kinds[config->kind]);
  add_int (builder, "layers", config->n_layers);
  add_int (builder, "width", config->width);
  add_int (builder, "heads", config->n_heads);
  add_ints (builder, "grid", grid, G_N_ELEMENTS (grid));
  add_string (builder, "mlp", config->conv_mlp ? "conv" : "linear");
  json_builder_end_object (builder);
}

static void
add_text (JsonBuilder *builder, const VqdTextConfig *config)
{
  begin (builder, "text");
  add_string (builder, "kind", "clip");
  add_int (builder, "layers", config->n_layers);
  add_int (builder, "width", config->width);
  add_int (builder, "heads", config->n_heads);
  add_int (builder, "context", config->context);
  add_int (builder, "vocabulary", config->n_words);
  json_builder_end_object (builder);
}

static void
add_condition (JsonBuilder *builder, const VqdConfig *config)
{
  static const char *const nulls[] = { "none", "learned", "empty", "class" };

  begin (builder, "condition");
  add_string (builder, "null", nulls[config->null_condition]);
  if (config->denoiser.kind == VQD_CONDITION_CLASS)
    add_int (builder, "classes",
             MIN (config->denoiser.n_labels, VQD_NULL_LABEL));
  json_builder_end_object (builder);
}

static void
add_codec (JsonBuilder *builder, const VqdCodecConfig *config)
{
  static const char *const kinds[] = { "ema-vq", "vq", "gumbel" };

  begin (builder, "codec");
  add_string (builder, "kind", kinds[config->kind]);
  add_int (builder, "channels", config->channels);
  add_ints (builder, "multipliers", config->multipliers, config->n_levels);
  add_int (builder, "blocks", config->blocks);
  add_ints (builder, "attention_resolutions", config->attention_resolutions,
            config->n_attention);
  add_int (builder, "z_channels", config->z_channels);
  add_int (builder, "embedding", config->embedding);
  add_int (builder, "codes", config->n_codes);
  add_int (builder, "resolution", config->resolution_h);
  json_builder_end_object (builder);
}

static void
add_defaults (JsonBuilder *builder, const VqdConfig *config)
{
  begin (builder, "defaults");
  add_double (builder, "guidance", config->guidance);
  add_double (builder, "truncation", config->truncation);
  add_string (builder, "strategy", config->strategy);
  add_int (builder, "steps", config->steps);
  add_double (builder, "purity_weight", config->purity_weight);
  add_int (builder, "top_k", config->top_k);
  json_builder_end_object (builder);
}

char *
vqd_config_to_json (const VqdConfig *config)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "name", config->name);
  add_string (builder, "version", config->version);
  add_string (builder, "description", config->description);
  add_string (builder, "licence", config->licence);
  add_string (builder, "credits", config->credits);
  add_denoiser (builder, &config->denoiser);
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    add_text (builder, &config->text);
  add_condition (builder, config);
  add_codec (builder, &config->codec);
  add_defaults (builder, config);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
