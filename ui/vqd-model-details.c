/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-model-details.h"

#include <glib/gi18n.h>

#include "ui/vqd-rows.h"

#define HEIGHT_PX 90
#define LABEL_KEY "vqd-label"

/* Credits may be long. */
GtkWidget *
vqd_model_details_new (void)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *label = vqd_rows_new_text ("");

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (label),
                       _ ("About the selected model"));
  gtk_widget_show (label);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (window), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (window),
                                              HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), label);
  g_object_set_data (G_OBJECT (window), LABEL_KEY, label);
  return window;
}

void
vqd_model_details_set_entry (GtkWidget *details, const VqdModelEntry *entry)
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
  gtk_label_set_text (g_object_get_data (G_OBJECT (details), LABEL_KEY),
                      g_strstrip (text->str));
  gtk_widget_set_visible (details, text->str[0] != '\0');
}
