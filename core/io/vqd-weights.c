/* SPDX-License-Identifier: GPL-3.0-or-later */
/* safetensors: 8 bytes of header length, a JSON header, the tensors' bytes.
 *
 * { "__metadata__": { "key": "text" },
 *   "NAME": { "dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12] } } */
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/base/vqd-arena.h"
#include "core/io/vqd-weights.h"

/* The published models' headers have 100 kB. */
#define MAX_HEADER_BYTES (64 << 20)
#define LENGTH_BYTES 8

struct _VqdWeights
{
  GMappedFile *map;
  char *path;
  const guint8 *data; /* of the tensors */
  guint64 data_bytes;
  GArray *tensors;     /* VqdTensor, in the file's order */
  GHashTable *by_name; /* name (owned) -> index + 1 */
  GHashTable *metadata;
  GPtrArray *widened; /* float vectors made from F16, BF16 */
};

static const struct
{
  const char *name;
  VqdDtype dtype;
  gsize n_bytes;
} dtypes[] = {
  { "F32", VQD_DTYPE_F32, 4 },   { "F16", VQD_DTYPE_F16, 2 },
  { "BF16", VQD_DTYPE_BF16, 2 }, { "I8", VQD_DTYPE_I8, 1 },
  { "U8", VQD_DTYPE_U8, 1 },     { "U16", VQD_DTYPE_U16, 2 },
  { "I32", VQD_DTYPE_I32, 4 },   { "I64", VQD_DTYPE_I64, 8 },
  { "F64", VQD_DTYPE_F64, 8 },
};

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)


gsize
vqd_dtype_bytes (VqdDtype dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i].dtype == dtype)
      return dtypes[i].n_bytes;
  g_return_val_if_reached (0);
}

static float
float_of_f16 (guint16 half)
{
  const guint32 sign = (guint32) (half & 0x8000) << 16;
  const guint32 exponent = (half >> 10) & 0x1f;
  const guint32 fraction = half & 0x3ff;
  guint32 bits;
  float value;

  if (exponent == 0)
    {
      value = (float) fraction * 0x1p-24f;
      return sign ? -value : value;
    }
  if (exponent == 31)
    bits = sign | 0x7f800000u | fraction << 13;
  else
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static float
float_of_bf16 (guint16 half)
{
  const guint32 bits = (guint32) half << 16;
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

void
vqd_matrix_to_float (const VqdMatrix *matrix, float *out)
{
  for (gint64 r = 0; r < matrix->n_rows; r++)
    for (gint64 c = 0; c < matrix->n_cols; c++)
      {
        const gint64 i = r * matrix->n_cols + c;

        switch (matrix->dtype)
          {
          case VQD_DTYPE_F32:
            out[i] = ((const float *) matrix->data)[i];
            break;
          case VQD_DTYPE_F16:
            out[i] = float_of_f16 (((const guint16 *) matrix->data)[i]);
            break;
          case VQD_DTYPE_BF16:
            out[i] = float_of_bf16 (((const guint16 *) matrix->data)[i]);
            break;
          case VQD_DTYPE_I8:
            out[i] = ((const gint8 *) matrix->data)[i] * matrix->scale[r];
            break;
          default:
            g_assert_not_reached ();
          }
      }
}

/* ---- reading the header ---------------------------------------------- */

static gboolean
read_shape (JsonObject *entry, VqdTensor *tensor, guint64 *n_elements,
            GError **error)
{
  JsonNode *node = json_object_get_member (entry, "shape");

  if (node == NULL || ! JSON_NODE_HOLDS_ARRAY (node))
    {
      MODEL_ERROR (error, "tensor %s has no shape", tensor->name);
      return FALSE;
    }

  JsonArray *shape = json_node_get_array (node);
  const guint rank = json_array_get_length (shape);
  if (rank > VQD_MAX_RANK)
    {
      MODEL_ERROR (error, "tensor %s has %u dimensions, at most %d are known",
                   tensor->name, rank, VQD_MAX_RANK);
      return FALSE;
    }

  tensor->rank = (int) rank;
  *n_elements = 1;
  for (guint i = 0; i < rank; i++)
    {
      JsonNode *size = json_array_get_element (shape, i);
      const gint64 n =
          JSON_NODE_HOLDS_VALUE (size) ? json_node_get_int (size) : -1;

      if (n < 0 || n > G_MAXINT32 ||
          ! vqd_size_mul (*n_elements, (guint64) n, n_elements))
        {
          MODEL_ERROR (error, "tensor %s has an impossible shape",
                       tensor->name);
          return FALSE;
        }
      tensor->shape[i] = n;
    }
  return TRUE;
}

static gboolean
read_dtype (JsonObject *entry, VqdTensor *tensor, GError **error)
{
  const char *name =
      json_object_get_string_member_with_default (entry, "dtype", "none");

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (name, dtypes[i].name))
      {
        tensor->dtype = dtypes[i].dtype;
        return TRUE;
      }

  MODEL_ERROR (error, "tensor %s has the number type %s, which is not known",
               tensor->name, name);
  return FALSE;
}

/* The one place where an offset of the file becomes a pointer. */
static gboolean
read_data (VqdWeights *self, JsonObject *entry, guint64 n_elements,
           VqdTensor *tensor, GError **error)
{
  JsonNode *node = json_object_get_member (entry, "data_offsets");
  gint64 begin = -1;
  gint64 end = -1;
  guint64 n_bytes = 0;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node) &&
      json_array_get_length (json_node_get_array (node)) == 2)
    {
      begin = json_array_get_int_element (json_node_get_array (node), 0);
      end = json_array_get_int_element (json_node_get_array (node), 1);
    }

  if (begin < 0 || end < begin)
    {
      MODEL_ERROR (error, "tensor %s has no valid data_offsets", tensor->name);
      return FALSE;
    }
  if ((guint64) end > self->data_bytes)
    {
      MODEL_ERROR (
          error,
          "the file is cut short: tensor %s ends at byte %" G_GINT64_FORMAT
          " of the data, and there are %" G_GUINT64_FORMAT
          ". Copy or download the model again.",
          tensor->name, end, self->data_bytes);
      return FALSE;
    }

  const gsize element_bytes = vqd_dtype_bytes (tensor->dtype);
  if (! vqd_size_mul (n_elements, element_bytes, &n_bytes) ||
      n_bytes != (guint64) (end - begin))
    {
      MODEL_ERROR (error, "tensor %s: shape and data_offsets do not agree",
                   tensor->name);
      return FALSE;
    }
  if ((guintptr) (self->data + begin) % element_bytes != 0)
    {
      MODEL_ERROR (error, "tensor %s is not aligned", tensor->name);
      return FALSE;
    }

  tensor->data = self->data + begin;
  tensor->n_bytes = n_bytes;
  return TRUE;
}

