/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-window.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#include <math.h>

#include "ui/vqd-compare.h"
#include "ui/vqd-error-advice.h"
#include "ui/vqd-message-area.h"
#include "ui/vqd-models-page.h"
#include "ui/vqd-primary-button.h"
#include "ui/vqd-prompt-entry.h"
#include "ui/vqd-room.h"
#include "ui/vqd-rows.h"
#include "ui/vqd-settings-panel.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define DEFAULT_WIDTH_PX 1060
#define DEFAULT_HEIGHT_PX 820
/* Of the progress bar, about its width in pixels. */
#define FRACTION_STEPS 150
#define PNG_SUFFIX ".png"
#define RETRY_START "start"
#define RETRY_ITEM "item %u %d"

typedef enum
{
  PAGE_PICTURES,
  PAGE_MODELS
} Page;

struct _VqdWindow
{
  GtkWindow parent_instance;

  GObject *config;
  const VqdWindowActions *actions;
  gpointer user_data;

  VqdMessageArea *messages;
  GtkNotebook *pages;
  VqdPromptEntry *prompt;
  VqdSettingsPanel *settings;
  GtkWidget *start_button;
  GtkWidget *stop_button;
  GtkListStore *modes; /* name, label */
  GtkWidget *image_row;
  GtkComboBoxText *image_combo;
  gulong image_handler;
  VqdGallery *gallery;
  VqdQueueList *queue;
  GtkLabel *status;
  GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE (VqdWindow, vqd_window, GTK_TYPE_WINDOW)

typedef struct
{
  const char *name;  /* of the config's mode */
  const char *label; /* in the list */
  const char *verb;  /* on the button */
} ModeText;

/* By VqdTask. */
static const ModeText mode_texts[] = {
  { "generate", N_ ("Generate"), N_ ("_Generate") },
  { "fill", N_ ("Fill"), N_ ("_Fill") },
  { "expand", N_ ("Expand"), N_ ("E_xpand") },
  { "vary", N_ ("Vary"), N_ ("Var_y") },
  { "tile", N_ ("Tile"), N_ ("Ti_le") },
};

/* ---- what the user does ---- */

static void
start_clicked (GtkWidget *button, VqdWindow *self)
{
  self->actions->start (self->user_data);
}

static void
stop_clicked (GtkWidget *button, VqdWindow *self)
{
  self->actions->stop_all (self->user_data);
}

static void
move_run (GtkWidget *queue, guint run, int places, VqdWindow *self)
{
  self->actions->move_run (run, places, self->user_data);
}

static void
cancel_run (GtkWidget *queue, guint run, VqdWindow *self)
{
  self->actions->stop_run (run, self->user_data);
}

static void
image_chosen (GtkComboBox *combo, VqdWindow *self)
{
  const char *id = gtk_combo_box_get_active_id (combo);

  if (id != NULL)
    self->actions->choose_image ((int) g_ascii_strtoll (id, NULL, 10),
                                 self->user_data);
}

static void
reuse_layer (GtkWidget *menu_item, VqdWindow *self)
{
  self->actions->reuse_layer (self->user_data);
}

static void
remove_all (GtkWidget *menu_item, VqdWindow *self)
{
  self->actions->remove_all (self->user_data);
}

static void
save_item (VqdWindow *self, guint item)
{
  g_autofree char *name = self->actions->file_name (item, self->user_data);
  g_autofree char *file_name = g_strconcat (name, PNG_SUFFIX, NULL);
  GtkWidget *chooser = gtk_file_chooser_dialog_new (
      _ ("Export Picture"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
      _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Save"), GTK_RESPONSE_ACCEPT,
      NULL);

  gtk_dialog_set_default_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (chooser),
                                                  TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), file_name);
  if (gtk_dialog_run (GTK_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file =
          gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      self->actions->save (item, file, self->user_data);
    }
  gtk_widget_destroy (chooser);
}

static void
item_action (GtkWidget *gallery, guint item, int action, VqdWindow *self)
{
  if (action == VQD_ITEM_SAVE)
    save_item (self, item);
  else
    self->actions->act (item, (VqdItemAction) action, self->user_data);
}

/* ---- closing ---- */

static gboolean
confirm_close (VqdWindow *self)
{
  GtkWidget *dialog = gtk_message_dialog_new (
      GTK_WINDOW (self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
      GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s",
      _ ("Pictures are still being drawn."));

  gtk_message_dialog_format_secondary_text (
      GTK_MESSAGE_DIALOG (dialog), "%s",
      _ ("When the window is closed they stop, and pictures that are not "
         "inserted are gone."));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Keep Open"),
                          GTK_RESPONSE_CANCEL, _ ("_Stop and Close"),
                          GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  const int response = gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  return response == GTK_RESPONSE_ACCEPT;
}

static gboolean
vqd_window_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  VqdWindow *self = VQD_WINDOW (widget);

  return self->actions->is_busy (self->user_data) && ! confirm_close (self)
             ? GDK_EVENT_STOP
             : GDK_EVENT_PROPAGATE;
}

static gboolean
close_key (GtkAccelGroup *group, GObject *window, guint key,
           GdkModifierType modifiers, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

static gboolean
start_key (GtkAccelGroup *group, GObject *window, guint key,
           GdkModifierType modifiers, gpointer user_data)
{
  VqdWindow *self = VQD_WINDOW (window);

  self->actions->start (self->user_data);
  return TRUE;
}

static gboolean
stop_key (GtkAccelGroup *group, GObject *window, guint key,
          GdkModifierType modifiers, gpointer user_data)
{
  VqdWindow *self = VQD_WINDOW (window);

  self->actions->stop_all (self->user_data);
  return TRUE;
}

/* Of the notebook too, but a text takes these keys for itself. */
static gboolean
page_key (GtkAccelGroup *group, GObject *window, guint key,
          GdkModifierType modifiers, gpointer user_data)
{
  VqdWindow *self = VQD_WINDOW (window);

  if (key == GDK_KEY_Page_Down)
    gtk_notebook_next_page (self->pages);
  else
    gtk_notebook_prev_page (self->pages);
  return TRUE;
}

/* Ctrl+Enter starts from everywhere. */
static void
add_keys (VqdWindow *self)
{
  static const guint enters[] = { GDK_KEY_Return, GDK_KEY_KP_Enter };
  GtkAccelGroup *group = gtk_accel_group_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (enters); i++)
    gtk_accel_group_connect (
        group, enters[i], GDK_CONTROL_MASK, 0,
        g_cclosure_new (G_CALLBACK (start_key), NULL, NULL));
  gtk_accel_group_connect (group, GDK_KEY_Page_Down, GDK_CONTROL_MASK, 0,
                           g_cclosure_new (G_CALLBACK (page_key), NULL, NULL));
  gtk_accel_group_connect (group, GDK_KEY_Page_Up, GDK_CONTROL_MASK, 0,
                           g_cclosure_new (G_CALLBACK (page_key), NULL, NULL));
  gtk_accel_group_connect (group, GDK_KEY_period, GDK_CONTROL_MASK, 0,
                           g_cclosure_new (G_CALLBACK (stop_key), NULL, NULL));
  gtk_accel_group_connect (group, GDK_KEY_w, GDK_CONTROL_MASK, 0,
                           g_cclosure_new (G_CALLBACK (close_key), NULL, NULL));
  gtk_window_add_accel_group (GTK_WINDOW (self), group);
  g_object_unref (group);
}

/* ---- building ---- */

static GtkWidget *
new_mode_combo (VqdWindow *self)
{
  self->modes = gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_list_store_insert_with_values (self->modes, NULL, -1, 0, "auto", 1, "",
                                     -1);
  for (gsize i = 0; i < G_N_ELEMENTS (mode_texts); i++)
    gtk_list_store_insert_with_values (self->modes, NULL, -1, 0,
                                       mode_texts[i].name, 1,
                                       _ (mode_texts[i].label), -1);

  return gimp_prop_string_combo_box_new (self->config, "mode",
                                         GTK_TREE_MODEL (self->modes), 0, 1);
}

static GtkWidget *
new_image_row (VqdWindow *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *combo = gtk_combo_box_text_new ();

  gtk_widget_set_tooltip_text (combo, _ ("Where the pictures are inserted"));
  self->image_combo = GTK_COMBO_BOX_TEXT (combo);
  self->image_handler =
      g_signal_connect (combo, "changed", G_CALLBACK (image_chosen), self);
  gtk_box_pack_start (GTK_BOX (row), vqd_rows_name (_ ("_Image:"), combo),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), combo, TRUE, TRUE, 0);
  gtk_widget_show_all (row);
  gtk_widget_set_no_show_all (row, TRUE);
  gtk_widget_hide (row);
  self->image_row = row;
  return row;
}

