/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-message-area.h"

#include <glib/gi18n.h>

#include "ui/vqd-diagnostics.h"

#define SPACING_PX 6
#define BORDER_PX 12
#define MAX_MESSAGES 3
#define TEXT_CHARS 40
#define PREVIEW_WIDTH_PX 380
#define PREVIEW_HEIGHT_PX 200
#define RESPONSE_ACTION 1
#define KEY_KEY "vqd-key"     /* by which a message is the same */
#define ID_KEY "vqd-id"       /* of its action */
#define ERROR_KEY "vqd-error" /* its text, for diagnostics */
#define QUOTES_KEY "vqd-quotes"

#define MODELS_ID "models"

/* What to do about an error of core. */
typedef struct
{
  const char *next;
  const char *action;
  const char *id;
} Advice;

static const Advice advices[] = {
  [VQD_ERROR_REQUEST] = { N_ ("Change this and try again."), NULL, NULL },
  [VQD_ERROR_NOT_FOUND] = { N_ ("Choose a model, or add one."), N_ ("_Models…"),
                            MODELS_ID },
  [VQD_ERROR_MODEL] = { N_ ("Choose another model, or get the file again."),
                        N_ ("_Models…"), MODELS_ID },
  [VQD_ERROR_MEMORY] = { N_ ("Close other programs, choose a smaller model, or "
                             "raise the memory limit under Advanced."),
                         NULL, NULL },
  [VQD_ERROR_DEVICE] = { N_ ("Choose the processor as the device under "
                             "Advanced."),
                         NULL, NULL },
  [VQD_ERROR_OUTPUT] = { N_ ("Choose another folder under Advanced, or make "
                             "room on the disk."),
                         NULL, NULL },
};
static const Advice other_advice = {
  N_ ("Try again. If it happens again, send the diagnostics to those who made "
      "the plug-in."),
  NULL, NULL
};

struct _VqdMessageArea
{
  GtkBox parent_instance;

  GObject *config;
  VqdModelInfo info; /* its strings are ours */
  gboolean has_info;
};

G_DEFINE_TYPE (VqdMessageArea, vqd_message_area, GTK_TYPE_BOX)

enum
{
  ACTION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- the model ---- */

/* The strings of a VqdModelInfo, by place. */
static const gsize info_strings[] = {
  G_STRUCT_OFFSET (VqdModelInfo, path),
  G_STRUCT_OFFSET (VqdModelInfo, name),
  G_STRUCT_OFFSET (VqdModelInfo, version),
  G_STRUCT_OFFSET (VqdModelInfo, description),
  G_STRUCT_OFFSET (VqdModelInfo, licence),
  G_STRUCT_OFFSET (VqdModelInfo, credits),
  G_STRUCT_OFFSET (VqdModelInfo, kind),
  G_STRUCT_OFFSET (VqdModelInfo, null_condition),
  G_STRUCT_OFFSET (VqdModelInfo, codec_kind),
  G_STRUCT_OFFSET (VqdModelInfo, checksum),
  G_STRUCT_OFFSET (VqdModelInfo, id),
  G_STRUCT_OFFSET (VqdModelInfo, strategy),
};

static char **
info_string (VqdModelInfo *info, gsize i)
{
  return G_STRUCT_MEMBER_P (info, info_strings[i]);
}

static void
clear_info (VqdMessageArea *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (info_strings); i++)
    g_clear_pointer (info_string (&self->info, i), g_free);
  self->has_info = FALSE;
}

/* ---- diagnostics ---- */

/* Of a message's bar; NULL: of none. (transfer full) */
static char *
diagnose (VqdMessageArea *self, GtkWidget *bar, gboolean with_prompt)
{
  const char *error =
      bar != NULL ? g_object_get_data (G_OBJECT (bar), ERROR_KEY) : NULL;
  const gboolean quotes =
      bar != NULL && g_object_get_data (G_OBJECT (bar), QUOTES_KEY) != NULL;

  return vqd_diagnostics_new (self->config, self->has_info ? &self->info : NULL,
                              error, quotes, with_prompt);
}

/* The form of one message. */
typedef struct
{
  VqdMessageArea *area;
  GtkWidget *bar;
  GtkWidget *popover;
  GtkTextBuffer *preview;
  GtkWidget *with_prompt;
} Form;

