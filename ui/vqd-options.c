/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-options.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "ui/vqd-file-row.h"
#include "ui/vqd-rows.h"
#include "ui/vqd-seed-row.h"
#include "ui/vqd-special-spin.h"

#define MODE(task) (1u << (task))
#define ALL G_MAXUINT
#define FROM_WORDS (MODE (VQD_TASK_GENERATE) | MODE (VQD_TASK_TILE))
#define EXPAND MODE (VQD_TASK_EXPAND)
#define SEAM (MODE (VQD_TASK_FILL) | EXPAND)
#define VARY MODE (VQD_TASK_VARY)
#define TILE MODE (VQD_TASK_TILE)
#define MODELS_OWN N_ ("The model's own")

typedef struct
{
  const char *name;
  const char *label;
  const char *needs; /* a property that config must have; NULL: none */
} Choice;

typedef enum
{
  KIND_SPIN,
  KIND_SPECIAL, /* a spin button whose lowest value is a word */
  KIND_SEED,
  KIND_COMBO,
  KIND_STRATEGY,
  KIND_ENTRY,
  KIND_CHECK,
  KIND_FILE,
  KIND_FOLDER
} Kind;

typedef struct
{
  const char *name;
  guint modes;
  Kind kind;
  double first; /* the lowest real number, of KIND_SPECIAL */
  double step;
  int digits;
  const char *text; /* the word, or the title of a file chooser */
  const Choice *choices;
} Option;

static const Choice target_labels[] = {
  { "layer", N_ ("New layers"), NULL },
  { "group", N_ ("A layer group"), NULL },
  /* no place for what belongs to a layer */
  { "image", N_ ("A new image"), "width" },
  { NULL, NULL, NULL },
};

static const Choice tiling_labels[] = {
  { "xy", N_ ("All edges"), NULL },
  { "x", N_ ("Left and right"), NULL },
  { "y", N_ ("Top and bottom"), NULL },
  { "none", N_ ("None"), NULL },
  { NULL, NULL, NULL },
};

static const Choice device_labels[] = {
  { "auto", N_ ("Automatic"), NULL },
  { "cpu", N_ ("Processor (CPU)"), NULL },
  { NULL, NULL, NULL },
};

/* The names come from the engine; one that is new there shows as it is. */
static const Choice strategy_labels[] = {
  { "auto", MODELS_OWN, NULL },
  { "original", N_ ("Original: parts in random order"), NULL },
  { "fast", N_ ("Fast: long steps"), NULL },
  { "few-tokens", N_ ("Few at a time: slow and careful"), NULL },
  { "purity", N_ ("Purity: the surest parts first"), NULL },
  { "halton", N_ ("Halton: parts far from each other"), NULL },
  { NULL, NULL, NULL },
};

/* For where a few words have room. */
static const Choice short_strategies[] = {
  { "original", N_ ("Original"), NULL },
  { "fast", N_ ("Fast"), NULL },
  { "few-tokens", N_ ("Few at a time"), NULL },
  { "purity", N_ ("Purity"), NULL },
  { "halton", N_ ("Halton"), NULL },
  { NULL, NULL, NULL },
};

