/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd.h - pictures from text with Improved VQ-Diffusion: the whole public API
 *
 * Math: VQ-Diffusion (Gu et al., arXiv 2111.14822), Improved VQ-Diffusion
 * (Tang et al., arXiv 2205.16007).
 *
 * In short:
 *
 *   g_autoptr (VqdEngine) engine = vqd_engine_new (&options, NULL, &error);
 *   VqdRequest request;
 *
 *   vqd_request_init (&request);
 *   request.prompt = "autumn leaves";
 *   g_autoptr (VqdResult) result
 *       = vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error);
 *   const VqdPicture *picture = vqd_result_get_picture (result, 0);
 *
 * A picture is a function of the model file and the request alone: the same
 * seed gives the same tokens whatever the number of threads or pictures.
 *
 * Threads: an engine is used by one thread at a time; different engines are
 * independent. Nothing here touches GIMP or GTK. */
#ifndef VQD_H
#define VQD_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* ---- errors ---- */

#define VQD_ERROR (vqd_error_quark ())
GQuark vqd_error_quark (void);

typedef enum
{
  VQD_ERROR_REQUEST,   /* an argument is wrong: the caller's mistake */
  VQD_ERROR_NOT_FOUND, /* no model where one was looked for */
  VQD_ERROR_MODEL,     /* a model file is broken, or of a kind not known */
  VQD_ERROR_MEMORY,    /* the run needs more memory than there is */
  VQD_ERROR_DEVICE,    /* no such device, or it failed */
  VQD_ERROR_OUTPUT     /* a file could not be written */
} VqdError;

/* Cancelled runs fail with G_IO_ERROR_CANCELLED. */

/* ---- models ---- */

/* The folders looked through for models, in order: VQDIFFUSION_MODEL_PATH,
 * the user's data folder, the system's, the installed default. (transfer
 * full): g_strfreev. */
char **vqd_model_search_path (void);

/* The file of a model: path itself when it is a file; a name ("small",
 * "vqdiffusion-small") looked up along the search path; the path's first
 * model when NULL or "". (transfer full), or VQD_ERROR_NOT_FOUND that says
 * where it was looked for. */
char *vqd_model_find (const char *path, GError **error);

/* What a model is. Strings are owned by the engine and never NULL. */
typedef struct
{
  const char *path;
  const char *name;
  const char *version;
  const char *description;
  const char *licence;
  const char *credits;
  const char *kind;           /* of its condition: "text" */
  const char *null_condition; /* "learned", "empty", "class", "none" */
  const char *codec_kind;     /* "ema-vq", "vq", "gumbel" */
  const char *checksum;       /* sha256 of all bytes after the header, "" when
                                 the file states none */
  int width_px;
  int height_px;
  int grid_width; /* tokens */
  int grid_height;
  int n_codes;  /* K; the [MASK] token is K */
  int n_steps;  /* T of training */
  int context;  /* tokens of a prompt it reads, both end marks included */
  int n_layers; /* of the denoiser */
  int model_width;
  int n_heads;
  gint64 n_parameters;
  guint64 file_bytes;
  guint64 working_bytes; /* memory of a run, beside the mapped file */
  /* The model's own settings, where a request leaves the choice to it. */
  const char *strategy;
  int steps;
  double guidance;
  double truncation;
  double purity_weight;
  int top_k;
} VqdModelInfo;

/* ---- model files ---- */

/* How far a file is; called by the thread that works on it. */
typedef void (*VqdConvertProgress) (guint64 n_bytes_done, guint64 n_bytes,
                                    gpointer user_data);

typedef struct
{
  /* The numbers of matrices: "f32", "bf16", "f16", "int8"; NULL or "keep": as
   * they are. Norms, biases, the codebook and the learned null condition
   * become F32 with all but "keep". */
  const char *dtype;
  gboolean force; /* replace a file that is there */
  int n_heads;    /* of the denoiser, where the model does not say; 0: 16 */
} VqdConvertOptions;

/* Writes a model of any form that is known as one file of our own, with a
 * checksum. in: as for vqd_model_find (). out is written whole or not at all,
 * a tensor at a time. options NULL: as they are. */
gboolean vqd_model_convert (const char *in, const char *out,
                            const VqdConvertOptions *options,
                            VqdConvertProgress progress, gpointer user_data,
                            GCancellable *cancellable, GError **error);

/* Compares the file with the checksum in its header. VQD_ERROR_MODEL when they
 * differ, and when it states none. path: as for vqd_model_find (). */
gboolean vqd_model_verify (const char *path, VqdConvertProgress progress,
                           gpointer user_data, GCancellable *cancellable,
                           GError **error);

/* ---- the engine ---- */

typedef struct _VqdEngine VqdEngine;

