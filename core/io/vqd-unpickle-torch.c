/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that a pickle may use, and what stands behind them here. */
#include <string.h>

#include "core/io/vqd-unpickle-private.h"

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

typedef enum
{
  MAKES_TENSOR,  /* (storage, first, shape, stride, ...) */
  MAKES_FIRST,   /* its first argument: a parameter is a tensor, a size a tuple
                  */
  MAKES_DICT,    /* (), or in Python 2 ([[key, value], ...]) */
  MAKES_STORAGE, /* a type of storage: persistent ids only */
} Makes;

/* The allow-list. */
static const struct
{
  const char *module;
  const char *name;
  Makes makes;
  gsize element_bytes;
  gboolean has_dtype;
  VqdDtype dtype;
} globals[] = {
  { "torch._utils", "_rebuild_tensor_v2", MAKES_TENSOR, 0, FALSE, 0 },
  { "torch._utils", "_rebuild_tensor", MAKES_TENSOR, 0, FALSE, 0 },
  { "torch._utils", "_rebuild_parameter", MAKES_FIRST, 0, FALSE, 0 },
  { "torch._utils", "_rebuild_parameter_with_state", MAKES_FIRST, 0, FALSE, 0 },
  { "torch", "Size", MAKES_FIRST, 0, FALSE, 0 },
  { "collections", "OrderedDict", MAKES_DICT, 0, FALSE, 0 },
  { "torch", "FloatStorage", MAKES_STORAGE, 4, TRUE, VQD_DTYPE_F32 },
  { "torch", "DoubleStorage", MAKES_STORAGE, 8, TRUE, VQD_DTYPE_F64 },
  { "torch", "HalfStorage", MAKES_STORAGE, 2, TRUE, VQD_DTYPE_F16 },
  { "torch", "BFloat16Storage", MAKES_STORAGE, 2, TRUE, VQD_DTYPE_BF16 },
  { "torch", "LongStorage", MAKES_STORAGE, 8, TRUE, VQD_DTYPE_I64 },
  { "torch", "IntStorage", MAKES_STORAGE, 4, TRUE, VQD_DTYPE_I32 },
  { "torch", "CharStorage", MAKES_STORAGE, 1, TRUE, VQD_DTYPE_I8 },
  { "torch", "ByteStorage", MAKES_STORAGE, 1, TRUE, VQD_DTYPE_U8 },
  { "torch", "BoolStorage", MAKES_STORAGE, 1, TRUE, VQD_DTYPE_U8 },
  /* Numbers that no model has; the files around them can be read. */
  { "torch", "ShortStorage", MAKES_STORAGE, 2, FALSE, 0 },
  { "torch", "ComplexFloatStorage", MAKES_STORAGE, 8, FALSE, 0 },
  { "torch", "ComplexDoubleStorage", MAKES_STORAGE, 16, FALSE, 0 },
};


static gboolean
same (const char *text, gsize n_bytes, const char *word)
{
  return n_bytes == strlen (word) && memcmp (text, word, n_bytes) == 0;
}

/* Storages saved from a GPU in old files are torch.cuda's. */
static int
find_global (const char *module, gsize n_module, const char *name, gsize n_name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (globals); i++)
    if (same (name, n_name, globals[i].name) &&
        (same (module, n_module, globals[i].module) ||
         (globals[i].makes == MAKES_STORAGE &&
          same (module, n_module, "torch.cuda"))))
      return (int) i;
  return -1;
}

VqdPickleObject *
vqd_pickle_global (VqdPickle *pickle, const char *module, gsize n_module,
                   const char *name, gsize n_name, GError **error)
{
  const int global = find_global (module, n_module, name, n_name);
  VqdPickleObject *object = vqd_pickle_make (
      pickle, global < 0 ? VQD_PICKLE_PLACEHOLDER : VQD_PICKLE_GLOBAL, error);

  if (object == NULL)
    return NULL;
  if (global >= 0)
    {
      object->global = global;
      return object;
    }

  g_autofree char *full =
      g_strdup_printf ("%.*s.%.*s", (int) MIN (n_module, 200), module,
                       (int) MIN (n_name, 200), name);
  object->placeholder.name = g_utf8_make_valid (full, -1);
  object->placeholder.is_tensor =
      g_str_has_prefix (full, "torch._utils._rebuild_") ||
      g_str_has_prefix (full, "torch._tensor._rebuild_");
  return object;
}

