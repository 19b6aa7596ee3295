/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-settings-panel.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "ui/vqd-device-note.h"
#include "ui/vqd-expander.h"
#include "ui/vqd-options.h"
#include "ui/vqd-preset-buttons.h"
#include "ui/vqd-quality-row.h"
#include "ui/vqd-rows.h"
#include "ui/vqd-seed-row.h"
#include "ui/vqd-work.h"

#define SPACING_PX 12
#define STEPS "steps"
#define SEED "seed"
#define MODEL "model"
#define WIDTH "width"
#define SHOW_ADVANCED "show-advanced"

/* From what an artist changes often to what one sets once. */
static const char *const main_options[] = {
  "images", "seed",        "strength", "strength-last", "keep",   "left",
  "right",  "top",         "bottom",   "tiling",        "grow",   "feather",
  "blend",  "color-match", WIDTH,      "height",        "target", NULL
};
static const char *const advanced_options[] = {
  "strategy",      STEPS,           "guidance",      "truncation",
  "top-k",         "purity-weight", "label",         "device",
  "threads",       "memory-limit",  "output-folder", "file-template",
  "keep-settings", "mark-image",    "fail-on-cut",   NULL
};

typedef struct
{
  const char *name;
  GtkWidget *widget;
} Row;

struct _VqdSettingsPanel
{
  GtkBox parent_instance;

  GObject *config;
  VqdWork work;
  GArray *rows; /* Row */
  GtkWidget *quality;
  GtkWidget *seed; /* NULL: config has none */
  GtkWidget *steps;
  GtkWidget *model_label;
  GtkWidget *device_note; /* NULL: config has no device */
  GtkWidget *expander;
  GFile *model_file; /* config's, of which the name is known */
  gboolean must_reveal; /* what was unfolded, when it has its place */
  char *model_name;
};

G_DEFINE_TYPE (VqdSettingsPanel, vqd_settings_panel, GTK_TYPE_BOX)

enum
{
  ESTIMATE_CHANGED,
  CHOOSE_MODEL,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has (const VqdSettingsPanel *self, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (self->config),
                                       property) != NULL;
}

static int
get_int (const VqdSettingsPanel *self, const char *property, int fallback)
{
  int value = fallback;

  if (has (self, property))
    g_object_get (self->config, property, &value, NULL);
  return value;
}

/* ---- the estimate ---- */

static void
update (VqdSettingsPanel *self)
{
  if (self->quality != NULL)
    vqd_quality_row_update (VQD_QUALITY_ROW (self->quality));
  g_signal_emit (self, signals[ESTIMATE_CHANGED], 0);
}

static void
update_label (GtkLabel *label, VqdSettingsPanel *self)
{
  g_autofree char *text = vqd_settings_panel_get_estimate (self);

  gtk_label_set_text (label, text);
}

/* ---- the model ---- */

static void
update_model (VqdSettingsPanel *self)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *base = NULL;

  if (self->model_label == NULL)
    return;

  g_object_get (self->config, MODEL, &file, NULL);
  if (file != NULL)
    base = g_file_get_basename (file);
  g_autofree char *shown =
      base != NULL ? g_filename_display_name (base) : g_strdup ("");
  gtk_label_set_text (GTK_LABEL (self->model_label),
                      self->model_name != NULL ? self->model_name
                      : shown[0] != '\0'       ? shown
                                               : _ ("The first that is found"));
}

static void
choose_model (VqdSettingsPanel *self)
{
  g_signal_emit (self, signals[CHOOSE_MODEL], 0);
}

static gboolean
is_same_file (GFile *a, GFile *b)
{
  return a == b || (a != NULL && b != NULL && g_file_equal (a, b));
}

/* With another file, what is known is of the one before. Presets and resets
 * set the same one again. */
static void
model_changed (VqdSettingsPanel *self)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (self->config, MODEL, &file, NULL);
  if (is_same_file (file, self->model_file))
    return;

  g_set_object (&self->model_file, file);
  g_clear_pointer (&self->model_name, g_free);
  update_model (self);
}

