/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-json.h"

#include "core/base/vqd-i18n.h"

#define MAX_DEPTH 64


/* The deepest nesting; brackets within strings do not count. */
static int
depth_of (const char *text, gsize n_bytes)
{
  gboolean in_string = FALSE;
  int depth = 0;
  int deepest = 0;

  for (gsize i = 0; i < n_bytes && deepest <= MAX_DEPTH; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = ! in_string;
      else if (! in_string && (text[i] == '[' || text[i] == '{'))
        {
          depth++;
          deepest = MAX (deepest, depth);
        }
      else if (! in_string && (text[i] == ']' || text[i] == '}'))
        depth--;
    }
  return deepest;
}

JsonNode *
vqd_json_parse (const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) why = NULL;
  JsonNode *root = NULL;

  if (! g_utf8_validate_len (text, n_bytes, NULL))
    g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, _ ("it is not UTF-8 text"));
  else if (depth_of (text, n_bytes) > MAX_DEPTH)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                 _ ("its JSON is nested more than %d deep"), MAX_DEPTH);
  else if (! json_parser_load_from_data (parser, text, (gssize) n_bytes, &why))
    g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, _ ("it is not JSON: %s"),
                 why->message);
  else if (root = json_parser_get_root (parser),
           root == NULL || ! JSON_NODE_HOLDS_OBJECT (root))
    g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                 _ ("its JSON is not an object"));
  else
    return json_parser_steal_root (parser);

  return NULL;
}

void
vqd_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
vqd_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
vqd_json_add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void
vqd_json_begin (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}