/* ---- persistent ids ------------------------------------------------------ */

static const VqdPickleObject *
item (const VqdPickleObject *tuple, guint i, VqdPickleKind kind)
{
  const VqdPickleObject *object =
      i < tuple->items->len ? tuple->items->pdata[i] : NULL;

  return object != NULL && object->kind == kind ? object : NULL;
}

/* (key of the view, first element, number of elements) */
static gboolean
read_view (VqdPickleStorage *storage, const VqdPickleObject *view)
{
  const VqdPickleObject *first = item (view, 1, VQD_PICKLE_INT);
  const VqdPickleObject *n = item (view, 2, VQD_PICKLE_INT);

  if (first == NULL || n == NULL || first->integer < 0 || n->integer < 0 ||
      (guint64) first->integer > storage->n_elements ||
      (guint64) n->integer > storage->n_elements - (guint64) first->integer)
    return FALSE;
  storage->view_first = (guint64) first->integer;
  storage->view_n = (guint64) n->integer;
  return TRUE;
}

/* ("storage", type, key, device, number of elements[, view or None]) */
VqdPickleObject *
vqd_pickle_persistent (VqdPickle *pickle, const VqdPickleObject *id,
                       GError **error)
{
  if (id->kind != VQD_PICKLE_TUPLE || id->items->len < 2 ||
      ! vqd_pickle_is_text (id->items->pdata[0], "storage"))
    {
      /* ("module", class, its source ...): old files with whole modules */
      if (id->kind == VQD_PICKLE_TUPLE && id->items->len >= 2 &&
          vqd_pickle_is_text (id->items->pdata[0], "module"))
        return id->items->pdata[1];
      MODEL_ERROR (error, "it refers to something that is not a storage");
      return NULL;
    }

  const VqdPickleObject *type = item (id, 1, VQD_PICKLE_GLOBAL);
  const VqdPickleObject *key = item (id, 2, VQD_PICKLE_TEXT);
  const VqdPickleObject *n_elements = item (id, 4, VQD_PICKLE_INT);
  const VqdPickleObject *view = item (id, 5, VQD_PICKLE_TUPLE);

  if (type == NULL || globals[type->global].makes != MAKES_STORAGE)
    {
      const VqdPickleObject *unknown = item (id, 1, VQD_PICKLE_PLACEHOLDER);

      /* Tensors on it become placeholders too. */
      if (unknown != NULL)
        return (VqdPickleObject *) unknown;
      MODEL_ERROR (error, "a storage has no type");
      return NULL;
    }
  if (key == NULL || n_elements == NULL || n_elements->integer < 0)
    {
      MODEL_ERROR (error, "a storage has no key or no size");
      return NULL;
    }

  VqdPickleObject *object = vqd_pickle_make (pickle, VQD_PICKLE_STORAGE, error);
  if (object == NULL)
    return NULL;
  object->storage = (VqdPickleStorage){
    .type = globals[type->global].name,
    .element_bytes = globals[type->global].element_bytes,
    .has_dtype = globals[type->global].has_dtype,
    .dtype = globals[type->global].dtype,
    .key = g_strndup (key->text.start, key->text.n_bytes),
    .n_elements = (guint64) n_elements->integer,
    .view_n = (guint64) n_elements->integer,
  };
  if (view != NULL && ! read_view (&object->storage, view))
    {
      MODEL_ERROR (error, "a view of storage %s is outside of it",
                   object->storage.key);
      return NULL;
    }
  g_ptr_array_add (pickle->storages, object);
  return object;
}

/* ---- calls --------------------------------------------------------------- */

static VqdPickleObject *
make_placeholder (VqdPickle *pickle, const VqdPickleObject *like,
                  gboolean is_tensor, GError **error)
{
  VqdPickleObject *object =
      vqd_pickle_make (pickle, VQD_PICKLE_PLACEHOLDER, error);

  if (object != NULL)
    {
      object->placeholder.name = g_strdup (like->placeholder.name);
      object->placeholder.is_tensor = is_tensor;
    }
  return object;
}

