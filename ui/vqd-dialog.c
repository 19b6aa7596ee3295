/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-dialog.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "core/vqd.h"
#include "ui/vqd-prompt-entry.h"
#include "ui/vqd-rows.h"
#include "ui/vqd-special-spin.h"

#define BORDER_PX 12
#define INDENT_PX 18

typedef struct
{
  const char *name;
  const char *label;
} Choice;

static const Choice target_labels[] = {
  { "layer", N_ ("New layers") },
  { "group", N_ ("A layer group") },
  { "image", N_ ("A new image") },
};

static const Choice tiling_labels[] = {
  { "xy", N_ ("All edges") },
  { "x", N_ ("Left and right") },
  { "y", N_ ("Top and bottom") },
  { "none", N_ ("None") },
};

static const Choice device_labels[] = {
  { "auto", N_ ("Automatic") },
  { "cpu", N_ ("Processor (CPU)") },
};

/* The names come from the engine; one that is new there shows as it is. */
static const Choice strategy_labels[] = {
  { "auto", N_ ("The model's own") },
  { "original", N_ ("Original: parts in random order") },
  { "fast", N_ ("Fast: long steps") },
  { "few-tokens", N_ ("Few at a time: slow and careful") },
  { "purity", N_ ("Purity: the surest parts first") },
  { "halton", N_ ("Halton: parts far from each other") },
};

static void
append_choice (GtkListStore *store, const char *name, const char *label)
{
  gtk_list_store_insert_with_values (store, NULL, -1, 0, name, 1, label, -1);
}

static GtkListStore *
new_choices (void)
{
  return gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
}

static GtkWidget *
new_combo (GObject *config, const char *property, const Choice *choices,
           int n_choices)
{
  g_autoptr (GtkListStore) store = new_choices ();

  for (int i = 0; i < n_choices; i++)
    append_choice (store, choices[i].name, _ (choices[i].label));

  return gimp_prop_string_combo_box_new (config, property,
                                         GTK_TREE_MODEL (store), 0, 1);
}

static const char *
strategy_label (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (strategy_labels); i++)
    if (g_str_equal (strategy_labels[i].name, name))
      return _ (strategy_labels[i].label);

  return name;
}

static GtkWidget *
new_strategy_combo (GObject *config)
{
  g_autoptr (GtkListStore) store = new_choices ();
  const char *const *names = vqd_strategy_names ();

  for (int i = 0; names[i] != NULL; i++)
    append_choice (store, names[i], strategy_label (names[i]));

  return gimp_prop_string_combo_box_new (config, "strategy",
                                         GTK_TREE_MODEL (store), 0, 1);
}

static gboolean
has (GObject *config, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), property) !=
         NULL;
}

/* Each row only where the procedure has the option. */

static void
add_special_spin (GtkWidget *rows, GObject *config, const char *property,
                  double first, double step, int digits,
                  const char *special_text)
{
  if (has (config, property))
    vqd_rows_add (rows, config, property,
                  vqd_special_spin_new (config, property, first, step,
                                        10 * step, digits, special_text));
}

static void
add_spin (GtkWidget *rows, GObject *config, const char *property, double step,
          double page, int digits)
{
  if (has (config, property))
    vqd_rows_add (
        rows, config, property,
        gimp_prop_spin_button_new (config, property, step, page, digits));
}

static void
add_combo (GtkWidget *rows, GObject *config, const char *property,
           const Choice *choices, int n_choices)
{
  if (has (config, property))
    vqd_rows_add (rows, config, property,
                  new_combo (config, property, choices, n_choices));
}

static void
add_entry (GtkWidget *rows, GObject *config, const char *property)
{
  if (has (config, property))
    vqd_rows_add (rows, config, property,
                  gimp_prop_entry_new (config, property, -1));
}

static void
add_check (GtkWidget *rows, GObject *config, const char *property)
{
  if (has (config, property))
    vqd_rows_add_wide (rows, config, property,
                       gimp_prop_check_button_new (config, property, NULL));
}

static void
add_file (GtkWidget *rows, GObject *config, const char *property,
          const char *title, GtkFileChooserAction action)
{
  if (has (config, property))
    vqd_rows_add (
        rows, config, property,
        gimp_prop_file_chooser_button_new (config, property, title, action));
}

/* A new image is no place for what belongs to a layer. */
static int
count_targets (GObject *config)
{
  return has (config, "width") ? G_N_ELEMENTS (target_labels)
                               : G_N_ELEMENTS (target_labels) - 1;
}

