/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-models-page.h"

#include <glib/gi18n.h>

#include "core/vqd.h"
#include "ui/vqd-convert-button.h"
#include "ui/vqd-expander.h"
#include "ui/vqd-model-list.h"
#include "ui/vqd-model-row.h"
#include "ui/vqd-model-work.h"

#define SPACING_PX 6
#define BORDER_PX 12
#define LIST_HEIGHT_PX 200
#define DETAILS_HEIGHT_PX 90
#define TEXT_CHARS 50

typedef struct
{
  const char *address;
  const char *label;
} Link;

/* The authors' checkpoints, and one of them in Diffusers' form. */
static const Link links[] = {
  { "https://github.com/microsoft/VQ-Diffusion",
    N_ ("The authors' checkpoints (.pth files)") },
  { "https://huggingface.co/microsoft/vq-diffusion-ithq",
    N_ ("ITHQ, for any text (a folder)") },
};

struct _VqdModelsPage
{
  GtkBox parent_instance;

  GObject *config;
  char *property;
  GPtrArray *entries; /* of the rows */
  GCancellable *cancellable;
  gboolean is_reading;
  GtkWidget *list;
  GtkWidget *use;
  GtkWidget *check;
  GtkWidget *convert;
  GtkWidget *remove;
  GtkWidget *work;
  GtkWidget *status;
  GtkWidget *details;
  GtkWidget *details_window;
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

/* ---- what is in use ---- */

/* NULL when there is no model at all. (transfer full) */
static char *
used_path (VqdModelsPage *self)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (self->config, self->property, &file, NULL);
  return file != NULL ? g_file_get_path (file) : vqd_model_find (NULL, NULL);
}

static VqdModelEntry *
selected_entry (VqdModelsPage *self)
{
  GtkListBoxRow *row =
      gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row != NULL ? vqd_model_row_get_entry (VQD_MODEL_ROW (row)) : NULL;
}

static void
show_details (VqdModelsPage *self, const VqdModelEntry *entry)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (entry != NULL && entry->state == VQD_MODEL_READ)
    {
      g_string_append_printf (text, "%s\n", entry->description);
      g_string_append_printf (text,
                              /* Translators: of numbers that a model has */
                              _ ("%.1f million parameters"),
                              (double) entry->n_parameters / 1e6);
      if (g_str_equal (entry->kind, "text"))
        {
          g_string_append_c (text, '\n');
          g_string_append_printf (text, _ ("Reads %d tokens of a prompt"),
                                  entry->context);
        }
      if (entry->credits[0] != '\0')
        g_string_append_printf (text, "\n%s", entry->credits);
    }
  gtk_label_set_text (GTK_LABEL (self->details), g_strstrip (text->str));
  gtk_widget_set_visible (self->details_window, text->str[0] != '\0');
}

static void
update_buttons (VqdModelsPage *self)
{
  const VqdModelEntry *entry = selected_entry (self);
  const gboolean is_read = entry != NULL && entry->state == VQD_MODEL_READ;
  const gboolean is_busy = gtk_widget_get_visible (self->work);
  g_autofree char *used = used_path (self);

  gtk_widget_set_sensitive (self->use,
                            is_read && g_strcmp0 (used, entry->path) != 0);
  gtk_widget_set_sensitive (self->check, is_read && ! is_busy &&
                                             entry->check != VQD_CHECK_NO_SUM);
  gtk_widget_set_sensitive (self->convert, is_read && ! is_busy);
  gtk_widget_set_sensitive (self->remove, entry != NULL && entry->is_added);
  if (entry != NULL)
    vqd_convert_button_set_path (VQD_CONVERT_BUTTON (self->convert),
                                 entry->path);
  show_details (self, entry);
}

static void
update_row (GtkWidget *row, gpointer used)
{
  vqd_model_row_update (
      VQD_MODEL_ROW (row),
      g_strcmp0 (used, vqd_model_row_get_entry (VQD_MODEL_ROW (row))->path) ==
          0);
}

static void
update_rows (VqdModelsPage *self)
{
  g_autofree char *used = used_path (self);

  if (self->list == NULL)
    return;

  gtk_container_foreach (GTK_CONTAINER (self->list), update_row, used);
  update_buttons (self);
}

static VqdModelRow *
find_row (VqdModelsPage *self, const char *path)
{
  GtkListBoxRow *row;

  for (int i = 0;
       (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) !=
       NULL;
       i++)
    if (g_str_equal (vqd_model_row_get_entry (VQD_MODEL_ROW (row))->path, path))
      return VQD_MODEL_ROW (row);

  return NULL;
}

static void
select_row (VqdModelsPage *self, const char *path)
{
  VqdModelRow *row = find_row (self, path);

  if (row != NULL)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
}

/* ---- reading, an entry at a time ---- */

static void
read_entry (GTask *task, gpointer source, gpointer task_data,
            GCancellable *cancellable)
{
  g_task_return_pointer (task, vqd_model_entry_read (task_data, cancellable),
                         (GDestroyNotify) vqd_model_entry_unref);
}

/* The entry of a list that has meanwhile changed is thrown away. */
static void
take_entry (VqdModelsPage *self, VqdModelEntry *entry)
{
  VqdModelRow *row = find_row (self, entry->path);

  for (guint i = 0; row != NULL && i < self->entries->len; i++)
    {
      VqdModelEntry *old = g_ptr_array_index (self->entries, i);

      if (! g_str_equal (old->path, entry->path))
        continue;
      entry->is_added = old->is_added;
      self->entries->pdata[i] = vqd_model_entry_ref (entry);
      vqd_model_row_set_entry (row, entry);
      vqd_model_entry_unref (old);
    }
  update_rows (self);
}

