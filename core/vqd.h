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

/* The version of the engine, "0.1.0"; static. */
const char *vqd_get_version (void);

/* Memory that a program may still take; 0: the system does not say. */
guint64 vqd_get_free_memory_bytes (void);

/* ---- prompts ---- */

/* How many tokens a prompt has, both end marks included; a model reads
 * VqdModelInfo.context of them. cut_bytes, when not NULL: the byte of the
 * prompt, as typed, from which on words are left out; its length when all are
 * read. It begins a word where the prompt has words.
 *
 * Which alternative of "{red|dark blue}" a picture gets is known with its seed
 * alone, so the longest is counted: what lies beyond the cut may be left out. A
 * part that touches a word ("{a|b}c") is counted as if it stood alone. Good for
 * every keystroke: 10,000 words take a few milliseconds. The first call in a
 * process takes 30 ms more. */
int vqd_prompt_count (const char *prompt, int context, gsize *cut_bytes);

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
  const char *id;             /* what tokens of this model are marked with */
  int cell_px;                /* pixels of a token's side */
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

/* With strings of its own. (transfer full) */
VqdModelInfo *vqd_model_info_copy (const VqdModelInfo *info);
void vqd_model_info_free (VqdModelInfo *info);

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
  const char *device; /* of vqd_device_names (); NULL is "auto" */
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

/* Names of the devices for VqdEngineOptions.device, "auto" first;
 * NULL-terminated, static. */
const char *const *vqd_device_names (void);

/* The device in use: "cpu". */
const char *vqd_engine_get_device (const VqdEngine *engine);

/* Names of the strategies for VqdRequest.strategy, "auto" first;
 * NULL-terminated, static. */
const char *const *vqd_strategy_names (void);

/* ---- what is there before ---- */

/* Tokens of a picture and where their cells lie. A cell is a square of cell_px
 * pixels; the first one's corner is at (x_px, y_px). */
typedef struct
{
  int x_px; /* may be negative: cells may lie partly outside */
  int y_px;
  int cell_px; /* VqdModelInfo.cell_px of the model they belong to */
  int grid_width;
  int grid_height;
  int *tokens; /* [grid_height * grid_width], codes; -1: not known */
  char *model; /* VqdModelInfo.id of the model they belong to */
} VqdTokenGrid;

/* The user's picture. All borrowed for the call. */
typedef struct
{
  int width_px;
  int height_px;
  const float *rgb;       /* [height, width, 3], R'G'B' of sRGB, 0 ... 1 */
  const float *alpha;     /* [height, width], 0 ... 1; NULL: opaque */
  const float *selection; /* [height, width], 0 ... 1; NULL: none */
  /* Of cells whose pixels are decoded tokens: they need not be encoded again.
   * Not used when it is of another model. tokens NULL: none. */
  VqdTokenGrid known;
} VqdCanvas;

/* ---- a request ---- */

typedef enum
{
  VQD_TASK_GENERATE, /* from the words alone */
  VQD_TASK_FILL,     /* the selection of a canvas; without one, what is
                        transparent */
  VQD_TASK_EXPAND,   /* the canvas grows by margins; with none, what is
                        transparent */
  VQD_TASK_VARY,     /* the canvas, or its selection, drawn again, near to what
                        it is */
  VQD_TASK_TILE      /* from the words; opposite edges fit */
} VqdTask;

typedef enum
{
  VQD_TILING_NONE,
  VQD_TILING_X, /* the left edge continues the right one */
  VQD_TILING_Y, /* the top edge continues the bottom one */
  VQD_TILING_XY
} VqdTiling;

/* "none", "x", "y", "xy": the names of VqdTiling; NULL-terminated, static. */
const char *const *vqd_tiling_names (void);

#define VQD_MAX_BORDER_PX 512
#define VQD_MAX_CANVAS_PX 32768 /* a side of the user's picture */
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
  int width_px;         /* of generate and tile; 0: the model's. Pictures larger
                           than the model's are drawn in windows */
  int height_px;
  gboolean fail_on_cut; /* a prompt that is too long is an error */

  VqdTask task;
  const VqdCanvas *canvas; /* of fill, expand and vary */
  /* Of fill and expand. What the new picture replaces: it is opaque where
   * selected, and fades out over blend_px beyond; no other pixel changes. */
  int grow_px;          /* tokens are drawn anew so far beyond the selection,
                           that the new picture can follow the old one */
  int feather_px;       /* the new picture also fades in over so many pixels
                           inside the selection's edge */
  int blend_px;         /* 0 ... VQD_MAX_BORDER_PX, as the two above */
  gboolean color_match; /* the colours follow those around the hole */
  /* Of expand: pixels added to each side. */
  int left_px;
  int top_px;
  int right_px;
  int bottom_px;
  /* Of vary: 0 gives the canvas back, 1 forgets it. Over several pictures it
   * goes from strength to strength_last; -1: the same for all. */
  double strength;
  double strength_last;
  double keep; /* of vary: share of the tokens, chosen at random, that never
                  change, 0 ... 1; the others are drawn from nothing. -1:
                  by strength instead */
  VqdTiling tiling; /* of tile */
} VqdRequest;