static const Option options[] = {
  { "images", ALL, KIND_SPIN, 0, 1, 0, NULL, NULL },
  { "seed", ALL, KIND_SEED, 0, 1, 0, NULL, NULL },
  { "label", ALL, KIND_ENTRY, 0, 0, 0, NULL, NULL },
  { "target", ALL, KIND_COMBO, 0, 0, 0, NULL, target_labels },
  { "width", FROM_WORDS, KIND_SPECIAL, 1, 8, 0, MODELS_OWN, NULL },
  { "height", FROM_WORDS, KIND_SPECIAL, 1, 8, 0, MODELS_OWN, NULL },
  { "left", EXPAND, KIND_SPIN, 0, 8, 0, NULL, NULL },
  { "right", EXPAND, KIND_SPIN, 0, 8, 0, NULL, NULL },
  { "top", EXPAND, KIND_SPIN, 0, 8, 0, NULL, NULL },
  { "bottom", EXPAND, KIND_SPIN, 0, 8, 0, NULL, NULL },
  { "grow", SEAM, KIND_SPIN, 0, 1, 0, NULL, NULL },
  { "feather", SEAM, KIND_SPIN, 0, 1, 0, NULL, NULL },
  { "blend", SEAM, KIND_SPIN, 0, 1, 0, NULL, NULL },
  { "color-match", SEAM, KIND_CHECK, 0, 0, 0, NULL, NULL },
  { "strength", VARY, KIND_SPIN, 0, 0.05, 2, NULL, NULL },
  { "strength-last", VARY, KIND_SPECIAL, 0, 0.05, 2, N_ ("The same for all"),
    NULL },
  { "keep", VARY, KIND_SPECIAL, 0, 0.05, 2, N_ ("By strength"), NULL },
  { "tiling", TILE, KIND_COMBO, 0, 0, 0, NULL, tiling_labels },
  { "strategy", ALL, KIND_STRATEGY, 0, 0, 0, NULL, NULL },
  { "steps", ALL, KIND_SPECIAL, 1, 1, 0, MODELS_OWN, NULL },
  { "guidance", ALL, KIND_SPECIAL, 0, 0.5, 2, MODELS_OWN, NULL },
  { "truncation", ALL, KIND_SPECIAL, 0, 0.01, 2, MODELS_OWN, NULL },
  { "top-k", ALL, KIND_SPECIAL, 0, 1, 0, MODELS_OWN, NULL },
  { "purity-weight", ALL, KIND_SPECIAL, 0, 0.1, 2, MODELS_OWN, NULL },
  { "model", ALL, KIND_FILE, 0, 0, 0, N_ ("Model File"), NULL },
  { "device", ALL, KIND_COMBO, 0, 0, 0, NULL, device_labels },
  { "threads", ALL, KIND_SPECIAL, 1, 1, 0, N_ ("All"), NULL },
  { "memory-limit", ALL, KIND_SPECIAL, 1, 256, 0, N_ ("Automatic"), NULL },
  { "output-folder", FROM_WORDS, KIND_FOLDER, 0, 0, 0,
    N_ ("Folder for the Pictures"), NULL },
  { "file-template", FROM_WORDS, KIND_ENTRY, 0, 0, 0, NULL, NULL },
  { "keep-settings", ALL, KIND_CHECK, 0, 0, 0, NULL, NULL },
  { "mark-image", ALL, KIND_CHECK, 0, 0, 0, NULL, NULL },
  { "fail-on-cut", ALL, KIND_CHECK, 0, 0, 0, NULL, NULL },
};

static const Option *
find_option (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_str_equal (options[i].name, name))
      return &options[i];

  g_return_val_if_reached (NULL);
}

static gboolean
has (GObject *config, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), property) !=
         NULL;
}

/* ---- choices ---- */

static void
append_choice (GtkListStore *store, const char *name, const char *label)
{
  gtk_list_store_insert_with_values (store, NULL, -1, 0, name, 1, label, -1);
}

static const char *
choice_label (const Choice *choices, const char *name)
{
  for (; choices->name != NULL; choices++)
    if (g_str_equal (choices->name, name))
      return _ (choices->label);

  return name;
}

