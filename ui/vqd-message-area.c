/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-message-area.h"

#include <glib/gi18n.h>

#include "ui/vqd-diagnostics-button.h"
#include "ui/vqd-diagnostics.h"
#include "ui/vqd-error-advice.h"

#define SPACING_PX 6
#define MAX_MESSAGES 3
#define TEXT_CHARS 40
#define RESPONSE_ACTION 1
#define KEY_KEY "vqd-key" /* its text, by which a message is the same */
#define ID_KEY "vqd-id"   /* of its action */
#define QUOTES_KEY "vqd-quotes"

/* The buttons of a message. */
typedef struct
{
  const char *action; /* label; NULL: none */
  const char *id;     /* of the action */
  VqdDiagnose diagnose;
} Buttons;

struct _VqdMessageArea
{
  GtkBox parent_instance;

  GObject *config;
  VqdModelInfo *info; /* NULL: none is open */
  gboolean can_resize;
};

G_DEFINE_TYPE (VqdMessageArea, vqd_message_area, GTK_TYPE_BOX)

enum
{
  ACTION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- diagnostics ---- */

/* Of a message's bar; NULL: of none. (transfer full) */
static char *
diagnose (VqdMessageArea *self, GtkWidget *bar, gboolean with_prompt)
{
  const char *error =
      bar != NULL ? g_object_get_data (G_OBJECT (bar), KEY_KEY) : NULL;
  const gboolean quotes =
      bar != NULL && g_object_get_data (G_OBJECT (bar), QUOTES_KEY) != NULL;

  return vqd_diagnostics_new (self->config, self->info, error, quotes,
                              with_prompt);
}

static char *
diagnose_bar (gboolean with_prompt, gpointer bar)
{
  GtkWidget *area = gtk_widget_get_parent (bar);

  return diagnose (VQD_MESSAGE_AREA (area), bar, with_prompt);
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
  /* GIMP's themes give upright boxes the colour of windows. */
  gtk_style_context_remove_class (gtk_widget_get_style_context (texts),
                                  GTK_STYLE_CLASS_VERTICAL);
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

/* What helps most comes first. */
static void
add_buttons (VqdMessageArea *self, GtkWidget *bar, const Buttons *buttons)
{
  GtkWidget *box = gtk_info_bar_get_action_area (GTK_INFO_BAR (bar));
  const gboolean is_first = buttons->diagnose == VQD_DIAGNOSE_FIRST;

  /* Beside each other, translated ones would widen the window. */
  gtk_orientable_set_orientation (GTK_ORIENTABLE (box),
                                  GTK_ORIENTATION_VERTICAL);
  if (is_first)
    gtk_container_add (GTK_CONTAINER (box),
                       vqd_diagnostics_button_new (_ ("Copy _Diagnostics…"),
                                                   diagnose_bar, bar));
  if (buttons->action != NULL)
    gtk_info_bar_add_button (GTK_INFO_BAR (bar), buttons->action,
                             RESPONSE_ACTION);
  if (buttons->diagnose == VQD_DIAGNOSE_BESIDE)
    gtk_container_add (
        GTK_CONTAINER (box),
        vqd_diagnostics_button_new (_ ("_Diagnostics…"), diagnose_bar, bar));
  gtk_info_bar_add_button (GTK_INFO_BAR (bar), _ ("C_lose"),
                           GTK_RESPONSE_CLOSE);
}

static GtkWidget *
show (VqdMessageArea *self, GtkMessageType type, const char *what,
      const char *why, const char *next, const Buttons *buttons)
{
  g_autofree char *key = g_strjoin ("\n", what, why, NULL);
  GtkWidget *bar = new_bar (self, type, what, why, next);

  make_room (self, key);
  add_buttons (self, bar, buttons);
  g_object_set_data_full (G_OBJECT (bar), KEY_KEY, g_strdup (key), g_free);
  g_object_set_data_full (G_OBJECT (bar), ID_KEY, g_strdup (buttons->id),
                          g_free);
  gtk_widget_show_all (bar);
  gtk_box_pack_start (GTK_BOX (self), bar, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (self), bar, 0);

  return bar;
}

static void
finalize (GObject *object)
{
  VqdMessageArea *self = VQD_MESSAGE_AREA (object);

  vqd_model_info_free (self->info);
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
  vqd_model_info_free (self->info);
  self->info = info != NULL ? vqd_model_info_copy (info) : NULL;
}

void
vqd_message_area_set_can_resize (VqdMessageArea *self, gboolean can_resize)
{
  self->can_resize = can_resize;
}

void
vqd_message_area_show_error (VqdMessageArea *self, const char *what,
                             const GError *error, const char *retry)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  const VqdAdvice *advice =
      vqd_error_advise (error, self->can_resize && retry != NULL);
  const gboolean is_retry = g_str_equal (advice->id, VQD_ADVICE_RETRY);
  const gboolean has_action = ! is_retry || retry != NULL;
  const Buttons buttons = {
    .action = has_action ? _ (advice->action) : NULL,
    .id = is_retry ? retry : advice->id,
    .diagnose = advice->diagnose,
  };
  GtkWidget *bar = show (self, GTK_MESSAGE_ERROR, what, error->message,
                         _ (advice->next), &buttons);
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
  const Buttons buttons = { action, id, VQD_DIAGNOSE_NOT };

  show (self, type, what, why, next, &buttons);
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
