/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-asked.h"

#include <glib/gi18n.h>

#include "plugin/vqd-names.h"
#include "plugin/vqd-output.h"
#include "plugin/vqd-settings.h"

typedef struct
{
  const char *name; /* of the config's property */
  GValue value;
} Setting;

static void
setting_free (gpointer data)
{
  Setting *setting = data;

  g_value_unset (&setting->value);
  g_free (setting);
}

static GPtrArray *
read_settings (GObject *config)
{
  GPtrArray *settings = g_ptr_array_new_with_free_func (setting_free);
  guint n_properties = 0;
  g_autofree GParamSpec **properties = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (config), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    if (properties[i]->owner_type == G_OBJECT_TYPE (config) &&
        vqd_settings_are_of_picture (properties[i]->name))
      {
        Setting *setting = g_new0 (Setting, 1);

        setting->name = properties[i]->name;
        g_value_init (&setting->value, properties[i]->value_type);
        g_object_get_property (config, setting->name, &setting->value);
        g_ptr_array_add (settings, setting);
      }
  return settings;
}

static void
set_prompt (VqdArgs *args, const char *prompt)
{
  g_free (args->prompt);
  args->prompt = g_strdup (prompt);
  args->request.prompt = args->prompt;
}

VqdAsked *
vqd_asked_new (GimpProcedureConfig *config, VqdTask task, const char *prompt,
               GError **error)
{
  g_autoptr (VqdAsked) self = g_new0 (VqdAsked, 1);

  self->n_refs = 1;
  self->args = vqd_args_new_from_config (config, task, error);
  if (self->args == NULL || ! vqd_output_check (self->args, error))
    return NULL;

  set_prompt (self->args, prompt);
  if (self->args->request.seed < 0)
    self->args->request.seed = g_random_int () & VQD_MAX_SEED;
  self->settings = read_settings (G_OBJECT (config));
  self->title = vqd_names_shorten (prompt);
  if (self->title[0] == '\0')
    {
      g_free (self->title);
      self->title = g_strdup (_ ("No prompt"));
    }
  return g_steal_pointer (&self);
}

VqdAsked *
vqd_asked_ref (VqdAsked *self)
{
  self->n_refs++;
  return self;
}

void
vqd_asked_unref (VqdAsked *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  g_clear_pointer (&self->args, vqd_args_free);
  g_clear_pointer (&self->canvas, vqd_canvas_io_free);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  g_free (self->title);
  g_free (self);
}

void
vqd_asked_restore (const VqdAsked *self, GimpProcedureConfig *config,
                   gint64 seed)
{
  for (guint i = 0; i < self->settings->len; i++)
    {
      const Setting *setting = self->settings->pdata[i];

      g_object_set_property (G_OBJECT (config), setting->name, &setting->value);
    }
  g_object_set (config, "seed", (int) seed, NULL);
}
