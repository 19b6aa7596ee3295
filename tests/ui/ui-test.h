/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ui-test.h - what the tests of widgets share: a config like a procedure's, a
 * window on the screen, keys and clicks as a user's */
#ifndef UI_TEST_H
#define UI_TEST_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define UI_TYPE_CONFIG (ui_config_get_type ())
G_DECLARE_FINAL_TYPE (UiConfig, ui_config, UI, CONFIG, GObject)

/* Has the arguments of the window's procedure, with their defaults. */
GObject *ui_config_new (void);

/* gtk_test_init (), and a window's ground. */
void ui_test_init (int *argc, char ***argv);

/* A shown window around a widget, that has the keys. width, height: 0: as
 * large as it wants. */
GtkWidget *ui_test_show (GtkWidget *widget, int width, int height);

/* Turns the main loop until nothing is left to do. */
void ui_test_settle (void);

/* Turns it until done returns TRUE; fails after some seconds. */
void ui_test_wait (gboolean (*done) (gpointer data), gpointer data,
                   const char *what);

/* Through the X server, to whatever has the focus. */
void ui_test_key (guint keyval, GdkModifierType modifiers);
void ui_test_type (const char *text);
/* In the middle of a widget. */
void ui_test_click (GtkWidget *widget);

/* The first of the type in a tree that is shown and, when text is not NULL,
 * whose label or accessible name is text (without mnemonic); NULL: none. */
GtkWidget *ui_test_find (GtkWidget *root, GType type, const char *text);

/* Fails when a widget that takes the focus has no accessible name, or when a
 * label is cut off. */
void ui_test_check_names (GtkWidget *root);

/* A PNG in the folder of the environment's VQD_UI_SHOTS, when it is set. */
void ui_test_shoot (GtkWidget *widget, const char *name);

G_END_DECLS

#endif /* UI_TEST_H */
