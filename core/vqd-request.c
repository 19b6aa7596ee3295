/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/vqd-i18n.h"
#include "core/vqd-private.h"

#define REQUEST_ERROR(error, ...)                                              \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_REQUEST, __VA_ARGS__)


void
vqd_request_init (VqdRequest *request)
{
  *request = (VqdRequest){ .prompt = "",
                           .negative_prompt = "",
                           .label = "",
                           .seed = -1,
                           .n_images = 1,
                           .strategy = "auto",
                           .steps = -1,
                           .guidance = -1,
                           .truncation = -1,
                           .top_k = -1,
                           .purity_weight = -1,
                           .grow_px = 8,
                           .blend_px = 16,
                           .color_match = TRUE,
                           .strength = 0.6,
                           .strength_last = -1,
                           .keep = -1 };
}

const char *const *
vqd_tiling_names (void)
{
  static const char *const names[] = { "none", "x", "y", "xy", NULL };

  return names;
}

static gboolean
check_number (const char *name, double value, double max, GError **error)
{
  if (value == -1 || (value >= 0 && value <= max))
    return TRUE;

  REQUEST_ERROR (error,
                 _ ("%s is %g, expected 0 to %g, or -1 for the model's own."),
                 name, value, max);
  return FALSE;
}

static gboolean
check_size (const char *name, int value, GError **error)
{
  if (value >= 0 && value <= VQD_MAX_SIZE_PX)
    return TRUE;

  REQUEST_ERROR (
      error, _ ("%s is %d, expected 1 to %d pixels, or 0 for the model's own."),
      name, value, VQD_MAX_SIZE_PX);
  return FALSE;
}

static gboolean
check_strategy (const char *name, GError **error)
{
  const char *const *names = vqd_strategy_names ();

  if (name != NULL && g_strv_contains (names, name))
    return TRUE;

  g_autofree char *list = g_strjoinv (", ", (char **) names);
  REQUEST_ERROR (error, _ ("There is no strategy \"%s\"; there are: %s."),
                 name == NULL ? "" : name, list);
  return FALSE;
}

static gboolean
check_border (const char *name, int value, int max, GError **error)
{
  if (value >= 0 && value <= max)
    return TRUE;

  REQUEST_ERROR (error, _ ("%s is %d, expected 0 to %d pixels."), name, value,
                 max);
  return FALSE;
}

static gboolean
check_strength (double value, GError **error)
{
  if (value >= 0 && value <= 1)
    return TRUE;

  REQUEST_ERROR (error, _ ("strength is %g, expected 0 to 1."), value);
  return FALSE;
}

/* A share that need not be given. */
static gboolean
check_share (const char *name, double value, GError **error)
{
  if (value == -1 || (value >= 0 && value <= 1))
    return TRUE;

  REQUEST_ERROR (error, _ ("%s is %g, expected 0 to 1, or -1 for none."), name,
                 value);
  return FALSE;
}

/* The canvas, and what is done to it. */
static gboolean
check_canvas (const VqdRequest *request, GError **error)
{
  const VqdCanvas *canvas = request->canvas;

  if (request->task == VQD_TASK_GENERATE || request->task == VQD_TASK_TILE)
    return TRUE;
  if (canvas == NULL || canvas->rgb == NULL || canvas->width_px < 1 ||
      canvas->height_px < 1)
    {
      REQUEST_ERROR (error, _ ("There is no picture to work on."));
      return FALSE;
    }
  return check_border ("grow", request->grow_px, VQD_MAX_BORDER_PX, error) &&
         check_border ("feather", request->feather_px, VQD_MAX_BORDER_PX,
                       error) &&
         check_border ("blend", request->blend_px, VQD_MAX_BORDER_PX, error) &&
         check_border ("left", request->left_px, VQD_MAX_SIZE_PX, error) &&
         check_border ("top", request->top_px, VQD_MAX_SIZE_PX, error) &&
         check_border ("right", request->right_px, VQD_MAX_SIZE_PX, error) &&
         check_border ("bottom", request->bottom_px, VQD_MAX_SIZE_PX, error) &&
         check_border ("the picture's width", canvas->width_px,
                       VQD_MAX_CANVAS_PX, error) &&
         check_border ("the picture's height", canvas->height_px,
                       VQD_MAX_CANVAS_PX, error) &&
         check_border ("the picture's width",
                       canvas->width_px + request->left_px + request->right_px,
                       VQD_MAX_CANVAS_PX, error) &&
         check_border ("the picture's height",
                       canvas->height_px + request->top_px + request->bottom_px,
                       VQD_MAX_CANVAS_PX, error) &&
         check_strength (request->strength, error) &&
         check_share ("strength-last", request->strength_last, error) &&
         check_share ("keep", request->keep, error);
}

gboolean
vqd_request_validate (const VqdRequest *request, GError **error)
{
  if (request->n_images < 1 || request->n_images > VQD_MAX_IMAGES)
    {
      REQUEST_ERROR (error, _ ("images is %d, expected 1 to %d."),
                     request->n_images, VQD_MAX_IMAGES);
      return FALSE;
    }
  if (request->seed < -1 || request->seed > VQD_MAX_SEED)
    {
      REQUEST_ERROR (
          error, _ ("seed is %lld, expected 0 to %d, or -1 for a random one."),
          (long long) request->seed, VQD_MAX_SEED);
      return FALSE;
    }
  if (request->steps != -1 &&
      (request->steps < 1 || request->steps > VQD_MAX_STEPS))
    {
      REQUEST_ERROR (error,
                     _ ("steps is %d, expected 1 to %d, or -1 for the model's "
                        "own."),
                     request->steps, VQD_MAX_STEPS);
      return FALSE;
    }

  return check_strategy (request->strategy, error) &&
         check_number ("guidance", request->guidance, 20, error) &&
         check_number ("truncation", request->truncation, 1, error) &&
         check_number ("top-k", request->top_k, G_MAXINT, error) &&
         check_number ("purity-weight", request->purity_weight, 10, error) &&
         check_size ("width", request->width_px, error) &&
         check_size ("height", request->height_px, error) &&
         check_canvas (request, error);
}
