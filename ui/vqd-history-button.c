/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-history-button.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/vqd-prompt-history.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define LIST_HEIGHT_PX 220
#define LIST_WIDTH_CHARS 42
#define ENTRY_KEY "vqd-entry"
#define QUESTION "question"
#define BUTTONS "buttons"

struct _VqdHistoryButton
{
  GtkMenuButton parent_instance;

  GtkWidget *popover;
  GtkWidget *search;
  GtkWidget *list;
  GtkWidget *placeholder;
  GtkWidget *keep;
  GtkWidget *foot; /* a stack of BUTTONS and QUESTION */
  GtkWidget *clear;
  GtkWidget *cancel;
  GPtrArray *entries; /* that the rows are of */
  char **words;       /* searched for, case folded */
};

G_DEFINE_TYPE (VqdHistoryButton, vqd_history_button, GTK_TYPE_MENU_BUTTON)

enum
{
  CHOSEN,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
report (VqdHistoryButton *self, const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

static const VqdHistoryEntry *
entry_of (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), ENTRY_KEY);
}

/* ---- the list ---- */

static GtkWidget *
new_line (const char *text, double scale)
{
  g_autofree char *line = g_strdelimit (g_strdup (text), "\n", ' ');
  GtkWidget *label = gtk_label_new (line);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LIST_WIDTH_CHARS);

  return label;
}

static GtkWidget *
new_row (VqdHistoryEntry *entry)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  const gboolean has_negative = entry->negative_prompt[0] != '\0';
  g_autofree char *negative =
      /* Translators: the negative prompt */
      g_strdup_printf (_ ("Without: %s"), entry->negative_prompt);
  g_autofree char *both =
      has_negative ? g_strconcat (entry->prompt, "\n", negative, NULL)
                   : g_strdup (entry->prompt);

  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX / 2);
  gtk_box_pack_start (GTK_BOX (box), new_line (entry->prompt, 1.0), FALSE,
                      FALSE, 0);
  if (has_negative)
    gtk_box_pack_start (GTK_BOX (box), new_line (negative, PANGO_SCALE_SMALL),
                        FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_widget_set_tooltip_text (row, both);
  atk_object_set_name (gtk_widget_get_accessible (row), both);
  g_object_set_data (G_OBJECT (row), ENTRY_KEY, entry);
  gtk_widget_show_all (row);

  return row;
}

static gboolean
matches (GtkListBoxRow *row, gpointer user_data)
{
  const VqdHistoryButton *self = user_data;
  const VqdHistoryEntry *entry = entry_of (row);
  g_autofree char *both =
      g_strconcat (entry->prompt, " ", entry->negative_prompt, NULL);
  g_autofree char *folded = g_utf8_casefold (both, -1);

  for (char **word = self->words; word != NULL && *word != NULL; word++)
    if (strstr (folded, *word) == NULL)
      return FALSE;

  return TRUE;
}

static GtkListBoxRow *
first_match (VqdHistoryButton *self)
{
  GtkListBoxRow *row;

  for (int i = 0;
       (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) !=
       NULL;
       i++)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
      return row;

  return NULL;
}

static void
search (VqdHistoryButton *self)
{
  g_autofree char *text =
      g_utf8_casefold (gtk_entry_get_text (GTK_ENTRY (self->search)), -1);

  g_clear_pointer (&self->words, g_strfreev);
  self->words = g_strsplit_set (text, " \t", -1);
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
}

static void
fill_list (VqdHistoryButton *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)) !=
         NULL)
    gtk_widget_destroy (GTK_WIDGET (row));

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  self->entries = vqd_prompt_history_read ();
  for (guint i = 0; i < self->entries->len; i++)
    gtk_list_box_insert (GTK_LIST_BOX (self->list),
                         new_row (g_ptr_array_index (self->entries, i)), -1);

  gtk_label_set_text (GTK_LABEL (self->placeholder),
                      self->entries->len > 0
                          ? _ ("No prompt has these words")
                          : _ ("Prompts that were used will be listed here"));
  gtk_widget_set_sensitive (self->clear, self->entries->len > 0);
  search (self);
}

static void
choose (VqdHistoryButton *self, GtkListBoxRow *row)
{
  const VqdHistoryEntry *entry = entry_of (row);
  g_autofree char *prompt = g_strdup (entry->prompt);
  g_autofree char *negative_prompt = g_strdup (entry->negative_prompt);

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  g_signal_emit (self, signals[CHOSEN], 0, prompt, negative_prompt);
}

static void
choose_first (VqdHistoryButton *self)
{
  GtkListBoxRow *row = first_match (self);

  if (row != NULL)
    choose (self, row);
}

static gboolean
search_key_pressed (GtkWidget *entry, GdkEventKey *event,
                    VqdHistoryButton *self)
{
  GtkListBoxRow *row =
      event->keyval == GDK_KEY_Down || event->keyval == GDK_KEY_KP_Down
          ? first_match (self)
          : NULL;

  if (row == NULL)
    return GDK_EVENT_PROPAGATE;

  gtk_widget_grab_focus (GTK_WIDGET (row));
  return GDK_EVENT_STOP;
}

/* Delete takes a row out. */
static gboolean
list_key_pressed (GtkWidget *list, GdkEventKey *event, VqdHistoryButton *self)
{
  GtkListBoxRow *row =
      (GtkListBoxRow *) gtk_container_get_focus_child (GTK_CONTAINER (list));
  g_autoptr (GError) error = NULL;

  if (row == NULL ||
      (event->keyval != GDK_KEY_Delete && event->keyval != GDK_KEY_KP_Delete))
    return GDK_EVENT_PROPAGATE;

  const int index = gtk_list_box_row_get_index (row);
  const VqdHistoryEntry *entry = entry_of (row);
  vqd_prompt_history_remove (entry->prompt, entry->negative_prompt, &error);
  report (self, error);
  fill_list (self);

  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), index);
  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : self->search);
  return GDK_EVENT_STOP;
}

