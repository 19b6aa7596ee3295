/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-bpe-private.h - the tokenizer's table, between vqd-bpe-table.c, which
 * reads it, and vqd-bpe.c, which merges by it */
#ifndef VQD_BPE_PRIVATE_H
#define VQD_BPE_PRIVATE_H

#include "core/text/vqd-bpe.h"

G_BEGIN_DECLS

#define VQD_BPE_N_BYTES 256
#define VQD_BPE_N_SLOTS (1u << 17) /* of the pair table: 37 % full */

/* A hash table with open addressing, from a pair of ids to their merge. */
struct _VqdBpe
{
  guint32 pairs[VQD_BPE_N_SLOTS];  /* a key of both ids, or 0: free */
  guint16 merged[VQD_BPE_N_SLOTS]; /* their id together */
  guint16 byte_ids[VQD_BPE_N_BYTES];
};

/* The id of left and right together, -1 when they do not merge. Of two merges
 * the one of the smaller id was learned first. */
int vqd_bpe_find_merge (const VqdBpe *bpe, int left, int right);

G_END_DECLS

#endif
