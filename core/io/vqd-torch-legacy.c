/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/vqd-arena.h"
#include "core/base/vqd-i18n.h"
#include "core/io/vqd-torch-legacy.h"

#define COUNT_BYTES 8
#define PROTOCOL 1001

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* 0x1950a86a20f9469cfc6c, as a pickle of protocol 2 holds it. */
static const guint8 magic[] = { 0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.' };

typedef struct
{
  const VqdPickleStorage *storage;
  guint64 first; /* of the numbers, in the file */
  guint64 n_bytes;
} Place;

struct _VqdTorchLegacy
{
  const guint8 *bytes;
  guint64 n_bytes;
  VqdPickle *pickle;
  GHashTable *places; /* key (borrowed of the pickle) -> Place */
};


gboolean
vqd_torch_legacy_probe (const guint8 *start, gsize n_start)
{
  return n_start >= sizeof magic && memcmp (start, magic, sizeof magic) == 0;
}

/* The pickle at *next, which moves behind it. */
static VqdPickle *
read_pickle (const VqdTorchLegacy *self, guint64 *next, GError **error)
{
  guint64 n_used;
  VqdPickle *pickle = vqd_pickle_read (self->bytes + *next,
                                       self->n_bytes - *next, &n_used, error);

  if (pickle != NULL)
    *next += n_used;
  return pickle;
}

static gboolean
check_version (const VqdTorchLegacy *self, guint64 *next, GError **error)
{
  g_autoptr (VqdPickle) pickle = read_pickle (self, next, error);

  if (pickle == NULL)
    return FALSE;

  const VqdPickleObject *version = vqd_pickle_get_root (pickle);
  if (version->kind == VQD_PICKLE_INT && version->integer == PROTOCOL)
    return TRUE;
  MODEL_ERROR (error, _ ("a file of PyTorch in a version that is not known"));
  return FALSE;
}

static gboolean
check_machine (const VqdTorchLegacy *self, guint64 *next, GError **error)
{
  g_autoptr (VqdPickle) pickle = read_pickle (self, next, error);

  if (pickle == NULL)
    return FALSE;

  const VqdPickleObject *facts = vqd_pickle_get_root (pickle);
  for (guint i = 0; facts->kind == VQD_PICKLE_DICT && i < facts->items->len;
       i += 2)
    {
      const VqdPickleObject *value = facts->items->pdata[i + 1];

      if (vqd_pickle_is_text (facts->items->pdata[i], "little_endian") &&
          value->kind == VQD_PICKLE_INT && value->integer == 0)
        {
          MODEL_ERROR (error, _ ("it was written on a big-endian machine"));
          return FALSE;
        }
    }
  return TRUE;
}

/* The storages that the objects name; where they are is not known yet. */
static gboolean
collect_storages (VqdTorchLegacy *self, GError **error)
{
  const VqdPickleStorage *storage;

  for (guint i = 0;
       (storage = vqd_pickle_get_storage (self->pickle, i)) != NULL; i++)
    {
      Place *place = g_hash_table_lookup (self->places, storage->key);

      if (place == NULL)
        {
          place = g_new0 (Place, 1);
          place->storage = storage;
          g_hash_table_insert (self->places, storage->key, place);
        }
      else if (place->storage->n_elements != storage->n_elements ||
               place->storage->element_bytes != storage->element_bytes)
        {
          MODEL_ERROR (error, _ ("storage %s has two sizes"), storage->key);
          return FALSE;
        }
    }
  return TRUE;
}

/* Counts from one storage to the next without touching any. */
static gboolean
place_storage (VqdTorchLegacy *self, const VqdPickleObject *key, guint64 *next,
               GError **error)
{
  g_autofree char *name = key->kind == VQD_PICKLE_TEXT
                              ? g_strndup (key->text.start, key->text.n_bytes)
                              : g_strdup ("");
  Place *place = g_hash_table_lookup (self->places, name);

  if (place == NULL)
    {
      MODEL_ERROR (
          error, _ ("storage %s has a type or a size that is not known"), name);
      return FALSE;
    }
  if (place->first != 0)
    {
      MODEL_ERROR (error, _ ("storage %s is there twice"), name);
      return FALSE;
    }
  if (! vqd_size_mul (place->storage->n_elements, place->storage->element_bytes,
                      &place->n_bytes) ||
      self->n_bytes - *next < COUNT_BYTES ||
      place->n_bytes > self->n_bytes - *next - COUNT_BYTES)
    {
      MODEL_ERROR (error,
                   _ ("the file is cut short: it ends before storage %s does. "
                      "Copy or download the model again."),
                   name);
      return FALSE;
    }
  place->first = *next + COUNT_BYTES;
  *next = place->first + place->n_bytes;
  return TRUE;
}

static gboolean
place_storages (VqdTorchLegacy *self, guint64 *next, GError **error)
{
  g_autoptr (VqdPickle) pickle = read_pickle (self, next, error);

  if (pickle == NULL)
    return FALSE;

  const VqdPickleObject *keys = vqd_pickle_get_root (pickle);
  if (keys->kind != VQD_PICKLE_LIST)
    {
      MODEL_ERROR (error, _ ("its storages have no list of keys"));
      return FALSE;
    }
  for (guint i = 0; i < keys->items->len; i++)
    if (! place_storage (self, keys->items->pdata[i], next, error))
      return FALSE;
  return TRUE;
}

VqdTorchLegacy *
vqd_torch_legacy_new (const guint8 *bytes, guint64 n_bytes, GError **error)
{
  g_autoptr (VqdTorchLegacy) self = g_new0 (VqdTorchLegacy, 1);
  guint64 next = sizeof magic;

  if (! vqd_torch_legacy_probe (bytes, n_bytes))
    {
      MODEL_ERROR (error, _ ("not a file of PyTorch"));
      return NULL;
    }
  self->bytes = bytes;
  self->n_bytes = n_bytes;
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  if (! check_version (self, &next, error) ||
      ! check_machine (self, &next, error))
    return NULL;
  self->pickle = read_pickle (self, &next, error);
  if (self->pickle == NULL || ! collect_storages (self, error) ||
      ! place_storages (self, &next, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
vqd_torch_legacy_free (VqdTorchLegacy *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->places, g_hash_table_unref);
  vqd_pickle_free (self->pickle);
  g_free (self);
}

const VqdPickle *
vqd_torch_legacy_get_pickle (const VqdTorchLegacy *self)
{
  return self->pickle;
}

gboolean
vqd_torch_legacy_find (const VqdTorchLegacy *self, const char *key,
                       const guint8 **bytes, guint64 *n_bytes, GError **error)
{
  const Place *place = g_hash_table_lookup (self->places, key);
  guint64 count;

  if (place == NULL || place->first == 0)
    {
      MODEL_ERROR (error, _ ("storage %s is missing"), key);
      return FALSE;
    }
  memcpy (&count, self->bytes + place->first - COUNT_BYTES, COUNT_BYTES);
  if (GUINT64_FROM_LE (count) != place->storage->n_elements)
    {
      MODEL_ERROR (error, _ ("storage %s has %llu numbers, expected %llu"), key,
                   (unsigned long long) GUINT64_FROM_LE (count),
                   (unsigned long long) place->storage->n_elements);
      return FALSE;
    }
  *bytes = self->bytes + place->first;
  *n_bytes = place->n_bytes;
  return TRUE;
}
