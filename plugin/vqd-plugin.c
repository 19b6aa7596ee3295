/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-plugin.c - the plug-in as GIMP sees it: a table of procedures
 *
 * Asked for at each change of the plug-in folder: nothing here looks for
 * models or devices. */
#include <libgimp/gimp.h>

#include "plugin/vqd-proc-expand.h"
#include "plugin/vqd-proc-fill.h"
#include "plugin/vqd-proc-generate.h"
#include "plugin/vqd-proc-tile.h"
#include "plugin/vqd-proc-vary.h"
#include "plugin/vqd-proc-window.h"

typedef struct
{
  const char *name;
  GimpProcedure *(*create) (GimpPlugIn *plug_in, const char *name);
} Procedure;

static const Procedure procedures[] = {
  { VQD_PROC_GENERATE, vqd_proc_generate_create },
  { VQD_PROC_FILL, vqd_proc_fill_create },
  { VQD_PROC_EXPAND, vqd_proc_expand_create },
  { VQD_PROC_VARY, vqd_proc_vary_create },
  { VQD_PROC_TILE, vqd_proc_tile_create },
  { VQD_PROC_WINDOW, vqd_proc_window_create },
};

G_DECLARE_FINAL_TYPE (VqdPlugin, vqd_plugin, VQD, PLUGIN, GimpPlugIn)

struct _VqdPlugin
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (VqdPlugin, vqd_plugin, GIMP_TYPE_PLUG_IN)

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    names = g_list_append (names, g_strdup (procedures[i].name));

  return names;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    if (g_str_equal (name, procedures[i].name))
      return procedures[i].create (plug_in, name);

  return NULL;
}

/* GIMP's own way, but without its complaint when no language is installed. */
static gboolean
set_i18n (GimpPlugIn *plug_in, const gchar *procedure_name,
          gchar **gettext_domain, gchar **catalog_dir)
{
  g_autofree char *folder = g_path_get_dirname (gimp_get_progname ());
  g_autofree char *locale = g_build_filename (folder, "locale", NULL);

  return g_file_test (locale, G_FILE_TEST_IS_DIR);
}

static void
vqd_plugin_class_init (VqdPluginClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = query_procedures;
  plug_in_class->create_procedure = create_procedure;
  plug_in_class->set_i18n = set_i18n;
}

static void
vqd_plugin_init (VqdPlugin *self)
{
}

GIMP_MAIN (vqd_plugin_get_type ())
