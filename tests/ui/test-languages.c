/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The widgets in the language of the locale: no label is cut off, and what is
 * shown is translated. Catalogues: VQD_LOCALE_DIR. */
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#include "core/vqd.h"
#include "tests/ui/ui-test.h"
#include "ui/vqd-message-area.h"
#include "ui/vqd-models-page.h"
#include "ui/vqd-prompt-entry.h"
#include "ui/vqd-settings-panel.h"

#define DOMAIN "vqdiffusion"
#define WIDTH_PX 460

static const VqdModelInfo small_model = {
  .name = "small",
  .strategy = "purity",
  .null_condition = "learned",
  .width_px = 128,
  .height_px = 128,
  .grid_width = 16,
  .grid_height = 16,
  .n_steps = 100,
  .steps = 25,
  .guidance = 3,
  .truncation = 0.9,
  .purity_weight = 1,
};

/* The words of a name for files: the language. */
static char *
shot_name (const char *what)
{
  return g_strdup_printf ("%s-%s", what, g_getenv ("LANGUAGE"));
}

static void
look (GtkWidget *widget, const char *what, int height)
{
  GtkWidget *window = ui_test_show (widget, WIDTH_PX, height);
  g_autofree char *name = shot_name (what);

  ui_test_settle ();
  ui_test_shoot (window, name);
  ui_test_check_names (window);
  gtk_widget_destroy (window);
  ui_test_settle ();
}

static void
test_is_translated (void)
{
  g_assert_cmpstr (_ ("New layers"), !=, "New layers");
}

static void
test_prompt (void)
{
  g_autoptr (GObject) config = ui_config_new ();
  g_autoptr (GString) words = g_string_new (NULL);

  for (int i = 0; i < 80; i++)
    g_string_append (words, "autumn ");
  g_object_set (config, "prompt", words->str, "negative-prompt", "blurred",
                "template", "Watercolour", NULL);
  look (vqd_prompt_entry_new (config, "prompt"), "prompt", 400);
}

static void
test_settings (void)
{
  for (VqdTask mode = VQD_TASK_GENERATE; mode <= VQD_TASK_TILE; mode++)
    {
      g_autoptr (GObject) config = ui_config_new ();
      g_autofree char *name = g_strdup_printf ("settings-%d", mode);
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      VqdSettingsPanel *panel =
          VQD_SETTINGS_PANEL (vqd_settings_panel_new (config));

      g_object_set (config, "show-advanced", mode == VQD_TASK_GENERATE,
                    "images", 4, NULL);
      vqd_settings_panel_set_model (panel, &small_model, "cpu");
      vqd_settings_panel_set_speed (panel, 0.1, 0.2);
      vqd_settings_panel_set_mode (panel, mode);
      gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (panel), FALSE, FALSE, 0);
      gtk_box_pack_end (GTK_BOX (box),
                        vqd_settings_panel_new_estimate_label (panel), FALSE,
                        FALSE, 0);
      look (box, name, 0);
    }
}

static void
test_models (void)
{
  g_autoptr (GObject) config = ui_config_new ();

  look (vqd_models_page_new (config, "model"), "models", 500);
}

static void
test_message (void)
{
  g_autoptr (GObject) config = ui_config_new ();
  const VqdEngineOptions options = { .model = "/nowhere/x.safetensors" };
  g_autoptr (GError) error = NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *area = vqd_message_area_new (config);

  /* The engine's own words */
  g_assert_null (vqd_engine_new (&options, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "There is no model file"));
  vqd_message_area_show_error (VQD_MESSAGE_AREA (area),
                               _ ("The pictures could not be made."), error,
                               "again");
  gtk_box_pack_start (GTK_BOX (box), area, FALSE, FALSE, 0);
  look (box, "message", 300);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  /* GTK's tests begin in no language. */
  setlocale (LC_ALL, "");
  bindtextdomain (DOMAIN, g_getenv ("VQD_LOCALE_DIR"));
  bind_textdomain_codeset (DOMAIN, "UTF-8");
  textdomain (DOMAIN);

  g_test_add_func ("/languages/is-translated", test_is_translated);
  g_test_add_func ("/languages/prompt", test_prompt);
  g_test_add_func ("/languages/settings", test_settings);
  g_test_add_func ("/languages/models", test_models);
  g_test_add_func ("/languages/message", test_message);

  return g_test_run ();
}