static GtkWidget *
new_main_rows (GObject *config)
{
  GtkWidget *rows = vqd_rows_new ();

  add_spin (rows, config, "left", 8, 64, 0);
  add_spin (rows, config, "right", 8, 64, 0);
  add_spin (rows, config, "top", 8, 64, 0);
  add_spin (rows, config, "bottom", 8, 64, 0);
  add_spin (rows, config, "strength", 0.05, 0.1, 2);
  add_combo (rows, config, "tiling", tiling_labels,
             G_N_ELEMENTS (tiling_labels));
  add_spin (rows, config, "images", 1, 4, 0);
  add_special_spin (rows, config, "strength-last", 0, 0.05, 2,
                    _ ("The same for all"));
  add_special_spin (rows, config, "seed", 0, 1, 0, _ ("Random"));
  add_special_spin (rows, config, "width", 1, 8, 0, _ ("The model's own"));
  add_special_spin (rows, config, "height", 1, 8, 0, _ ("The model's own"));
  add_combo (rows, config, "target", target_labels, count_targets (config));

  return rows;
}

static void
add_sampling_rows (GtkWidget *rows, GObject *config)
{
  const char *own = _ ("The model's own");

  add_entry (rows, config, "negative-prompt");
  vqd_rows_add (rows, config, "strategy", new_strategy_combo (config));
  add_special_spin (rows, config, "steps", 1, 1, 0, own);
  add_special_spin (rows, config, "guidance", 0, 0.5, 2, own);
  add_special_spin (rows, config, "truncation", 0, 0.01, 2, own);
  add_special_spin (rows, config, "top-k", 0, 1, 0, own);
  add_special_spin (rows, config, "purity-weight", 0, 0.1, 2, own);
}

static void
add_canvas_rows (GtkWidget *rows, GObject *config)
{
  add_special_spin (rows, config, "keep", 0, 0.05, 2, _ ("By strength"));
  add_spin (rows, config, "grow", 1, 8, 0);
  add_spin (rows, config, "feather", 1, 8, 0);
  add_spin (rows, config, "blend", 1, 8, 0);
}

static void
add_machine_rows (GtkWidget *rows, GObject *config)
{
  add_file (rows, config, "model", _ ("Model File"),
            GTK_FILE_CHOOSER_ACTION_OPEN);
  add_entry (rows, config, "label");
  add_combo (rows, config, "device", device_labels,
             G_N_ELEMENTS (device_labels));
  add_special_spin (rows, config, "threads", 1, 1, 0, _ ("All"));
  add_special_spin (rows, config, "memory-limit", 1, 256, 0, _ ("Automatic"));
}

static void
add_saving_rows (GtkWidget *rows, GObject *config)
{
  add_file (rows, config, "output-folder", _ ("Folder for the Pictures"),
            GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
  add_entry (rows, config, "file-template");
}

static void
add_check_rows (GtkWidget *rows, GObject *config)
{
  add_check (rows, config, "color-match");
  add_check (rows, config, "keep-settings");
  add_check (rows, config, "fail-on-cut");
}

/* Two columns: a single one is taller than a laptop's screen. */
static GtkWidget *
new_advanced_columns (GObject *config)
{
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2 * BORDER_PX);
  GtkWidget *left = vqd_rows_new ();
  GtkWidget *right = vqd_rows_new ();

  add_sampling_rows (left, config);
  add_canvas_rows (right, config);
  add_machine_rows (right, config);
  add_saving_rows (right, config);
  gtk_box_pack_start (GTK_BOX (columns), left, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (columns), right, TRUE, TRUE, 0);
  gtk_widget_show (columns);

  return columns;
}

static GtkWidget *
new_advanced (GObject *config)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ ("Ad_vanced"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);
  GtkWidget *checks = vqd_rows_new ();

  g_object_bind_property (config, "show-advanced", expander, "expanded",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  add_check_rows (checks, config);
  gtk_widget_set_margin_start (box, INDENT_PX);
  gtk_widget_set_margin_top (box, BORDER_PX / 2);
  gtk_box_pack_start (GTK_BOX (box), new_advanced_columns (config), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), checks, FALSE, FALSE, 0);
  gtk_widget_show (box);
  gtk_container_add (GTK_CONTAINER (expander), box);
  gtk_widget_show (expander);

  return expander;
}

static void
fill_dialog (GtkWidget *dialog, GObject *config)
{
  GtkWidget *area = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);

  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), vqd_prompt_entry_new (config, "prompt"),
                      TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_main_rows (config), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_advanced (config), FALSE, FALSE, 0);
  gtk_widget_show (box);
  gtk_box_pack_start (GTK_BOX (area), box, TRUE, TRUE, 0);
}

gboolean
vqd_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                const char *title, const char *ok_label)
{
  gimp_ui_init ("vqdiffusion");

  GtkWidget *dialog = gimp_procedure_dialog_new (procedure, config, title);

  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), ok_label);
  fill_dialog (dialog, G_OBJECT (config));
  const gboolean ok =
      gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  /* Off the screen before the work begins, and no event left for it. */
  gtk_widget_hide (dialog);
  while (gtk_events_pending ())
    gtk_main_iteration ();
  gtk_widget_destroy (dialog);

  return ok;
}
