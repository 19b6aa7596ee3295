/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-expander.h - something that is folded away
 *
 * GtkExpander leaves a folded child mapped, so that Tab goes to widgets that
 * nobody sees; here it is hidden. */
#ifndef VQD_EXPANDER_H
#define VQD_EXPANDER_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* label: with a mnemonic. Folded at first. */
GtkWidget *vqd_expander_new (const char *label, GtkWidget *child);

void vqd_expander_set_label (GtkWidget *expander, const char *label);

G_END_DECLS

#endif /* VQD_EXPANDER_H */