static void
show_preview (Form *form)
{
  g_autofree char *text = diagnose (
      form->area, form->bar,
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (form->with_prompt)));

  gtk_text_buffer_set_text (form->preview, text, -1);
}

static void
copy_preview (Form *form)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (form->area),
                                                      GDK_SELECTION_CLIPBOARD);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (form->preview, &start, &end);
  g_autofree char *text =
      gtk_text_buffer_get_text (form->preview, &start, &end, FALSE);
  gtk_clipboard_set_text (clipboard, text, -1);
  /* So that it outlives the window. */
  gtk_clipboard_store (clipboard);
  gtk_popover_popdown (GTK_POPOVER (form->popover));
}

static GtkWidget *
new_preview (Form *form)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();

  form->preview = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Diagnostics"));
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_width (GTK_SCROLLED_WINDOW (window),
                                             PREVIEW_WIDTH_PX);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window),
                                              PREVIEW_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), view);

  return window;
}

/* What is copied is seen before. */
static GtkWidget *
new_diagnostics_button (VqdMessageArea *self, GtkWidget *bar)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  Form *form = g_new0 (Form, 1);

  form->area = self;
  form->bar = bar;
  form->popover = gtk_popover_new (button);
  form->with_prompt =
      gtk_check_button_new_with_mnemonic (_ ("_With the words of the prompt"));
  g_object_set_data_full (G_OBJECT (button), "vqd-form", form, g_free);
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), new_preview (form), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), form->with_prompt, FALSE, FALSE, 0);
  gtk_widget_set_halign (copy, GTK_ALIGN_END);
  gtk_box_pack_start (GTK_BOX (box), copy, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (form->popover), box);

  gtk_container_add (GTK_CONTAINER (button),
                     gtk_label_new_with_mnemonic (_ ("_Diagnostics…")));
  gtk_widget_set_tooltip_text (
      button, _ ("What helps others to find the mistake, as text to copy"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), form->popover);
  g_signal_connect_swapped (button, "toggled", G_CALLBACK (show_preview), form);
  g_signal_connect_swapped (form->with_prompt, "toggled",
                            G_CALLBACK (show_preview), form);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_preview), form);
  gtk_widget_show_all (button);

  return button;
}

/* ---- messages ---- */

static void
responded (GtkInfoBar *bar, int response, VqdMessageArea *self)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (bar), ID_KEY));

  gtk_widget_destroy (GTK_WIDGET (bar));
  if (response == RESPONSE_ACTION)
    g_signal_emit (self, signals[ACTION], 0, id);
}

static void
add_text (GtkWidget *box, const char *text, gboolean is_bold)
{
  GtkWidget *label = gtk_label_new (text);

  if (is_bold)
    {
      PangoAttrList *attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes,
                              pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      gtk_label_set_attributes (GTK_LABEL (label), attributes);
      pango_attr_list_unref (attributes);
    }
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), TEXT_CHARS);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
}

/* Takes away the same message and, of many, the oldest. */
static void
make_room (VqdMessageArea *self, const char *key)
{
  g_autoptr (GList) bars = gtk_container_get_children (GTK_CONTAINER (self));
  int n = 0;

  for (GList *l = bars; l != NULL; l = l->next)
    if (g_strcmp0 (g_object_get_data (l->data, KEY_KEY), key) == 0 ||
        ++n >= MAX_MESSAGES)
      gtk_widget_destroy (l->data);
}

static const char *
icon_of (GtkMessageType type)
{
  switch (type)
    {
    case GTK_MESSAGE_ERROR:
      return "dialog-error-symbolic";
    case GTK_MESSAGE_WARNING:
      return "dialog-warning-symbolic";
    default:
      return "dialog-information-symbolic";
    }
}

/* The kind is said by a picture and a colour. */
static GtkWidget *
new_bar (VqdMessageArea *self, GtkMessageType type, const char *what,
         const char *why, const char *next)
{
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *content = gtk_info_bar_get_content_area (GTK_INFO_BAR (bar));
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_of (type),
                                                  GTK_ICON_SIZE_LARGE_TOOLBAR);

  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), type);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  add_text (texts, what, TRUE);
  if (why != NULL && why[0] != '\0')
    add_text (texts, why, FALSE);
  if (next != NULL && next[0] != '\0')
    add_text (texts, next, FALSE);
  gtk_box_pack_start (GTK_BOX (content), icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), texts, TRUE, TRUE, 0);
  atk_object_set_name (gtk_widget_get_accessible (bar), what);
  g_signal_connect (bar, "response", G_CALLBACK (responded), self);

  return bar;
}

