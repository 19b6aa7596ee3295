/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/vqd-arena.h"
#include "core/base/vqd-i18n.h"
#include "core/io/vqd-torch-legacy.h"
#include "core/io/vqd-torch-zip.h"
#include "core/io/vqd-torch.h"
#include "core/io/vqd-unpickle.h"

/* A pickle may reach an object on many ways, or within itself: these bound
 * the walk. Checkpoints nest four deep and hold thousands of objects. */
#define MAX_DEPTH 16
#define MAX_VISITS (1 << 20)
#define MAX_KEY_BYTES 1000

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* One file, while it is read. */
typedef struct
{
  VqdWeights *weights;
  VqdTorchZip *zip;       /* or NULL */
  VqdTorchLegacy *legacy; /* or NULL */
  VqdPickle *zip_pickle;
  const VqdPickleObject *root;
  guint64 copies_left; /* bytes */
} Checkpoint;

typedef struct
{
  Checkpoint *checkpoint;
  VqdRename rename;
  gpointer user_data;
  GString *name;
  guint n_visits;
} Walk;


/* ---- the file ------------------------------------------------------------ */

static gboolean
check_byte_order (const Checkpoint *self, const char *folder, GError **error)
{
  g_autofree char *name = g_strconcat (folder, "/byteorder", NULL);
  const guint8 *order;
  guint64 n_order;

  if (! vqd_torch_zip_has (self->zip, name))
    return TRUE;
  if (! vqd_torch_zip_find (self->zip, name, &order, &n_order, error))
    return FALSE;
  if (n_order == strlen ("little") && memcmp (order, "little", n_order) == 0)
    return TRUE;
  MODEL_ERROR (error, _ ("it was written on a big-endian machine"));
  return FALSE;
}

static gboolean
open_zip (Checkpoint *self, const guint8 *bytes, guint64 n_bytes,
          GError **error)
{
  self->zip = vqd_torch_zip_new (bytes, n_bytes, error);
  if (self->zip == NULL)
    return FALSE;

  const char *folder = vqd_torch_zip_get_folder (self->zip);
  if (folder == NULL)
    {
      MODEL_ERROR (error,
                   _ ("a zip archive, but not a checkpoint of PyTorch: it "
                      "has no data.pkl"));
      return FALSE;
    }
  if (! check_byte_order (self, folder, error))
    return FALSE;

  g_autofree char *name = g_strconcat (folder, "/data.pkl", NULL);
  const guint8 *pickle;
  guint64 n_pickle;
  if (! vqd_torch_zip_find (self->zip, name, &pickle, &n_pickle, error))
    return FALSE;
  self->zip_pickle = vqd_pickle_read (pickle, n_pickle, NULL, error);
  if (self->zip_pickle == NULL)
    return FALSE;
  self->root = vqd_pickle_get_root (self->zip_pickle);
  return TRUE;
}

static gboolean
checkpoint_open (Checkpoint *self, VqdWeights *weights, const char *path,
                 GError **error)
{
  const guint8 *bytes;
  guint64 n_bytes;

  *self = (Checkpoint){ .weights = weights };
  if (! vqd_weights_map_file (weights, path, &bytes, &n_bytes, error))
    return FALSE;
  self->copies_left = n_bytes;
  if (! vqd_torch_legacy_probe (bytes, n_bytes))
    return open_zip (self, bytes, n_bytes, error);

  self->legacy = vqd_torch_legacy_new (bytes, n_bytes, error);
  if (self->legacy == NULL)
    return FALSE;
  self->root = vqd_pickle_get_root (vqd_torch_legacy_get_pickle (self->legacy));
  return TRUE;
}

