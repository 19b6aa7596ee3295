/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-prompt-text.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#include <string.h>

#include "core/vqd.h"

#define MARGIN_PX 6
#define SPACING_PX 3
#define DEFAULT_CONTEXT 77 /* of the published models */
#define MIN_WIDTH_CHARS 30
#define MAX_GROWTH 2 /* as high as so many times its lines, with its text */

struct _VqdPromptText
{
  GtkBox parent_instance;

  GtkTextBuffer *buffer;
  GtkTextTag *cut_tag; /* of the buffer */
  GtkWidget *window;
  GtkWidget *view;
  GtkWidget *cut_icon;
  GtkWidget *cut_label;
  GtkWidget *counter;
  char *before;
  char *after;
  int context;
  int n_lines;
};

G_DEFINE_TYPE (VqdPromptText, vqd_prompt_text, GTK_TYPE_BOX)

enum
{
  ACTIVATE,
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- what is left out ---- */

/* A colour that goes with dark and light text, and never alone. */
static GtkTextTag *
new_cut_tag (GtkTextBuffer *buffer)
{
  const GdkRGBA shade = { 0.88, 0.36, 0.14, 0.28 };

  return gtk_text_buffer_create_tag (buffer, "vqd-cut", "background-rgba",
                                     &shade, "strikethrough", TRUE, NULL);
}

static char *
cut_hint (const VqdPromptText *self)
{
  return g_strdup_printf (
      _ ("The model reads %d tokens of a prompt: about a token a word. What "
         "is struck out is left out."),
      self->context);
}

static void
mark_cut (VqdPromptText *self, gsize cut_bytes, const char *text)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag (self->buffer, self->cut_tag, &start, &end);
  if (text[cut_bytes] == '\0')
    return;

  gtk_text_buffer_get_iter_at_offset (
      self->buffer, &start,
      (int) g_utf8_pointer_to_offset (text, text + cut_bytes));
  gtk_text_buffer_apply_tag (self->buffer, self->cut_tag, &start, &end);
}

static void
show_count (VqdPromptText *self, int n_tokens)
{
  AtkObject *accessible = gtk_widget_get_accessible (self->counter);
  const gboolean is_cut = n_tokens > self->context;
  g_autofree char *hint = is_cut ? cut_hint (self) : NULL;
  g_autofree char *short_text =
      g_strdup_printf ("%d / %d", n_tokens, self->context);
  g_autofree char *long_text = g_strdup_printf (
      /* Translators: tokens of the prompt, and what the model reads of them */
      _ ("%d of %d tokens"), n_tokens, self->context);

  gtk_label_set_text (GTK_LABEL (self->counter), short_text);
  atk_object_set_name (accessible, long_text);
  gtk_widget_set_visible (self->cut_icon, is_cut);
  gtk_widget_set_visible (self->cut_label, is_cut);
  /* Read out with the text. */
  atk_object_set_description (gtk_widget_get_accessible (self->view),
                              is_cut ? hint : long_text);
}

static void
count (VqdPromptText *self)
{
  gtk_widget_set_visible (self->counter, self->context > 0);
  if (self->context > 0)
    {
      gsize cut = 0;
      g_autofree char *text = vqd_prompt_text_get_text (self);
      g_autofree char *sent =
          g_strconcat (self->before, text, self->after, NULL);
      const int n_tokens = vqd_prompt_count (sent, self->context, &cut);
      const gsize n_before = strlen (self->before);

      mark_cut (self,
                CLAMP (cut, n_before, n_before + strlen (text)) - n_before,
                text);
      show_count (self, n_tokens);
    }
  else
    {
      mark_cut (self, 0, "");
      gtk_widget_hide (self->cut_icon);
      gtk_widget_hide (self->cut_label);
    }

  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
query_tooltip (GtkWidget *view, int x, int y, gboolean keyboard,
               GtkTooltip *tooltip, VqdPromptText *self)
{
  GtkTextIter at;
  int buffer_x;
  int buffer_y;

  if (keyboard)
    gtk_text_buffer_get_iter_at_mark (
        self->buffer, &at, gtk_text_buffer_get_insert (self->buffer));
  else
    {
      gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (view),
                                             GTK_TEXT_WINDOW_WIDGET, x, y,
                                             &buffer_x, &buffer_y);
      if (! gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (view), &at,
                                                buffer_x, buffer_y))
        return FALSE;
    }
  if (! gtk_text_iter_has_tag (&at, self->cut_tag))
    return FALSE;

  g_autofree char *hint = cut_hint (self);
  gtk_tooltip_set_text (tooltip, hint);
  return TRUE;
}

/* ---- the widgets ---- */

static gboolean
key_pressed (GtkWidget *view, GdkEventKey *event, VqdPromptText *self)
{
  const gboolean is_enter =
      event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;

  if (! is_enter || ! (event->state & GDK_CONTROL_MASK))
    return GDK_EVENT_PROPAGATE;

  g_signal_emit (self, signals[ACTIVATE], 0);
  return GDK_EVENT_STOP;
}

