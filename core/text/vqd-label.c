/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-label.h"

#include <string.h>

#include "core/base/vqd-i18n.h"
#include "vqd-labels-resources.h"

#define RESOURCE "/vqdiffusion/labels/imagenet.txt"
#define N_IMAGENET 1000
#define MAX_SHOWN 5


/* The names, or NULL for a model with other labels. */
static GStrv
load_names (int n_labels)
{
  if (n_labels < N_IMAGENET || n_labels > N_IMAGENET + 1)
    return NULL;

  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      vqd_labels_get_resource (), RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize n_bytes = 0;
  const char *text = g_bytes_get_data (bytes, &n_bytes);
  g_autofree char *copy = g_strndup (text, n_bytes);
  return g_strsplit (g_strchomp (copy), "\n", -1);
}

static int
find_number (const char *text, int n_labels, GError **error)
{
  const guint64 number = g_ascii_strtoull (text, NULL, 10);

  if (number < (guint64) n_labels)
    return (int) number;
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("There is no label %s; this model has 0 to %d."), text,
               n_labels - 1);
  return -1;
}

/* Exactly the name; else the one name that has text in it. */
static int
find_name (const char *text, GStrv names, GError **error)
{
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  g_autoptr (GString) near = g_string_new (NULL);
  int n_near = 0;
  int last = -1;

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = g_utf8_casefold (names[i], -1);

      if (g_str_equal (name, wanted))
        return i;
      if (strstr (name, wanted) == NULL)
        continue;
      last = i;
      if (n_near++ < MAX_SHOWN)
        g_string_append_printf (near, "%s%s (%d)", n_near > 1 ? ", " : "",
                                names[i], i);
    }
  if (n_near == 1)
    return last;

  if (n_near > MAX_SHOWN)
    g_string_append (near, ", ...");
  if (n_near == 0)
    g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                 _ ("There is no label \"%s\"; give an ImageNet name or a "
                    "number."),
                 text);
  else
    g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                 _ ("The label \"%s\" could be %s; give the whole name or the "
                    "number."),
                 text, near->str);
  return -1;
}

int
vqd_label_find (const char *text, int n_labels, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_auto (GStrv) names = load_names (n_labels);

  if (*trimmed == '\0')
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   names == NULL
                       ? _ ("This model draws classes: give a label, 0 to %d.")
                       : _ ("This model draws classes: give a label, 0 to %d "
                            "or a name."),
                   n_labels - 1);
      return -1;
    }
  if (strspn (trimmed, "0123456789") == strlen (trimmed))
    return find_number (trimmed, n_labels, error);
  if (names != NULL)
    return find_name (trimmed, names, error);

  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("The label \"%s\" is not a number; this model has 0 to %d."),
               trimmed, n_labels - 1);
  return -1;
}
