/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqd-check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/cpu/vqd-cpu-flags.h"

#define MAX_MEMORIES 4096

/* A benchmark calls a function for so long, and takes the fastest of some. */
#define BENCH_SECONDS 0.01
#define BENCH_ROUNDS 5

typedef struct
{
  const char *name; /* for VQD_CPU_FLAGS */
  unsigned flags;
} Level;

typedef struct
{
  int rows;
  int dim;
} Size;

static const Level levels[] = {
  { "0", 0 },
  { "avx2", VQD_CPU_AVX2 },
  { "avx512", VQD_CPU_AVX2 | VQD_CPU_AVX512 },
};
#define N_LEVELS ((int) (sizeof (levels) / sizeof (levels[0])))

/* One row, one column, below, at and beside multiples of the vectors. */
static const Size sizes[] = {
  { 1, 1 },  { 1, 7 },  { 3, 8 },  { 2, 15 },  { 2, 16 },   { 5, 17 },
  { 1, 33 }, { 4, 64 }, { 3, 77 }, { 2, 256 }, { 2, 1408 }, { 1, 2049 },
};

static const Size bench_size = { 16, 2048 };

static const char *const input_names[VQD_N_INPUTS] = {
  "normal", "large", "offset", "logs", "equal", "nan",
};

/* The state of the program; a test is nothing else. */
static struct
{
  uint64_t random;
  int n_checks;
  int n_failures;
  bool bench;
  int n_memories;
  void *memories[MAX_MEMORIES];
} state = { .random = 1 };

void
vqd_check_init (int argc, char **argv)
{
  state.bench = argc > 1 && strcmp (argv[1], "--bench") == 0;
}

int
vqd_check_finish (void)
{
  for (int i = 0; i < state.n_memories; i++)
    free (state.memories[i]);
  printf ("1..%d\n", state.n_checks);
  return state.n_failures > 0;
}

void
vqd_check (bool condition, const char *what, ...)
{
  va_list args;

  state.n_checks++;
  if (! condition)
    state.n_failures++;
  printf ("%s %d - ", condition ? "ok" : "not ok", state.n_checks);
  va_start (args, what);
  vprintf (what, args);
  va_end (args);
  printf ("\n");
}

/* Knuth's MMIX generator; the upper bits are the good ones. */
static uint32_t
random_word (void)
{
  state.random = state.random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) (state.random >> 33);
}

float
vqd_check_random (void)
{
  return (float) random_word () * 0x1p-30f - 1.0f;
}

int
vqd_check_random_int (int n)
{
  return (int) (random_word () % (uint32_t) n);
}

static void *
remember (void *memory)
{
  if (memory == NULL || state.n_memories == MAX_MEMORIES)
    {
      printf ("Bail out! no memory\n");
      exit (1);
    }
  state.memories[state.n_memories++] = memory;
  return memory;
}

float *
vqd_check_floats (size_t n)
{
  return remember (calloc (n > 0 ? n : 1, sizeof (float)));
}

double *
vqd_check_doubles (size_t n)
{
  return remember (calloc (n > 0 ? n : 1, sizeof (double)));
}

int *
vqd_check_ints (size_t n)
{
  return remember (calloc (n > 0 ? n : 1, sizeof (int)));
}

float *
vqd_check_random_floats (size_t n, float range)
{
  float *x = vqd_check_floats (n);

  for (size_t i = 0; i < n; i++)
    x[i] = range * vqd_check_random ();
  return x;
}

static void
random_half (uint16_t *to, float *wide)
{
  /* 1.mantissa times 2^-3 ... 2^0, of either sign. */
  const int mantissa = vqd_check_random_int (1024);
  const int exponent = vqd_check_random_int (4);
  const int sign = vqd_check_random_int (2);

  *to = (uint16_t) (sign << 15 | (12 + exponent) << 10 | mantissa);
  *wide = ldexpf (1.0f + (float) mantissa / 1024.0f, exponent - 3) *
          (sign ? -1.0f : 1.0f);
}

static void
random_bfloat (uint16_t *to, float *wide)
{
  const int mantissa = vqd_check_random_int (128);
  const int exponent = vqd_check_random_int (4);
  const int sign = vqd_check_random_int (2);

  *to = (uint16_t) (sign << 15 | (124 + exponent) << 7 | mantissa);
  *wide = ldexpf (1.0f + (float) mantissa / 128.0f, exponent - 3) *
          (sign ? -1.0f : 1.0f);
}