static gboolean
read_tensor (VqdWeights *self, const char *name, JsonNode *node, GError **error)
{
  VqdTensor tensor = { .name = g_strdup (name) };
  guint64 n_elements = 0;

  /* The table owns the name, whether the tensor is good or not. */
  g_hash_table_insert (self->by_name, (char *) tensor.name,
                       GUINT_TO_POINTER (self->tensors->len + 1));
  if (! JSON_NODE_HOLDS_OBJECT (node))
    {
      MODEL_ERROR (error, "tensor %s is not an object", name);
      return FALSE;
    }

  JsonObject *entry = json_node_get_object (node);
  if (! read_dtype (entry, &tensor, error) ||
      ! read_shape (entry, &tensor, &n_elements, error) ||
      ! read_data (self, entry, n_elements, &tensor, error))
    return FALSE;

  g_array_append_val (self->tensors, tensor);
  return TRUE;
}

static void
read_metadata (VqdWeights *self, JsonNode *node)
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
        g_hash_table_insert (self->metadata, g_strdup (key->data),
                             json_node_dup_string (value));
    }
}

static gboolean
read_header (VqdWeights *self, GError **error)
{
  const guint8 *bytes = (const guint8 *) g_mapped_file_get_contents (self->map);
  const guint64 n_bytes = g_mapped_file_get_length (self->map);
  guint64 header_bytes = 0;

  if (n_bytes < LENGTH_BYTES)
    {
      MODEL_ERROR (error, "the file is too short to be a model");
      return FALSE;
    }
  memcpy (&header_bytes, bytes, LENGTH_BYTES);
  header_bytes = GUINT64_FROM_LE (header_bytes);
  if (header_bytes > MAX_HEADER_BYTES)
    {
      MODEL_ERROR (
          error,
          "not a safetensors file: its header would have %" G_GUINT64_FORMAT
          " bytes",
          header_bytes);
      return FALSE;
    }
  if (header_bytes > n_bytes - LENGTH_BYTES)
    {
      MODEL_ERROR (error,
                   "the file is cut short: its header has %" G_GUINT64_FORMAT
                   " bytes, the whole file %" G_GUINT64_FORMAT
                   ". Copy or download the model again.",
                   header_bytes, n_bytes);
      return FALSE;
    }

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) why = NULL;
  if (! json_parser_load_from_data (parser, (const char *) bytes + LENGTH_BYTES,
                                    (gssize) header_bytes, &why))
    {
      MODEL_ERROR (error, "not a safetensors file: %s", why->message);
      return FALSE;
    }

  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || ! JSON_NODE_HOLDS_OBJECT (root))
    {
      MODEL_ERROR (error,
                   "not a safetensors file: its header is not an object");
      return FALSE;
    }

  self->data = bytes + LENGTH_BYTES + header_bytes;
  self->data_bytes = n_bytes - LENGTH_BYTES - header_bytes;

  JsonObject *header = json_node_get_object (root);
  g_autoptr (GList) names = json_object_get_members (header);
  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *node = json_object_get_member (header, name->data);

      if (g_str_equal (name->data, "__metadata__"))
        read_metadata (self, node);
      else if (! read_tensor (self, name->data, node, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- public ---------------------------------------------------------- */

VqdWeights *
vqd_weights_open (const char *path, GError **error)
{
  g_autoptr (VqdWeights) self = g_new0 (VqdWeights, 1);

  self->path = g_strdup (path);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (VqdTensor));
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->metadata =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->widened = g_ptr_array_new_with_free_func (g_free);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      MODEL_ERROR (error, "%s is a folder; a model is a .safetensors file",
                   path);
      return NULL;
    }

  g_autoptr (GError) why = NULL;
  self->map = g_mapped_file_new (path, FALSE, &why);
  if (self->map == NULL)
    {
      g_set_error (error, VQD_ERROR,
                   g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                       ? VQD_ERROR_NOT_FOUND
                       : VQD_ERROR_MODEL,
                   "The model cannot be opened: %s", why->message);
      return NULL;
    }
  if (! read_header (self, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&self); /* only whole objects leave this function */
}

void
vqd_weights_free (VqdWeights *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tensors, g_array_unref);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->metadata, g_hash_table_unref);
  g_clear_pointer (&self->widened, g_ptr_array_unref);
  g_clear_pointer (&self->map, g_mapped_file_unref);
  g_free (self->path);
  g_free (self);
}