/* ---- the foot ---- */

static void
show_foot (VqdHistoryButton *self, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->foot), name);
}

static void
ask_clear (VqdHistoryButton *self)
{
  show_foot (self, QUESTION);
  gtk_widget_grab_focus (self->cancel);
}

static void
cancel_clear (VqdHistoryButton *self)
{
  show_foot (self, BUTTONS);
  gtk_widget_grab_focus (self->clear);
}

static void
clear (VqdHistoryButton *self)
{
  g_autoptr (GError) error = NULL;

  vqd_prompt_history_clear (&error);
  report (self, error);
  fill_list (self);
  show_foot (self, BUTTONS);
  gtk_widget_grab_focus (self->search);
}

static void
toggle_keep (VqdHistoryButton *self)
{
  g_autoptr (GError) error = NULL;

  vqd_prompt_history_set_on (
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->keep)), &error);
  report (self, error);
}

static void
open (VqdHistoryButton *self)
{
  if (! gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self)))
    return;

  g_signal_handlers_block_by_func (self->keep, toggle_keep, self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->keep),
                                vqd_prompt_history_is_on ());
  g_signal_handlers_unblock_by_func (self->keep, toggle_keep, self);
  gtk_entry_set_text (GTK_ENTRY (self->search), "");
  show_foot (self, BUTTONS);
  fill_list (self);
  gtk_widget_grab_focus (self->search);
}

/* ---- the widgets ---- */

static GtkWidget *
new_button (VqdHistoryButton *self, const char *label, GCallback pressed)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  g_signal_connect_swapped (button, "clicked", pressed, self);
  return button;
}

static GtkWidget *
new_foot (VqdHistoryButton *self)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *question = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *label = gtk_label_new (_ ("Forget all prompts?"));

  self->keep = gtk_check_button_new_with_mnemonic (_ ("_Remember prompts"));
  gtk_widget_set_tooltip_text (
      self->keep, _ ("Off: no prompt is added to this list any more. It is a "
                     "file of yours on this machine."));
  g_signal_connect_swapped (self->keep, "toggled", G_CALLBACK (toggle_keep),
                            self);
  self->clear = new_button (self, _ ("_Clear…"), G_CALLBACK (ask_clear));
  gtk_box_pack_start (GTK_BOX (buttons), self->keep, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (buttons), self->clear, FALSE, FALSE, 0);

  self->cancel = new_button (self, _ ("_Keep"), G_CALLBACK (cancel_clear));
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_box_pack_start (GTK_BOX (question), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (question),
                    new_button (self, _ ("_Forget All"), G_CALLBACK (clear)),
                    FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (question), self->cancel, FALSE, FALSE, 0);

  self->foot = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->foot), buttons, BUTTONS);
  gtk_stack_add_named (GTK_STACK (self->foot), question, QUESTION);

  return self->foot;
}

static GtkWidget *
new_list (VqdHistoryButton *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);

  self->list = gtk_list_box_new ();
  self->placeholder = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (self->placeholder), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->placeholder),
                                 LIST_WIDTH_CHARS);
  gtk_widget_set_margin_top (self->placeholder, BORDER_PX);
  gtk_widget_show (self->placeholder);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), self->placeholder);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), matches, self, NULL);
  atk_object_set_name (gtk_widget_get_accessible (self->list),
                       _ ("Earlier prompts"));
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (choose),
                            self);
  g_signal_connect (self->list, "key-press-event",
                    G_CALLBACK (list_key_pressed), self);

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
new_search (VqdHistoryButton *self)
{
  self->search = gtk_search_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->search),
                                  _ ("Search the prompts"));
  gtk_entry_set_width_chars (GTK_ENTRY (self->search), LIST_WIDTH_CHARS);
  atk_object_set_name (gtk_widget_get_accessible (self->search),
                       _ ("Search the prompts"));
  g_signal_connect_swapped (self->search, "changed", G_CALLBACK (search), self);
  g_signal_connect_swapped (self->search, "activate", G_CALLBACK (choose_first),
                            self);
  g_signal_connect (self->search, "key-press-event",
                    G_CALLBACK (search_key_pressed), self);

  return self->search;
}

static void
finalize (GObject *object)
{
  VqdHistoryButton *self = VQD_HISTORY_BUTTON (object);

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->words, g_strfreev);
  G_OBJECT_CLASS (vqd_history_button_parent_class)->finalize (object);
}

static void
vqd_history_button_class_init (VqdHistoryButtonClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class),
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_history_button_init (VqdHistoryButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  gtk_container_add (GTK_CONTAINER (self),
                     gtk_label_new_with_mnemonic (_ ("Histor_y")));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                               _ ("Prompts that were used before"));
  self->popover = gtk_popover_new (GTK_WIDGET (self));
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), new_search (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_list (self), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_foot (self), FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (self->popover), box);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self), self->popover);
  g_signal_connect (self, "toggled", G_CALLBACK (open), NULL);
  gtk_widget_show_all (GTK_WIDGET (self));
}

GtkWidget *
vqd_history_button_new (void)
{
  return g_object_new (VQD_TYPE_HISTORY_BUTTON, NULL);
}