static VqdModelEntry *
find_unread (VqdModelsPage *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      VqdModelEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->state == VQD_MODEL_UNREAD)
        return entry;
    }
  return NULL;
}

/* Takes what was read, when called for that, and reads the next one. */
static void
read_next (GObject *object, GAsyncResult *result, gpointer user_data)
{
  VqdModelsPage *self = VQD_MODELS_PAGE (object);

  if (result != NULL)
    {
      g_autoptr (VqdModelEntry) read =
          g_task_propagate_pointer (G_TASK (result), NULL);

      self->is_reading = FALSE;
      if (read == NULL || self->list == NULL)
        return;
      take_entry (self, read);
    }

  VqdModelEntry *unread = find_unread (self);
  if (unread == NULL)
    return;

  /* The task holds the page until the thread has ended. */
  g_autoptr (GTask) task =
      g_task_new (self, self->cancellable, read_next, NULL);
  self->is_reading = TRUE;
  g_task_set_task_data (task, vqd_model_entry_ref (unread),
                        (GDestroyNotify) vqd_model_entry_unref);
  g_task_run_in_thread (task, read_entry);
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
  VqdModelRow *row = find_row (self, path);

  if (row != NULL)
    vqd_model_row_get_entry (row)->check =
        error == NULL ? VQD_CHECK_GOOD : VQD_CHECK_BAD;
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
      select_row (self, path);
      say (self, _ ("The new file is in the list. Use it, if it is the one to "
                    "work with."));
    }
  update_rows (self);
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
  select_row (self, path);
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
new_text (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), TEXT_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TEXT_CHARS);
  return label;
}

static GtkWidget *
new_placeholder (void)
{
  g_autofree char *folder = vqd_model_list_get_folder ();
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *text = g_strdup_printf (
      /* Translators: a folder */
      _ ("No model was found. Add one, or put a model file into %s."), shown);
  GtkWidget *label = new_text (text);

  g_object_set (label, "margin", BORDER_PX, NULL);
  gtk_widget_show (label);
  return label;
}

static GtkWidget *
new_list (VqdModelsPage *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), new_placeholder ());
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Models"));
  g_signal_connect_swapped (self->list, "row-selected",
                            G_CALLBACK (update_buttons), self);
  g_signal_connect_swapped (self->list, "row-activated",
                            G_CALLBACK (use_selected), self);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window),
                                              LIST_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), self->list);

  return window;
}

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

static GtkWidget *
new_links (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  gtk_box_pack_start (
      GTK_BOX (box),
      new_text (_ ("Nothing is downloaded from here. Get the files from the "
                   "pages of those who made them, and add them above. The "
                   "links on these pages may be dead by now.")),
      FALSE, FALSE, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      GtkWidget *link =
          gtk_link_button_new_with_label (links[i].address, _ (links[i].label));

      gtk_widget_set_halign (link, GTK_ALIGN_START);
      gtk_box_pack_start (GTK_BOX (box), link, FALSE, FALSE, 0);
    }
  gtk_widget_show_all (box);

  return vqd_expander_new (_ ("_Where to get models"), box);
}

/* Credits may be long. */
static GtkWidget *
new_details (VqdModelsPage *self)
{
  self->details = new_text ("");
  gtk_label_set_selectable (GTK_LABEL (self->details), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (self->details),
                       _ ("About the selected model"));
  gtk_widget_show (self->details);

  self->details_window = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->details_window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (self->details_window), TRUE);
  gtk_scrolled_window_set_max_content_height (
      GTK_SCROLLED_WINDOW (self->details_window), DETAILS_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (self->details_window), self->details);

  return self->details_window;
}

static void
add_widgets (VqdModelsPage *self)
{
  GtkWidget *list = new_list (self);
  GtkWidget *buttons = new_buttons (self);
  GtkWidget *links_box = new_links ();

  self->work = vqd_model_work_new ();
  g_signal_connect_swapped (self->work, "done", G_CALLBACK (work_done), self);
  g_signal_connect_swapped (self->work, "hide", G_CALLBACK (update_buttons),
                            self);
  self->status = new_text ("");
  gtk_widget_show_all (list);
  gtk_widget_show_all (buttons);
  gtk_box_pack_start (GTK_BOX (self), list, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->work, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->status, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), buttons, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), new_details (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), links_box, FALSE, FALSE, 0);
}

static void
dispose (GObject *object)
{
  VqdModelsPage *self = VQD_MODELS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
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
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
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
  self->cancellable = g_cancellable_new ();
  self->entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) vqd_model_entry_unref);
}

GtkWidget *
vqd_models_page_new (GObject *config, const char *property)
{
  VqdModelsPage *self = g_object_new (VQD_TYPE_MODELS_PAGE, NULL);
  g_autofree char *changed = g_strconcat ("notify::", property, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  add_widgets (self);
  g_signal_connect_object (config, changed, G_CALLBACK (update_rows), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (vqd_models_page_refresh), NULL);
  update_buttons (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

void
vqd_models_page_refresh (VqdModelsPage *self)
{
  const VqdModelEntry *selected = selected_entry (self);
  g_autofree char *path =
      selected != NULL ? g_strdup (selected->path) : used_path (self);
  g_autoptr (GPtrArray) old = self->entries;
  GtkListBoxRow *row;

  self->entries = vqd_model_list_find (old);
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)) !=
         NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  for (guint i = 0; i < self->entries->len; i++)
    gtk_list_box_insert (
        GTK_LIST_BOX (self->list),
        vqd_model_row_new (g_ptr_array_index (self->entries, i)), -1);

  if (path != NULL)
    select_row (self, path);
  update_rows (self);
  if (! self->is_reading)
    read_next (G_OBJECT (self), NULL, NULL);
}