VqdMatrix
vqd_check_matrix (VqdDtype dtype, int n_rows, int n_cols, const float **wide)
{
  const size_t n = (size_t) n_rows * (size_t) n_cols;
  float *values = vqd_check_random_floats (n, 1.0f);
  VqdMatrix m = {
    .data = values, .dtype = dtype, .n_rows = n_rows, .n_cols = n_cols
  };

  *wide = values;
  if (dtype == VQD_DTYPE_F32)
    return m;

  float *scale = vqd_check_floats ((size_t) n_rows);
  void *data = remember (calloc (n, 2));

  for (int r = 0; r < n_rows; r++)
    scale[r] = (0.5f + 0.01f * (float) (r % 50)) / 127.0f;
  for (size_t i = 0; i < n; i++)
    if (dtype == VQD_DTYPE_F16)
      random_half ((uint16_t *) data + i, &values[i]);
    else if (dtype == VQD_DTYPE_BF16)
      random_bfloat ((uint16_t *) data + i, &values[i]);
    else
      {
        const int q = vqd_check_random_int (255) - 127;

        ((int8_t *) data)[i] = (int8_t) q;
        values[i] = (float) q * scale[i / (size_t) n_cols];
      }
  m.data = data;
  if (dtype == VQD_DTYPE_I8)
    m.scale = scale;
  return m;
}

VqdBackend *
vqd_check_open (int n_threads)
{
  const char *why = NULL;
  VqdBackend *backend = vqd_backend_open ("cpu", n_threads, &why);

  if (backend == NULL)
    {
      printf ("Bail out! %s\n", why);
      exit (1);
    }
  return backend;
}

static float
input_value (VqdCheckInput input)
{
  const float x = vqd_check_random ();

  switch (input)
    {
    case VQD_INPUT_LARGE:
      return x < 0.3f ? x * 1e4f : x * 1e-20f;
    case VQD_INPUT_OFFSET:
      return 1000.0f + x;
    case VQD_INPUT_LOGS:
      return x < 0.0f ? -70.0f : (x - 1.0f) * 20.0f;
    case VQD_INPUT_EQUAL:
      return -3.0f;
    default:
      return 4.0f * x;
    }
}

static void
fill_input (float *x, size_t n, VqdCheckInput input)
{
  for (size_t i = 0; i < n; i++)
    x[i] = input_value (input);
}

