/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-pool.h - a fixed number of threads that share out numbered items
 *
 * The caller works along as thread 0. Threads take items one by one, so which
 * thread computes an item is chance: an item's result may depend on its number
 * alone. Each thread has scratch memory of a fixed size, 64-byte aligned. */
#ifndef VQD_POOL_H
#define VQD_POOL_H

#include <stddef.h>

/* OpenBLAS has buffers for at least 50 callers, and ends the program when more
 * call at once. Products are not cut for so many threads either. */
#define VQD_POOL_MAX_THREADS 48

typedef struct VqdPool VqdPool;

/* Computes one item. scratch: of the thread that runs it. */
typedef void (*VqdPoolFunc) (const void *data, int item, void *scratch);

/* n_threads: 0 for one per CPU that this process may use; at most
 * VQD_POOL_MAX_THREADS. NULL when there is
 * no memory; *why then says so (static). Fewer threads than asked for run when
 * the system gives no more. */
VqdPool *vqd_pool_new (int n_threads, size_t scratch_bytes, const char **why);
void vqd_pool_free (VqdPool *self);

int vqd_pool_n_threads (const VqdPool *self);

/* Returns when all of fn (data, 0 ... n_items - 1, scratch) are done. One
 * caller at a time; fn must not call it. */
void vqd_pool_run (VqdPool *self, int n_items, VqdPoolFunc fn,
                   const void *data);

#endif /* VQD_POOL_H */