const char *
vqd_weights_get_metadata (const VqdWeights *self, const char *key)
{
  return g_hash_table_lookup (self->metadata, key);
}

const char *
vqd_weights_get_path (const VqdWeights *self)
{
  return self->path;
}

guint64
vqd_weights_get_file_bytes (const VqdWeights *self)
{
  return g_mapped_file_get_length (self->map);
}

gint64
vqd_weights_get_n_parameters (const VqdWeights *self)
{
  gint64 n = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    {
      const VqdTensor *tensor = &g_array_index (self->tensors, VqdTensor, i);

      if (! g_str_has_suffix (tensor->name, ".scale"))
        n += (gint64) (tensor->n_bytes / vqd_dtype_bytes (tensor->dtype));
    }
  return n;
}

const VqdTensor *
vqd_weights_find (const VqdWeights *self, const char *name)
{
  const guint index =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));

  return index == 0 ? NULL
                    : &g_array_index (self->tensors, VqdTensor, index - 1);
}

const VqdTensor *
vqd_weights_get_tensors (const VqdWeights *self, guint *n)
{
  *n = self->tensors->len;
  return (const VqdTensor *) self->tensors->data;
}

static char *
shape_text (const VqdTensor *tensor)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < tensor->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i == 0 ? "" : "x",
                            tensor->shape[i]);
  return g_string_free (text, FALSE);
}

static const VqdTensor *
find_joined (const VqdWeights *self, const char *prefix, const char *name,
             GError **error)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  const VqdTensor *tensor = vqd_weights_find (self, full);

  if (tensor == NULL)
    MODEL_ERROR (error, "%s: tensor %s is missing", self->path, full);
  return tensor;
}

static gboolean
find_scale (const VqdWeights *self, const VqdTensor *tensor, VqdMatrix *matrix,
            GError **error)
{
  const VqdTensor *scale = find_joined (self, tensor->name, ".scale", error);

  if (scale == NULL)
    return FALSE;
  if (scale->dtype != VQD_DTYPE_F32 || scale->rank < 1 ||
      scale->n_bytes != (gsize) matrix->n_rows * sizeof (float))
    {
      MODEL_ERROR (error, "%s: tensor %s: expected %d F32 numbers, a row each",
                   self->path, scale->name, matrix->n_rows);
      return FALSE;
    }
  matrix->scale = scale->data;
  return TRUE;
}

