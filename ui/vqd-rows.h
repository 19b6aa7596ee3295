/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-rows.h - rows of a label and a widget, named by the option's own words
 *
 * A label has the nick of the property and its mnemonic, a tooltip its blurb.
 * Assistive tools read the label as the widget's name. */
#ifndef VQD_ROWS_H
#define VQD_ROWS_H

#include <gtk/gtk.h>

/* A grid for rows. */
GtkWidget *vqd_rows_new (void);

/* Makes the labels of rows, which is empty yet, as wide as those of others. */
void vqd_rows_align (GtkWidget *rows, GtkWidget *others);

/* A label for a widget; text has a mnemonic and ends with a colon. */
GtkWidget *vqd_rows_name (const char *text, GtkWidget *widget);

/* The label of a property, for a widget made for it; sets the widget's
 * tooltip. */
GtkWidget *vqd_rows_new_label (GObject *config, const char *property,
                               GtkWidget *widget);

/* Appends a row: the property's label, and the widget. */
void vqd_rows_add (GtkWidget *rows, GObject *config, const char *property,
                   GtkWidget *widget);

/* Appends a row whose widget is a box; the label is of one widget in it. Hiding
 * the widget of a row, or the box, hides its label too. */
void vqd_rows_add_box (GtkWidget *rows, GObject *config, const char *property,
                       GtkWidget *box, GtkWidget *widget);

/* The same with a label that is no property's; text: with a mnemonic. */
void vqd_rows_add_labelled (GtkWidget *rows, const char *text, GtkWidget *box,
                            GtkWidget *widget);

/* Appends something below the widget of the row before. */
void vqd_rows_append (GtkWidget *rows, GtkWidget *widget);

/* Appends a widget that has its label in itself, a check button. */
void vqd_rows_add_wide (GtkWidget *rows, GObject *config, const char *property,
                        GtkWidget *widget);

/* A text of several lines, as wide as a page. */
GtkWidget *vqd_rows_new_text (const char *text);

#endif /* VQD_ROWS_H */
