/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/vqd-arena.h"
#include "core/base/vqd-i18n.h"
#include "core/io/vqd-diffusers.h"
#include "core/io/vqd-torch.h"
#include "core/io/vqd-weights-reader.h"

static const VqdWeightsReader *const readers[] = {
  &vqd_reader_diffusers,
  &vqd_reader_torch,
  &vqd_reader_safetensors,
};

struct _VqdWeights
{
  char *path;
  guint64 file_bytes;
  GPtrArray *maps;     /* GMappedFile */
  GArray *tensors;     /* VqdTensor, in the order they were added */
  GHashTable *by_name; /* name (owned) -> index + 1 */
  GHashTable *metadata;
  GPtrArray *kept; /* memory beside the mappings: widened vectors */
  gboolean exact;  /* F64 stays F64 */
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

const char *
vqd_dtype_get_name (VqdDtype dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i].dtype == dtype)
      return dtypes[i].name;
  g_return_val_if_reached (NULL);
}

gboolean
vqd_dtype_from_name (const char *name, VqdDtype *dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (name, dtypes[i].name))
      {
        *dtype = dtypes[i].dtype;
        return TRUE;
      }
  return FALSE;
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

VqdMatrix
vqd_matrix_row (const VqdMatrix *matrix, int r)
{
  const gsize row_bytes =
      (gsize) matrix->n_cols * vqd_dtype_bytes (matrix->dtype);

  return (VqdMatrix){ .data =
                          (const guint8 *) matrix->data + (gsize) r * row_bytes,
                      .scale = matrix->scale == NULL ? NULL : matrix->scale + r,
                      .dtype = matrix->dtype,
                      .n_rows = 1,
                      .n_cols = matrix->n_cols };
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

/* ---- opening ---- */

gboolean
vqd_weights_map_file (VqdWeights *self, const char *path, const guint8 **bytes,
                      guint64 *n_bytes, GError **error)
{
  g_autoptr (GError) why = NULL;
  GMappedFile *map = g_mapped_file_new (path, FALSE, &why);

  if (map == NULL)
    {
      g_set_error (error, VQD_ERROR,
                   g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                       ? VQD_ERROR_NOT_FOUND
                       : VQD_ERROR_MODEL,
                   _ ("The model cannot be opened: %s"), why->message);
      return FALSE;
    }

  g_ptr_array_add (self->maps, map);
  *bytes = (const guint8 *) g_mapped_file_get_contents (map);
  *n_bytes = g_mapped_file_get_length (map);
  self->file_bytes += *n_bytes;
  return TRUE;
}

void
vqd_weights_keep (VqdWeights *self, gpointer memory)
{
  g_ptr_array_add (self->kept, memory);
}

void
vqd_weights_set_metadata (VqdWeights *self, const char *key, const char *value)
{
  g_hash_table_insert (self->metadata, g_strdup (key), g_strdup (value));
}

gboolean
vqd_shape_n_elements (const gint64 *shape, int rank, guint64 *n_elements)
{
  *n_elements = 1;
  for (int i = 0; i < rank; i++)
    if (shape[i] < 0 || shape[i] > G_MAXINT32 ||
        ! vqd_size_mul (*n_elements, (guint64) shape[i], n_elements))
      return FALSE;
  return TRUE;
}

/* A copy in memory of ours, F64 as F32. */
static void
copy_data (VqdWeights *self, VqdTensor *tensor, guint64 n_elements)
{
  if (tensor->dtype != VQD_DTYPE_F64 || self->exact)
    {
      tensor->data = g_memdup2 (tensor->data, tensor->n_bytes);
      vqd_weights_keep (self, (gpointer) tensor->data);
      return;
    }

  float *narrow = g_new (float, n_elements);
  for (guint64 i = 0; i < n_elements; i++)
    {
      double value;

      memcpy (&value, (const guint8 *) tensor->data + i * sizeof value,
              sizeof value);
      narrow[i] = (float) value;
    }
  vqd_weights_keep (self, narrow);
  tensor->data = narrow;
  tensor->dtype = VQD_DTYPE_F32;
  tensor->n_bytes = n_elements * sizeof (float);
}

gboolean
vqd_weights_add (VqdWeights *self, const VqdTensor *tensor, GError **error)
{
  const gsize element_bytes = vqd_dtype_bytes (tensor->dtype);
  VqdTensor added = *tensor;
  guint64 n_elements = 0;
  guint64 n_bytes = 0;

  if (vqd_weights_find (self, tensor->name) != NULL)
    {
      MODEL_ERROR (error, _ ("tensor %s is there twice"), tensor->name);
      return FALSE;
    }
  if (! vqd_shape_n_elements (tensor->shape, tensor->rank, &n_elements))
    {
      MODEL_ERROR (error, _ ("tensor %s has an impossible shape"),
                   tensor->name);
      return FALSE;
    }
  if (! vqd_size_mul (n_elements, element_bytes, &n_bytes) ||
      n_bytes != tensor->n_bytes)
    {
      MODEL_ERROR (error, _ ("tensor %s: its shape and its bytes do not agree"),
                   tensor->name);
      return FALSE;
    }
  if ((tensor->dtype == VQD_DTYPE_F64 && ! self->exact) ||
      (guintptr) tensor->data % element_bytes != 0)
    copy_data (self, &added, n_elements);

  added.name = g_strdup (tensor->name);
  g_hash_table_insert (self->by_name, (char *) added.name,
                       GUINT_TO_POINTER (self->tensors->len + 1));
  g_array_append_val (self->tensors, added);
  return TRUE;
}

void
vqd_weights_remove (VqdWeights *self, const char *name)
{
  const guint index =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));

  if (index == 0)
    return;
  g_hash_table_remove (self->by_name, name);
  g_array_remove_index (self->tensors, index - 1);
  for (guint i = index - 1; i < self->tensors->len; i++)
    {
      const VqdTensor *tensor = &g_array_index (self->tensors, VqdTensor, i);

      /* steal and insert again, so that the key stays the tensor's name */
      g_hash_table_steal (self->by_name, tensor->name);
      g_hash_table_insert (self->by_name, (char *) tensor->name,
                           GUINT_TO_POINTER (i + 1));
    }
}