static void
add_menu_item (GtkWidget *menu, const char *label, GCallback callback,
               VqdWindow *self)
{
  GtkWidget *menu_item = gtk_menu_item_new_with_mnemonic (label);

  g_signal_connect (menu_item, "activate", callback, self);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), menu_item);
}

static GtkWidget *
new_menu_button (VqdWindow *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *menu = gtk_menu_new ();

  add_menu_item (menu, _ ("_Reuse Settings of the Selected Layer"),
                 G_CALLBACK (reuse_layer), self);
  add_menu_item (menu, _ ("Remove _All Pictures from the List"),
                 G_CALLBACK (remove_all), self);
  gtk_widget_show_all (menu);
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (button), menu);
  gtk_button_set_image (
      GTK_BUTTON (button),
      gtk_image_new_from_icon_name ("open-menu-symbolic", GTK_ICON_SIZE_MENU));
  gtk_widget_set_tooltip_text (button, _ ("More to do"));
  atk_object_set_name (gtk_widget_get_accessible (button), _ ("More to do"));
  return button;
}

static GtkWidget *
new_start_row (VqdWindow *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, BORDER_PX);
  GtkWidget *mode_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *combo = new_mode_combo (self);

  self->start_button = vqd_primary_button_new ();
  g_signal_connect (self->start_button, "clicked", G_CALLBACK (start_clicked),
                    self);
  gtk_box_pack_start (GTK_BOX (mode_box),
                      vqd_rows_new_label (self->config, "mode", combo), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (mode_box), combo, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), mode_box, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), new_image_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), new_menu_button (self), FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->start_button, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row),
                    vqd_settings_panel_new_estimate_label (self->settings),
                    FALSE, FALSE, 0);
  return row;
}