static GtkWidget *
show (VqdMessageArea *self, GtkMessageType type, const char *what,
      const char *why, const char *next, const Advice *action)
{
  g_autofree char *key = g_strjoin ("\n", what, why, NULL);
  GtkWidget *bar = new_bar (self, type, what, why, next);
  GtkWidget *buttons = gtk_info_bar_get_action_area (GTK_INFO_BAR (bar));

  make_room (self, key);
  if (action->action != NULL)
    gtk_info_bar_add_button (GTK_INFO_BAR (bar), action->action,
                             RESPONSE_ACTION);
  if (type == GTK_MESSAGE_ERROR)
    gtk_container_add (GTK_CONTAINER (buttons),
                       new_diagnostics_button (self, bar));
  gtk_info_bar_add_button (GTK_INFO_BAR (bar), _ ("C_lose"),
                           GTK_RESPONSE_CLOSE);
  g_object_set_data_full (G_OBJECT (bar), KEY_KEY, g_strdup (key), g_free);
  g_object_set_data_full (G_OBJECT (bar), ID_KEY, g_strdup (action->id),
                          g_free);
  g_object_set_data_full (G_OBJECT (bar), ERROR_KEY, g_strdup (key), g_free);
  gtk_widget_show_all (bar);
  gtk_box_pack_start (GTK_BOX (self), bar, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (self), bar, 0);

  return bar;
}

static void
finalize (GObject *object)
{
  VqdMessageArea *self = VQD_MESSAGE_AREA (object);

  clear_info (self);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (vqd_message_area_parent_class)->finalize (object);
}

static void
vqd_message_area_class_init (VqdMessageAreaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[ACTION] =
      g_signal_new ("action", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
vqd_message_area_init (VqdMessageArea *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
}

GtkWidget *
vqd_message_area_new (GObject *config)
{
  VqdMessageArea *self = g_object_new (VQD_TYPE_MESSAGE_AREA, NULL);

  self->config = g_object_ref (config);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

void
vqd_message_area_set_model (VqdMessageArea *self, const VqdModelInfo *info)
{
  clear_info (self);
  if (info == NULL)
    return;

  self->has_info = TRUE;
  self->info = *info;
  for (gsize i = 0; i < G_N_ELEMENTS (info_strings); i++)
    *info_string (&self->info, i) = g_strdup (*info_string (&self->info, i));
}

void
vqd_message_area_show_error (VqdMessageArea *self, const char *what,
                             const GError *error)
{
  const Advice *advice = &other_advice;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (error->domain == VQD_ERROR && error->code >= 0 &&
      error->code < (int) G_N_ELEMENTS (advices))
    advice = &advices[error->code];

  const Advice action = { NULL,
                          advice->action != NULL ? _ (advice->action) : NULL,
                          advice->id };
  GtkWidget *bar = show (self, GTK_MESSAGE_ERROR, what, error->message,
                         _ (advice->next), &action);
  /* It may say which of the words are too many. */
  if (g_error_matches (error, VQD_ERROR, VQD_ERROR_REQUEST))
    g_object_set_data (G_OBJECT (bar), QUOTES_KEY, GINT_TO_POINTER (TRUE));
}

void
vqd_message_area_show_message (VqdMessageArea *self, GtkMessageType type,
                               const char *what, const char *why,
                               const char *next, const char *action,
                               const char *id)
{
  const Advice button = { NULL, action, id };

  show (self, type, what, why, next, &button);
}

void
vqd_message_area_clear (VqdMessageArea *self)
{
  gtk_container_foreach (GTK_CONTAINER (self),
                         (GtkCallback) (GCallback) gtk_widget_destroy, NULL);
}

char *
vqd_message_area_get_diagnostics (VqdMessageArea *self, gboolean with_prompt)
{
  g_autoptr (GList) bars = gtk_container_get_children (GTK_CONTAINER (self));

  return diagnose (self, bars != NULL ? bars->data : NULL, with_prompt);
}
