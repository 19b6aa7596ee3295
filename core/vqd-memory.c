/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "core/base/vqd-i18n.h"
#include "core/vqd-private.h"


guint64
vqd_get_free_memory_bytes (void)
{
  const long pages = sysconf (_SC_AVPHYS_PAGES);
  const long page_bytes = sysconf (_SC_PAGESIZE);
  guint64 free_bytes = pages > 0 ? (guint64) pages * (guint64) page_bytes : 0;
  g_autofree char *text = NULL;

  /* MemAvailable counts what the system would give up, too. */
  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    {
      const char *line = strstr (text, "MemAvailable:");

      if (line != NULL)
        free_bytes =
            g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
    }
  return free_bytes;
}

gboolean
vqd_check_memory (guint64 needed, VqdMemoryOf what, gint64 limit,
                  GError **error)
{
  const guint64 available =
      limit > 0 ? (guint64) limit : vqd_get_free_memory_bytes ();

  if (available == 0 || needed <= available)
    return TRUE;

  static const char *const needs[] = {
    [VQD_MEMORY_OF_MODEL] = N_ ("This model would need %llu MiB of memory."),
    [VQD_MEMORY_OF_CANVAS] = N_ ("This canvas would need %llu MiB of memory."),
    [VQD_MEMORY_OF_PICTURE] =
        N_ ("This picture would need %llu MiB of memory."),
    [VQD_MEMORY_OF_PICTURES] =
        N_ ("The pictures would need %llu MiB of memory."),
  };
  g_autofree char *need = g_strdup_printf (
      _ (needs[what]), (unsigned long long) (needed >> 20) + 1);
  g_autofree char *room = g_strdup_printf (
      limit > 0
          ? _ ("The limit set with memory-limit is %llu MiB: raise it, or "
               "ask for fewer or smaller pictures or a smaller model.")
          : _ ("Free are %llu MiB: close other programs, or ask for fewer "
               "or smaller pictures or a smaller model."),
      (unsigned long long) (available >> 20));
  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY, "%s %s", need, room);
  return FALSE;
}