static void
show_models (VqdWindow *self)
{
  gtk_notebook_set_current_page (self->pages, PAGE_MODELS);
}

static void
show_pictures (VqdWindow *self)
{
  gtk_notebook_set_current_page (self->pages, PAGE_PICTURES);
}

static void
message_action (GtkWidget *messages, const char *id, VqdWindow *self)
{
  guint item;
  int action;

  if (g_str_equal (id, VQD_ADVICE_MODELS))
    show_models (self);
  else if (g_str_equal (id, VQD_ADVICE_SIZE))
    {
      show_pictures (self);
      vqd_settings_panel_go_to_size (self->settings);
    }
  else if (g_str_equal (id, RETRY_START))
    self->actions->start (self->user_data);
  else if (sscanf (id, RETRY_ITEM, &item, &action) == 2)
    item_action (NULL, item, action, self);
}

static void
settings_failed (GtkWidget *panel, const GError *error, VqdWindow *self)
{
  vqd_window_show_error (self, _ ("The preset could not be read or saved."),
                         error);
}

static GtkWidget *
new_settings (VqdWindow *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *panel = GTK_WIDGET (self->settings);

  g_signal_connect (panel, "failed", G_CALLBACK (settings_failed), self);
  g_signal_connect_swapped (panel, "choose-model", G_CALLBACK (show_models),
                            self);
  gtk_widget_set_margin_end (panel, BORDER_PX);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  /* Its rows want all there is; the pictures get it. */
  gtk_widget_set_hexpand (window, FALSE);
  /* A bar that is always there says that there is more. */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (window),
                                             FALSE);
  gtk_container_add (GTK_CONTAINER (window), panel);
  return window;
}