static VqdWeights *
weights_new (const char *path)
{
  VqdWeights *self = g_new0 (VqdWeights, 1);

  self->path = g_strdup (path);
  self->maps =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_mapped_file_unref);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (VqdTensor));
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->metadata =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->kept = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* The first bytes of a file. */
static gboolean
read_start (const char *path, guint8 *start, gsize *n_start, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &why);

  if (stream != NULL &&
      g_input_stream_read_all (G_INPUT_STREAM (stream), start, VQD_PROBE_BYTES,
                               n_start, NULL, &why))
    return TRUE;

  g_set_error (error, VQD_ERROR,
               g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                   ? VQD_ERROR_NOT_FOUND
                   : VQD_ERROR_MODEL,
               _ ("The model cannot be opened: %s"), why->message);
  return FALSE;
}

static VqdWeights *
open_weights (const char *path, gboolean exact, GError **error)
{
  const gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  guint8 start[VQD_PROBE_BYTES];
  gsize n_start = 0;

  if (! is_folder && ! read_start (path, start, &n_start, error))
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      if (! readers[i]->probe (path, is_folder ? NULL : start, n_start))
        continue;

      g_autoptr (VqdWeights) self = weights_new (path);
      self->exact = exact;
      if (! readers[i]->read (self, path, error))
        {
          g_prefix_error (error, "%s: ", path);
          return NULL;
        }
      return g_steal_pointer (&self); /* only whole objects leave here */
    }

  MODEL_ERROR (error, _ ("%s is not a model in a form that is known."), path);
  return NULL;
}

VqdWeights *
vqd_weights_open (const char *path, GError **error)
{
  return open_weights (path, FALSE, error);
}

VqdWeights *
vqd_weights_open_exact (const char *path, GError **error)
{
  return open_weights (path, TRUE, error);
}

void
vqd_weights_free (VqdWeights *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tensors, g_array_unref);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->metadata, g_hash_table_unref);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_pointer (&self->maps, g_ptr_array_unref);
  g_free (self->path);
  g_free (self);
}

/* ---- looking up ---- */

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
  return self->file_bytes;
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
    MODEL_ERROR (error, _ ("%s: tensor %s is missing"), self->path, full);
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
      MODEL_ERROR (error,
                   _ ("%s: tensor %s: expected %d F32 numbers, a row each"),
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
          n_rows < 0 ? g_strdup ("?") : g_strdup_printf ("%d", n_rows);
      g_autofree char *columns =
          n_cols < 0 ? g_strdup ("?") : g_strdup_printf ("%d", n_cols);
      g_autofree char *expected = g_strdup_printf ("%sx%s", rows, columns);

      MODEL_ERROR (error, _ ("%s: tensor %s: expected %s, found %s"),
                   self->path, tensor->name, expected, found);
      return FALSE;
    }
  if (tensor->dtype != VQD_DTYPE_F32 && tensor->dtype != VQD_DTYPE_F16 &&
      tensor->dtype != VQD_DTYPE_BF16 && tensor->dtype != VQD_DTYPE_I8)
    {
      MODEL_ERROR (
          error, _ ("%s: tensor %s: weights are F32, F16, BF16 or I8 numbers"),
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
      MODEL_ERROR (error,
                   _ ("%s: tensor %s: expected F32, F16 or BF16 numbers"),
                   self->path, tensor->name);
      return NULL;
    }
  if (n_rows <= 0 || tensor->rank != rank || tensor->shape[0] != n_rows ||
      (rank == 2 && tensor->shape[1] != n_cols))
    {
      g_autofree char *found = shape_text (tensor);
      g_autofree char *expected =
          rank == 1 ? g_strdup_printf ("%d", n_rows)
                    : g_strdup_printf ("%dx%d", n_rows, n_cols);

      MODEL_ERROR (error, _ ("%s: tensor %s: expected %s, found %s"),
                   self->path, tensor->name, expected, found);
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
  vqd_weights_keep (self, wide);
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
