/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-quality-row.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEPS "steps"
#define MODELS_OWN -1
#define DRAFT_SHARE 0.4
#define BEST_TIMES 4
#define MIN_DRAFT 4

/* Themes show what is chosen by a shade that is hardly another. */
#define STYLE "button:checked { box-shadow: inset 0 -3px currentColor; }"

typedef enum
{
  DRAFT,
  BALANCED,
  BEST,
  OWN,
  N_LEVELS
} Level;

struct _VqdQualityRow
{
  GtkBox parent_instance;

  GObject *config;
  const VqdWork *work;
  GtkWidget *buttons[N_LEVELS];
  GtkWidget *cost;
  Level level;
  gboolean is_setting; /* something, by ourselves */
  gboolean knew_model;
};

G_DEFINE_TYPE (VqdQualityRow, vqd_quality_row, GTK_TYPE_BOX)

enum
{
  SET_OWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const names[N_LEVELS] = {
  [DRAFT] = N_ ("Draft"),
  [BALANCED] = N_ ("Balanced"),
  [BEST] = N_ ("Best"),
  /* Translators: a quality that is none of Draft, Balanced and Best: the user's
   * own number of steps */
  [OWN] = N_ ("Own"),
};

/* 0: not known. */
static int
steps_of (const VqdQualityRow *self, Level level)
{
  const int own = vqd_work_get_own_steps (self->work);
  const int most = MAX (own, self->work->info.n_steps);

  switch (level)
    {
    case DRAFT:
      return MIN (own, MAX (MIN_DRAFT, (int) lrint (DRAFT_SHARE * own)));
    case BEST:
      return MIN (most, BEST_TIMES * own);
    default:
      return own;
    }
}

static int
get_steps (const VqdQualityRow *self)
{
  int steps = MODELS_OWN;

  g_object_get (self->config, STEPS, &steps, NULL);
  return steps;
}

static void
set_steps (VqdQualityRow *self, Level level)
{
  self->is_setting = TRUE;
  g_object_set (self->config, STEPS,
                level == BALANCED ? MODELS_OWN : steps_of (self, level), NULL);
  self->is_setting = FALSE;
}

/* The level that the steps of the config are. Balanced comes first: where a
 * model has no better than its own, Best is that. */
static Level
find_level (const VqdQualityRow *self)
{
  const int steps = get_steps (self);

  if (steps == MODELS_OWN || steps == steps_of (self, BALANCED))
    return BALANCED;
  if (steps == steps_of (self, DRAFT))
    return DRAFT;

  return steps == steps_of (self, BEST) ? BEST : OWN;
}

/* ---- words ---- */

/* What a number of steps costs. (transfer full) */
static char *
describe (const VqdQualityRow *self, int steps)
{
  const int n = vqd_work_count_evaluations (self->work, self->config, steps);
  const double seconds = vqd_work_get_seconds (self->work, self->config, steps);
  g_autofree char *evaluations =
      /* Translators: how many times the model looks at a picture */
      g_strdup_printf (ngettext ("%d evaluation", "%d evaluations", n), n);

  if (! self->work->has_info)
    return g_strdup (_ ("Known when the model is open"));
  if (seconds < 0)
    return g_steal_pointer (&evaluations);

  g_autofree char *time = vqd_work_describe_seconds (seconds);
  /* Translators: "25 evaluations", and the time that a picture takes */
  return g_strdup_printf (_ ("%s, about %s a picture"), evaluations, time);
}

void
vqd_quality_row_update (VqdQualityRow *self)
{
  g_autofree char *text = describe (self, get_steps (self));

  gtk_label_set_text (GTK_LABEL (self->cost), text);
  for (Level level = DRAFT; level <= BEST; level++)
    {
      g_autofree char *cost = describe (
          self, level == BALANCED ? MODELS_OWN : steps_of (self, level));

      gtk_widget_set_tooltip_text (self->buttons[level], cost);
      atk_object_set_description (
          gtk_widget_get_accessible (self->buttons[level]), cost);
    }
  /* A model whose own way is the whole way has nothing better. */
  gtk_widget_set_sensitive (self->buttons[BEST],
                            steps_of (self, BEST) > steps_of (self, BALANCED));
  gtk_widget_set_sensitive (self->buttons[DRAFT], self->work->has_info);
}

/* ---- choosing ---- */

static void
show_level (VqdQualityRow *self)
{
  self->is_setting = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->buttons[self->level]),
                                TRUE);
  self->is_setting = FALSE;
}

