/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes for the JSON files of a Diffusers folder: each part's config, the
 * folder's index and that of the pieces. The weights' files have fuzzers of
 * their own. */
#include <glib/gstdio.h>
#include <stdint.h>

#include "core/io/vqd-diffusers-config.h"
#include "core/io/vqd-json.h"
#include "core/io/vqd-weights.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static const struct
{
  const char *name;
  VqdDiffusersNames *(*names) (JsonObject *config, GError **error);
} parts[] = {
  { "transformer", vqd_diffusers_denoiser_names },
  { "vqvae", vqd_diffusers_codec_names },
  { "text_encoder", vqd_diffusers_text_names },
  { "learned_classifier_free_sampling_embeddings", vqd_diffusers_null_names },
  { "scheduler", NULL },
};

/* Written anew for each input: index, the transformer's config and pieces. */
static const char *const files[] = {
  "model_index.json",
  "transformer/config.json",
  "transformer/diffusion_pytorch_model.safetensors.index.json",
};
static const char *const good[] = {
  "{\"_class_name\": \"VQDiffusionPipeline\"}",
  "{\"num_layers\": 1, \"activation_fn\": \"geglu-approximate\"}",
  "{\"weight_map\": {\"a\": \"model.safetensors\"}}",
};


static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

static void
try_config (JsonObject *config)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) why = NULL;
      const gboolean ok =
          vqd_diffusers_config_check (parts[i].name, config, &error);

      check (ok == (error == NULL));
      if (parts[i].names == NULL)
        continue;

      g_autoptr (VqdDiffusersNames) names = parts[i].names (config, &why);
      check (names == NULL || why == NULL);
      if (names == NULL)
        continue;

      g_autofree char *missing = vqd_diffusers_names_get_missing (names);
      check (missing != NULL);
      check (! vqd_diffusers_names_is_spare (names, missing));
      check (vqd_diffusers_names_take (names, missing) != NULL);
    }
}

static const char *
folder_get (void)
{
  static char *folder = NULL;

  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("vqd-fuzz-XXXXXX", NULL);
      g_autofree char *part = g_build_filename (folder, "transformer", NULL);
      check (g_mkdir (part, 0700) == 0);
    }
  return folder;
}

/* No such folder is a model: its weights are missing. */
static void
try_folder (const uint8_t *data, size_t n_bytes, gsize which)
{
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder_get (), files[i], NULL);
      const gboolean fuzzed = i == which;

      check (g_file_set_contents_full (path,
                                       fuzzed ? (const char *) data : good[i],
                                       fuzzed ? (gssize) n_bytes : -1,
                                       G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
  check (vqd_weights_open (folder_get (), &error) == NULL);
  check (error != NULL && g_utf8_validate (error->message, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (JsonNode) node =
      vqd_json_parse ((const char *) data, n_bytes, NULL);

  if (node != NULL)
    try_config (json_node_get_object (node));
  for (gsize which = 0; which < G_N_ELEMENTS (files); which++)
    try_folder (data, n_bytes, which);
  return 0;
}