void vqd_request_init (VqdRequest *request);

/* Checks all that can be checked without a model. */
gboolean vqd_request_validate (const VqdRequest *request, GError **error);

/* Evaluations that a picture, or a window of one, takes with this strategy and
 * these steps: VqdProgress.n_steps. share: of its tokens that are drawn, 0 ...
 * 1; the number is exact for 1. */
int vqd_request_count_evaluations (const VqdRequest *request,
                                   const VqdModelInfo *info, double share);

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
  int step; /* evaluations done of this window */
  int n_steps;
  double fraction;     /* of the whole request, 0 ... 1 */
  double seconds_left; /* of the whole request; negative: not known yet */
  /* [grid_height * grid_width] of what is being sampled: a picture, or one of
   * its windows, n_codes is [MASK]; NULL before sampling. Valid during the
   * call. */
  const int *tokens;
  int grid_width;
  int grid_height;
  int window; /* index of the window; 0 of a picture that has one */
  int n_windows;
} VqdProgress;

/* Called by the thread that runs the request, once per step. */
typedef void (*VqdProgressFunc) (const VqdProgress *progress,
                                 gpointer user_data);

/* ---- results ---- */

/* How sure the model was of each cell of a picture: its purity, max_k p(x_0 = k
 * | x_t, y) (Improved VQ-Diffusion, section 3.2 and Algorithm 2), after
 * guidance, at the evaluation that drew the cell's token. 1 is certain, 1 / K
 * knows nothing.
 *
 * It is what was known when the token was drawn: cells that come first know
 * little of the others, those that come last know nearly all. Looking at the
 * finished tokens once more would not tell: there each says what it is. */
typedef struct
{
  double x_px; /* of the first cell's corner in the picture; may be negative */
  double y_px;
  double cell_width_px; /* whole, unless the picture was resized */
  double cell_height_px;
  int grid_width;
  int grid_height;
  /* [grid_height * grid_width], 0 ... 1; -1: it was there before and is kept.
   * NULL: not known. */
  float *values;
} VqdPurity;

typedef struct
{
  int width_px;
  int height_px;
  float *rgb; /* [height, width, 3], R'G'B' of sRGB, 0 ... 1 */
  /* Where it belongs: of its top left corner on the canvas that was given.
   * Expanding makes them negative. */
  int x_px;
  int y_px;
  float *mask; /* [height, width], 0 ... 1: how much of it shows; NULL: all */
  /* Its tokens, with the place of their cells in the picture. Cells that this
   * model did not draw or read are -1. grid.tokens is the picture's own; NULL
   * when the picture was resized. */
  VqdTokenGrid grid;
  VqdPurity purity; /* values NULL of what vqd_engine_decode () gives */
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
/* Of the denoiser, for all pictures; a guided one counts once. */
int vqd_result_get_n_evaluations (const VqdResult *result);

/* What a layer keeps beside its pixels, so that they need not be encoded again:
 * the tokens as text, with a checksum of each cell's pixels, 8 bits each. NULL
 * when the picture has no tokens. (transfer full) */
char *vqd_picture_get_token_record (const VqdPicture *picture);

/* Reads a record. rgb8: the pixels that are there now, [height, width, 3], of
 * the picture the record was made of; cells that were painted over, or are no
 * longer within it, become -1. Which codes the model has is not known here:
 * tokens are -1 ... 65534. grid->tokens and grid->model are owned by the
 * caller: g_free () both after use. VQD_ERROR_REQUEST, and the grid as it was,
 * when the text is no record. */
gboolean vqd_token_record_read (const char *record, const guint8 *rgb8,
                                int width_px, int height_px, VqdTokenGrid *grid,
                                GError **error);

/* The picture as 8-bit sRGB, [height, width, 3]: the one rounding that all
 * users of the engine share. rgb8: caller's memory. */
void vqd_picture_to_rgb8 (const VqdPicture *picture, guint8 *rgb8);

/* The purity of each pixel's cell: values is [height, width] of the picture,
 * caller's memory; -1 where it is not known. */
void vqd_picture_get_purity (const VqdPicture *picture, float *values);

/* Runs the request. NULL on failure and when cancelled; cancelling takes
 * effect within a block of the denoiser. */
VqdResult *vqd_engine_generate (VqdEngine *engine, const VqdRequest *request,
                                VqdProgressFunc progress, gpointer user_data,
                                GCancellable *cancellable, GError **error);

/* Tokens of an earlier picture as a picture again; cells of -1 are grey. seed
 * is -1 and settings NULL. (transfer full): vqd_picture_free. */
VqdPicture *vqd_engine_decode (VqdEngine *engine, const VqdTokenGrid *grid,
                               VqdTiling tiling, GCancellable *cancellable,
                               GError **error);
void vqd_picture_free (VqdPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPicture, vqd_picture_free)

G_END_DECLS

#endif /* VQD_H */
