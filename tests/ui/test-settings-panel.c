/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libgimp/gimpui.h>
#include <string.h>

#include "core/vqd.h"
#include "tests/ui/ui-test.h"
#include "ui/vqd-options.h"
#include "ui/vqd-presets.h"
#include "ui/vqd-settings-panel.h"

#define WIDTH_PX 420
#define HEIGHT_PX 820

typedef struct
{
  GObject *config;
  GtkWidget *panel;
  GtkWidget *window;
  GtkWidget *estimate;
} Fixture;

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
  .file_bytes = 51000000,
  .working_bytes = 29000000,
};

static VqdSettingsPanel *
panel (const Fixture *fixture)
{
  return VQD_SETTINGS_PANEL (fixture->panel);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  fixture->config = ui_config_new ();
  fixture->panel = vqd_settings_panel_new (fixture->config);
  fixture->estimate = vqd_settings_panel_new_estimate_label (panel (fixture));
  gtk_box_pack_start (GTK_BOX (box), fixture->panel, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (box), fixture->estimate, FALSE, FALSE, 0);
  fixture->window = ui_test_show (box, WIDTH_PX, HEIGHT_PX);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_widget_destroy (fixture->window);
  ui_test_settle ();
  g_object_unref (fixture->config);
}

static void
open_model (Fixture *fixture)
{
  vqd_settings_panel_set_model (panel (fixture), &small_model, "cpu");
  ui_test_settle ();
}

static int
get_int (const Fixture *fixture, const char *property)
{
  int value = 0;

  g_object_get (fixture->config, property, &value, NULL);
  return value;
}

static GtkWidget *
find (const Fixture *fixture, GType type, const char *text)
{
  return ui_test_find (fixture->window, type, text);
}

static void
press (const Fixture *fixture, const char *text)
{
  GtkWidget *button = find (fixture, GTK_TYPE_BUTTON, text);

  if (button == NULL)
    g_error ("there is no button \"%s\"", text);
  ui_test_click (button);
}

static gboolean
is_pressed (const Fixture *fixture, const char *text)
{
  return gtk_toggle_button_get_active (
      GTK_TOGGLE_BUTTON (find (fixture, GTK_TYPE_BUTTON, text)));
}

/* ---- modes ---- */

static void
assert_rows (const Fixture *fixture, const char *shown, const char *hidden)
{
  g_auto (GStrv) there = g_strsplit (shown, "|", -1);
  g_auto (GStrv) not_there = g_strsplit (hidden, "|", -1);

  for (char **text = there; *text != NULL; text++)
    if (find (fixture, GTK_TYPE_WIDGET, *text) == NULL)
      g_error ("\"%s\" is not shown", *text);
  for (char **text = not_there; *text != NULL; text++)
    if (find (fixture, GTK_TYPE_WIDGET, *text) != NULL)
      g_error ("\"%s\" is shown", *text);
}

static void
set_mode (Fixture *fixture, VqdTask mode, const char *shot)
{
  vqd_settings_panel_set_mode (panel (fixture), mode);
  ui_test_settle ();
  ui_test_shoot (fixture->window, shot);
  ui_test_check_names (fixture->window);
}

static void
test_rows_follow_the_mode (Fixture *fixture, gconstpointer data)
{
  open_model (fixture);
  set_mode (fixture, VQD_TASK_GENERATE, "settings-generate");
  assert_rows (
      fixture, "Number of pictures:|Seed:|Width:|Height:|Place in:",
      "Grow:|Strength:|Tiling:|Pixels above:|Match the colours around");
  set_mode (fixture, VQD_TASK_FILL, "settings-fill");
  assert_rows (fixture,
               "Seed:|Grow:|Feather:|Blend width:|Match the colours around",
               "Width:|Strength:|Tiling:|Pixels above:");
  set_mode (fixture, VQD_TASK_EXPAND, "settings-expand");
  assert_rows (fixture,
               "Pixels on the left:|Pixels above:|Pixels on the right:|"
               "Pixels below:|Blend width:",
               "Width:|Strength:|Tiling:");
  set_mode (fixture, VQD_TASK_VARY, "settings-vary");
  assert_rows (fixture, "Strength:|Strength of the last:|Fixed share:",
               "Width:|Grow:|Tiling:");
  set_mode (fixture, VQD_TASK_TILE, "settings-tile");
  assert_rows (fixture, "Tiling:|Width:|Height:", "Grow:|Strength:");
}

/* Each argument has a row in some mode, but what belongs to the prompt and to
 * the model. */
