/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-prompt-templates.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define FOLDER "vqdiffusion"
#define FILE_NAME "prompt-templates"
#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define MAX_FILE_BYTES (1 << 18)
#define MAX_NAME_CHARS 60
#define SLOT "{prompt}"

typedef struct
{
  const char *name;
  const char *text;
} BuiltIn;

/* The texts are the models' language, as the prompt is: not translated. */
static const BuiltIn built_in[] = {
  { N_ ("Photograph"), "a photograph of {prompt}" },
  { N_ ("Oil painting"), "an oil painting of {prompt}" },
  { N_ ("Watercolour"), "a watercolour painting of {prompt}" },
  { N_ ("Pencil drawing"), "a pencil drawing of {prompt}" },
  { N_ ("Flat icon"), "{prompt}, flat icon, simple shapes" },
  { N_ ("Texture"), "{prompt} texture, seen from above" },
};

static char *
file_path (void)
{
  return g_build_filename (g_get_user_config_dir (), FOLDER, FILE_NAME, NULL);
}

static void
template_free (gpointer data)
{
  VqdTemplate *template = data;

  g_free (template->name);
  g_free (template->label);
  g_free (template->text);
  g_free (template);
}

static VqdTemplate *
template_new (const char *name, const char *label, const char *text,
              gboolean is_own)
{
  VqdTemplate *template = g_new0 (VqdTemplate, 1);

  template->name = g_strdup (name);
  template->label = g_strdup (label);
  template->text = g_strdup (text);
  template->is_own = is_own;
  return template;
}

static VqdTemplate *
find (const GPtrArray *templates, const char *name)
{
  for (guint i = 0; i < templates->len; i++)
    {
      VqdTemplate *template = g_ptr_array_index (templates, i);

      if (g_str_equal (template->name, name))
        return template;
    }
  return NULL;
}

/* ---- the file ---- */

/* The file's lines, none when there is no file. NULL: it is there, and is not
 * ours to change. */
static char **
read_lines (GError **error)
{
  g_autofree char *path = file_path ();
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) read_error = NULL;
  gsize n_bytes = 0;

  if (! g_file_get_contents (path, &text, &n_bytes, &read_error))
    {
      if (g_error_matches (read_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_new0 (char *, 1);
      g_propagate_error (error, g_steal_pointer (&read_error));
      return NULL;
    }
  if (n_bytes > MAX_FILE_BYTES || ! g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   _ ("\"%s\" is no file of templates: it is too long, or no "
                      "UTF-8 text."),
                   shown);
      return NULL;
    }

  return g_strsplit (text, "\n", -1);
}

/* NULL for a comment and what else is no template. */
static VqdTemplate *
parse_line (const char *line)
{
  const char *equals = strchr (line, '=');

  if (equals == NULL)
    return NULL;

  g_autofree char *name = g_strstrip (g_strndup (line, equals - line));
  g_autofree char *text = g_strstrip (g_strdup (equals + 1));
  return vqd_prompt_templates_is_valid (name, text)
             ? template_new (name, name, text, TRUE)
             : NULL;
}

/* Lines without the one of this name, and with it at the end when text is not
 * NULL. */
static gboolean
change (const char *name, const char *text, GError **error)
{
  g_autofree char *path = file_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (GStrv) lines = read_lines (error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (lines == NULL)
    return FALSE;

  for (char **line = lines; *line != NULL; line++)
    {
      VqdTemplate *template = parse_line (*line);
      const gboolean is_this =
          template != NULL && g_str_equal (template->name, name);

      g_clear_pointer (&template, template_free);
      /* The last line's end makes an empty one. */
      if (! is_this && (line[0][0] != '\0' || line[1] != NULL))
        g_string_append_printf (out, "%s\n", *line);
    }
  if (text != NULL)
    g_string_append_printf (out, "%s = %s\n", name, text);

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    {
      const int saved = errno;
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved),
                   _ ("\"%s\" cannot be written: %s"), shown,
                   g_strerror (saved));
      return FALSE;
    }
  return g_file_set_contents_full (path, out->str, (gssize) out->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE,
                                   error);
}

GPtrArray *
vqd_prompt_templates_read (void)
{
  GPtrArray *templates = g_ptr_array_new_with_free_func (template_free);
  g_auto (GStrv) lines = read_lines (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (built_in); i++)
    g_ptr_array_add (templates,
                     template_new (built_in[i].name, _ (built_in[i].name),
                                   built_in[i].text, FALSE));
  for (char **line = lines; lines != NULL && *line != NULL; line++)
    {
      VqdTemplate *own = parse_line (*line);
      VqdTemplate *same = own != NULL ? find (templates, own->name) : NULL;

      if (same != NULL)
        g_ptr_array_remove (templates, same);
      if (own != NULL)
        g_ptr_array_add (templates, own);
    }

  return templates;
}

gboolean
vqd_prompt_templates_is_valid (const char *name, const char *text)
{
  g_autofree char *plain_name = g_strstrip (g_strdup (name));
  g_autofree char *plain_text = g_strstrip (g_strdup (text));

  return plain_name[0] != '\0' && plain_name[0] != '#' &&
         strpbrk (plain_name, "=\r\n") == NULL &&
         g_utf8_validate (plain_name, -1, NULL) &&
         g_utf8_strlen (plain_name, -1) <= MAX_NAME_CHARS &&
         plain_text[0] != '\0' && strpbrk (plain_text, "\r\n") == NULL;
}

gboolean
vqd_prompt_templates_add (const char *name, const char *text, GError **error)
{
  g_autofree char *plain_name = g_strstrip (g_strdup (name));
  g_autofree char *plain_text = g_strstrip (g_strdup (text));

  g_return_val_if_fail (vqd_prompt_templates_is_valid (name, text), FALSE);
  return change (plain_name, plain_text, error);
}

gboolean
vqd_prompt_templates_remove (const char *name, GError **error)
{
  return change (name, NULL, error);
}

void
vqd_prompt_templates_split (const char *text, char **before, char **after)
{
  const char *slot = text != NULL ? strstr (text, SLOT) : NULL;

  if (slot != NULL)
    {
      *before = g_strndup (text, slot - text);
      *after = g_strdup (slot + strlen (SLOT));
    }
  else
    {
      *before = g_strdup ("");
      *after = text != NULL && text[0] != '\0' ? g_strconcat (", ", text, NULL)
                                               : g_strdup ("");
    }
}
