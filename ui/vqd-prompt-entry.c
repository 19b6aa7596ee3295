/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-prompt-entry.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#include <string.h>

#include "ui/vqd-expander.h"
#include "ui/vqd-history-button.h"
#include "ui/vqd-prompt-history.h"
#include "ui/vqd-prompt-templates.h"
#include "ui/vqd-prompt-text.h"
#include "ui/vqd-rows.h"
#include "ui/vqd-template-button.h"

#define SPACING_PX 6
#define N_LINES 4
#define N_NEGATIVE_LINES 2
#define MAX_SENT_LINES 4
#define NEGATIVE_PROMPT "negative-prompt"
#define TEMPLATE "template"
#define KEEP_SETTINGS "keep-settings"

struct _VqdPromptEntry
{
  GtkBox parent_instance;

  GObject *config;
  char *property;
  GtkWidget *text;
  GtkWidget *template_button;
  GtkWidget *sent;
  GtkWidget *negative; /* NULL: config has none */
  GtkWidget *expander;
};

G_DEFINE_TYPE (VqdPromptEntry, vqd_prompt_entry, GTK_TYPE_BOX)

enum
{
  ACTIVATE,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has_property (const VqdPromptEntry *self, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (self->config),
                                       property) != NULL;
}

static void
activate (VqdPromptEntry *self)
{
  g_signal_emit (self, signals[ACTIVATE], 0);
}

static void
report (VqdPromptEntry *self, const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

/* ---- template ---- */

static void
show_sent (VqdPromptEntry *self)
{
  const gboolean has_template =
      vqd_template_button_get_text (
          VQD_TEMPLATE_BUTTON (self->template_button)) != NULL;

  gtk_widget_set_visible (self->sent, has_template);
  if (! has_template)
    return;

  gsize cut = 0;
  g_autofree char *sent =
      vqd_prompt_text_get_sent (VQD_PROMPT_TEXT (self->text), &cut);
  g_autofree char *read = g_markup_escape_text (sent, (gssize) cut);
  g_autofree char *left_out = g_markup_escape_text (sent + cut, -1);
  g_autofree char *markup = g_strdup_printf (
      /* Translators: what the model is given, the template filled in */
      _ ("Sent: <i>%s<s>%s</s></i>"), read, left_out);

  gtk_label_set_markup (GTK_LABEL (self->sent), markup);
}

static void
apply_template (VqdPromptEntry *self)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  vqd_prompt_templates_split (vqd_template_button_get_text (
                                  VQD_TEMPLATE_BUTTON (self->template_button)),
                              &before, &after);
  /* Says "changed", which shows what is sent. */
  vqd_prompt_text_set_surroundings (VQD_PROMPT_TEXT (self->text), before,
                                    after);
}

/* ---- history ---- */

static void
take_entry (VqdPromptEntry *self, const char *prompt,
            const char *negative_prompt)
{
  g_object_set (self->config, self->property, prompt, NULL);
  if (self->negative != NULL)
    g_object_set (self->config, NEGATIVE_PROMPT, negative_prompt, NULL);
  vqd_prompt_entry_focus (self);
}

/* ---- negative prompt ---- */

/* A folded text that is in use must be seen to be. */
static void
update_expander (VqdPromptEntry *self)
{
  const char *nick = g_param_spec_get_nick (g_object_class_find_property (
      G_OBJECT_GET_CLASS (self->config), NEGATIVE_PROMPT));
  g_autofree char *text =
      vqd_prompt_text_get_text (VQD_PROMPT_TEXT (self->negative));
  const gboolean is_hidden =
      text[0] != '\0' &&
      ! gtk_expander_get_expanded (GTK_EXPANDER (self->expander));
  g_autofree char *label =
      /* Translators: "Negative prompt", which is folded, but has a text */
      is_hidden ? g_strdup_printf (_ ("%s (in use)"), nick) : g_strdup (nick);

  vqd_expander_set_label (self->expander, label);
}

/* Unfolding it is the way to its text. */
static void
expanded (VqdPromptEntry *self)
{
  update_expander (self);
  if (gtk_expander_get_expanded (GTK_EXPANDER (self->expander)))
    gtk_widget_grab_focus (
        vqd_prompt_text_get_view (VQD_PROMPT_TEXT (self->negative)));
}

/* (transfer full) */
static char *
plain_nick (const GParamSpec *pspec)
{
  return gimp_strip_uline (g_param_spec_get_nick ((GParamSpec *) pspec));
}