static void
test_all_arguments_are_reachable (Fixture *fixture, gconstpointer data)
{
  static const char *const elsewhere[] = { "prompt", "negative-prompt",
                                           "template", "show-advanced", NULL };
  GObjectClass *klass = G_OBJECT_GET_CLASS (fixture->config);
  guint n = 0;
  g_autofree GParamSpec **properties =
      g_object_class_list_properties (klass, &n);

  g_object_set (fixture->config, "show-advanced", TRUE, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *nick =
          gimp_strip_uline (g_param_spec_get_nick (properties[i]));
      g_autofree char *label = g_strconcat (nick, ":", NULL);
      gboolean found = FALSE;

      if (g_strv_contains (elsewhere, properties[i]->name))
        continue;
      for (VqdTask mode = VQD_TASK_GENERATE; mode <= VQD_TASK_TILE; mode++)
        {
          vqd_settings_panel_set_mode (panel (fixture), mode);
          ui_test_settle ();
          found = found || find (fixture, GTK_TYPE_LABEL, label) != NULL ||
                  find (fixture, GTK_TYPE_CHECK_BUTTON, nick) != NULL;
        }
      if (! found)
        g_error ("the argument %s has no row", properties[i]->name);
    }
}

static void
test_advanced (Fixture *fixture, gconstpointer data)
{
  open_model (fixture);
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "Guidance:"));
  ui_test_key (GDK_KEY_v, GDK_MOD1_MASK);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "Guidance:"));
  ui_test_shoot (fixture->window, "settings-advanced");
  ui_test_check_names (fixture->window);

  /* By its key to a number, and a number into the config. */
  ui_test_key (GDK_KEY_u, GDK_MOD1_MASK);
  ui_test_type ("4.5");
  ui_test_key (GDK_KEY_Tab, 0);
  double guidance = 0;
  g_object_get (fixture->config, "guidance", &guidance, NULL);
  g_assert_cmpfloat (guidance, ==, 4.5);
}

/* ---- quality ---- */

static void
test_quality (Fixture *fixture, gconstpointer data)
{
  g_assert_false (
      gtk_widget_get_sensitive (find (fixture, GTK_TYPE_BUTTON, "Draft")));
  open_model (fixture);
  g_assert_true (is_pressed (fixture, "Balanced"));
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "24 evaluations"));

  press (fixture, "Draft");
  g_assert_cmpint (get_int (fixture, "steps"), ==, 10);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "10 evaluations"));
  press (fixture, "Best");
  g_assert_cmpint (get_int (fixture, "steps"), ==, 100);
  press (fixture, "Balanced");
  g_assert_cmpint (get_int (fixture, "steps"), ==, -1);

  /* "Own" goes to the number. */
  press (fixture, "Own");
  ui_test_type ("17");
  ui_test_key (GDK_KEY_Tab, 0);
  g_assert_cmpint (get_int (fixture, "steps"), ==, 17);
  g_assert_true (is_pressed (fixture, "Own"));
  g_object_set (fixture->config, "steps", 10, NULL);
  g_assert_true (is_pressed (fixture, "Draft"));
}

/* What was chosen is chosen for another model, too. */
static void
test_quality_stays_with_another_model (Fixture *fixture, gconstpointer data)
{
  VqdModelInfo other = small_model;

  other.steps = 50;
  open_model (fixture);
  press (fixture, "Draft");
  vqd_settings_panel_set_model (panel (fixture), &other, "cpu");
  g_assert_true (is_pressed (fixture, "Draft"));
  g_assert_cmpint (get_int (fixture, "steps"), ==, 20);

  g_object_set (fixture->config, "steps", 33, NULL);
  vqd_settings_panel_set_model (panel (fixture), &small_model, "cpu");
  g_assert_cmpint (get_int (fixture, "steps"), ==, 33);
  g_assert_true (is_pressed (fixture, "Own"));

  /* Its own way is all the way. */
  other.strategy = "original";
  other.steps = 100;
  vqd_settings_panel_set_model (panel (fixture), &other, "cpu");
  g_assert_false (
      gtk_widget_get_sensitive (find (fixture, GTK_TYPE_BUTTON, "Best")));
}

/* ---- model and device ---- */

/* Presets and resets set the file again that is there. */
static void
test_model_keeps_its_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/models/other.safetensors");

  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "The first that is found"));
  open_model (fixture);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "small"));
  g_object_notify (fixture->config, "model");
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "small"));

  g_object_set (fixture->config, "model", file, NULL);
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "small"));
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "other.safetensors"));
}