static void
steps_changed (VqdQualityRow *self)
{
  if (self->is_setting)
    return;

  self->level = find_level (self);
  show_level (self);
}

static void
level_toggled (VqdQualityRow *self, GtkToggleButton *button)
{
  if (self->is_setting || ! gtk_toggle_button_get_active (button))
    return;

  for (Level level = DRAFT; level < N_LEVELS; level++)
    if (GTK_WIDGET (button) == self->buttons[level])
      self->level = level;
  if (self->level == OWN)
    g_signal_emit (self, signals[SET_OWN], 0);
  else
    set_steps (self, self->level);
}

void
vqd_quality_row_model_changed (VqdQualityRow *self)
{
  /* The first model says what a number from an earlier day means; from then on
   * the choice counts. */
  if (! self->knew_model || self->level == OWN)
    self->level = find_level (self);
  else if (self->work->has_info)
    set_steps (self, self->level);

  self->knew_model = self->knew_model || self->work->has_info;
  show_level (self);
  vqd_quality_row_update (self);
}

/* ---- the widgets ---- */

static void
add_widgets (VqdQualityRow *self)
{
  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();
  GtkWidget *first = NULL;

  gtk_css_provider_load_from_data (style, STYLE, -1, NULL);

  for (Level level = DRAFT; level < N_LEVELS; level++)
    {
      GtkWidget *button = gtk_radio_button_new_with_label_from_widget (
          (GtkRadioButton *) first, _ (names[level]));

      /* Looks like a button, is a radio button to keys and tools. */
      gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
      gtk_style_context_add_provider (gtk_widget_get_style_context (button),
                                      GTK_STYLE_PROVIDER (style),
                                      GTK_STYLE_PROVIDER_PRIORITY_USER + 1);
      g_signal_connect_swapped (button, "toggled", G_CALLBACK (level_toggled),
                                self);
      gtk_widget_show (button);
      gtk_box_pack_start (GTK_BOX (self), button, TRUE, TRUE, 0);
      self->buttons[level] = button;
      first = first != NULL ? first : button;
    }
  gtk_widget_set_tooltip_text (self->buttons[OWN],
                               _ ("A number of steps of your own"));

  self->cost = g_object_ref_sink (gtk_label_new (NULL));
  gtk_label_set_xalign (GTK_LABEL (self->cost), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->cost), TRUE);
  gtk_widget_show (self->cost);
}

/* The label is that of the group: its key goes to the button that is chosen. */
static gboolean
mnemonic_activate (GtkWidget *widget, gboolean group_cycling)
{
  VqdQualityRow *self = VQD_QUALITY_ROW (widget);

  gtk_widget_grab_focus (self->buttons[self->level]);
  return TRUE;
}

static void
finalize (GObject *object)
{
  VqdQualityRow *self = VQD_QUALITY_ROW (object);

  g_clear_object (&self->config);
  g_clear_object (&self->cost);
  G_OBJECT_CLASS (vqd_quality_row_parent_class)->finalize (object);
}

static void
vqd_quality_row_class_init (VqdQualityRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GTK_WIDGET_CLASS (klass)->mnemonic_activate = mnemonic_activate;
  signals[SET_OWN] =
      g_signal_new ("own", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_quality_row_init (VqdQualityRow *self)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)),
                               GTK_STYLE_CLASS_LINKED);
}

GtkWidget *
vqd_quality_row_new (GObject *config, const VqdWork *work)
{
  VqdQualityRow *self = g_object_new (VQD_TYPE_QUALITY_ROW, NULL);

  self->config = g_object_ref (config);
  self->work = work;
  add_widgets (self);
  g_signal_connect_object (config, "notify::" STEPS, G_CALLBACK (steps_changed),
                           self, G_CONNECT_SWAPPED);
  vqd_quality_row_model_changed (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

GtkWidget *
vqd_quality_row_get_cost (VqdQualityRow *self)
{
  return self->cost;
}
