/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config like a procedure's: the window's arguments, as far as widgets know
 * them. */
#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "core/vqd.h"
#include "tests/ui/ui-test.h"

typedef enum
{
  KIND_STRING,
  KIND_INT,
  KIND_DOUBLE,
  KIND_BOOLEAN,
  KIND_FILE
} Kind;

typedef struct
{
  const char *name;
  const char *nick;
  Kind kind;
  const char *text;
  double first;
  double min;
  double max;
} Argument;

static const Argument arguments[] = {
  { "prompt", "_Prompt", KIND_STRING, "", 0, 0, 0 },
  { "negative-prompt", "Negative p_rompt", KIND_STRING, "", 0, 0, 0 },
  { "label", "Label", KIND_STRING, "", 0, 0, 0 },
  { "images", "_Number of pictures", KIND_INT, NULL, 1, 1, VQD_MAX_IMAGES },
  { "seed", "S_eed", KIND_INT, NULL, -1, -1, VQD_MAX_SEED },
  { "strength", "Stren_gth", KIND_DOUBLE, NULL, 0.6, 0, 1 },
  { "strength-last", "Strength of the _last", KIND_DOUBLE, NULL, -1, -1, 1 },
  { "keep", "_Fixed share", KIND_DOUBLE, NULL, -1, -1, 1 },
  { "strategy", "S_trategy", KIND_STRING, "auto", 0, 0, 0 },
  { "steps", "_Steps", KIND_INT, NULL, -1, -1, VQD_MAX_STEPS },
  { "guidance", "G_uidance", KIND_DOUBLE, NULL, -1, -1, 20 },
  { "truncation", "Truncat_ion", KIND_DOUBLE, NULL, -1, -1, 1 },
  { "top-k", "Ma_ximum of codes", KIND_INT, NULL, -1, -1, 1 << 20 },
  { "purity-weight", "Purit_y weight", KIND_DOUBLE, NULL, -1, -1, 10 },
  { "left", "Pixels on the _left", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "top", "Pixels above", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "right", "Pixels on the right", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "bottom", "Pixels below", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "grow", "_Grow", KIND_INT, NULL, 8, 0, VQD_MAX_BORDER_PX },
  { "feather", "Feat_her", KIND_INT, NULL, 0, 0, VQD_MAX_BORDER_PX },
  { "blend", "Blend _width", KIND_INT, NULL, 8, 0, VQD_MAX_BORDER_PX },
  { "color-match", "Match the colours around", KIND_BOOLEAN, NULL, 1, 0, 0 },
  { "tiling", "Ti_ling", KIND_STRING, "xy", 0, 0, 0 },
  { "width", "_Width", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "height", "_Height", KIND_INT, NULL, 0, 0, VQD_MAX_SIZE_PX },
  { "target", "Pl_ace in", KIND_STRING, "layer", 0, 0, 0 },
  { "keep-settings", "_Keep prompt and settings in the layers", KIND_BOOLEAN,
    NULL, 1, 0, 0 },
  { "mark-image", "Mark the image as _made by a model", KIND_BOOLEAN, NULL, 0,
    0, 0 },
  { "fail-on-cut", "Re_ject a prompt that is too long", KIND_BOOLEAN, NULL, 0,
    0, 0 },
  { "output-folder", "Save to _folder", KIND_FILE, NULL, 0, 0, 0 },
  { "file-template", "File names _like", KIND_STRING, "{prompt}-{seed}", 0, 0,
    0 },
  { "model", "_Model", KIND_FILE, NULL, 0, 0, 0 },
  { "device", "_Device", KIND_STRING, "auto", 0, 0, 0 },
  { "memory-limit", "Memory limit (Mi_B)", KIND_INT, NULL, 0, 0, 1 << 24 },
  { "threads", "Pr_ocessor cores", KIND_INT, NULL, 0, 0, 1024 },
  { "template", "Template", KIND_STRING, "", 0, 0, 0 },
  { "show-advanced", "Show advanced settings", KIND_BOOLEAN, NULL, 0, 0, 0 },
};

struct _UiConfig
{
  GObject parent_instance;

  GValue values[G_N_ELEMENTS (arguments)];
};

G_DEFINE_TYPE_WITH_CODE (UiConfig, ui_config, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GIMP_TYPE_CONFIG, NULL))

static GParamSpec *
new_pspec (const Argument *argument)
{
  const char *name = argument->name;
  /* The arguments' own words, which the catalogues have. */
  const char *nick = g_dgettext ("vqdiffusion", argument->nick);
  const char *blurb = nick;

  switch (argument->kind)
    {
    case KIND_STRING:
      return g_param_spec_string (name, nick, blurb, argument->text,
                                  GIMP_CONFIG_PARAM_FLAGS);
    case KIND_INT:
      return g_param_spec_int (name, nick, blurb, (int) argument->min,
                               (int) argument->max, (int) argument->first,
                               GIMP_CONFIG_PARAM_FLAGS);
    case KIND_DOUBLE:
      return g_param_spec_double (name, nick, blurb, argument->min,
                                  argument->max, argument->first,
                                  GIMP_CONFIG_PARAM_FLAGS);
    case KIND_BOOLEAN:
      return g_param_spec_boolean (name, nick, blurb, argument->first != 0,
                                   GIMP_CONFIG_PARAM_FLAGS);
    case KIND_FILE:
      return gimp_param_spec_file (name, nick, blurb,
                                   GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL,
                                   GIMP_CONFIG_PARAM_FLAGS);
    }

  return NULL;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_copy (&UI_CONFIG (object)->values[id - 1], value);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_value_copy (value, &UI_CONFIG (object)->values[id - 1]);
}

static void
finalize (GObject *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    g_value_unset (&UI_CONFIG (object)->values[i]);
  G_OBJECT_CLASS (ui_config_parent_class)->finalize (object);
}

static void
ui_config_class_init (UiConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->finalize = finalize;
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    g_object_class_install_property (object_class, (guint) i + 1,
                                     new_pspec (&arguments[i]));
}

static void
ui_config_init (UiConfig *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (
          G_OBJECT_GET_CLASS (self), arguments[i].name);

      g_value_init (&self->values[i], pspec->value_type);
      g_param_value_set_default (pspec, &self->values[i]);
    }
}

GObject *
ui_config_new (void)
{
  return g_object_new (UI_TYPE_CONFIG, NULL);
}
