/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-primary-button.h - the button that does what the window is for
 *
 * GIMP's themes hardly tell it from others. This one has the colours of the
 * text and of its ground exchanged, in each theme. */
#ifndef VQD_PRIMARY_BUTTON_H
#define VQD_PRIMARY_BUTTON_H

#include <gtk/gtk.h>

/* Can be a window's default. Its label, with a mnemonic, is set as that of any
 * button. */
GtkWidget *vqd_primary_button_new (void);

#endif /* VQD_PRIMARY_BUTTON_H */
