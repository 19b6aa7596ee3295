/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdatomic.h>
#include <string.h>

#include "kernels/cpu/vqd-pool.h"
#include "vqd-check.h"

#define N_ITEMS 1000
#define N_JOBS 20000

typedef struct
{
  atomic_int counts[N_ITEMS];
  atomic_int n_bad_scratch;
} Job;

static void
count_item (const void *data, int item, void *scratch)
{
  Job *job = *(Job *const *) data;

  if ((uintptr_t) scratch % 64 != 0)
    atomic_fetch_add (&job->n_bad_scratch, 1);
  memset (scratch, item & 0xff, 100);
  atomic_fetch_add (&job->counts[item], 1);
}

static bool
all_counts (Job *job, int expected, int n)
{
  for (int i = 0; i < N_ITEMS; i++)
    if (atomic_load (&job->counts[i]) != (i < n ? expected : 0))
      return false;
  return true;
}

static void
check_limit (void)
{
  const char *why;
  VqdPool *pool = vqd_pool_new (1000000, 64, &why);

  vqd_check (vqd_pool_n_threads (pool) <= VQD_POOL_MAX_THREADS,
             "pool/not-too-many-threads");
  vqd_pool_free (pool);
}

static void
check_pool (int n_threads)
{
  static Job job;
  Job *const data = &job;
  const char *why;
  VqdPool *pool = vqd_pool_new (n_threads, 100, &why);

  memset (&job, 0, sizeof (job));
  vqd_check (pool != NULL, "pool-%d/new", n_threads);
  vqd_check (n_threads == 0 || vqd_pool_n_threads (pool) == n_threads,
             "pool-%d/threads", n_threads);

  vqd_pool_run (pool, 0, count_item, &data);
  vqd_check (all_counts (&job, 0, 0), "pool-%d/no-item", n_threads);

  vqd_pool_run (pool, N_ITEMS, count_item, &data);
  vqd_check (all_counts (&job, 1, N_ITEMS), "pool-%d/each-item-once",
             n_threads);

  /* Short jobs one after another: a thread late for one must not spoil the
   * next. */
  memset (&job, 0, sizeof (job));
  for (int i = 0; i < N_JOBS; i++)
    vqd_pool_run (pool, 3, count_item, &data);
  vqd_check (all_counts (&job, N_JOBS, 3), "pool-%d/many-short-jobs",
             n_threads);
  vqd_check (atomic_load (&job.n_bad_scratch) == 0, "pool-%d/scratch-aligned",
             n_threads);
  vqd_pool_free (pool);
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  check_pool (1);
  check_pool (2);
  check_pool (5);
  check_pool (0);
  check_limit ();
  vqd_pool_free (NULL);
  return vqd_check_finish ();
}
