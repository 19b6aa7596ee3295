/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-expander.h"

GtkWidget *
vqd_expander_new (const char *label, GtkWidget *child)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (label);

  gtk_widget_set_no_show_all (child, TRUE);
  gtk_container_add (GTK_CONTAINER (expander), child);
  g_object_bind_property (expander, "expanded", child, "visible",
                          G_BINDING_SYNC_CREATE);
  gtk_widget_show (expander);

  return expander;
}