static void
checkpoint_clear (Checkpoint *self)
{
  vqd_pickle_free (self->zip_pickle);
  vqd_torch_zip_free (self->zip);
  vqd_torch_legacy_free (self->legacy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Checkpoint, checkpoint_clear)

static gboolean
find_storage (const Checkpoint *self, const VqdPickleStorage *storage,
              const guint8 **bytes, GError **error)
{
  guint64 n_bytes;
  guint64 n_expected;

  if (self->legacy != NULL)
    return vqd_torch_legacy_find (self->legacy, storage->key, bytes, &n_bytes,
                                  error);

  g_autofree char *name = g_strconcat (vqd_torch_zip_get_folder (self->zip),
                                       "/data/", storage->key, NULL);
  if (! vqd_torch_zip_find (self->zip, name, bytes, &n_bytes, error))
    return FALSE;
  if (! vqd_size_mul (storage->n_elements, storage->element_bytes,
                      &n_expected) ||
      n_expected != n_bytes)
    {
      MODEL_ERROR (error,
                   _ ("member %s has %llu bytes, expected %llu numbers of %d"),
                   name, (unsigned long long) n_bytes,
                   (unsigned long long) storage->n_elements,
                   (int) storage->element_bytes);
      return FALSE;
    }
  return TRUE;
}

/* ---- tensors ------------------------------------------------------------- */

/* Every element is within the storage's view. */
static gboolean
is_inside (const VqdPickleTensor *tensor)
{
  const guint64 n = tensor->storage->view_n;
  guint64 last = tensor->first;

  if (last >= n)
    return FALSE;
  for (guint i = 0; i < tensor->rank; i++)
    {
      guint64 reach;

      if (tensor->shape[i] == 1)
        continue;
      if (tensor->stride[i] < 0 ||
          ! vqd_size_mul ((guint64) tensor->shape[i] - 1,
                          (guint64) tensor->stride[i], &reach) ||
          reach >= n - last)
        return FALSE;
      last += reach;
    }
  return TRUE;
}

static gboolean
is_in_order (const VqdPickleTensor *tensor)
{
  gint64 expected = 1;

  for (guint i = tensor->rank; i > 0; i--)
    {
      if (tensor->shape[i - 1] != 1 && tensor->stride[i - 1] != expected)
        return FALSE;
      expected *= tensor->shape[i - 1];
    }
  return TRUE;
}

/* The elements one after the other, the last index the fastest. */
static guint8 *
copy_in_order (const VqdPickleTensor *tensor, const guint8 *data,
               guint64 n_elements)
{
  const gsize n_bytes = tensor->storage->element_bytes;
  guint8 *copy = g_malloc (n_elements * n_bytes);
  gint64 index[VQD_MAX_RANK] = { 0 };
  guint64 from = 0;

  for (guint64 i = 0; i < n_elements; i++)
    {
      memcpy (copy + i * n_bytes, data + from * n_bytes, n_bytes);
      for (int d = (int) tensor->rank - 1; d >= 0; d--)
        {
          from += (guint64) tensor->stride[d];
          if (++index[d] < tensor->shape[d])
            break;
          from -= (guint64) tensor->shape[d] * (guint64) tensor->stride[d];
          index[d] = 0;
        }
    }
  return copy;
}

/* Many tensors may lie on the same numbers: copies of them all must not take
 * more memory than the file. */
static gboolean
charge_copy (Checkpoint *self, const VqdPickleTensor *source,
             const VqdTensor *tensor, gboolean in_order, guint64 n_elements,
             GError **error)
{
  if (in_order && tensor->dtype != VQD_DTYPE_F64 &&
      (guintptr) tensor->data % source->storage->element_bytes == 0)
    return TRUE;
  if (n_elements > source->storage->view_n ||
      tensor->n_bytes > self->copies_left)
    {
      MODEL_ERROR (error,
                   _ ("tensor %s would take more memory than the file has"),
                   tensor->name);
      return FALSE;
    }
  self->copies_left -= tensor->n_bytes;
  return TRUE;
}

static gboolean
describe_tensor (const VqdPickleTensor *source, VqdTensor *tensor,
                 guint64 *n_elements, GError **error)
{
  if (! source->storage->has_dtype)
    {
      MODEL_ERROR (error,
                   _ ("tensor %s has the number type %s, which is not known"),
                   tensor->name, source->storage->type);
      return FALSE;
    }
  if (source->rank > VQD_MAX_RANK)
    {
      MODEL_ERROR (error,
                   _ ("tensor %s has %u dimensions, at most %d are known"),
                   tensor->name, source->rank, VQD_MAX_RANK);
      return FALSE;
    }
  tensor->dtype = source->storage->dtype;
  tensor->rank = (int) source->rank;
  memcpy (tensor->shape, source->shape, sizeof source->shape);
  if (! vqd_shape_n_elements (tensor->shape, tensor->rank, n_elements) ||
      ! vqd_size_mul (*n_elements, source->storage->element_bytes,
                      &tensor->n_bytes))
    {
      MODEL_ERROR (error, _ ("tensor %s has an impossible shape"),
                   tensor->name);
      return FALSE;
    }
  if (*n_elements > 0 && ! is_inside (source))
    {
      MODEL_ERROR (error, _ ("tensor %s reaches beyond its storage %s"),
                   tensor->name, source->storage->key);
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_tensor (Checkpoint *self, const VqdPickleTensor *source, const char *name,
            GError **error)
{
  VqdTensor tensor = { .name = name };
  guint64 n_elements;
  const guint8 *bytes;

  if (! describe_tensor (source, &tensor, &n_elements, error))
    return FALSE;
  if (! find_storage (self, source->storage, &bytes, error))
    {
      g_prefix_error (error, _ ("tensor %s: "), name);
      return FALSE;
    }

  const gboolean in_order = n_elements == 0 || is_in_order (source);
  if (n_elements > 0)
    bytes += (source->storage->view_first + source->first) *
             source->storage->element_bytes;
  tensor.data = bytes;
  if (! charge_copy (self, source, &tensor, in_order, n_elements, error))
    return FALSE;
  if (! in_order)
    {
      tensor.data = copy_in_order (source, bytes, n_elements);
      vqd_weights_keep (self->weights, (gpointer) tensor.data);
    }
  return vqd_weights_add (self->weights, &tensor, error);
}

/* ---- the walk over dictionaries ------------------------------------------ */

static gboolean
visit_tensor (Walk *self, const VqdPickleObject *object, GError **error)
{
  g_autofree char *kept = self->rename == NULL
                              ? g_strdup (self->name->str)
                              : self->rename (self->name->str, self->user_data);

  if (kept == NULL)
    return TRUE;
  if (object->kind == VQD_PICKLE_TENSOR)
    return add_tensor (self->checkpoint, &object->tensor, kept, error);
  MODEL_ERROR (error, _ ("tensor %s is made by %s, which is not known"), kept,
               object->placeholder.name);
  return FALSE;
}

/* Appends a key; FALSE when it is none that a tensor has. */
static gboolean
append_key (GString *name, const VqdPickleObject *key)
{
  if (name->len > 0)
    g_string_append_c (name, '/');
  if (key->kind == VQD_PICKLE_INT)
    {
      g_string_append_printf (name, "%" G_GINT64_FORMAT, key->integer);
      return TRUE;
    }
  if (key->kind != VQD_PICKLE_TEXT || key->text.n_bytes > MAX_KEY_BYTES)
    return FALSE;

  g_autofree char *text =
      g_utf8_make_valid (key->text.start, (gssize) key->text.n_bytes);
  g_string_append (name, text);
  return TRUE;
}

static gboolean
visit_dict (Walk *self, const VqdPickleObject *dict, int depth, GError **error)
{
  const gsize n_name = self->name->len;

  for (guint i = 0; i < dict->items->len; i += 2)
    {
      const VqdPickleObject *value = dict->items->pdata[i + 1];
      gboolean good = TRUE;

      if (++self->n_visits > MAX_VISITS)
        {
          MODEL_ERROR (error, _ ("it has more entries than any model needs"));
          return FALSE;
        }
      if (append_key (self->name, dict->items->pdata[i]))
        {
          if (value->kind == VQD_PICKLE_TENSOR ||
              (value->kind == VQD_PICKLE_PLACEHOLDER &&
               value->placeholder.is_tensor))
            good = visit_tensor (self, value, error);
          else if (value->kind == VQD_PICKLE_DICT && depth < MAX_DEPTH)
            good = visit_dict (self, value, depth + 1, error);
        }
      g_string_truncate (self->name, n_name);
      if (! good)
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk (Checkpoint *checkpoint, VqdRename rename, gpointer user_data,
      GError **error)
{
  const VqdPickleObject *root = checkpoint->root;
  g_autoptr (GString) name = g_string_new (NULL);
  Walk self = { .checkpoint = checkpoint,
                .rename = rename,
                .user_data = user_data,
                .name = name };

  switch (root->kind)
    {
    case VQD_PICKLE_DICT:
      return visit_dict (&self, root, 0, error);
    case VQD_PICKLE_TENSOR:
      g_string_assign (name, "tensor");
      return visit_tensor (&self, root, error);
    case VQD_PICKLE_PLACEHOLDER:
      MODEL_ERROR (error,
                   _ ("it holds a %s; only tensors and dictionaries of them "
                      "can be read"),
                   root->placeholder.name);
      return FALSE;
    default:
      MODEL_ERROR (error, _ ("it holds neither a tensor nor a dictionary"));
      return FALSE;
    }
}

gboolean
vqd_torch_read (VqdWeights *weights, const char *path, VqdRename rename,
                gpointer user_data, GError **error)
{
  g_auto (Checkpoint) checkpoint = { 0 };

  return checkpoint_open (&checkpoint, weights, path, error) &&
         walk (&checkpoint, rename, user_data, error);
}

/* ---- the reader ---------------------------------------------------------- */

/* What only training needs. */
static const char *const training_only[] = {
  "*.attn2.mask",
  "transformer.log_*",
  "transformer.Lt_history",
  "transformer.Lt_count",
  "*.condition_emb.text_projection",
  "*quantize.cluster_size",
  "*quantize.embedding_avg",
  "loss.*",
  "*.loss.*",
  "discriminator.*",
  "*.discriminator.*",
  /* the codebook is there twice */
  "content_codec.dec.quantize.*",
};

/* What a first pass over the names has found. */
typedef struct
{
  GHashTable *averaged; /* names below ema/ */
  gboolean has_model;
  gboolean has_state_dict;
} Layout;

static char *
note_name (const char *name, gpointer user_data)
{
  Layout *layout = user_data;

  if (g_str_has_prefix (name, "ema/"))
    g_hash_table_add (layout->averaged, g_strdup (name + strlen ("ema/")));
  layout->has_model |=
      g_str_has_prefix (name, "model/") || g_str_has_prefix (name, "ema/");
  layout->has_state_dict |= g_str_has_prefix (name, "state_dict/");
  return NULL;
}

/* The name in the authors' `model` dictionary, or NULL: not needed. */
static char *
name_in_model (const Layout *layout, const char *name)
{
  if (g_str_has_prefix (name, "ema/"))
    return g_strconcat ("transformer.", name + strlen ("ema/"), NULL);
  if (! g_str_has_prefix (name, "model/"))
    return NULL;

  name += strlen ("model/");
  if (g_str_has_prefix (name, "transformer.") &&
      g_hash_table_contains (layout->averaged, name + strlen ("transformer.")))
    return NULL;
  return g_strdup (name);
}

static char *
choose_name (const char *name, gpointer user_data)
{
  const Layout *layout = user_data;
  g_autofree char *kept = NULL;

  if (layout->has_model)
    kept = name_in_model (layout, name);
  else if (! layout->has_state_dict)
    kept = g_strdup (name);
  else if (g_str_has_prefix (name, "state_dict/"))
    kept = g_strdup (name + strlen ("state_dict/"));

  for (gsize i = 0; kept != NULL && i < G_N_ELEMENTS (training_only); i++)
    if (g_pattern_match_simple (training_only[i], kept))
      return NULL;
  return g_steal_pointer (&kept);
}

/* A whole Python object where a dictionary of tensors should be. */
static gboolean
check_entries (const VqdPickleObject *root, GError **error)
{
  static const char *const names[] = { "model", "ema", "state_dict" };

  for (guint i = 0; root->kind == VQD_PICKLE_DICT && i < root->items->len;
       i += 2)
    {
      const VqdPickleObject *value = root->items->pdata[i + 1];

      for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
        if (value->kind == VQD_PICKLE_PLACEHOLDER &&
            vqd_pickle_is_text (root->items->pdata[i], names[n]))
          {
            MODEL_ERROR (
                error,
                _ ("its %s is a %s; only dictionaries of tensors can be read"),
                names[n], value->placeholder.name);
            return FALSE;
          }
    }
  return TRUE;
}

static gboolean
probe (const char *path, const guint8 *start, gsize n_start)
{
  return start != NULL && (vqd_torch_legacy_probe (start, n_start) ||
                           (n_start >= 4 && memcmp (start, "PK\3\4", 4) == 0));
}

static gboolean
read_file (VqdWeights *weights, const char *path, GError **error)
{
  g_auto (Checkpoint) checkpoint = { 0 };
  g_autoptr (GHashTable) averaged =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Layout layout = { .averaged = averaged };
  guint n_tensors;

  if (! checkpoint_open (&checkpoint, weights, path, error) ||
      ! check_entries (checkpoint.root, error) ||
      ! walk (&checkpoint, note_name, &layout, error) ||
      ! walk (&checkpoint, choose_name, &layout, error))
    return FALSE;

  vqd_weights_get_tensors (weights, &n_tensors);
  if (n_tensors == 0)
    {
      MODEL_ERROR (error, _ ("it has no tensors of a model"));
      return FALSE;
    }
  vqd_weights_set_metadata (weights, "format", "torch");
  return TRUE;
}

const VqdWeightsReader vqd_reader_torch = { "torch", probe, read_file };
