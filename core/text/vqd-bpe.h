/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-bpe.h - CLIP's byte-level byte-pair tokenizer
 *
 * Source: SPEC 8; CLIP (Radford et al., 2021), whose table of merges is
 * data/tokenizer/bpe_simple_vocab_16e6.txt.gz, compiled into the program.
 *
 * A prompt is cleaned (vqd-text-repair.h), split into words, figures and runs
 * of marks; the bytes of each piece are merged pair by pair, the pair learned
 * first of all going first, until no known pair is left. What remains are the
 * tokens.
 *
 * Vocabulary, 49408 ids: 256 bytes; the same 256 as the last of a piece; 48894
 * merges in the order of the table; start 49406, end 49407. */
#ifndef VQD_BPE_H
#define VQD_BPE_H

#include <glib.h>

G_BEGIN_DECLS

#define VQD_BPE_N_IDS 49408
#define VQD_BPE_START 49406
#define VQD_BPE_END 49407
#define VQD_BPE_PAD 0

/* Tokens of a prompt that the published models read, both end marks
 * included. */
#define VQD_BPE_CONTEXT 77

typedef struct _VqdBpe VqdBpe;

/* From a table of merges in CLIP's form, gzipped: a line of comment, then
 * "LEFT RIGHT" lines; what follows the 48894 used is ignored.
 * (transfer full), or VQD_ERROR_MODEL. */
VqdBpe *vqd_bpe_new (GBytes *table, GError **error);
void vqd_bpe_free (VqdBpe *bpe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdBpe, vqd_bpe_free)

/* The tokenizer over the compiled-in table, made when first asked for: about
 * 30 ms. Owned by the process, never freed, for any number of threads. */
const VqdBpe *vqd_bpe_get_default (void);

/* Ids of a prompt: start, tokens, end, padded with VQD_BPE_PAD. A prompt too
 * long is cut so that the end mark is the last of them.
 *
 * text: any prompt; what is not UTF-8 in it reads as U+FFFD.
 * context: at least 2.
 * ids: [context], or NULL to count alone.
 * cut_text, when not NULL: (transfer full) the end of text, in the user's own
 *   spelling, that the ids have no room for; it begins with a whole word where
 *   text has words, and is "" when all is in.
 * Returns the number of ids before padding and cutting, end marks included: the
 * prompt was cut when it is more than context. */
int vqd_bpe_encode (const VqdBpe *bpe, const char *text, int context, int *ids,
                    char **cut_text);

/* The same number, and where the text is cut. text: valid UTF-8. cut_bytes,
 * when not NULL: the byte of text that what is left out begins with, perhaps a
 * space; its length when all is in. */
int vqd_bpe_count (const VqdBpe *bpe, const char *text, int context,
                   gsize *cut_bytes);

G_END_DECLS

#endif
