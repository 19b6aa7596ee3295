/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-models-page.h"

#include <glib/gi18n.h>

#include "ui/vqd-convert-button.h"
#include "ui/vqd-model-details.h"
#include "ui/vqd-model-list.h"
#include "ui/vqd-model-sources.h"
#include "ui/vqd-model-work.h"
#include "ui/vqd-models-view.h"
#include "ui/vqd-rows.h"

#define SPACING_PX 6

struct _VqdModelsPage
{
  GtkBox parent_instance;

  GObject *config;
  char *property;
  VqdModelsView *list; /* NULL: destroyed */
  GtkWidget *use;
  GtkWidget *check;
  GtkWidget *convert;
  GtkWidget *remove;
  GtkWidget *work;
  GtkWidget *status;
  GtkWidget *details;
};

G_DEFINE_TYPE (VqdModelsPage, vqd_models_page, GTK_TYPE_BOX)

enum
{
  MODEL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
say (VqdModelsPage *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->status), text);
  gtk_widget_set_visible (self->status, text[0] != '\0');
}

static VqdModelEntry *
selected_entry (VqdModelsPage *self)
{
  return vqd_models_view_get_selected (self->list);
}

static void
update_buttons (VqdModelsPage *self)
{
  const VqdModelEntry *entry = selected_entry (self);
  const gboolean is_read = entry != NULL && entry->state == VQD_MODEL_READ;
  const gboolean is_busy = gtk_widget_get_visible (self->work);
  g_autofree char *used = vqd_models_view_get_used (self->list);

  gtk_widget_set_sensitive (self->use,
                            is_read && g_strcmp0 (used, entry->path) != 0);
  gtk_widget_set_sensitive (self->check, is_read && ! is_busy &&
                                             entry->check != VQD_CHECK_NO_SUM);
  gtk_widget_set_sensitive (self->convert, is_read && ! is_busy);
  gtk_widget_set_sensitive (self->remove, entry != NULL && entry->is_added);
  if (entry != NULL)
    vqd_convert_button_set_path (VQD_CONVERT_BUTTON (self->convert),
                                 entry->path);
  vqd_model_details_set_entry (self->details, entry);
}

/* ---- what the user does ---- */

static void
use_selected (VqdModelsPage *self)
{
  const VqdModelEntry *entry = selected_entry (self);

  if (entry == NULL || entry->state != VQD_MODEL_READ)
    return;

  g_autoptr (GFile) file = g_file_new_for_path (entry->path);
  g_object_set (self->config, self->property, file, NULL);
  g_signal_emit (self, signals[MODEL_CHOSEN], 0);
}

static void
check_selected (VqdModelsPage *self)
{
  say (self, "");
  vqd_model_work_verify (VQD_MODEL_WORK (self->work),
                         selected_entry (self)->path);
  update_buttons (self);
}

static void
convert_selected (VqdModelsPage *self, const char *out, const char *dtype)
{
  g_autofree char *folder = g_path_get_dirname (out);

  say (self, "");
  g_mkdir_with_parents (folder, 0700);
  vqd_model_work_convert (VQD_MODEL_WORK (self->work),
                          selected_entry (self)->path, out, dtype, FALSE);
  update_buttons (self);
}

/* What was compared is known of the row, until the file changes. */
static void
note_check (VqdModelsPage *self, const char *path, const GError *error)
{
  VqdModelEntry *entry = vqd_models_view_find (self->list, path);

  if (entry != NULL)
    entry->check = error == NULL ? VQD_CHECK_GOOD : VQD_CHECK_BAD;
  say (self,
       error == NULL ? _ ("The file is as it was written.") : error->message);
}

static void
work_done (VqdModelsPage *self, const GError *error)
{
  VqdModelWork *work = VQD_MODEL_WORK (self->work);
  g_autofree char *path = g_strdup (vqd_model_work_get_path (work));

  if (! vqd_model_work_was_conversion (work))
    note_check (self, path, error);
  else if (error != NULL)
    say (self, error->message);
  else
    {
      vqd_models_page_refresh (self);
      vqd_models_view_select (self->list, path);
      say (self, _ ("The new file is in the list. Use it, if it is the one to "
                    "work with."));
    }
  vqd_models_view_update (self->list);
}

static void
remove_selected (VqdModelsPage *self)
{
  g_autoptr (GError) error = NULL;

  vqd_model_list_remove (selected_entry (self)->path, &error);
  say (self, error != NULL ? error->message : "");
  vqd_models_page_refresh (self);
}

static void
add_model (VqdModelsPage *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);
      g_autofree char *text =
          g_strdup_printf (_ ("\"%s\" is not a file on this machine."), uri);

      say (self, text);
      return;
    }

  vqd_model_list_add (path, &error);
  say (self, error != NULL ? error->message : "");
  vqd_models_page_refresh (self);
  vqd_models_view_select (self->list, path);
}

