/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-diagnostics.h"

#include <libgimp/gimpui.h>
#include <string.h>

#define CPUINFO "/proc/cpuinfo"
#define BYTES_PER_MIB 20 /* a shift */

/* Of the many that a processor has, what kernels ask for. */
static const char *const flags_of_interest[] = {
  "sse4_2",   "avx",      "avx2",     "fma",      "f16c",
  "avx512f",  "avx512bw", "avx512dq", "avx512vl", "avx512_bf16",
  "amx_bf16", "amx_int8", "asimd",    NULL
};

static const char *const words[] = { "prompt", "negative-prompt", "label",
                                     "template", NULL };

/* ---- the machine ---- */

/* What stands behind "KEY : " in its first line; "" when nothing does.
 * (transfer full) */
static char *
cpu_value (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      const char *colon = strchr (*line, ':');

      if (colon != NULL && g_str_has_prefix (*line, key))
        return g_strstrip (g_strdup (colon + 1));
    }
  return g_strdup ("");
}

static void
append_processor (GString *text)
{
  g_autofree char *info = NULL;

  if (! g_file_get_contents (CPUINFO, &info, NULL, NULL))
    info = g_strdup ("");

  g_autofree char *name = cpu_value (info, "model name");
  g_autofree char *flags = cpu_value (info, "flags");
  g_auto (GStrv) all = g_strsplit (flags, " ", -1);
  const char *limit = g_getenv ("VQD_CPU_FLAGS");

  g_string_append_printf (text, "Processor: %s, %u cores;", name,
                          g_get_num_processors ());
  for (const char *const *flag = flags_of_interest; *flag != NULL; flag++)
    if (g_strv_contains ((const char *const *) all, *flag))
      g_string_append_printf (text, " %s", *flag);
  if (limit != NULL)
    g_string_append_printf (text, "; limited to %s", limit);
  g_string_append_printf (text, "\nMemory free: %" G_GUINT64_FORMAT " MiB\n",
                          vqd_get_free_memory_bytes () >> BYTES_PER_MIB);
}

static void
append_versions (GString *text)
{
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  g_string_append_printf (
      text,
      "VQ-Diffusion for GIMP %s\n"
      "GIMP %d.%d.%d, GTK %u.%u.%u, GLib %u.%u.%u\n"
      "System: %s; language: %s\n",
      vqd_get_version (), GIMP_MAJOR_VERSION, GIMP_MINOR_VERSION,
      GIMP_MICRO_VERSION, gtk_get_major_version (), gtk_get_minor_version (),
      gtk_get_micro_version (), glib_major_version, glib_minor_version,
      glib_micro_version, system != NULL ? system : "not known",
      g_get_language_names ()[0]);
}

/* ---- model and settings ---- */

static void
append_model (GString *text, const VqdModelInfo *info)
{
  if (info == NULL)
    {
      g_string_append (text, "Model: none is open\n");
      return;
    }

  g_string_append_printf (
      text,
      "Model: %s %s, %s, codec %s; %d x %d pixels, %d x %d tokens of %d; "
      "%d layers of %d\n"
      "Its file: %s, %" G_GUINT64_FORMAT " MiB; sha256 %s\n",
      info->name, info->version, info->kind, info->codec_kind, info->width_px,
      info->height_px, info->grid_width, info->grid_height, info->n_codes,
      info->n_layers, info->model_width, info->path,
      info->file_bytes >> BYTES_PER_MIB,
      info->checksum[0] != '\0' ? info->checksum : "not stated");
}

/* (transfer full) */
static char *
value_to_text (const GValue *value)
{
  g_auto (GValue) text = G_VALUE_INIT;

  if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    return g_value_get_object (value) != NULL
               ? g_file_get_parse_name (g_value_get_object (value))
               : g_strdup ("none");

  g_value_init (&text, G_TYPE_STRING);
  if (! g_value_transform (value, &text) || g_value_get_string (&text) == NULL)
    return g_strdup ("");

  return g_value_dup_string (&text);
}

static void
append_settings (GString *text, GObject *config, gboolean with_prompt)
{
  guint n_properties = 0;
  g_autofree GParamSpec **properties = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (config), &n_properties);

  g_string_append (text, "Settings:\n");
  for (guint i = 0; i < n_properties; i++)
    {
      GParamSpec *pspec = properties[i];
      g_auto (GValue) value = G_VALUE_INIT;

      if (pspec->owner_type != G_OBJECT_TYPE (config) ||
          (! with_prompt && g_strv_contains (words, pspec->name)))
        continue;

      g_value_init (&value, pspec->value_type);
      g_object_get_property (config, pspec->name, &value);
      g_autofree char *shown = value_to_text (&value);
      g_autofree char *line = g_strescape (shown, NULL);
      g_string_append_printf (text, "  %s: %s\n", pspec->name,
                              with_prompt ? shown : line);
    }
}

char *
vqd_diagnostics_new (GObject *config, const VqdModelInfo *info,
                     const char *error, gboolean quotes_prompt,
                     gboolean with_prompt)
{
  GString *text = g_string_new (NULL);

  append_versions (text);
  append_processor (text);
  append_model (text, info);
  if (error != NULL)
    g_string_append_printf (text, "Error: %s\n",
                            quotes_prompt && ! with_prompt
                                ? "left out, it may quote the prompt"
                                : error);
  if (config != NULL)
    append_settings (text, config, with_prompt);
  if (strlen (g_get_home_dir ()) > 1)
    g_string_replace (text, g_get_home_dir (), "~", 0);

  return g_string_free (text, FALSE);
}