typedef struct
{
  const char *part;
  gboolean is_there;
} Part;

static void
look_for_part (GtkWidget *widget, gpointer data)
{
  Part *part = data;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      strstr (gtk_label_get_text (GTK_LABEL (widget)), part->part) != NULL)
    part->is_there = TRUE;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look_for_part, part);
}

static gboolean
shows (const Fixture *fixture, const char *text)
{
  Part part = { text, FALSE };

  look_for_part (fixture->window, &part);
  return part.is_there;
}

/* Settings of a machine with another device. */
static void
test_missing_device (Fixture *fixture, gconstpointer data)
{
  g_autofree char *device = NULL;

  g_object_set (fixture->config, "show-advanced", TRUE, NULL);
  open_model (fixture);
  g_assert_true (shows (fixture, "Processor (CPU): "));
  g_assert_false (shows (fixture, "no device"));

  g_object_set (fixture->config, "device", "cuda", NULL);
  ui_test_settle ();
  g_object_get (fixture->config, "device", &device, NULL);
  g_assert_cmpstr (device, ==, "auto");
  g_assert_true (shows (fixture, "no device \"cuda\""));
  ui_test_shoot (fixture->window, "settings-missing-device");
  ui_test_check_names (fixture->window);

  g_object_set (fixture->config, "device", "cpu", NULL);
  ui_test_settle ();
  g_assert_false (shows (fixture, "no device"));
}

/* ---- estimates ---- */

static void
assert_estimate (const Fixture *fixture, const char *expected)
{
  g_autofree char *text = vqd_settings_panel_get_estimate (panel (fixture));

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (fixture->estimate)), ==,
                   expected);
}

static void
test_estimate (Fixture *fixture, gconstpointer data)
{
  assert_estimate (fixture, "1 picture");
  open_model (fixture);
  g_object_set (fixture->config, "images", 4, NULL);
  assert_estimate (fixture, "4 pictures");

  /* 24 evaluations of 0.075 s and 0.2 s beside: 2 s */
  vqd_settings_panel_set_speed (panel (fixture), 0.075, 0.2);
  assert_estimate (fixture, "4 pictures: about 8.0 s");
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "24 evaluations, about 2.0 s a picture"));
  ui_test_shoot (fixture->window, "settings-estimate");

  /* Without guidance half of it. */
  g_object_set (fixture->config, "guidance", 1.0, NULL);
  assert_estimate (fixture, "4 pictures: about 4.4 s");
  g_object_set (fixture->config, "guidance", -1.0, NULL);

  g_object_set (fixture->config, "images", 64, NULL);
  assert_estimate (fixture, "64 pictures: about 2 min 08 s");
  g_object_set (fixture->config, "images", 1, NULL);

  /* A selection of a quarter, in two windows */
  vqd_settings_panel_set_mode (panel (fixture), VQD_TASK_FILL);
  vqd_settings_panel_set_work (panel (fixture), 0.25, 2);
  /* 2 * (6 * 0.075 + 0.2) */
  assert_estimate (fixture, "1 picture: about 1.3 s");

  vqd_settings_panel_set_work (panel (fixture), 1, 1);
  vqd_settings_panel_set_mode (panel (fixture), VQD_TASK_VARY);
  g_object_set (fixture->config, "strength", 0.5, NULL);
  g_assert_cmpfloat_with_epsilon (
      vqd_settings_panel_get_seconds (panel (fixture)), 12 * 0.075 + 0.2, 1e-9);
  g_object_set (fixture->config, "keep", 0.75, NULL);
  g_assert_cmpfloat_with_epsilon (
      vqd_settings_panel_get_seconds (panel (fixture)), 6 * 0.075 + 0.2, 1e-9);
}

/* ---- seed ---- */

static void
test_seed (Fixture *fixture, gconstpointer data)
{
  press (fixture, "Lock the seed");
  g_assert_cmpint (get_int (fixture, "seed"), >=, 0);
  press (fixture, "Lock the seed");
  g_assert_cmpint (get_int (fixture, "seed"), ==, -1);

  vqd_settings_panel_set_last_seed (panel (fixture), 4711);
  press (fixture, "Lock the seed");
  g_assert_cmpint (get_int (fixture, "seed"), ==, 4711);
  press (fixture, "Another seed");
  g_assert_true (is_pressed (fixture, "Lock the seed"));

  ui_test_key (GDK_KEY_e, GDK_MOD1_MASK);
  ui_test_type ("7");
  ui_test_key (GDK_KEY_Tab, 0);
  g_assert_cmpint (get_int (fixture, "seed"), ==, 7);
  g_assert_true (is_pressed (fixture, "Lock the seed"));
  g_object_set (fixture->config, "seed", -1, NULL);
  g_assert_false (is_pressed (fixture, "Lock the seed"));
}

