/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-diagnostics-button.h"

#include <glib/gi18n.h>

#define SPACING_PX 6
#define BORDER_PX 12
#define PREVIEW_WIDTH_PX 380
#define PREVIEW_HEIGHT_PX 200

typedef struct
{
  VqdDiagnosticsFunc func;
  gpointer user_data;
  GtkWidget *popover;
  GtkTextBuffer *preview;
  GtkWidget *with_prompt;
} Form;

static void
show_preview (Form *form)
{
  g_autofree char *text = form->func (
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (form->with_prompt)),
      form->user_data);

  gtk_text_buffer_set_text (form->preview, text, -1);
}

static void
copy_preview (Form *form)
{
  GtkClipboard *clipboard =
      gtk_widget_get_clipboard (form->popover, GDK_SELECTION_CLIPBOARD);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (form->preview, &start, &end);
  g_autofree char *text =
      gtk_text_buffer_get_text (form->preview, &start, &end, FALSE);
  gtk_clipboard_set_text (clipboard, text, -1);
  /* So that it outlives the window. */
  gtk_clipboard_store (clipboard);
  gtk_popover_popdown (GTK_POPOVER (form->popover));
}

static GtkWidget *
new_preview (Form *form)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();

  form->preview = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Diagnostics"));
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_width (GTK_SCROLLED_WINDOW (window),
                                             PREVIEW_WIDTH_PX);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window),
                                              PREVIEW_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), view);

  return window;
}

GtkWidget *
vqd_diagnostics_button_new (const char *label, VqdDiagnosticsFunc func,
                            gpointer user_data)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  Form *form = g_new0 (Form, 1);

  form->func = func;
  form->user_data = user_data;
  form->popover = gtk_popover_new (button);
  form->with_prompt =
      gtk_check_button_new_with_mnemonic (_ ("_With the words of the prompt"));
  g_object_set_data_full (G_OBJECT (button), "vqd-form", form, g_free);
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), new_preview (form), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), form->with_prompt, FALSE, FALSE, 0);
  gtk_widget_set_halign (copy, GTK_ALIGN_END);
  gtk_box_pack_start (GTK_BOX (box), copy, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (form->popover), box);

  gtk_container_add (GTK_CONTAINER (button),
                     gtk_label_new_with_mnemonic (label));
  gtk_widget_set_tooltip_text (
      button, _ ("What helps others to find the mistake, as text to copy"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), form->popover);
  g_signal_connect_swapped (button, "toggled", G_CALLBACK (show_preview), form);
  g_signal_connect_swapped (form->with_prompt, "toggled",
                            G_CALLBACK (show_preview), form);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_preview), form);
  gtk_widget_show_all (button);

  return button;
}
