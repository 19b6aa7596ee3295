/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-memory.h"

#include <string.h>

#define MEMINFO "/proc/meminfo"
#define AVAILABLE "MemAvailable:"
#define BYTES_PER_KB 1024

guint64
vqd_memory_get_free (void)
{
  g_autofree char *text = NULL;

  if (! g_file_get_contents (MEMINFO, &text, NULL, NULL))
    return 0;

  const char *line = strstr (text, AVAILABLE);
  return line != NULL ? g_ascii_strtoull (line + strlen (AVAILABLE), NULL, 10) *
                            BYTES_PER_KB
                      : 0;
}