static GtkWidget *
new_combo (GObject *config, const Option *option)
{
  g_autoptr (GtkListStore) store =
      gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
  const char *const *names = vqd_strategy_names ();

  for (int i = 0; option->kind == KIND_STRATEGY && names[i] != NULL; i++)
    append_choice (store, names[i], choice_label (strategy_labels, names[i]));
  for (const Choice *choice = option->choices;
       choice != NULL && choice->name != NULL; choice++)
    if (choice->needs == NULL || has (config, choice->needs))
      append_choice (store, choice->name, _ (choice->label));

  GtkWidget *combo = gimp_prop_string_combo_box_new (
      config, option->name, GTK_TREE_MODEL (store), 0, 1);
  g_object_set (combo, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  return combo;
}

/* ---- rows ---- */

static GtkWidget *
new_widget (GObject *config, const Option *option)
{
  switch (option->kind)
    {
    case KIND_SPIN:
      return gimp_prop_spin_button_new (config, option->name, option->step,
                                        8 * option->step, option->digits);
    case KIND_SPECIAL:
      return vqd_special_spin_new (config, option->name, option->first,
                                   option->step, 10 * option->step,
                                   option->digits, _ (option->text));
    case KIND_COMBO:
    case KIND_STRATEGY:
      return new_combo (config, option);
    case KIND_ENTRY:
      return gimp_prop_entry_new (config, option->name, -1);
    case KIND_FILE:
      return vqd_file_row_new (config, option->name,
                               GTK_FILE_CHOOSER_ACTION_OPEN, _ (option->text),
                               _ ("The first that is found"));
    case KIND_FOLDER:
      return vqd_file_row_new (config, option->name,
                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                               _ (option->text), _ ("Do not save"));
    case KIND_CHECK:
      return gimp_prop_check_button_new (config, option->name, NULL);
    case KIND_SEED:
      return vqd_seed_row_new (config, option->name);
    }

  g_return_val_if_reached (NULL);
}

GtkWidget *
vqd_options_add (GtkWidget *rows, GObject *config, const char *name)
{
  const Option *option = find_option (name);

  if (! has (config, name))
    return NULL;

  GtkWidget *widget = new_widget (config, option);
  if (option->kind == KIND_CHECK)
    vqd_rows_add_wide (rows, config, name, widget);
  else if (option->kind == KIND_SEED)
    vqd_rows_add_box (rows, config, name, widget,
                      vqd_seed_row_get_spin (VQD_SEED_ROW (widget)));
  else if (VQD_IS_FILE_ROW (widget))
    vqd_rows_add_box (rows, config, name, widget,
                      vqd_file_row_get_button (VQD_FILE_ROW (widget)));
  else
    vqd_rows_add (rows, config, name, widget);

  return widget;
}

gboolean
vqd_options_belongs (const char *name, VqdTask mode)
{
  return (find_option (name)->modes & MODE (mode)) != 0;
}

/* The model's own number of an option, as text; NULL: it has none. */
static char *
own_number (const char *name, const VqdModelInfo *info)
{
  const struct
  {
    const char *name;
    double value;
  } numbers[] = {
    { "width", info->width_px },
    { "height", info->height_px },
    { "steps", info->steps },
    { "guidance", info->guidance },
    { "truncation", info->truncation },
    { "top-k", info->top_k },
    { "purity-weight", info->purity_weight },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].name, name))
      return g_strdup_printf ("%g", numbers[i].value);

  return NULL;
}

static void
show_own_strategy (GtkComboBox *combo, const char *label)
{
  GtkTreeModel *model = gtk_combo_box_get_model (combo);
  GtkTreeIter iter;

  /* "auto" is the first. */
  if (gtk_tree_model_get_iter_first (model, &iter))
    gtk_list_store_set (GTK_LIST_STORE (model), &iter, 1, label, -1);
}

void
vqd_options_show_own (GtkWidget *widget, const char *name,
                      const VqdModelInfo *info)
{
  const Option *option = find_option (name);
  const gboolean is_strategy = option->kind == KIND_STRATEGY;
  g_autofree char *own = NULL;
  g_autofree char *text = NULL;

  if (info != NULL)
    own = is_strategy
              ? g_strdup (choice_label (short_strategies, info->strategy))
              : own_number (name, info);
  text = own != NULL
             /* Translators: "The model's own", and what that is: a number, or
              * the name of a strategy */
             ? g_strdup_printf (_ ("%s: %s"), _ (MODELS_OWN), own)
             : g_strdup (_ (MODELS_OWN));

  if (is_strategy)
    show_own_strategy (GTK_COMBO_BOX (widget), text);
  else if (option->kind == KIND_SPECIAL &&
           g_strcmp0 (option->text, MODELS_OWN) == 0)
    vqd_special_spin_set_text (widget, text);
}

const char *
vqd_options_get_device_label (const char *name)
{
  return choice_label (device_labels, name);
}