static gboolean
read_sizes (const VqdPickleObject *tuple, gint64 *sizes)
{
  for (guint i = 0; i < tuple->items->len && i < VQD_MAX_RANK; i++)
    {
      const VqdPickleObject *size = item (tuple, i, VQD_PICKLE_INT);

      if (size == NULL)
        return FALSE;
      sizes[i] = size->integer;
    }
  return TRUE;
}

static VqdPickleObject *
make_tensor (VqdPickle *pickle, const VqdPickleObject *arguments,
             GError **error)
{
  const VqdPickleObject *storage = item (arguments, 0, VQD_PICKLE_STORAGE);
  const VqdPickleObject *first = item (arguments, 1, VQD_PICKLE_INT);
  const VqdPickleObject *shape = item (arguments, 2, VQD_PICKLE_TUPLE);
  const VqdPickleObject *stride = item (arguments, 3, VQD_PICKLE_TUPLE);
  const VqdPickleObject *unknown = item (arguments, 0, VQD_PICKLE_PLACEHOLDER);

  if (unknown != NULL)
    return make_placeholder (pickle, unknown, TRUE, error);

  VqdPickleObject *object = vqd_pickle_make (pickle, VQD_PICKLE_TENSOR, error);
  if (object == NULL)
    return NULL;
  if (storage == NULL || first == NULL || first->integer < 0 || shape == NULL ||
      stride == NULL || shape->items->len != stride->items->len ||
      ! read_sizes (shape, object->tensor.shape) ||
      ! read_sizes (stride, object->tensor.stride))
    {
      MODEL_ERROR (error, "a tensor is not a storage, an offset, a shape and "
                          "strides");
      return NULL;
    }
  object->tensor.storage = &storage->storage;
  object->tensor.first = (guint64) first->integer;
  object->tensor.rank = shape->items->len;
  return object;
}

static VqdPickleObject *
make_dict (VqdPickle *pickle, const VqdPickleObject *arguments, GError **error)
{
  VqdPickleObject *dict = vqd_pickle_make (pickle, VQD_PICKLE_DICT, error);
  const VqdPickleObject *pairs = item (arguments, 0, VQD_PICKLE_LIST);

  if (dict == NULL || pairs == NULL)
    return dict;
  if (! vqd_pickle_charge (pickle, pairs->items->len, error))
    return NULL;
  for (guint i = 0; i < pairs->items->len; i++)
    {
      const VqdPickleObject *pair = pairs->items->pdata[i];

      if ((pair->kind != VQD_PICKLE_LIST && pair->kind != VQD_PICKLE_TUPLE) ||
          pair->items->len != 2)
        {
          MODEL_ERROR (error, "a dictionary is made of what are not pairs");
          return NULL;
        }
      g_ptr_array_add (dict->items, pair->items->pdata[0]);
      g_ptr_array_add (dict->items, pair->items->pdata[1]);
    }
  return dict;
}

VqdPickleObject *
vqd_pickle_call (VqdPickle *pickle, VqdPickleObject *function,
                 const VqdPickleObject *arguments, GError **error)
{
  if (arguments->kind != VQD_PICKLE_TUPLE)
    {
      MODEL_ERROR (error, "a call's arguments are not a tuple");
      return NULL;
    }
  if (function->kind == VQD_PICKLE_PLACEHOLDER)
    return make_placeholder (pickle, function, function->placeholder.is_tensor,
                             error);
  if (function->kind != VQD_PICKLE_GLOBAL)
    {
      MODEL_ERROR (error, "it calls what is not a function");
      return NULL;
    }

  switch (globals[function->global].makes)
    {
    case MAKES_TENSOR:
      return make_tensor (pickle, arguments, error);
    case MAKES_FIRST:
      if (arguments->items->len > 0)
        return arguments->items->pdata[0];
      break;
    case MAKES_DICT:
      return make_dict (pickle, arguments, error);
    case MAKES_STORAGE:
      break;
    }
  MODEL_ERROR (error, "%s.%s is called with other arguments than expected",
               globals[function->global].module,
               globals[function->global].name);
  return NULL;
}
