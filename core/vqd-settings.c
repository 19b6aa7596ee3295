/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-json.h"

#include "core/vqd-private.h"

#define SETTINGS_FORMAT "vqdiffusion-settings-1"
#define AUTO "auto"


const char *const *
vqd_strategy_names (void)
{
  static gsize names = 0;

  if (g_once_init_enter (&names))
    {
      const char *const *samplers = vqd_sampler_names ();
      const guint n = g_strv_length ((char **) samplers);
      const char **list = g_new0 (const char *, n + 2);

      list[0] = AUTO;
      for (guint i = 0; i < n; i++)
        list[i + 1] = samplers[i];
      g_once_init_leave (&names, GPOINTER_TO_SIZE (list));
    }
  return GSIZE_TO_POINTER (names);
}

void
vqd_settings_resolve (const VqdRequest *request, const VqdConfig *config,
                      VqdSamplerSettings *settings)
{
  const gboolean is_auto = g_strcmp0 (request->strategy, AUTO) == 0;
  const gboolean own_steps = request->steps == -1;

  *settings = (VqdSamplerSettings){
    .strategy = is_auto ? config->strategy : request->strategy,
    .steps = own_steps ? config->steps : request->steps,
    .guidance = request->guidance == -1 ? config->guidance : request->guidance,
    .truncation =
        request->truncation == -1 ? config->truncation : request->truncation,
    .top_k = request->top_k == -1 ? config->top_k : request->top_k,
    .purity_weight = request->purity_weight == -1 ? config->purity_weight
                                                  : request->purity_weight,
  };

  /* "original" knows one number of steps (SPEC 5). */
  if (vqd_sampler_has_fixed_steps (settings->strategy) &&
      settings->steps != config->denoiser.n_steps)
    {
      if (own_steps)
        settings->steps = config->denoiser.n_steps;
      else if (is_auto)
        settings->strategy = "fast";
    }
}

static const char *
task_name (VqdTask task)
{
  static const char *const names[] = {
    [VQD_TASK_GENERATE] = "generate", [VQD_TASK_FILL] = "fill",
    [VQD_TASK_EXPAND] = "expand",     [VQD_TASK_VARY] = "vary",
    [VQD_TASK_TILE] = "tile",
  };

  return names[task];
}

static void
add_task (JsonBuilder *builder, const VqdRequest *request, double strength)
{
  vqd_json_add_string (builder, "task", task_name (request->task));
  if (request->task == VQD_TASK_FILL || request->task == VQD_TASK_EXPAND)
    {
      vqd_json_add_int (builder, "grow", request->grow_px);
      vqd_json_add_int (builder, "color-match", request->color_match);
    }
  if (request->canvas != NULL)
    {
      vqd_json_add_int (builder, "feather", request->feather_px);
      vqd_json_add_int (builder, "blend", request->blend_px);
    }
  if (request->task == VQD_TASK_EXPAND)
    {
      vqd_json_add_int (builder, "left", request->left_px);
      vqd_json_add_int (builder, "top", request->top_px);
      vqd_json_add_int (builder, "right", request->right_px);
      vqd_json_add_int (builder, "bottom", request->bottom_px);
    }
  if (request->task == VQD_TASK_VARY)
    {
      vqd_json_add_double (builder, "strength", strength);
      vqd_json_add_double (builder, "keep", request->keep);
    }
  if (request->task == VQD_TASK_TILE)
    vqd_json_add_string (builder, "tiling",
                         vqd_tiling_names ()[request->tiling]);
}

char *
vqd_settings_to_json (const VqdRequest *request,
                      const VqdSamplerSettings *settings,
                      const VqdModelInfo *info, gint64 seed, double strength)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  vqd_json_add_string (builder, "format", SETTINGS_FORMAT);
  vqd_json_add_string (builder, "engine", VQD_VERSION);
  vqd_json_add_string (builder, "prompt", request->prompt);
  vqd_json_add_string (builder, "negative-prompt", request->negative_prompt);
  vqd_json_add_string (builder, "label", request->label);
  vqd_json_add_int (builder, "seed", seed);
  vqd_json_add_string (builder, "strategy", settings->strategy);
  vqd_json_add_int (builder, "steps", settings->steps);
  vqd_json_add_double (builder, "guidance", settings->guidance);
  vqd_json_add_double (builder, "truncation", settings->truncation);
  vqd_json_add_int (builder, "top-k", settings->top_k);
  vqd_json_add_double (builder, "purity-weight", settings->purity_weight);
  vqd_json_add_int (builder, "width", request->width_px);
  vqd_json_add_int (builder, "height", request->height_px);
  add_task (builder, request, strength);
  vqd_json_add_string (builder, "model", info->name);
  vqd_json_add_string (builder, "model-version", info->version);
  vqd_json_add_string (builder, "model-sha256", info->checksum);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

const char *
vqd_get_version (void)
{
  return VQD_VERSION;
}