static GtkWidget *
new_pictures (VqdWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *gallery = vqd_gallery_new ();
  GtkWidget *queue = vqd_queue_list_new ();

  self->gallery = VQD_GALLERY (gallery);
  self->queue = VQD_QUEUE_LIST (queue);
  g_signal_connect (gallery, "action", G_CALLBACK (item_action), self);
  g_signal_connect (queue, "move", G_CALLBACK (move_run), self);
  g_signal_connect (queue, "cancel", G_CALLBACK (cancel_run), self);
  gtk_box_pack_start (GTK_BOX (box), gallery, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), queue, FALSE, FALSE, 0);
  return box;
}

/* The whole text, when it is asked for: a tooltip that is set with each text
 * would have GTK ask where the pointer is, and wait for the answer. */
static gboolean
query_status_tooltip (GtkWidget *status, int x, int y, gboolean by_keyboard,
                      GtkTooltip *tooltip, gpointer user_data)
{
  gtk_tooltip_set_text (tooltip, gtk_label_get_text (GTK_LABEL (status)));
  return TRUE;
}

static GtkWidget *
new_status_row (VqdWindow *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *status = gtk_label_new (NULL);
  GtkWidget *progress = gtk_progress_bar_new ();

  self->status = GTK_LABEL (status);
  self->progress = GTK_PROGRESS_BAR (progress);
  self->stop_button = gtk_button_new_with_mnemonic (_ ("S_top All"));
  gtk_label_set_xalign (self->status, 0);
  gtk_label_set_ellipsize (self->status, PANGO_ELLIPSIZE_END);
  gtk_widget_set_has_tooltip (status, TRUE);
  g_signal_connect (status, "query-tooltip", G_CALLBACK (query_status_tooltip),
                    NULL);
  atk_object_set_role (gtk_widget_get_accessible (status), ATK_ROLE_STATUSBAR);
  atk_object_set_name (gtk_widget_get_accessible (progress), _ ("Progress"));
  gtk_widget_set_valign (progress, GTK_ALIGN_CENTER);
  /* Below what is in the pages. */
  gtk_widget_set_margin_start (row, BORDER_PX);
  gtk_widget_set_margin_end (row, BORDER_PX);
  gtk_widget_set_margin_bottom (row, SPACING_PX);
  gtk_widget_set_tooltip_text (
      self->stop_button,
      _ ("Stop the picture being drawn and drop those that wait (Ctrl+.)"));
  g_signal_connect (self->stop_button, "clicked", G_CALLBACK (stop_clicked),
                    self);
  gtk_box_pack_start (GTK_BOX (row), status, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), progress, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->stop_button, FALSE, FALSE, 0);
  return row;
}

static GtkWidget *
new_pictures_page (VqdWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, BORDER_PX);
  GtkWidget *prompt = vqd_prompt_entry_new (self->config, "prompt");
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, BORDER_PX);

  self->prompt = VQD_PROMPT_ENTRY (prompt);
  self->settings = VQD_SETTINGS_PANEL (vqd_settings_panel_new (self->config));
  g_signal_connect_swapped (prompt, "activate",
                            G_CALLBACK (gtk_window_activate_default), self);
  gtk_box_pack_start (GTK_BOX (columns), new_settings (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (columns), new_pictures (self), TRUE, TRUE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), prompt, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_start_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), columns, TRUE, TRUE, 0);
  return box;
}