/* In lines of the user's own font. */
static void
set_height (GtkWidget *view, VqdPromptText *self)
{
  PangoContext *context = gtk_widget_get_pango_context (view);
  PangoFontMetrics *metrics = pango_context_get_metrics (
      context, pango_context_get_font_description (context),
      pango_context_get_language (context));
  const int line = pango_font_metrics_get_ascent (metrics) +
                   pango_font_metrics_get_descent (metrics);
  const int character = pango_font_metrics_get_approximate_char_width (metrics);

  pango_font_metrics_unref (metrics);
  gtk_scrolled_window_set_min_content_height (
      GTK_SCROLLED_WINDOW (self->window),
      PANGO_PIXELS (line * self->n_lines) + 2 * MARGIN_PX);
  gtk_scrolled_window_set_max_content_height (
      GTK_SCROLLED_WINDOW (self->window),
      PANGO_PIXELS (line * self->n_lines * MAX_GROWTH) + 2 * MARGIN_PX);
  gtk_scrolled_window_set_min_content_width (
      GTK_SCROLLED_WINDOW (self->window),
      PANGO_PIXELS (character * MIN_WIDTH_CHARS));
}

static void
add_view (VqdPromptText *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self->view);

  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, MARGIN_PX);
  gtk_text_view_set_right_margin (view, MARGIN_PX);
  gtk_text_view_set_top_margin (view, MARGIN_PX);
  gtk_text_view_set_bottom_margin (view, MARGIN_PX);
  /* Before the option's own tooltip. */
  g_signal_connect (view, "query-tooltip", G_CALLBACK (query_tooltip), self);
  g_signal_connect (view, "key-press-event", G_CALLBACK (key_pressed), self);
  g_signal_connect (view, "style-updated", G_CALLBACK (set_height), self);

  self->window = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (self->window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (self->window), TRUE);
  gtk_container_add (GTK_CONTAINER (self->window), self->view);
  gtk_widget_show (self->view);
  gtk_widget_show (self->window);
  gtk_box_pack_start (GTK_BOX (self), self->window, TRUE, TRUE, 0);
}

static void
add_counter (VqdPromptText *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, MARGIN_PX);

  self->cut_icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic",
                                                 GTK_ICON_SIZE_MENU);
  self->cut_label = gtk_label_new (_ ("The struck-out end is not read"));
  gtk_label_set_xalign (GTK_LABEL (self->cut_label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->cut_label), TRUE);
  self->counter = gtk_label_new (NULL);
  gimp_help_set_help_data (
      self->counter,
      _ ("Tokens of the prompt, and how many the model reads. A word is one or "
         "more of them, a mark at the start and one at the end are two. Of "
         "{several|alternatives} the longest is counted."),
      NULL);

  gtk_box_pack_start (GTK_BOX (row), self->cut_icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->cut_label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->counter, FALSE, FALSE, 0);
  gtk_widget_show (row);
  gtk_box_pack_start (GTK_BOX (self), row, FALSE, FALSE, 0);
}

static void
finalize (GObject *object)
{
  VqdPromptText *self = VQD_PROMPT_TEXT (object);

  g_signal_handlers_disconnect_by_data (self->buffer, self);
  g_clear_object (&self->buffer);
  g_free (self->before);
  g_free (self->after);
  G_OBJECT_CLASS (vqd_prompt_text_parent_class)->finalize (object);
}

static void
vqd_prompt_text_class_init (VqdPromptTextClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  signals[ACTIVATE] =
      g_signal_new ("activate", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] =
      g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_prompt_text_init (VqdPromptText *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  /* What is hidden stays so when a window shows all. */
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  self->before = g_strdup ("");
  self->after = g_strdup ("");
  self->context = DEFAULT_CONTEXT;
}

GtkWidget *
vqd_prompt_text_new (GObject *config, const char *property, int n_lines)
{
  VqdPromptText *self = g_object_new (VQD_TYPE_PROMPT_TEXT, NULL);

  self->n_lines = n_lines;
  self->buffer = gimp_prop_text_buffer_new (config, property, -1);
  self->cut_tag = new_cut_tag (self->buffer);
  self->view = gtk_text_view_new_with_buffer (self->buffer);
  add_view (self);
  add_counter (self);
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (count), self);
  set_height (self->view, self);
  count (self);

  return GTK_WIDGET (self);
}

GtkWidget *
vqd_prompt_text_get_view (VqdPromptText *self)
{
  return self->view;
}

char *
vqd_prompt_text_get_text (VqdPromptText *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, TRUE);
}

void
vqd_prompt_text_set_context (VqdPromptText *self, int context)
{
  self->context = context >= 2 ? context : 0;
  count (self);
}

void
vqd_prompt_text_set_surroundings (VqdPromptText *self, const char *before,
                                  const char *after)
{
  g_free (self->before);
  g_free (self->after);
  self->before = g_strdup (before);
  self->after = g_strdup (after);
  count (self);
}

char *
vqd_prompt_text_get_sent (VqdPromptText *self, gsize *cut_bytes)
{
  g_autofree char *text = vqd_prompt_text_get_text (self);
  char *sent = g_strconcat (self->before, text, self->after, NULL);

  *cut_bytes = strlen (sent);
  if (self->context > 0)
    vqd_prompt_count (sent, self->context, cut_bytes);

  return sent;
}
