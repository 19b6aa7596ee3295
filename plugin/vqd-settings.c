/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-settings.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "core/vqd.h"
#include "plugin/vqd-layer-io.h"

/* Of libgimp, in the profile. */
#define FOLDER "plug-in-settings"

#define FORMAT_START "vqdiffusion-settings-"

gboolean
vqd_settings_are_of_picture (const char *name)
{
  static const char *const others[] = {
    "show-advanced",
    "keep-settings",
    "output-folder",
    "file-template",
    "device",
    "memory-limit",
    "threads",
    "mark-image",
    "target",
    "run-mode",
    NULL,
  };

  return ! g_strv_contains (others, name);
}

char *
vqd_settings_of_layer (GimpLayer *layer)
{
  GimpParasite *parasite =
      gimp_item_get_parasite (GIMP_ITEM (layer), VQD_LAYER_IO_SETTINGS);
  guint32 n_bytes = 0;

  if (parasite == NULL)
    return NULL;

  const char *data = gimp_parasite_get_data (parasite, &n_bytes);
  char *json = g_strndup (data, n_bytes);
  gimp_parasite_free (parasite);
  return json;
}

static JsonObject *
parse (JsonParser *parser, const char *json, GError **error)
{
  JsonObject *object = NULL;

  if (json_parser_load_from_data (parser, json, -1, NULL) &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    object = json_node_get_object (json_parser_get_root (parser));

  const char *format =
      object != NULL && json_object_has_member (object, "format") &&
              json_node_get_value_type (
                  json_object_get_member (object, "format")) == G_TYPE_STRING
          ? json_object_get_string_member (object, "format")
          : "";
  if (g_str_has_prefix (format, FORMAT_START))
    return object;

  g_set_error_literal (error, VQD_ERROR, VQD_ERROR_REQUEST,
                       _ ("The layer's note is not one of VQ-Diffusion's "
                          "settings."));
  return NULL;
}

/* A value in the property's range and type; what does not fit is left out. */
static void
set_property (GObject *config, const char *name, JsonNode *node)
{
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (config), name);
  g_auto (GValue) from = G_VALUE_INIT;
  g_auto (GValue) to = G_VALUE_INIT;

  if (pspec == NULL || pspec->owner_type != G_OBJECT_TYPE (config) ||
      ! vqd_settings_are_of_picture (name) || ! JSON_NODE_HOLDS_VALUE (node) ||
      pspec->value_type == G_TYPE_FILE)
    return;

  json_node_get_value (node, &from);
  g_value_init (&to, pspec->value_type);
  if (G_VALUE_HOLDS_INT64 (&from) && pspec->value_type == G_TYPE_BOOLEAN)
    g_value_set_boolean (&to, g_value_get_int64 (&from) != 0);
  else if (! g_value_transform (&from, &to))
    return;
  g_param_value_validate (pspec, &to);
  g_object_set_property (config, name, &to);
}

gboolean
vqd_settings_apply (const char *json, GObject *config, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse (parser, json, error);

  if (object == NULL)
    return FALSE;

  g_autoptr (GList) names = json_object_get_members (object);
  for (GList *link = names; link != NULL; link = link->next)
    {
      JsonNode *node = json_object_get_member (object, link->data);

      /* "task" is what the window calls "mode"; its "model" is a name. */
      if (g_str_equal (link->data, "task"))
        set_property (config, "mode", node);
      else if (! g_str_equal (link->data, "model"))
        set_property (config, link->data, node);
    }
  return TRUE;
}

/* What is not to be kept must not be in the config when libgimp keeps it. */
void
vqd_settings_forget (GObject *config)
{
  guint n_properties = 0;
  g_autofree GParamSpec **properties = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (config), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      GParamSpec *pspec = properties[i];

      if (pspec->owner_type == G_OBJECT_TYPE (config) &&
          ! g_str_equal (pspec->name, "keep-settings") &&
          ! g_str_equal (pspec->name, "show-advanced"))
        g_object_set_property (config, pspec->name,
                               g_param_spec_get_default_value (pspec));
    }
}

void
vqd_settings_keep (GimpProcedureConfig *config)
{
  g_autofree char *name =
      g_strconcat (G_OBJECT_TYPE_NAME (config), ".last", NULL);
  g_autoptr (GFile) file = gimp_directory_file (FOLDER, name, NULL);
  g_autoptr (GFile) folder = g_file_get_parent (file);

  g_file_make_directory_with_parents (folder, NULL, NULL);
  gimp_config_serialize_to_file (GIMP_CONFIG (config), file, "settings",
                                 "end of settings", NULL, NULL);
}