static GtkWidget *
new_models_page (VqdWindow *self)
{
  GtkWidget *page = vqd_models_page_new (self->config, "model");

  gtk_container_set_border_width (GTK_CONTAINER (page), BORDER_PX);
  g_signal_connect_swapped (page, "model-chosen", G_CALLBACK (show_pictures),
                            self);
  return page;
}

/* The keys stay in what is seen: else nothing would have them, and no key would
 * lead back. */
static void
page_switched (GtkWidget *pages, GtkWidget *page, guint number, VqdWindow *self)
{
  if (number == PAGE_PICTURES)
    vqd_prompt_entry_focus (self->prompt);
  else
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static GtkWidget *
new_tab (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_margin_start (label, SPACING_PX);
  gtk_widget_set_margin_end (label, SPACING_PX);
  return label;
}

static GtkWidget *
new_pages (VqdWindow *self)
{
  GtkWidget *pages = gtk_notebook_new ();

  self->pages = GTK_NOTEBOOK (pages);
  atk_object_set_name (gtk_widget_get_accessible (pages), _ ("Pages"));
  gtk_notebook_append_page (self->pages, new_pictures_page (self),
                            new_tab (_ ("Pictures")));
  gtk_notebook_append_page (self->pages, new_models_page (self),
                            new_tab (_ ("Models")));
  return pages;
}

static void
fill_window (VqdWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *messages = vqd_message_area_new (self->config);

  self->messages = VQD_MESSAGE_AREA (messages);
  g_signal_connect (messages, "action", G_CALLBACK (message_action), self);
  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box), messages, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_pages (self), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_status_row (self), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (self), box);
  gtk_widget_show_all (box);
  /* The first page that happened to be visible is the current one. */
  show_pictures (self);
  g_signal_connect_after (self->pages, "switch-page",
                          G_CALLBACK (page_switched), self);
}

static void
vqd_window_finalize (GObject *object)
{
  VqdWindow *self = VQD_WINDOW (object);

  g_clear_object (&self->config);
  g_clear_object (&self->modes);
  G_OBJECT_CLASS (vqd_window_parent_class)->finalize (object);
}

static void
vqd_window_class_init (VqdWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vqd_window_finalize;
  GTK_WIDGET_CLASS (klass)->delete_event = vqd_window_delete_event;
}

static void
vqd_window_init (VqdWindow *self)
{
}

GtkWidget *
vqd_window_new (GObject *config, const VqdWindowActions *actions,
                gpointer user_data)
{
  VqdWindow *self = g_object_new (VQD_TYPE_WINDOW, "title", _ ("VQ-Diffusion"),
                                  "role", "vqdiffusion", NULL);
  int width_px = DEFAULT_WIDTH_PX;
  int height_px = DEFAULT_HEIGHT_PX;

  self->config = g_object_ref (config);
  self->actions = actions;
  self->user_data = user_data;
  vqd_room_limit (&width_px, &height_px);
  gtk_window_set_default_size (GTK_WINDOW (self), width_px, height_px);
  fill_window (self);
  add_keys (self);
  gtk_window_set_default (GTK_WINDOW (self), self->start_button);
  vqd_window_set_task (self, VQD_TASK_GENERATE);
  vqd_window_set_status (self, -1, _ ("Ready"));
  vqd_prompt_entry_focus (self->prompt);
  return GTK_WIDGET (self);
}

/* ---- what happens ---- */

char *
vqd_window_get_prompt (VqdWindow *self)
{
  return vqd_prompt_entry_get_sent_text (self->prompt);
}

void
vqd_window_begun (VqdWindow *self, gint64 seed)
{
  vqd_prompt_entry_remember (self->prompt);
  vqd_settings_panel_set_last_seed (self->settings, seed);
}

