/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokenizer on any bytes for a prompt: what must hold of its ids, and that
 * a prompt without what was cut fits. */
#include <stdint.h>
#include <string.h>

#include "core/text/vqd-bpe.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

static void
check_ids (const int *ids, int n_ids)
{
  const int n_kept = MIN (n_ids, VQD_BPE_CONTEXT);

  check (n_ids >= 2);
  check (ids[0] == VQD_BPE_START);
  check (ids[n_kept - 1] == VQD_BPE_END);
  for (int i = 0; i < VQD_BPE_CONTEXT; i++)
    check (i < n_kept ? ids[i] >= 0 && ids[i] < VQD_BPE_N_IDS
                      : ids[i] == VQD_BPE_PAD);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  const VqdBpe *bpe = vqd_bpe_get_default ();
  g_autofree char *text = g_strndup ((const char *) data, n_bytes);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *cut = NULL;
  int ids[VQD_BPE_CONTEXT];
  const int n_ids = vqd_bpe_encode (bpe, text, VQD_BPE_CONTEXT, ids, &cut);

  check_ids (ids, n_ids);
  check (g_utf8_validate (cut, -1, NULL));
  check (strstr (valid, cut) != NULL);
  if (n_ids <= VQD_BPE_CONTEXT)
    check (*cut == '\0');

  return 0;
}