/* ---- presets ---- */

static void
test_presets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) model = g_file_new_for_path ("/no/such/model.safetensors");
  g_autoptr (GFile) loaded = NULL;
  g_autofree char *prompt = NULL;

  g_object_set (fixture->config, "prompt", "a secret", "steps", 12, "seed", 5,
                "strategy", "halton", "guidance", 2.5, "model", model, NULL);
  press (fixture, "Save");
  ui_test_type ("My/preset");
  ui_test_shoot (fixture->window, "settings-save");
  ui_test_check_names (fixture->window);
  ui_test_key (GDK_KEY_Return, 0);
  g_assert_true (vqd_presets_exists ("My/preset"));

  press (fixture, "Reset");
  g_assert_cmpint (get_int (fixture, "steps"), ==, -1);
  g_assert_cmpint (get_int (fixture, "seed"), ==, 5);
  g_object_get (fixture->config, "model", &loaded, NULL);
  g_assert_null (loaded);

  g_object_set (fixture->config, "prompt", "another", "seed", 6, NULL);
  press (fixture, "Load");
  ui_test_shoot (fixture->window, "settings-load");
  ui_test_check_names (fixture->window);
  ui_test_key (GDK_KEY_Return, 0);
  g_assert_cmpint (get_int (fixture, "steps"), ==, 12);
  g_object_get (fixture->config, "model", &loaded, "prompt", &prompt, NULL);
  g_assert_true (g_file_equal (loaded, model));
  g_assert_cmpstr (prompt, ==, "another");
  g_assert_cmpint (get_int (fixture, "seed"), ==, 6);

  /* One by its button, one by Delete. */
  g_assert_true (vqd_presets_save (fixture->config, "Zebra", NULL));
  press (fixture, "Load");
  press (fixture, "Remove \"My/preset\"");
  g_assert_false (vqd_presets_exists ("My/preset"));
  g_assert_true (vqd_presets_exists ("Zebra"));
  ui_test_key (GDK_KEY_Delete, 0);
  g_assert_false (vqd_presets_exists ("Zebra"));
}

static void
count_failed (GtkWidget *panel, const GError *error, int *n)
{
  g_assert_nonnull (error->message);
  (*n)++;
}

/* What is no preset changes nothing and is told of. */
static void
test_broken_preset (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path =
      g_build_filename (g_get_user_config_dir (), "vqdiffusion", "presets",
                        "broken.preset", NULL);
  int n_failed = 0;

  g_assert_true (vqd_presets_save (fixture->config, "broken", NULL));
  g_assert_true (
      g_file_set_contents (path, "(steps 3)\n(guidance \"x", -1, NULL));
  g_object_set (fixture->config, "steps", 44, NULL);
  g_signal_connect (fixture->panel, "failed", G_CALLBACK (count_failed),
                    &n_failed);
  press (fixture, "Load");
  ui_test_key (GDK_KEY_Return, 0);
  g_assert_cmpint (n_failed, ==, 1);
  g_assert_cmpint (get_int (fixture, "steps"), ==, 44);
  g_assert_true (vqd_presets_remove ("broken", NULL));
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);

#define ADD(name, test)                                                        \
  g_test_add (name, Fixture, NULL, set_up, test, tear_down)

  ADD ("/settings-panel/rows-follow-the-mode", test_rows_follow_the_mode);
  ADD ("/settings-panel/all-arguments-are-reachable",
       test_all_arguments_are_reachable);
  ADD ("/settings-panel/advanced", test_advanced);
  ADD ("/settings-panel/quality", test_quality);
  ADD ("/settings-panel/quality-stays-with-another-model",
       test_quality_stays_with_another_model);
  ADD ("/settings-panel/model-keeps-its-name", test_model_keeps_its_name);
  ADD ("/settings-panel/missing-device", test_missing_device);
  ADD ("/settings-panel/estimate", test_estimate);
  ADD ("/settings-panel/seed", test_seed);
  ADD ("/settings-panel/presets", test_presets);
  ADD ("/settings-panel/broken-preset", test_broken_preset);

  return g_test_run ();
}