void
vqd_window_set_model (VqdWindow *self, const VqdModelInfo *info,
                      const char *device)
{
  if (info != NULL)
    vqd_prompt_entry_set_context (self->prompt, info->context);
  vqd_settings_panel_set_model (self->settings, info, device);
  vqd_message_area_set_model (self->messages, info);
}

void
vqd_window_set_speed (VqdWindow *self, double per_evaluation, double beside)
{
  vqd_settings_panel_set_speed (self->settings, per_evaluation, beside);
}

VqdGallery *
vqd_window_get_gallery (VqdWindow *self)
{
  return self->gallery;
}

void
vqd_window_set_task (VqdWindow *self, VqdTask task)
{
  /* Translators: a mode that follows the image; what it is now */
  g_autofree char *label =
      g_strdup_printf (_ ("Automatic: %s"), _ (mode_texts[task].label));
  GtkTreeIter iter;

  gtk_tree_model_get_iter_first (GTK_TREE_MODEL (self->modes), &iter);
  gtk_list_store_set (self->modes, &iter, 1, label, -1);
  gtk_button_set_label (GTK_BUTTON (self->start_button),
                        _ (mode_texts[task].verb));
  vqd_settings_panel_set_mode (self->settings, task);
  vqd_message_area_set_can_resize (
      self->messages, vqd_settings_panel_has_size (self->settings));
}

void
vqd_window_set_images (VqdWindow *self, const VqdWindowImage *images,
                       int n_images, int chosen)
{
  g_autofree char *chosen_id = g_strdup_printf ("%d", chosen);

  g_signal_handler_block (self->image_combo, self->image_handler);
  gtk_combo_box_text_remove_all (self->image_combo);
  for (int i = 0; i < n_images; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d", images[i].number);

      gtk_combo_box_text_append (self->image_combo, id, images[i].name);
    }
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->image_combo), chosen_id);
  g_signal_handler_unblock (self->image_combo, self->image_handler);
  gtk_widget_set_visible (self->image_row, n_images > 1);
}

void
vqd_window_set_queue (VqdWindow *self, const VqdQueueRow *rows, int n_rows)
{
  vqd_queue_list_set (self->queue, rows, n_rows);
}

/* Only what can be seen: it is drawn anew each time. */
static void
show_fraction (VqdWindow *self, double fraction)
{
  const double shown = round (fraction * FRACTION_STEPS) / FRACTION_STEPS;

  if (shown != gtk_progress_bar_get_fraction (self->progress))
    gtk_progress_bar_set_fraction (self->progress, shown);
}

void
vqd_window_set_status (VqdWindow *self, double fraction, const char *text)
{
  const gboolean is_busy = fraction >= 0;

  gtk_label_set_text (self->status, text);
  show_fraction (self, CLAMP (fraction, 0, 1));
  gtk_widget_set_visible (GTK_WIDGET (self->progress), is_busy);
  gtk_widget_set_sensitive (self->stop_button, is_busy);
}

void
vqd_window_show_error (VqdWindow *self, const char *what, const GError *error)
{
  vqd_message_area_show_error (self->messages, what, error, NULL);
}

void
vqd_window_show_run_error (VqdWindow *self, const GError *error)
{
  vqd_message_area_show_error (self->messages,
                               _ ("The pictures could not be made."), error,
                               RETRY_START);
}

void
vqd_window_show_item_error (VqdWindow *self, guint item, VqdItemAction action,
                            const char *what, const GError *error)
{
  g_autofree char *retry = g_strdup_printf (RETRY_ITEM, item, (int) action);

  vqd_message_area_show_error (self->messages, what, error, retry);
}

void
vqd_window_show_notice (VqdWindow *self, const char *what)
{
  vqd_message_area_show_message (self->messages, GTK_MESSAGE_INFO, what, NULL,
                                 NULL, NULL, NULL);
}

void
vqd_window_compare (VqdWindow *self, guint item, GdkPixbuf *picture,
                    GdkPixbuf *below)
{
  vqd_compare_show (GTK_WINDOW (self), picture, below);
}
