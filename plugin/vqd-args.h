/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-args.h - each option once, as an argument of the procedures
 *
 * The dialogs, scripts and the last used values follow from these
 * declarations. A number that is the model's to choose has the default -1,
 * because no model is known when GIMP asks for the arguments. */
#ifndef VQD_ARGS_H
#define VQD_ARGS_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* Tasks as a set. */
#define VQD_TASKS_OF(task) (1u << (task))
#define VQD_TASKS_ON_CANVAS                                                    \
  (VQD_TASKS_OF (VQD_TASK_FILL) | VQD_TASKS_OF (VQD_TASK_EXPAND) |             \
   VQD_TASKS_OF (VQD_TASK_VARY))
#define VQD_TASKS_FROM_WORDS                                                   \
  (VQD_TASKS_OF (VQD_TASK_GENERATE) | VQD_TASKS_OF (VQD_TASK_TILE))
#define VQD_TASKS_ALL (VQD_TASKS_ON_CANVAS | VQD_TASKS_FROM_WORDS)

typedef enum
{
  VQD_TARGET_LAYER, /* layers of the image */
  VQD_TARGET_GROUP, /* one group of layers in the image */
  VQD_TARGET_IMAGE  /* layers of a new image; of tasks from words alone */
} VqdTarget;

/* The arguments of a run. The request and the options borrow what is below
 * them; the request's canvas is not set. */
typedef struct
{
  VqdRequest request;
  VqdEngineOptions options;
  VqdTarget target;
  gboolean keep_settings;
  gboolean mark_image;  /* as made by a model, in its metadata */
  GFile *output_folder; /* NULL: none */
  char *file_template;
  char *prompt;
  char *negative_prompt;
  char *label;
  int seed;
  char *strategy;
  char *tiling;
  char *target_name;
  GFile *model_file; /* NULL: none */
  char *model;
  char *device;
  int memory_limit_mib;
} VqdArgs;

/* Declares the arguments that any of the tasks has. tasks: a set. */
void vqd_args_declare (GimpProcedure *procedure, guint tasks);

/* Reads and checks all that can be checked without a model and a canvas. What
 * config does not have keeps its default. (transfer full) */
VqdArgs *vqd_args_new_from_config (GimpProcedureConfig *config, VqdTask task,
                                   GError **error);
void vqd_args_free (VqdArgs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdArgs, vqd_args_free)

#endif /* VQD_ARGS_H */
