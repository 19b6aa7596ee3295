/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zip reader on any bytes: a member that it gives lies in them. Files of
 * the older form take the way through their own reader. */
#include <stdint.h>

#include "core/io/vqd-torch-legacy.h"
#include "core/io/vqd-torch-zip.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

static void
check_place (const uint8_t *data, size_t n_bytes, const guint8 *found,
             guint64 n_found)
{
  check (found >= data && found <= data + n_bytes);
  check (n_found <= (guint64) (data + n_bytes - found));
}

static void
look_at_zip (const uint8_t *data, size_t n_bytes)
{
  static const char *const members[] = { "data.pkl", "byteorder", "data/0",
                                         "data/1", "version" };
  g_autoptr (VqdTorchZip) zip = vqd_torch_zip_new (data, n_bytes, NULL);

  if (zip == NULL || vqd_torch_zip_get_folder (zip) == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *name =
          g_build_filename (vqd_torch_zip_get_folder (zip), members[i], NULL);
      const guint8 *found;
      guint64 n_found;

      if (vqd_torch_zip_find (zip, name, &found, &n_found, NULL))
        {
          check (vqd_torch_zip_has (zip, name));
          check_place (data, n_bytes, found, n_found);
        }
    }
}

static void
look_at_legacy (const uint8_t *data, size_t n_bytes)
{
  const VqdPickleStorage *storage;
  g_autoptr (VqdTorchLegacy) legacy =
      vqd_torch_legacy_new (data, n_bytes, NULL);

  if (legacy == NULL)
    return;

  const VqdPickle *pickle = vqd_torch_legacy_get_pickle (legacy);
  for (guint i = 0; (storage = vqd_pickle_get_storage (pickle, i)) != NULL; i++)
    {
      const guint8 *found;
      guint64 n_found;

      if (vqd_torch_legacy_find (legacy, storage->key, &found, &n_found, NULL))
        check_place (data, n_bytes, found, n_found);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  if (vqd_torch_legacy_probe (data, n_bytes))
    look_at_legacy (data, n_bytes);
  else
    look_at_zip (data, n_bytes);
  return 0;
}
