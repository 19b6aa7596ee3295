/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-special-spin.h - a spin button whose lowest value is a word
 *
 * Settings have one number that is no amount: -1 for the model's own, 0 for
 * all. The button shows a word for it, and steps over what lies between it
 * and the first real value. */
#ifndef VQD_SPECIAL_SPIN_H
#define VQD_SPECIAL_SPIN_H

#include <gtk/gtk.h>

/* Bound to a number property of config, whose minimum is the special value.
 * first: the lowest real value. */
GtkWidget *vqd_special_spin_new (GObject *config, const char *property,
                                 double first, double step, double page,
                                 int digits, const char *special_text);

/* Another word for the special value. */
void vqd_special_spin_set_text (GtkWidget *spin, const char *special_text);

#endif /* VQD_SPECIAL_SPIN_H */