/* A NaN must be one in both. Prints the first difference. */
static bool
is_close (const float *expected, const float *x, size_t n, float abs, float rel)
{
  for (size_t i = 0; i < n; i++)
    {
      if (isnan (expected[i]) && isnan (x[i]))
        continue;
      if (expected[i] == x[i])
        continue;
      if (! (fabsf (x[i] - expected[i]) <= abs + rel * fabsf (expected[i])))
        {
          printf ("# at %zu: %.9g, expected %.9g\n", i, (double) x[i],
                  (double) expected[i]);
          return false;
        }
    }
  return true;
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static double
bench (const VqdCheckFunc *func, const VqdCpuOps *ops, const VqdCheckCase *c,
       float *out)
{
  double fastest = INFINITY;

  for (int round = 0; round < BENCH_ROUNDS; round++)
    {
      const double start = now ();
      double seconds;
      int n = 0;

      do
        {
          func->run (ops, c, out);
          n++;
          seconds = now () - start;
        }
      while (seconds < BENCH_SECONDS);
      fastest = fmin (fastest, seconds / n);
    }
  return fastest;
}

static VqdCheckCase
new_case (Size size, VqdCheckInput input, float *memory)
{
  const size_t n = (size_t) size.rows * (size_t) size.dim;

  /* Gains and shifts are of the usual size. */
  fill_input (memory, n, input);
  fill_input (memory + n, 3 * n,
              input == VQD_INPUT_LOGS ? VQD_INPUT_LOGS : VQD_INPUT_NORMAL);
  if (input == VQD_INPUT_NAN)
    memory[vqd_check_random_int (size.dim)] = NAN;
  return (VqdCheckCase){ .rows = size.rows,
                         .dim = size.dim,
                         .a = memory,
                         .b = memory + n,
                         .c = memory + 2 * n,
                         .d = memory + 3 * n };
}

static void
check_size (const VqdCheckFunc *func, const Level *level, const VqdCpuOps *ops,
            Size size)
{
  const size_t n = (size_t) size.rows * (size_t) size.dim;
  float *memory = malloc (sizeof (float) * 6 * n);
  float *expected = memory + 4 * n;
  float *out = memory + 5 * n;
  VqdCpuOps reference;

  vqd_cpu_ops_init (&reference, 0);
  for (int input = 0; input < VQD_N_INPUTS; input++)
    {
      if (! (func->inputs & 1u << input))
        continue;

      const VqdCheckCase c = new_case (size, (VqdCheckInput) input, memory);

      memset (expected, 0, sizeof (float) * 2 * n);
      func->run (&reference, &c, expected);
      func->run (ops, &c, out);
      vqd_check (is_close (expected, out, n, func->abs, func->rel),
                 "%s/%s/%s-%dx%d", level->name, func->name, input_names[input],
                 size.rows, size.dim);
    }
  free (memory);
}

static void
bench_level (const VqdCheckFunc *func, const Level *level, const VqdCpuOps *ops)
{
  const size_t n = (size_t) bench_size.rows * (size_t) bench_size.dim;
  float *memory = malloc (sizeof (float) * 5 * n);
  const VqdCheckCase c = new_case (
      bench_size,
      func->inputs & 1u << VQD_INPUT_NORMAL ? VQD_INPUT_NORMAL : VQD_INPUT_LOGS,
      memory);
  VqdCpuOps reference;

  vqd_cpu_ops_init (&reference, 0);

  const double slow = bench (func, &reference, &c, memory + 4 * n);
  const double fast = bench (func, ops, &c, memory + 4 * n);

  printf ("# bench %-14s %-7s %8.1f ns per %d, reference %8.1f, %5.2f times\n",
          func->name, level->name, fast * 1e9 / bench_size.rows, bench_size.dim,
          slow * 1e9 / bench_size.rows, slow / fast);
  free (memory);
}

void
vqd_check_func (const VqdCheckFunc *func)
{
  for (int i = 1; i < N_LEVELS; i++)
    {
      VqdCpuOps ops;

      setenv ("VQD_CPU_FLAGS", levels[i].name, 1);
      if (vqd_cpu_flags () != levels[i].flags)
        continue;
      vqd_cpu_ops_init (&ops, levels[i].flags);
      for (size_t s = 0; s < sizeof (sizes) / sizeof (sizes[0]); s++)
        check_size (func, &levels[i], &ops, sizes[s]);
      if (state.bench)
        bench_level (func, &levels[i], &ops);
    }
  unsetenv ("VQD_CPU_FLAGS");
}

static bool
is_expected (const VqdCheckOp *op, const float *out)
{
  for (int i = 0; i < op->n_out; i++)
    {
      const double e = op->expected[i];

      if (! (fabs ((double) out[i] - e) <= op->abs + op->rel * fabs (e)))
        {
          printf ("# at %d: %.9g, expected %.9g\n", i, (double) out[i], e);
          return false;
        }
    }
  return true;
}

void
vqd_check_op (const VqdCheckOp *op)
{
  const size_t n_bytes = sizeof (float) * (size_t) op->n_out;
  float *first = malloc (n_bytes);
  float *out = malloc (n_bytes);

  for (int i = 0; i < N_LEVELS; i++)
    {
      setenv ("VQD_CPU_FLAGS", levels[i].name, 1);
      if (vqd_cpu_flags () != levels[i].flags)
        continue;
      for (int n_threads = 1; n_threads <= 3; n_threads++)
        {
          VqdBackend *backend = vqd_check_open (n_threads);

          memset (out, 0, n_bytes);
          op->run (backend, op->data, out);
          if (n_threads == 1)
            {
              vqd_check (is_expected (op, out), "%s/%s", levels[i].name,
                         op->name);
              memcpy (first, out, n_bytes);
            }
          else
            vqd_check (memcmp (first, out, n_bytes) == 0,
                       "%s/%s/same-with-%d-threads", levels[i].name, op->name,
                       n_threads);
          vqd_check (backend->ops->status (backend) == VQD_STATUS_OK,
                     "%s/%s/status-%d", levels[i].name, op->name, n_threads);
          backend->ops->close (backend);
        }
    }
  unsetenv ("VQD_CPU_FLAGS");
  free (first);
  free (out);
}
