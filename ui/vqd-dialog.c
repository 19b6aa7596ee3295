/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-dialog.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "ui/vqd-expander.h"
#include "ui/vqd-options.h"
#include "ui/vqd-prompt-entry.h"
#include "ui/vqd-room.h"
#include "ui/vqd-rows.h"

#define BORDER_PX 12
#define INDENT_PX 18

/* Each row only where the procedure has the option. */
static const char *const main_options[] = {
  "left",          "right", "top",   "bottom", "strength", "tiling", "images",
  "strength-last", "seed",  "width", "height", "target",   NULL
};
static const char *const sampling_options[] = {
  "strategy", "steps", "guidance", "truncation", "top-k", "purity-weight", NULL
};
static const char *const other_options[] = {
  "keep",         "grow",          "feather",       "blend",
  "model",        "label",         "device",        "threads",
  "memory-limit", "output-folder", "file-template", NULL
};
static const char *const check_options[] = { "color-match", "keep-settings",
                                             "mark-image", "fail-on-cut",
                                             NULL };

static GtkWidget *
new_rows (GObject *config, const char *const *names)
{
  GtkWidget *rows = vqd_rows_new ();

  for (; *names != NULL; names++)
    vqd_options_add (rows, config, *names);

  return rows;
}

/* Two columns: a single one is taller than a laptop's screen. */
static GtkWidget *
new_advanced_columns (GObject *config)
{
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2 * BORDER_PX);

  gtk_box_pack_start (GTK_BOX (columns), new_rows (config, sampling_options),
                      TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (columns), new_rows (config, other_options), TRUE,
                      TRUE, 0);
  gtk_widget_show (columns);

  return columns;
}

static GtkWidget *
new_advanced (GObject *config)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);
  GtkWidget *expander = vqd_expander_new (_ ("Ad_vanced"), box);

  gtk_widget_set_margin_start (box, INDENT_PX);
  gtk_widget_set_margin_top (box, BORDER_PX / 2);
  gtk_box_pack_start (GTK_BOX (box), new_advanced_columns (config), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_rows (config, check_options), FALSE,
                      FALSE, 0);

  return expander;
}

/* All below the prompt: with Advanced it may be higher than the screen. */
static GtkWidget *
new_settings (GObject *config)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);
  GtkWidget *expander = new_advanced (config);
  GtkWidget *scroll = vqd_room_new_scroll (box);

  gtk_box_pack_start (GTK_BOX (box), new_rows (config, main_options), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
  gtk_widget_show (box);
  g_signal_connect_swapped (expander, "notify::expanded",
                            G_CALLBACK (vqd_room_fit), scroll);
  g_object_bind_property (config, "show-advanced", expander, "expanded",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);

  return scroll;
}

static GtkWidget *
new_prompt (GtkWidget *dialog, GObject *config)
{
  GtkWidget *entry = vqd_prompt_entry_new (config, "prompt");

  g_signal_connect_swapped (entry, "activate",
                            G_CALLBACK (gtk_window_activate_default), dialog);
  /* GIMP gives the focus to a button, which a space in the prompt would
   * press. */
  g_signal_connect_after (entry, "map", G_CALLBACK (vqd_prompt_entry_focus),
                          NULL);

  return entry;
}

/* Returns the prompt's entry. */
static GtkWidget *
fill_dialog (GtkWidget *dialog, GObject *config)
{
  GtkWidget *area = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);
  GtkWidget *prompt = new_prompt (dialog, config);

  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), prompt, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_settings (config), TRUE, TRUE, 0);
  gtk_widget_show (box);
  gtk_box_pack_start (GTK_BOX (area), box, TRUE, TRUE, 0);

  return prompt;
}

/* What the template makes of the prompt is what the procedure gets. */
static void
apply_prompt (VqdPromptEntry *entry, GObject *config)
{
  g_autofree char *sent = vqd_prompt_entry_get_sent_text (entry);

  vqd_prompt_entry_remember (entry);
  g_object_set (config, "prompt", sent, NULL);
}

gboolean
vqd_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                const char *title, const char *ok_label)
{
  gimp_ui_init ("vqdiffusion");

  GtkWidget *dialog = gimp_procedure_dialog_new (procedure, config, title);

  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), ok_label);
  GtkWidget *prompt = fill_dialog (dialog, G_OBJECT (config));
  const gboolean ok =
      gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  if (ok)
    apply_prompt (VQD_PROMPT_ENTRY (prompt), G_OBJECT (config));
  /* Off the screen before the work begins, and no event left for it. */
  gtk_widget_hide (dialog);
  while (gtk_events_pending ())
    gtk_main_iteration ();
  gtk_widget_destroy (dialog);

  return ok;
}
