/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-expander.h"

GtkWidget *
vqd_expander_new (const char *label, GtkWidget *child)
{
  GtkWidget *expander = gtk_expander_new (NULL);

  gtk_expander_set_use_underline (GTK_EXPANDER (expander), TRUE);
  vqd_expander_set_label (expander, label);
  gtk_widget_set_no_show_all (child, TRUE);
  gtk_container_add (GTK_CONTAINER (expander), child);
  g_object_bind_property (expander, "expanded", child, "visible",
                          G_BINDING_SYNC_CREATE);
  gtk_widget_show (expander);

  return expander;
}

void
vqd_expander_set_label (GtkWidget *expander, const char *label)
{
  GtkWidget *widget;

  gtk_expander_set_label (GTK_EXPANDER (expander), label);
  widget = gtk_expander_get_label_widget (GTK_EXPANDER (expander));
  gtk_label_set_xalign (GTK_LABEL (widget), 0.0);
}
