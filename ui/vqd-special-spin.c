/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-special-spin.h"

#include <libgimp/gimpui.h>

#define DATA_KEY "vqd-special-spin"
#define WIDTH_CHARS 10

typedef struct
{
  double special;
  double first;
  double last; /* value before the present one */
  char *text;
} Special;

static void
special_free (gpointer data)
{
  Special *special = data;

  g_free (special->text);
  g_free (special);
}

/* Room for all of the text; letters of Chinese and the like are two wide. */
static void
set_width (GtkEntry *spin, const char *text)
{
  int n_chars = 1;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    n_chars += g_unichar_iswide (g_utf8_get_char (text)) ? 2 : 1;
  gtk_entry_set_width_chars (spin, MAX (WIDTH_CHARS, n_chars));
}

static gboolean
show_value (GtkSpinButton *spin, gpointer user_data)
{
  const Special *special = user_data;

  if (gtk_spin_button_get_value (spin) > special->special)
    return FALSE;

  if (! g_str_equal (gtk_entry_get_text (GTK_ENTRY (spin)), special->text))
    gtk_entry_set_text (GTK_ENTRY (spin), special->text);
  return TRUE;
}

static gint
read_value (GtkSpinButton *spin, gdouble *value, gpointer user_data)
{
  const Special *special = user_data;

  if (! g_str_equal (gtk_entry_get_text (GTK_ENTRY (spin)), special->text))
    return FALSE;

  *value = special->special;
  return TRUE;
}

static void
step_over (GtkSpinButton *spin, gpointer user_data)
{
  Special *special = user_data;
  const double value = gtk_spin_button_get_value (spin);
  const gboolean falls = special->last >= special->first;

  special->last = value;
  if (value > special->special && value < special->first)
    gtk_spin_button_set_value (spin, falls ? special->special : special->first);
}

GtkWidget *
vqd_special_spin_new (GObject *config, const char *property, double first,
                      double step, double page, int digits,
                      const char *special_text)
{
  GtkWidget *widget =
      gimp_prop_spin_button_new (config, property, step, page, digits);
  GtkSpinButton *spin = GTK_SPIN_BUTTON (widget);
  Special *special = g_new0 (Special, 1);

  gtk_spin_button_get_range (spin, &special->special, NULL);
  special->first = first;
  special->last = gtk_spin_button_get_value (spin);
  special->text = g_strdup (special_text);
  g_object_set_data_full (G_OBJECT (spin), DATA_KEY, special, special_free);

  /* A word can be typed. */
  gtk_spin_button_set_numeric (spin, FALSE);
  set_width (GTK_ENTRY (spin), special_text);
  g_signal_connect (spin, "output", G_CALLBACK (show_value), special);
  g_signal_connect (spin, "input", G_CALLBACK (read_value), special);
  g_signal_connect (spin, "value-changed", G_CALLBACK (step_over), special);
  gtk_spin_button_update (spin);

  return widget;
}

void
vqd_special_spin_set_text (GtkWidget *spin, const char *special_text)
{
  Special *special = g_object_get_data (G_OBJECT (spin), DATA_KEY);

  g_return_if_fail (special != NULL);
  g_free (special->text);
  special->text = g_strdup (special_text);
  set_width (GTK_ENTRY (spin), special_text);
  show_value (GTK_SPIN_BUTTON (spin), special);
}
