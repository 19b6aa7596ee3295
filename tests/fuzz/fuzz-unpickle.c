/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle machine on any bytes: what it makes can be looked at. */
#include <stdint.h>

#include "core/io/vqd-unpickle.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

static guint64
look (const VqdPickleObject *object, int depth)
{
  guint64 sum = (guint64) object->kind;

  switch (object->kind)
    {
    case VQD_PICKLE_TEXT:
      for (gsize i = 0; i < object->text.n_bytes; i++)
        sum += (guint8) object->text.start[i];
      break;
    case VQD_PICKLE_TUPLE:
    case VQD_PICKLE_LIST:
    case VQD_PICKLE_DICT:
      check (object->kind != VQD_PICKLE_DICT || object->items->len % 2 == 0);
      for (guint i = 0; i < MIN (object->items->len, 8) && depth < 4; i++)
        sum += look (object->items->pdata[i], depth + 1);
      break;
    case VQD_PICKLE_STORAGE:
      check (object->storage.view_first <= object->storage.n_elements);
      check (object->storage.view_n <=
             object->storage.n_elements - object->storage.view_first);
      break;
    case VQD_PICKLE_TENSOR:
      sum += object->tensor.storage->n_elements;
      break;
    case VQD_PICKLE_PLACEHOLDER:
      check (g_utf8_validate (object->placeholder.name, -1, NULL));
      break;
    default:
      break;
    }
  return sum;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  guint64 n_used = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdPickle) pickle =
      vqd_pickle_read (data, n_bytes, &n_used, &error);

  check ((pickle == NULL) == (error != NULL));
  if (pickle != NULL)
    {
      static volatile guint64 seen;

      check (n_used > 0 && n_used <= n_bytes);
      seen = look (vqd_pickle_get_root (pickle), 0);
      (void) seen;
    }
  return 0;
}
