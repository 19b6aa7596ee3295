/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-error-advice.h - what the user can do about an error, by its kind
 *
 * No widget. */
#ifndef VQD_ERROR_ADVICE_H
#define VQD_ERROR_ADVICE_H

#include <glib.h>

G_BEGIN_DECLS

/* What the button of an advice does. */
#define VQD_ADVICE_MODELS "models"
#define VQD_ADVICE_SIZE "size"
#define VQD_ADVICE_RETRY "retry"

typedef enum
{
  VQD_DIAGNOSE_NOT,    /* the user can mend it alone */
  VQD_DIAGNOSE_BESIDE, /* others may help */
  VQD_DIAGNOSE_FIRST   /* only others can help */
} VqdDiagnose;

/* Texts are not translated yet. */
typedef struct
{
  const char *next;   /* a sentence */
  const char *action; /* the button's label, with a mnemonic */
  const char *id;     /* one of VQD_ADVICE_... */
  VqdDiagnose diagnose;
} VqdAdvice;

/* can_resize: whether another size is something to choose. (static) */
const VqdAdvice *vqd_error_advise (const GError *error, gboolean can_resize);

G_END_DECLS

#endif /* VQD_ERROR_ADVICE_H */
