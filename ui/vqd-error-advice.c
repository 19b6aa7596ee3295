/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-error-advice.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <libgimp/gimp.h>

#include "core/vqd.h"

#define ANY_CODE -1

#define SHOW_MODELS N_ ("Show _Models"), VQD_ADVICE_MODELS
#define CHOOSE_SIZE N_ ("Choose Another Si_ze"), VQD_ADVICE_SIZE
#define TRY_AGAIN N_ ("T_ry Again"), VQD_ADVICE_RETRY

/* ---- what can be done ---- */

static const VqdAdvice change = {
  N_ ("Change this, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_NOT,
};
/* Layers, selection, kind of image: the message says what to do there. */
static const VqdAdvice change_image = {
  N_ ("Put this right in the image, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_NOT,
};
static const VqdAdvice choose_model = {
  N_ ("Choose a model, or add one."),
  SHOW_MODELS,
  VQD_DIAGNOSE_NOT,
};
static const VqdAdvice other_model = {
  N_ ("Choose another model, or get the file again."),
  SHOW_MODELS,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice less_memory = {
  N_ ("Close other programs, choose a smaller size or a smaller model, or "
      "raise the memory limit under Advanced."),
  CHOOSE_SIZE,
  VQD_DIAGNOSE_BESIDE,
};
/* Where the size follows from the image, or from the model. */
static const VqdAdvice smaller_model = {
  N_ ("Close other programs, choose a smaller model, or raise the memory limit "
      "under Advanced."),
  SHOW_MODELS,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice other_device = {
  N_ ("Choose another device under Advanced, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice make_room = {
  N_ ("Make room on the disk or choose another folder, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice own_folder = {
  N_ ("Choose a folder that you may write to, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice other_file = {
  N_ ("Choose another file or folder, then try again."),
  TRY_AGAIN,
  VQD_DIAGNOSE_BESIDE,
};
static const VqdAdvice tell_us = {
  N_ ("Try again. If it happens again, send the diagnostics to those who made "
      "the plug-in."),
  TRY_AGAIN,
  VQD_DIAGNOSE_FIRST,
};

/* ---- by kind of error; all others are ours ---- */

static const struct
{
  GQuark (*domain) (void);
  int code;
  const VqdAdvice *advice;
} kinds[] = {
  { vqd_error_quark, VQD_ERROR_REQUEST, &change },
  { vqd_error_quark, VQD_ERROR_NOT_FOUND, &choose_model },
  { vqd_error_quark, VQD_ERROR_MODEL, &other_model },
  { vqd_error_quark, VQD_ERROR_MEMORY, &less_memory },
  { vqd_error_quark, VQD_ERROR_DEVICE, &other_device },
  { vqd_error_quark, VQD_ERROR_OUTPUT, &make_room },
  { gimp_plug_in_error_quark, ANY_CODE, &change_image },
  { g_io_error_quark, G_IO_ERROR_NO_SPACE, &make_room },
  { g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, &own_folder },
  { g_io_error_quark, G_IO_ERROR_READ_ONLY, &own_folder },
  { g_io_error_quark, G_IO_ERROR_NOT_FOUND, &other_file },
  { g_io_error_quark, G_IO_ERROR_NOT_DIRECTORY, &other_file },
  { g_io_error_quark, G_IO_ERROR_IS_DIRECTORY, &other_file },
  { g_io_error_quark, G_IO_ERROR_EXISTS, &other_file },
  { g_file_error_quark, G_FILE_ERROR_NOSPC, &make_room },
  { g_file_error_quark, G_FILE_ERROR_ACCES, &own_folder },
  { g_file_error_quark, G_FILE_ERROR_PERM, &own_folder },
  { g_file_error_quark, G_FILE_ERROR_ROFS, &own_folder },
  { g_file_error_quark, G_FILE_ERROR_NOENT, &other_file },
  { g_file_error_quark, G_FILE_ERROR_NOTDIR, &other_file },
  { g_file_error_quark, G_FILE_ERROR_ISDIR, &other_file },
};

const VqdAdvice *
vqd_error_advise (const GError *error, gboolean can_resize)
{
  const VqdAdvice *advice = &tell_us;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (error->domain == kinds[i].domain () &&
        (kinds[i].code == ANY_CODE || kinds[i].code == error->code))
      {
        advice = kinds[i].advice;
        break;
      }

  return advice == &less_memory && ! can_resize ? &smaller_model : advice;
}
