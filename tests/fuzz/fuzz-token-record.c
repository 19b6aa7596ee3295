/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes for the record of tokens that a layer carries. */
#include <stdint.h>

#include "core/vqd.h"

#define WIDTH 20
#define HEIGHT 13

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static const guint8 rgb8[3 * WIDTH * HEIGHT];
  g_autofree char *record = g_strndup ((const char *) data, n_bytes);
  g_autoptr (GError) error = NULL;
  VqdTokenGrid grid = { 0 };
  const gboolean ok =
      vqd_token_record_read (record, rgb8, WIDTH, HEIGHT, &grid, &error);

  check (ok == (error == NULL));
  check (ok == (grid.tokens != NULL) && ok == (grid.model != NULL));
  if (ok)
    check (g_utf8_validate (grid.model, -1, NULL));
  else
    {
      check (g_error_matches (error, VQD_ERROR, VQD_ERROR_REQUEST));
      check (g_utf8_validate (error->message, -1, NULL));
    }
  for (int i = 0; i < grid.grid_width * grid.grid_height; i++)
    check (grid.tokens[i] >= -1 && grid.tokens[i] < 65535);
  g_free (grid.tokens);
  g_free (grid.model);
  return 0;
}
