/* SPDX-License-Identifier: GPL-3.0-or-later */
/* safetensors: 8 bytes of header length, a JSON header, the tensors' bytes.
 *
 * { "__metadata__": { "key": "text" },
 *   "NAME": { "dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12] } } */
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-json.h"
#include "core/io/vqd-weights-reader.h"

/* The published models' headers have 100 kB. */
#define MAX_HEADER_BYTES (64 << 20)
#define LENGTH_BYTES 8

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* One file, while it is read. */
typedef struct
{
  VqdWeights *weights;
  const guint8 *data; /* of the tensors */
  guint64 data_bytes;
  VqdRename rename;
  gpointer user_data;
} Reading;


static gboolean
read_shape (JsonObject *entry, VqdTensor *tensor, GError **error)
{
  JsonNode *node = json_object_get_member (entry, "shape");

  if (node == NULL || ! JSON_NODE_HOLDS_ARRAY (node))
    {
      MODEL_ERROR (error, _ ("tensor %s has no shape"), tensor->name);
      return FALSE;
    }

  JsonArray *shape = json_node_get_array (node);
  const guint rank = json_array_get_length (shape);
  if (rank > VQD_MAX_RANK)
    {
      MODEL_ERROR (error,
                   _ ("tensor %s has %u dimensions, at most %d are known"),
                   tensor->name, rank, VQD_MAX_RANK);
      return FALSE;
    }

  tensor->rank = (int) rank;
  for (guint i = 0; i < rank; i++)
    {
      JsonNode *size = json_array_get_element (shape, i);

      tensor->shape[i] =
          JSON_NODE_HOLDS_VALUE (size) ? json_node_get_int (size) : -1;
    }
  return TRUE;
}

/* The one place where an offset of the file becomes a pointer. */
static gboolean
read_data (const Reading *self, JsonObject *entry, VqdTensor *tensor,
           GError **error)
{
  JsonNode *node = json_object_get_member (entry, "data_offsets");
  gint64 begin = -1;
  gint64 end = -1;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node) &&
      json_array_get_length (json_node_get_array (node)) == 2)
    {
      begin = json_array_get_int_element (json_node_get_array (node), 0);
      end = json_array_get_int_element (json_node_get_array (node), 1);
    }

  if (begin < 0 || end < begin)
    {
      MODEL_ERROR (error, _ ("tensor %s has no valid data_offsets"),
                   tensor->name);
      return FALSE;
    }
  if ((guint64) end > self->data_bytes)
    {
      MODEL_ERROR (error,
                   _ ("the file is cut short: tensor %s ends at byte %lld "
                      "of the data, and there are %llu. Copy or download the "
                      "model again."),
                   tensor->name, (long long) end,
                   (unsigned long long) self->data_bytes);
      return FALSE;
    }

  tensor->data = self->data + begin;
  tensor->n_bytes = (guint64) (end - begin);
  return TRUE;
}

static gboolean
read_tensor (const Reading *self, const char *name, JsonNode *node,
             GError **error)
{
  VqdTensor tensor = { .name = name };

  if (! JSON_NODE_HOLDS_OBJECT (node))
    {
      MODEL_ERROR (error, _ ("tensor %s is not an object"), name);
      return FALSE;
    }

  JsonObject *entry = json_node_get_object (node);
  const char *dtype =
      json_object_get_string_member_with_default (entry, "dtype", "none");
  if (! vqd_dtype_from_name (dtype, &tensor.dtype))
    {
      MODEL_ERROR (error,
                   _ ("tensor %s has the number type %s, which is not known"),
                   name, dtype);
      return FALSE;
    }
  if (! read_shape (entry, &tensor, error) ||
      ! read_data (self, entry, &tensor, error))
    return FALSE;

  g_autofree char *kept = self->rename == NULL
                              ? g_strdup (name)
                              : self->rename (name, self->user_data);
  if (kept == NULL)
    return TRUE;
  tensor.name = kept;
  return vqd_weights_add (self->weights, &tensor, error);
}

static void
read_metadata (VqdWeights *weights, JsonNode *node)
{
  if (! JSON_NODE_HOLDS_OBJECT (node))
    return;

  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) keys = json_object_get_members (object);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      JsonNode *value = json_object_get_member (object, key->data);

      if (JSON_NODE_HOLDS_VALUE (value) &&
          json_node_get_value_type (value) == G_TYPE_STRING)
        vqd_weights_set_metadata (weights, key->data,
                                  json_node_get_string (value));
    }
}

gboolean
vqd_safetensors_read (VqdWeights *weights, const char *path, VqdRename rename,
                      gpointer user_data, GError **error)
{
  Reading self = { .weights = weights,
                   .rename = rename,
                   .user_data = user_data };
  const guint8 *bytes;
  guint64 n_bytes;
  guint64 header_bytes = 0;

  if (! vqd_weights_map_file (weights, path, &bytes, &n_bytes, error))
    return FALSE;
  if (n_bytes < LENGTH_BYTES)
    {
      MODEL_ERROR (error, _ ("the file is too short to be a model"));
      return FALSE;
    }
  memcpy (&header_bytes, bytes, LENGTH_BYTES);
  header_bytes = GUINT64_FROM_LE (header_bytes);
  if (header_bytes > MAX_HEADER_BYTES)
    {
      MODEL_ERROR (
          error, _ ("not a safetensors file: its header would have %llu bytes"),
          (unsigned long long) header_bytes);
      return FALSE;
    }
  if (header_bytes > n_bytes - LENGTH_BYTES)
    {
      MODEL_ERROR (error,
                   _ ("the file is cut short: its header has %llu bytes, the "
                      "whole file %llu. Copy or download the model again."),
                   (unsigned long long) header_bytes,
                   (unsigned long long) n_bytes);
      return FALSE;
    }

  g_autoptr (GError) why = NULL;
  g_autoptr (JsonNode) root =
      vqd_json_parse ((const char *) bytes + LENGTH_BYTES, header_bytes, &why);
  if (root == NULL)
    {
      MODEL_ERROR (error, _ ("not a safetensors file: its header: %s"),
                   why->message);
      return FALSE;
    }

  self.data = bytes + LENGTH_BYTES + header_bytes;
  self.data_bytes = n_bytes - LENGTH_BYTES - header_bytes;

  JsonObject *header = json_node_get_object (root);
  g_autoptr (GList) names = json_object_get_members (header);
  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *node = json_object_get_member (header, name->data);

      if (g_str_equal (name->data, "__metadata__"))
        read_metadata (weights, node);
      else if (! read_tensor (&self, name->data, node, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the reader ---- */

/* What no other reader knows is tried as safetensors, whose messages then say
 * what is wrong: its files have no mark of their own. */
static gboolean
probe (const char *path, const guint8 *start, gsize n_start)
{
  return start != NULL;
}

static gboolean
read_file (VqdWeights *weights, const char *path, GError **error)
{
  return vqd_safetensors_read (weights, path, NULL, NULL, error);
}

const VqdWeightsReader vqd_reader_safetensors = { "safetensors", probe,
                                                  read_file };
