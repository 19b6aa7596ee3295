/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-label.h - the label of a class-conditional model, by number or name
 *
 * The 1000 names of ImageNet are compiled in: data/labels/imagenet.txt. */
#ifndef VQD_LABEL_H
#define VQD_LABEL_H

#include "core/vqd.h"

G_BEGIN_DECLS

/* text: "207", "golden retriever", or a part of a name that only one name has;
 * n_labels: of the model. -1 and VQD_ERROR_REQUEST, which names what is near,
 * when it is none. */
int vqd_label_find (const char *text, int n_labels, GError **error);

G_END_DECLS

#endif /* VQD_LABEL_H */