static void
add_model (VqdSettingsPanel *self, GtkWidget *rows)
{
  GtkWidget *button = gtk_button_new ();

  self->model_label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->model_label),
                           PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (self->model_label), 0.0);
  gtk_container_add (GTK_CONTAINER (button), self->model_label);
  gtk_widget_show (self->model_label);
  vqd_rows_add (rows, self->config, MODEL, button);
  g_object_get (self->config, MODEL, &self->model_file, NULL);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (choose_model), self);
  g_signal_connect_object (self->config, "notify::" MODEL,
                           G_CALLBACK (model_changed), self, G_CONNECT_SWAPPED);
  update_model (self);
}

/* ---- rows ---- */

static void
add_options (VqdSettingsPanel *self, GtkWidget *rows, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      Row row = { *names, vqd_options_add (rows, self->config, *names) };

      if (row.widget == NULL)
        continue;

      g_array_append_val (self->rows, row);
      if (g_str_equal (*names, SEED))
        self->seed = row.widget;
      if (g_str_equal (*names, STEPS))
        self->steps = row.widget;
      if (g_str_equal (*names, "device"))
        {
          self->device_note = vqd_device_note_new (self->config);
          vqd_rows_append (rows, self->device_note);
        }
    }
}

static void
show_mode (VqdSettingsPanel *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);

      gtk_widget_set_visible (row->widget,
                              vqd_options_belongs (row->name, self->work.mode));
    }
}

/* "Own" of the qualities. */
static void
go_to_steps (VqdSettingsPanel *self)
{
  gtk_expander_set_expanded (GTK_EXPANDER (self->expander), TRUE);
  gtk_widget_grab_focus (self->steps);
}

static void
add_quality (VqdSettingsPanel *self, GtkWidget *rows)
{
  self->quality = vqd_quality_row_new (self->config, &self->work);
  vqd_rows_add_labelled (rows, _ ("_Quality:"), self->quality, self->quality);
  vqd_rows_append (rows,
                   vqd_quality_row_get_cost (VQD_QUALITY_ROW (self->quality)));
  g_signal_connect_swapped (self->quality, "own", G_CALLBACK (go_to_steps),
                            self);
}

static void
failed (VqdSettingsPanel *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
add_presets (VqdSettingsPanel *self, GtkWidget *rows)
{
  GtkWidget *presets = vqd_preset_buttons_new (self->config);

  g_signal_connect_swapped (presets, "failed", G_CALLBACK (failed), self);
  vqd_rows_add_labelled (rows, _ ("Settings:"), presets, presets);
}

/* ---- Advanced ---- */

static void
expander_toggled (VqdSettingsPanel *self)
{
  self->must_reveal = gtk_expander_get_expanded (GTK_EXPANDER (self->expander));
}

/* What was unfolded below the edge would seem not to be there. */
static void
expander_placed (VqdSettingsPanel *self)
{
  GtkWidget *window =
      gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  int y = 0;

  if (! self->must_reveal || window == NULL)
    return;

  self->must_reveal = FALSE;
  gtk_widget_translate_coordinates (self->expander, GTK_WIDGET (self), 0, 0,
                                    NULL, &y);
  gtk_adjustment_set_value (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window)), y);
}

