/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

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
vqd_check_memory (guint64 needed, const char *what, gint64 limit,
                  GError **error)
{
  const guint64 available =
      limit > 0 ? (guint64) limit : vqd_get_free_memory_bytes ();

  if (available == 0 || needed <= available)
    return TRUE;

  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               "%s would need %" G_GUINT64_FORMAT
               " MiB of memory, and %s %" G_GUINT64_FORMAT " MiB. %s",
               what, (needed >> 20) + 1,
               limit > 0 ? "memory-limit is" : "there are", available >> 20,
               limit > 0 ? "Raise memory-limit, or ask for fewer or smaller "
                           "pictures or a smaller model."
                         : "Close other programs, or ask for fewer or smaller "
                           "pictures or a smaller model.");
  return FALSE;
}
