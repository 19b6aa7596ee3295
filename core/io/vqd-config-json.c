/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-config-json.h"

#include "core/io/vqd-json.h"


static void
add_ints (JsonBuilder *builder, const char *name, const int *values, int n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (builder, values[i]);
  json_builder_end_array (builder);
}

/* ---- the sections ------------------------------------------------------ */

static void
add_denoiser (JsonBuilder *builder, const VqdDenoiserConfig *config)
{
  static const char *const kinds[] = { "text", "class", "none" };
  const int grid[] = { config->grid_height, config->grid_width };

  vqd_json_begin (builder, "diffusion");
  vqd_json_add_int (builder, "steps", config->n_steps);
  vqd_json_add_string (builder, "schedule", "alpha1");
  vqd_json_add_int (builder, "codes", config->n_codes);
  json_builder_end_object (builder);

  vqd_json_begin (builder, "denoiser");
  vqd_json_add_string (builder, "kind", kinds[config->kind]);
  vqd_json_add_int (builder, "layers", config->n_layers);
  vqd_json_add_int (builder, "width", config->width);
  vqd_json_add_int (builder, "heads", config->n_heads);
  add_ints (builder, "grid", grid, G_N_ELEMENTS (grid));
  vqd_json_add_string (builder, "mlp", config->conv_mlp ? "conv" : "linear");
  json_builder_end_object (builder);
}

static void
add_text (JsonBuilder *builder, const VqdTextConfig *config)
{
  vqd_json_begin (builder, "text");
  vqd_json_add_string (builder, "kind", "clip");
  vqd_json_add_int (builder, "layers", config->n_layers);
  vqd_json_add_int (builder, "width", config->width);
  vqd_json_add_int (builder, "heads", config->n_heads);
  vqd_json_add_int (builder, "context", config->context);
  vqd_json_add_int (builder, "vocabulary", config->n_words);
  json_builder_end_object (builder);
}

static void
add_condition (JsonBuilder *builder, const VqdConfig *config)
{
  static const char *const nulls[] = { "none", "learned", "empty", "class" };

  vqd_json_begin (builder, "condition");
  vqd_json_add_string (builder, "null", nulls[config->null_condition]);
  if (config->denoiser.kind == VQD_CONDITION_CLASS)
    vqd_json_add_int (builder, "classes",
                      MIN (config->denoiser.n_labels, VQD_NULL_LABEL));
  json_builder_end_object (builder);
}

static void
add_codec (JsonBuilder *builder, const VqdCodecConfig *config)
{
  static const char *const kinds[] = { "ema-vq", "vq", "gumbel" };

  vqd_json_begin (builder, "codec");
  vqd_json_add_string (builder, "kind", kinds[config->kind]);
  vqd_json_add_int (builder, "channels", config->channels);
  add_ints (builder, "multipliers", config->multipliers, config->n_levels);
  vqd_json_add_int (builder, "blocks", config->blocks);
  add_ints (builder, "attention_resolutions", config->attention_resolutions,
            config->n_attention);
  vqd_json_add_int (builder, "z_channels", config->z_channels);
  vqd_json_add_int (builder, "embedding", config->embedding);
  vqd_json_add_int (builder, "codes", config->n_codes);
  vqd_json_add_int (builder, "resolution", config->resolution_h);
  json_builder_end_object (builder);
}

static void
add_defaults (JsonBuilder *builder, const VqdConfig *config)
{
  vqd_json_begin (builder, "defaults");
  vqd_json_add_double (builder, "guidance", config->guidance);
  vqd_json_add_double (builder, "truncation", config->truncation);
  vqd_json_add_string (builder, "strategy", config->strategy);
  vqd_json_add_int (builder, "steps", config->steps);
  vqd_json_add_double (builder, "purity_weight", config->purity_weight);
  vqd_json_add_int (builder, "top_k", config->top_k);
  json_builder_end_object (builder);
}

char *
vqd_config_to_json (const VqdConfig *config)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  vqd_json_add_string (builder, "name", config->name);
  vqd_json_add_string (builder, "version", config->version);
  vqd_json_add_string (builder, "description", config->description);
  vqd_json_add_string (builder, "licence", config->licence);
  vqd_json_add_string (builder, "credits", config->credits);
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
