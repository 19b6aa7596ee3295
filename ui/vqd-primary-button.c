/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-primary-button.h"

#define STYLE_CLASS "vqd-primary"
#define COLORS_KEY "vqd-colors"

/* %1: the text's colour in the theme; %2: what is read on it. */
#define STYLE                                                                  \
  "button.vqd-primary { background: %1$s; color: %2$s; font-weight: bold;"     \
  " padding: 6px 18px; }"                                                      \
  "button.vqd-primary label { color: %2$s; text-shadow: none; }"               \
  "button.vqd-primary:hover { background: alpha (%1$s, 0.85); }"               \
  "button.vqd-primary:active { background: alpha (%1$s, 0.7); }"               \
  "button.vqd-primary:focus { outline: 2px solid alpha (%2$s, 0.6);"           \
  " outline-offset: -4px; }"

/* How light a colour is, as ITU-R BT.709 weighs it. */
static double
lightness (const GdkRGBA *color)
{
  return 0.2126 * color->red + 0.7152 * color->green + 0.0722 * color->blue;
}

/* The window's text: the button's own colour is set by us. */
static void
update_colors (GtkWidget *button, GtkCssProvider *provider)
{
  GtkWidget *window = gtk_widget_get_toplevel (button);
  GdkRGBA text;

  if (! gtk_widget_is_toplevel (window))
    return;

  gtk_style_context_get_color (gtk_widget_get_style_context (window),
                               GTK_STATE_FLAG_NORMAL, &text);
  g_autofree char *color = gdk_rgba_to_string (&text);
  /* A new style makes GTK ask again: only what is new goes in. */
  if (g_strcmp0 (g_object_get_data (G_OBJECT (provider), COLORS_KEY), color) ==
      0)
    return;

  g_autofree char *style = g_strdup_printf (
      STYLE, color, lightness (&text) > 0.5 ? "#000000" : "#ffffff");
  g_object_set_data_full (G_OBJECT (provider), COLORS_KEY, g_strdup (color),
                          g_free);
  gtk_css_provider_load_from_data (provider, style, -1, NULL);
}

static void
forget (GtkWidget *button, GtkCssProvider *provider)
{
  gtk_style_context_remove_provider_for_screen (gtk_widget_get_screen (button),
                                                GTK_STYLE_PROVIDER (provider));
}

GtkWidget *
vqd_primary_button_new (void)
{
  GtkWidget *button = gtk_button_new_with_mnemonic ("");
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_widget_set_can_default (button, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (button),
                               STYLE_CLASS);
  /* Of the screen: one of the button alone does not reach its label. */
  gtk_style_context_add_provider_for_screen (
      gtk_widget_get_screen (button), GTK_STYLE_PROVIDER (provider),
      GTK_STYLE_PROVIDER_PRIORITY_USER + 1);
  g_signal_connect_object (button, "realize", G_CALLBACK (update_colors),
                           provider, 0);
  g_signal_connect_object (button, "style-updated", G_CALLBACK (update_colors),
                           provider, 0);
  g_signal_connect_object (button, "destroy", G_CALLBACK (forget), provider, 0);
  return button;
}