static void
choose_model (VqdModelsPage *self, const char *title,
              GtkFileChooserAction action)
{
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkWidget *chooser = gtk_file_chooser_dialog_new (
      title, GTK_WINDOW (top), action, _ ("_Cancel"), GTK_RESPONSE_CANCEL,
      _ ("_Add"), GTK_RESPONSE_ACCEPT, NULL);

  gtk_dialog_set_default_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  if (gtk_dialog_run (GTK_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file =
          gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      add_model (self, file);
    }
  gtk_widget_destroy (chooser);
}

static void
add_file (VqdModelsPage *self)
{
  choose_model (self, _ ("Add a Model File"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
add_folder (VqdModelsPage *self)
{
  choose_model (self, _ ("Add a Model's Folder"),
                GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

/* ---- the widgets ---- */

static GtkWidget *
add_button (VqdModelsPage *self, GtkWidget *box, const char *label,
            const char *tooltip, GCallback pressed)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  g_signal_connect_swapped (button, "clicked", pressed, self);
  gtk_container_add (GTK_CONTAINER (box), button);
  return button;
}

/* Two rows: translated words are long. */
static GtkWidget *
new_buttons (VqdModelsPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *first = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *second = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->use = add_button (self, first, _ ("_Use This Model"),
                          _ ("Draw with the selected model"),
                          G_CALLBACK (use_selected));
  add_button (self, first, _ ("Add _File…"),
              _ ("Add a model file, where it is: .safetensors or .pth"),
              G_CALLBACK (add_file));
  add_button (self, first, _ ("Add F_older…"),
              _ ("Add a folder with a model in Diffusers' form, where it is"),
              G_CALLBACK (add_folder));
  self->convert = vqd_convert_button_new ();
  gtk_container_add (GTK_CONTAINER (second), self->convert);
  g_signal_connect_swapped (self->convert, "convert",
                            G_CALLBACK (convert_selected), self);
  self->check = add_button (self, second, _ ("C_heck"),
                            _ ("Compare the file with the checksum it states"),
                            G_CALLBACK (check_selected));
  self->remove = add_button (
      self, second, _ ("_Remove"),
      _ ("Take a model that was added from this list; its file stays"),
      G_CALLBACK (remove_selected));
  gtk_box_pack_start (GTK_BOX (box), first, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), second, FALSE, FALSE, 0);

  return box;
}

static void
add_widgets (VqdModelsPage *self)
{
  GtkWidget *list = vqd_models_view_new (self->config, self->property);
  GtkWidget *buttons = new_buttons (self);

  self->list = VQD_MODELS_VIEW (list);
  self->details = vqd_model_details_new ();
  self->work = vqd_model_work_new ();
  g_signal_connect_swapped (list, "changed", G_CALLBACK (update_buttons), self);
  g_signal_connect_swapped (list, "activated", G_CALLBACK (use_selected), self);
  g_signal_connect_swapped (self->work, "done", G_CALLBACK (work_done), self);
  g_signal_connect_swapped (self->work, "hide", G_CALLBACK (update_buttons),
                            self);
  self->status = vqd_rows_new_text ("");
  gtk_widget_show_all (list);
  gtk_widget_show_all (buttons);
  gtk_box_pack_start (GTK_BOX (self), list, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->work, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->status, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), buttons, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->details, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), vqd_model_sources_new (), FALSE, FALSE,
                      0);
}

static void
dispose (GObject *object)
{
  VqdModelsPage *self = VQD_MODELS_PAGE (object);

  if (self->work != NULL)
    g_signal_handlers_disconnect_by_data (self->work, self);
  if (self->list != NULL)
    g_signal_handlers_disconnect_by_data (self->list, self);
  self->list = NULL;
  self->work = NULL;
  G_OBJECT_CLASS (vqd_models_page_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  VqdModelsPage *self = VQD_MODELS_PAGE (object);

  g_clear_object (&self->config);
  g_free (self->property);
  G_OBJECT_CLASS (vqd_models_page_parent_class)->finalize (object);
}

static void
vqd_models_page_class_init (VqdModelsPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[MODEL_CHOSEN] =
      g_signal_new ("model-chosen", G_TYPE_FROM_CLASS (klass),
                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_models_page_init (VqdModelsPage *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  /* What is hidden stays so when a window shows all. */
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
}

GtkWidget *
vqd_models_page_new (GObject *config, const char *property)
{
  VqdModelsPage *self = g_object_new (VQD_TYPE_MODELS_PAGE, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  add_widgets (self);
  g_signal_connect (self, "map", G_CALLBACK (vqd_models_page_refresh), NULL);
  update_buttons (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

void
vqd_models_page_refresh (VqdModelsPage *self)
{
  vqd_models_view_refresh (self->list);
}