static void
add_negative (VqdPromptEntry *self)
{
  GParamSpec *pspec = g_object_class_find_property (
      G_OBJECT_GET_CLASS (self->config), NEGATIVE_PROMPT);
  g_autofree char *name = plain_nick (pspec);
  g_autofree char *text = NULL;

  self->negative =
      vqd_prompt_text_new (self->config, NEGATIVE_PROMPT, N_NEGATIVE_LINES);
  gtk_widget_set_margin_top (self->negative, SPACING_PX / 2);
  self->expander =
      vqd_expander_new (g_param_spec_get_nick (pspec), self->negative);
  GtkWidget *view = vqd_prompt_text_get_view (VQD_PROMPT_TEXT (self->negative));

  gimp_help_set_help_data (self->expander, g_param_spec_get_blurb (pspec),
                           NULL);
  gimp_help_set_help_data (view, g_param_spec_get_blurb (pspec), NULL);
  atk_object_set_name (gtk_widget_get_accessible (view), name);
  gtk_box_pack_start (GTK_BOX (self), self->expander, FALSE, FALSE, 0);

  text = vqd_prompt_text_get_text (VQD_PROMPT_TEXT (self->negative));
  gtk_expander_set_expanded (GTK_EXPANDER (self->expander), text[0] != '\0');
  g_signal_connect_swapped (self->expander, "notify::expanded",
                            G_CALLBACK (expanded), self);
  g_signal_connect_swapped (self->negative, "changed",
                            G_CALLBACK (update_expander), self);
  g_signal_connect_swapped (self->negative, "activate", G_CALLBACK (activate),
                            self);
}

/* ---- the widgets ---- */

static void
add_head (VqdPromptEntry *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *view = vqd_prompt_text_get_view (VQD_PROMPT_TEXT (self->text));
  GtkWidget *history = vqd_history_button_new ();

  self->template_button = vqd_template_button_new ();
  gtk_box_pack_start (GTK_BOX (row),
                      vqd_rows_new_label (self->config, self->property, view),
                      TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->template_button, FALSE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), history, FALSE, FALSE, 0);
  gtk_widget_show (row);
  gtk_box_pack_start (GTK_BOX (self), row, FALSE, FALSE, 0);

  g_signal_connect_swapped (history, "chosen", G_CALLBACK (take_entry), self);
  g_signal_connect_swapped (history, "failed", G_CALLBACK (report), self);
  g_signal_connect_swapped (self->template_button, "failed",
                            G_CALLBACK (report), self);
}

static void
add_sent (VqdPromptEntry *self)
{
  GtkLabel *label;

  self->sent = gtk_label_new (NULL);
  label = GTK_LABEL (self->sent);
  gtk_label_set_xalign (label, 0.0);
  gtk_label_set_line_wrap (label, TRUE);
  gtk_label_set_line_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (label, MAX_SENT_LINES);
  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (self), self->sent, FALSE, FALSE, 0);
}

static void
add_widgets (VqdPromptEntry *self)
{
  self->text = vqd_prompt_text_new (self->config, self->property, N_LINES);
  add_head (self);
  gtk_widget_show (self->text);
  gtk_box_pack_start (GTK_BOX (self), self->text, TRUE, TRUE, 0);
  add_sent (self);
  if (has_property (self, NEGATIVE_PROMPT))
    add_negative (self);

  g_signal_connect_swapped (self->text, "activate", G_CALLBACK (activate),
                            self);
  g_signal_connect_swapped (self->text, "changed", G_CALLBACK (show_sent),
                            self);
  g_signal_connect_swapped (self->template_button, "notify::template-name",
                            G_CALLBACK (apply_template), self);
  if (has_property (self, TEMPLATE))
    g_object_bind_property (self->config, TEMPLATE, self->template_button,
                            "template-name",
                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  apply_template (self);
}

static void
finalize (GObject *object)
{
  VqdPromptEntry *self = VQD_PROMPT_ENTRY (object);

  g_clear_object (&self->config);
  g_free (self->property);
  G_OBJECT_CLASS (vqd_prompt_entry_parent_class)->finalize (object);
}

static void
vqd_prompt_entry_class_init (VqdPromptEntryClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  signals[ACTIVATE] =
      g_signal_new ("activate", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_prompt_entry_init (VqdPromptEntry *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  /* What is hidden stays so when a window shows all. */
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
}

GtkWidget *
vqd_prompt_entry_new (GObject *config, const char *property)
{
  VqdPromptEntry *self = g_object_new (VQD_TYPE_PROMPT_ENTRY, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  add_widgets (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

void
vqd_prompt_entry_set_context (VqdPromptEntry *self, int context)
{
  vqd_prompt_text_set_context (VQD_PROMPT_TEXT (self->text), context);
  if (self->negative != NULL)
    vqd_prompt_text_set_context (VQD_PROMPT_TEXT (self->negative), context);
}

char *
vqd_prompt_entry_get_sent_text (VqdPromptEntry *self)
{
  gsize cut = 0;

  return vqd_prompt_text_get_sent (VQD_PROMPT_TEXT (self->text), &cut);
}

void
vqd_prompt_entry_remember (VqdPromptEntry *self)
{
  g_autofree char *prompt = NULL;
  g_autofree char *negative_prompt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean may_keep = TRUE;

  g_object_get (self->config, self->property, &prompt, NULL);
  if (self->negative != NULL)
    g_object_get (self->config, NEGATIVE_PROMPT, &negative_prompt, NULL);
  if (has_property (self, KEEP_SETTINGS))
    g_object_get (self->config, KEEP_SETTINGS, &may_keep, NULL);
  if (prompt == NULL || ! may_keep || ! vqd_prompt_history_is_on ())
    return;

  vqd_prompt_history_add (
      prompt, negative_prompt != NULL ? negative_prompt : "", &error);
  report (self, error);
}

void
vqd_prompt_entry_focus (VqdPromptEntry *self)
{
  gtk_widget_grab_focus (
      vqd_prompt_text_get_view (VQD_PROMPT_TEXT (self->text)));
}