typedef struct
{
  const char *model;  /* as for vqd_model_find () */
  const char *device; /* "auto", "cpu"; NULL is "auto" */
  int n_heads;   /* of the denoiser, where the file does not say; 0: its own, or
                    that of the published models */
  int n_threads; /* 0: one per core */
  gint64 memory_limit_bytes; /* 0: what the machine has */
} VqdEngineOptions;

/* Opens and checks the model, sizes all memory before it loads. */
VqdEngine *vqd_engine_new (const VqdEngineOptions *options,
                           GCancellable *cancellable, GError **error);
void vqd_engine_free (VqdEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdEngine, vqd_engine_free)

/* (transfer none), valid as long as the engine. */
const VqdModelInfo *vqd_engine_get_info (const VqdEngine *engine);

/* The device in use: "cpu". */
const char *vqd_engine_get_device (const VqdEngine *engine);

/* Names of the strategies for VqdRequest.strategy, "auto" first;
 * NULL-terminated, static. */
const char *const *vqd_strategy_names (void);

/* ---- a request ---- */

#define VQD_MAX_IMAGES 64
#define VQD_MAX_STEPS 1000
#define VQD_MAX_SIZE_PX 8192
#define VQD_MAX_SEED G_MAXINT32 /* users' seeds are 0 ... this */

/* What is asked for. -1 (and "auto") leave a number to the model. Strings are
 * borrowed for the call. */
typedef struct
{
  const char *prompt; /* UTF-8; may be empty. "{red|blue}" is one of them, by
                         the picture's seed */
  const char *negative_prompt; /* steered away from, in the place of the
                                  model's null condition; "" is none */
  const char *label;           /* of class models: a number or a name */
  gint64 seed;                 /* of the first picture; -1: a random one */
  int n_images; /* 1 ... VQD_MAX_IMAGES; picture i has seed + i */
  const char *strategy;
  int steps;            /* -1, 1 ... VQD_MAX_STEPS: evaluations asked for */
  double guidance;      /* -1, 0 ... 20; 1 is none */
  double truncation;    /* -1, 0 ... 1 */
  int top_k;            /* -1; 0 is off; likeliest codes kept */
  double purity_weight; /* -1, 0 ... 10 */
  int width_px;         /* 0: the model's */
  int height_px;
  gboolean fail_on_cut; /* a prompt that is too long is an error */
} VqdRequest;

void vqd_request_init (VqdRequest *request);

/* Checks all that can be checked without a model. */
gboolean vqd_request_validate (const VqdRequest *request, GError **error);

/* ---- progress ---- */

typedef enum
{
  VQD_PHASE_TEXT,
  VQD_PHASE_SAMPLE,
  VQD_PHASE_DECODE
} VqdPhase;

typedef struct
{
  VqdPhase phase;
  int image; /* index in the request */
  int n_images;
  int step; /* evaluations done of this picture */
  int n_steps;
  double fraction;     /* of the whole request, 0 ... 1 */
  double seconds_left; /* of the whole request; negative: not known yet */
  /* [grid_height * grid_width] of this picture, n_codes is [MASK]; NULL before
   * sampling. Valid during the call. */
  const int *tokens;
} VqdProgress;

/* Called by the thread that runs the request, once per step. */
typedef void (*VqdProgressFunc) (const VqdProgress *progress,
                                 gpointer user_data);

/* ---- results ---- */

typedef struct
{
  int width_px;
  int height_px;
  float *rgb;  /* [height, width, 3], R'G'B' of sRGB, 0 ... 1 */
  int *tokens; /* [grid_height * grid_width] */
  gint64 seed;
  char *settings; /* JSON: everything needed to make the picture again */
} VqdPicture;

typedef struct
{
  double load; /* of the engine; the rest are of the request */
  double text;
  double sample;
  double decode;
} VqdSeconds;

typedef struct _VqdResult VqdResult;

void vqd_result_free (VqdResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdResult, vqd_result_free)

int vqd_result_get_n_pictures (const VqdResult *result);
/* (transfer none) */
const VqdPicture *vqd_result_get_picture (const VqdResult *result, int i);
/* The end of the prompt that the model could not read; "" when none. */
const char *vqd_result_get_cut_text (const VqdResult *result);
VqdSeconds vqd_result_get_seconds (const VqdResult *result);

/* The picture as 8-bit sRGB, [height, width, 3]: the one rounding that all
 * users of the engine share. rgb8: caller's memory. */
void vqd_picture_to_rgb8 (const VqdPicture *picture, guint8 *rgb8);

/* Runs the request. NULL on failure and when cancelled; cancelling takes
 * effect within a block of the denoiser. */
VqdResult *vqd_engine_generate (VqdEngine *engine, const VqdRequest *request,
                                VqdProgressFunc progress, gpointer user_data,
                                GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_H */