static void
add_advanced (VqdSettingsPanel *self, GtkWidget *main_rows)
{
  GtkWidget *rows = vqd_rows_new ();

  vqd_rows_align (rows, main_rows);
  add_options (self, rows, advanced_options);
  gtk_widget_set_margin_top (rows, SPACING_PX / 2);
  self->expander = vqd_expander_new (_ ("Ad_vanced"), rows);
  if (has (self, SHOW_ADVANCED))
    g_object_bind_property (self->config, SHOW_ADVANCED, self->expander,
                            "expanded",
                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_signal_connect_swapped (self->expander, "notify::expanded",
                            G_CALLBACK (expander_toggled), self);
  g_signal_connect_data (self->expander, "size-allocate",
                         G_CALLBACK (expander_placed), self, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (self), self->expander, FALSE, FALSE, 0);
}

static void
add_widgets (VqdSettingsPanel *self)
{
  GtkWidget *rows = vqd_rows_new ();

  if (has (self, STEPS))
    add_quality (self, rows);
  add_options (self, rows, main_options);
  if (has (self, MODEL))
    add_model (self, rows);
  if (GIMP_IS_CONFIG (self->config))
    add_presets (self, rows);
  gtk_box_pack_start (GTK_BOX (self), rows, FALSE, FALSE, 0);
  add_advanced (self, rows);
}

static void
finalize (GObject *object)
{
  VqdSettingsPanel *self = VQD_SETTINGS_PANEL (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->rows, g_array_unref);
  g_clear_object (&self->model_file);
  g_free (self->model_name);
  vqd_work_clear (&self->work);
  G_OBJECT_CLASS (vqd_settings_panel_parent_class)->finalize (object);
}

static guint
new_signal (VqdSettingsPanelClass *klass, const char *name)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                       NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_settings_panel_class_init (VqdSettingsPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[ESTIMATE_CHANGED] = new_signal (klass, "estimate-changed");
  signals[CHOOSE_MODEL] = new_signal (klass, "choose-model");
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_settings_panel_init (VqdSettingsPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  /* What is hidden stays so when a window shows all. */
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
  vqd_work_init (&self->work);
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
}

GtkWidget *
vqd_settings_panel_new (GObject *config)
{
  VqdSettingsPanel *self = g_object_new (VQD_TYPE_SETTINGS_PANEL, NULL);

  self->config = g_object_ref (config);
  add_widgets (self);
  show_mode (self);
  g_signal_connect_object (config, "notify", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

void
vqd_settings_panel_set_mode (VqdSettingsPanel *self, VqdTask mode)
{
  self->work.mode = mode;
  show_mode (self);
  update (self);
}

void
vqd_settings_panel_set_model (VqdSettingsPanel *self, const VqdModelInfo *info,
                              const char *device)
{
  vqd_work_set_info (&self->work, info);
  g_free (self->model_name);
  self->model_name = info != NULL ? g_strdup (info->name) : NULL;
  update_model (self);
  if (self->device_note != NULL)
    vqd_device_note_set_model (VQD_DEVICE_NOTE (self->device_note), info,
                               device);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);

      vqd_options_show_own (row->widget, row->name, info);
    }
  if (self->quality != NULL)
    vqd_quality_row_model_changed (VQD_QUALITY_ROW (self->quality));
  update (self);
}

void
vqd_settings_panel_set_speed (VqdSettingsPanel *self, double per_evaluation,
                              double beside)
{
  self->work.per_evaluation = per_evaluation;
  self->work.beside = beside;
  update (self);
}

void
vqd_settings_panel_set_work (VqdSettingsPanel *self, double share,
                             int n_windows)
{
  self->work.share = CLAMP (share, 0.0, 1.0);
  self->work.n_windows = MAX (n_windows, 1);
  update (self);
}

void
vqd_settings_panel_set_last_seed (VqdSettingsPanel *self, gint64 seed)
{
  if (self->seed != NULL)
    vqd_seed_row_set_last (VQD_SEED_ROW (self->seed), seed);
}

gboolean
vqd_settings_panel_has_size (VqdSettingsPanel *self)
{
  return has (self, WIDTH) && vqd_options_belongs (WIDTH, self->work.mode);
}

void
vqd_settings_panel_go_to_size (VqdSettingsPanel *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);

      if (g_str_equal (row->name, WIDTH))
        gtk_widget_grab_focus (row->widget);
    }
}

double
vqd_settings_panel_get_seconds (VqdSettingsPanel *self)
{
  const double seconds = vqd_work_get_seconds (&self->work, self->config,
                                               get_int (self, STEPS, -1));

  return seconds < 0 ? -1 : seconds * get_int (self, "images", 1);
}

char *
vqd_settings_panel_get_estimate (VqdSettingsPanel *self)
{
  const int n = get_int (self, "images", 1);
  const double seconds = vqd_settings_panel_get_seconds (self);
  g_autofree char *pictures =
      g_strdup_printf (ngettext ("%d picture", "%d pictures", n), n);

  if (seconds < 0)
    return g_steal_pointer (&pictures);

  g_autofree char *time = vqd_work_describe_seconds (seconds);
  /* Translators: "4 pictures", and the time they take together */
  return g_strdup_printf (_ ("%s: about %s"), pictures, time);
}

GtkWidget *
vqd_settings_panel_new_estimate_label (VqdSettingsPanel *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  g_signal_connect_object (self, "estimate-changed", G_CALLBACK (update_label),
                           label, G_CONNECT_SWAPPED);
  update_label (GTK_LABEL (label), self);
  gtk_widget_show (label);

  return label;
}