gboolean
vqd_weights_matrix (const VqdWeights *self, const char *prefix,
                    const char *name, int n_rows, int n_cols, VqdMatrix *matrix,
                    GError **error)
{
  const VqdTensor *tensor = find_joined (self, prefix, name, error);

  if (tensor == NULL)
    return FALSE;

  gint64 cols = 1;
  for (int i = 1; i < tensor->rank && cols <= G_MAXINT32; i++)
    cols *= tensor->shape[i];

  if (tensor->rank < 1 || cols > G_MAXINT32 || tensor->n_bytes == 0 ||
      (n_rows >= 0 && tensor->shape[0] != n_rows) ||
      (n_cols >= 0 && cols != n_cols))
    {
      g_autofree char *found = shape_text (tensor);
      g_autofree char *rows =
          n_rows < 0 ? g_strdup ("any") : g_strdup_printf ("%d", n_rows);
      g_autofree char *columns =
          n_cols < 0 ? g_strdup ("any") : g_strdup_printf ("%d", n_cols);

      MODEL_ERROR (error, "%s: tensor %s: expected %sx%s, found %s", self->path,
                   tensor->name, rows, columns, found);
      return FALSE;
    }
  if (tensor->dtype != VQD_DTYPE_F32 && tensor->dtype != VQD_DTYPE_F16 &&
      tensor->dtype != VQD_DTYPE_BF16 && tensor->dtype != VQD_DTYPE_I8)
    {
      MODEL_ERROR (error,
                   "%s: tensor %s: weights are F32, F16, BF16 or I8 numbers",
                   self->path, tensor->name);
      return FALSE;
    }

  *matrix = (VqdMatrix){ .data = tensor->data,
                         .dtype = tensor->dtype,
                         .n_rows = (int) tensor->shape[0],
                         .n_cols = (int) cols };
  return tensor->dtype != VQD_DTYPE_I8 ||
         find_scale (self, tensor, matrix, error);
}

/* Rank 1 (n_cols 0) or 2, widened where it must be. */
static const float *
find_floats (VqdWeights *self, const char *prefix, const char *name, int n_rows,
             int n_cols, GError **error)
{
  const VqdTensor *tensor = find_joined (self, prefix, name, error);
  const int rank = n_cols == 0 ? 1 : 2;

  if (tensor == NULL)
    return NULL;

  if (tensor->dtype != VQD_DTYPE_F32 && tensor->dtype != VQD_DTYPE_F16 &&
      tensor->dtype != VQD_DTYPE_BF16)
    {
      MODEL_ERROR (error, "%s: tensor %s: expected F32, F16 or BF16 numbers",
                   self->path, tensor->name);
      return NULL;
    }
  if (n_rows <= 0 || tensor->rank != rank || tensor->shape[0] != n_rows ||
      (rank == 2 && tensor->shape[1] != n_cols))
    {
      g_autofree char *found = shape_text (tensor);
      g_autofree char *cols =
          rank == 1 ? g_strdup ("") : g_strdup_printf ("x%d", n_cols);

      MODEL_ERROR (error, "%s: tensor %s: expected %d%s, found %s", self->path,
                   tensor->name, n_rows, cols, found);
      return NULL;
    }
  if (tensor->dtype == VQD_DTYPE_F32)
    return tensor->data;

  const VqdMatrix matrix = { .data = tensor->data,
                             .dtype = tensor->dtype,
                             .n_rows = n_rows,
                             .n_cols = rank == 1 ? 1 : n_cols };
  float *wide = g_new (float, (gsize) matrix.n_rows *(gsize) matrix.n_cols);
  vqd_matrix_to_float (&matrix, wide);
  g_ptr_array_add (self->widened, wide);
  return wide;
}

const float *
vqd_weights_vector (VqdWeights *self, const char *prefix, const char *name,
                    int n, GError **error)
{
  return find_floats (self, prefix, name, n, 0, error);
}

const float *
vqd_weights_table (VqdWeights *self, const char *prefix, const char *name,
                   int n_rows, int n_cols, GError **error)
{
  return find_floats (self, prefix, name, n_rows, n_cols, error);
}
