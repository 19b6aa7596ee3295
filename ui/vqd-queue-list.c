/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-queue-list.h"

#include <glib/gi18n.h>

#define SPACING_PX 6
#define MAX_HEIGHT_PX 110

typedef enum
{
  ACTION_UP,
  ACTION_DOWN,
  ACTION_CANCEL
} Action;

typedef struct
{
  guint run;
  GtkWidget *row;
  GtkLabel *label;
  GtkWidget *buttons[ACTION_CANCEL + 1];
} Row;

struct _VqdQueueList
{
  GtkBox parent_instance;

  GtkListBox *list;
  GPtrArray *rows; /* Row, in their order */
};

G_DEFINE_FINAL_TYPE (VqdQueueList, vqd_queue_list, GTK_TYPE_BOX)

typedef struct
{
  const char *icon;
  const char *tooltip;
} ActionText;

static const ActionText action_texts[] = {
  { "go-up-symbolic", N_ ("Draw earlier") },
  { "go-down-symbolic", N_ ("Draw later") },
  { "process-stop-symbolic", N_ ("Cancel this run") },
};

static guint move_signal = 0;
static guint cancel_signal = 0;

static void
button_clicked (GtkWidget *button, VqdQueueList *self)
{
  const guint run =
      GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "vqd-run"));
  const Action action = (Action) GPOINTER_TO_INT (
      g_object_get_data (G_OBJECT (button), "vqd-action"));

  if (action == ACTION_CANCEL)
    g_signal_emit (self, cancel_signal, 0, run);
  else
    g_signal_emit (self, move_signal, 0, run, action == ACTION_UP ? -1 : 1);
}

static GtkWidget *
new_button (VqdQueueList *self, guint run, Action action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (action_texts[action].icon,
                                                     GTK_ICON_SIZE_MENU);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, _ (action_texts[action].tooltip));
  g_object_set_data (G_OBJECT (button), "vqd-run", GUINT_TO_POINTER (run));
  g_object_set_data (G_OBJECT (button), "vqd-action", GINT_TO_POINTER (action));
  g_signal_connect (button, "clicked", G_CALLBACK (button_clicked), self);
  return button;
}

static Row *
new_row (VqdQueueList *self, guint run)
{
  Row *row = g_new0 (Row, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *label = gtk_label_new (NULL);

  row->run = run;
  row->row = gtk_list_box_row_new ();
  row->label = GTK_LABEL (label);
  gtk_label_set_xalign (row->label, 0);
  gtk_label_set_ellipsize (row->label, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_margin_start (label, SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  for (int i = 0; i <= ACTION_CANCEL; i++)
    {
      row->buttons[i] = new_button (self, run, (Action) i);
      gtk_box_pack_start (GTK_BOX (box), row->buttons[i], FALSE, FALSE, 0);
    }
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row->row), FALSE);
  gtk_container_add (GTK_CONTAINER (row->row), box);
  gtk_widget_show_all (row->row);
  return row;
}

static void
vqd_queue_list_finalize (GObject *object)
{
  VqdQueueList *self = VQD_QUEUE_LIST (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (vqd_queue_list_parent_class)->finalize (object);
}

static void
vqd_queue_list_class_init (VqdQueueListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vqd_queue_list_finalize;
  move_signal =
      g_signal_new ("move", VQD_TYPE_QUEUE_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT);
  cancel_signal =
      g_signal_new ("cancel", VQD_TYPE_QUEUE_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
vqd_queue_list_init (VqdQueueList *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *list = gtk_list_box_new ();

  self->list = GTK_LIST_BOX (list);
  self->rows = g_ptr_array_new_with_free_func (g_free);
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  atk_object_set_name (gtk_widget_get_accessible (list), _ ("Queue"));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (window), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (window),
                                              MAX_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), list);
  gtk_box_pack_start (GTK_BOX (self), window, TRUE, TRUE, 0);
  gtk_widget_show_all (window);
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
}

GtkWidget *
vqd_queue_list_new (void)
{
  return g_object_new (VQD_TYPE_QUEUE_LIST, NULL);
}

/* Whether the rows are of the same runs in the same order: then they stay, and
 * the focus with them. */
static gboolean
are_same (VqdQueueList *self, const VqdQueueRow *rows, int n_rows)
{
  if ((int) self->rows->len != n_rows)
    return FALSE;
  for (int i = 0; i < n_rows; i++)
    if (((Row *) self->rows->pdata[i])->run != rows[i].run)
      return FALSE;

  return TRUE;
}

static void
show_row (const Row *row, const VqdQueueRow *what, gboolean is_first,
          gboolean is_last)
{
  AtkObject *accessible = gtk_widget_get_accessible (row->row);
  g_autofree char *count =
      g_strdup_printf (ngettext ("%d picture left", "%d pictures left",
                                 (unsigned long) what->n_left),
                       what->n_left);
  g_autofree char *text =
      what->is_working
          /* Translators: a run: its prompt, and what is left of it */
          ? g_strdup_printf (_ ("Now: %s (%s)"), what->title, count)
          /* Translators: a run: its prompt, and what is left of it */
          : g_strdup_printf (_ ("%s (%s)"), what->title, count);

  gtk_label_set_text (row->label, text);
  atk_object_set_name (accessible, text);
  gtk_widget_set_sensitive (row->buttons[ACTION_UP], ! is_first);
  gtk_widget_set_sensitive (row->buttons[ACTION_DOWN], ! is_last);
  for (int i = 0; i <= ACTION_CANCEL; i++)
    {
      /* Translators: for screen readers: what the button does, to what */
      g_autofree char *name = g_strdup_printf (
          _ ("%s: %s"), _ (action_texts[i].tooltip), what->title);

      atk_object_set_name (gtk_widget_get_accessible (row->buttons[i]), name);
    }
}

/* The button of a run that has the focus; -1 when none has. */
static int
focused_button (VqdQueueList *self, guint *run)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = self->rows->pdata[i];

      for (int action = 0; action <= ACTION_CANCEL; action++)
        if (gtk_widget_is_focus (row->buttons[action]))
          {
            *run = row->run;
            return action;
          }
    }
  return -1;
}

static void
refocus (VqdQueueList *self, guint run, int action)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = self->rows->pdata[i];

      if (row->run == run)
        gtk_widget_grab_focus (gtk_widget_get_sensitive (row->buttons[action])
                                   ? row->buttons[action]
                                   : row->buttons[ACTION_CANCEL]);
    }
}

void
vqd_queue_list_set (VqdQueueList *self, const VqdQueueRow *rows, int n_rows)
{
  guint focus_run = 0;
  int focus_action = -1;

  if (! are_same (self, rows, n_rows))
    {
      focus_action = focused_button (self, &focus_run);
      for (guint i = 0; i < self->rows->len; i++)
        gtk_widget_destroy (((Row *) self->rows->pdata[i])->row);
      g_ptr_array_set_size (self->rows, 0);
      for (int i = 0; i < n_rows; i++)
        {
          Row *row = new_row (self, rows[i].run);

          g_ptr_array_add (self->rows, row);
          gtk_container_add (GTK_CONTAINER (self->list), row->row);
        }
    }

  for (int i = 0; i < n_rows; i++)
    show_row (self->rows->pdata[i], &rows[i], i == 0, i == n_rows - 1);
  if (focus_action >= 0)
    refocus (self, focus_run, focus_action);
  gtk_widget_set_visible (GTK_WIDGET (self), n_rows > 1);
}
