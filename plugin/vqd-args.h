/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-args.h - each option once, as an argument of the procedure
 *
 * The dialog, scripts and the last used values follow from these
 * declarations. A number that is the model's to choose has the default -1,
 * because no model is known when GIMP asks for the arguments. */
#ifndef VQD_ARGS_H
#define VQD_ARGS_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

typedef enum
{
  VQD_TARGET_LAYER, /* layers of the image */
  VQD_TARGET_GROUP, /* one group of layers in the image */
  VQD_TARGET_IMAGE  /* layers of a new image */
} VqdTarget;

/* The arguments of a run. The request and the options borrow the strings
 * below them. */
typedef struct
{
  VqdRequest request;
  VqdEngineOptions options;
  VqdTarget target;
  gboolean keep_settings;
  GFile *output_folder; /* NULL: none */
  char *file_template;
  char *prompt;
  char *negative_prompt;
  char *label;
  char *strategy;
  char *device;
  char *model;
} VqdArgs;

void vqd_args_declare (GimpProcedure *procedure);

/* Reads and checks all that can be checked without a model. (transfer full) */
VqdArgs *vqd_args_new_from_config (GimpProcedureConfig *config, GError **error);
void vqd_args_free (VqdArgs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdArgs, vqd_args_free)

#endif /* VQD_ARGS_H */
