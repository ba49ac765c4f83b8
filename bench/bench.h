/*
 * What the Windows bench program and its native twin have in common: items, timing, the ring
 *
 * An item is a call that is made again and again, or a measurement of its own.  A line is printed
 * for each: NAME, a tab, the value, a tab, the unit; the value is "n/a" where the system lacks
 * something.  Less is better for every unit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef __BENCH_H
#define __BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE( x ) (sizeof(x) / sizeof((x)[0]))

#define KB ((size_t)1 << 10)
#define MB ((size_t)1 << 20)
#define GB ((size_t)1 << 30)

#define PAGE      4096
#define NO_RESULT (-1.0)

struct item
{
    const char *name;
    int       (*setup)( size_t arg );      /* 0 when the system cannot do this */
    int       (*call)(void);               /* 0 for a failure */
    void      (*cleanup)(void);
    size_t      arg;
    double    (*measure)( size_t arg );    /* instead of the three; NO_RESULT when it cannot be done */
    const char *unit;                      /* of measure */
};

/* by each of the two programs */
extern double get_time( void );            /* in nanoseconds */
extern void relax( void );                 /* let another thread run */

static double bench_ms = 100;              /* time for an item */
static size_t bench_views = 50000;         /* at most as many live ones */
static size_t memory_size = 128 * MB;      /* for what is done to memory */

/* whether it was one, with a value */
static int parse_option( const char *name, const char *value )
{
    if (name[0] != '-' || !value) return 0;
    if (!strcmp( name, "--ms" )) bench_ms = atof( value );
    else if (!strcmp( name, "--max" )) bench_views = strtoul( value, NULL, 10 );
    else if (!strcmp( name, "--memory" )) memory_size = strtoul( value, NULL, 10 ) * MB;
    else return 0;
    return 1;
}

static int compare_doubles( const void *a, const void *b )
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median( double *values, unsigned int count )
{
    qsort( values, count, sizeof(*values), compare_doubles );
    return values[count / 2];
}

/* nanoseconds a call: the median of some rounds, each of enough calls to be measured */
static double time_call( int (*call)(void) )
{
    double values[7], start, elapsed;
    unsigned int i, j, batch = 1;

    for (;;)
    {
        start = get_time();
        for (j = 0; j < batch; j++) if (!call()) return NO_RESULT;
        elapsed = get_time() - start;
        if (elapsed > bench_ms * 1e6 / 30 || batch >= 1 << 24) break;
        batch *= 2;
    }
    batch = bench_ms * 1e6 / ARRAY_SIZE(values) / (elapsed / batch) + 1;
    for (i = 0; i < ARRAY_SIZE(values); i++)
    {
        start = get_time();
        for (j = 0; j < batch; j++) if (!call()) return NO_RESULT;
        values[i] = (get_time() - start) / batch;
    }
    return median( values, ARRAY_SIZE(values) );
}

static void print_result( const char *name, double value, const char *unit )
{
    if (value == NO_RESULT) printf( "%s\tn/a\t%s\n", name, unit );
    else printf( "%s\t%.3f\t%s\n", name, value, unit );
    fflush( stdout );
}

static void run_item( const struct item *item )
{
    double value = NO_RESULT;

    if (item->measure)
    {
        print_result( item->name, item->measure( item->arg ), item->unit );
        return;
    }
    if (item->setup( item->arg ))
    {
        value = time_call( item->call );
        item->cleanup();
    }
    print_result( item->name, value == NO_RESULT ? NO_RESULT : value / 1000, "us" );
}

/* ---- memory: the time until all pages are there, and how fast they are then ---- */

static void touch( volatile char *mem, size_t size )
{
    size_t i;

    for (i = 0; i < size; i += PAGE) mem[i] = 1;
}

/* nanoseconds a read, each at a place that the last one told, all over the memory */
static double chase( void *mem, size_t size )
{
    size_t count = size / PAGE, i, j, steps, pos = 0;
    uint32_t *order = malloc( count * sizeof(*order) ), seed = 1, tmp;
    double start, elapsed;

    if (!order) return NO_RESULT;
    for (i = 0; i < count; i++) order[i] = i;
    for (i = count - 1; i > 0; i--)
    {
        seed = seed * 1664525 + 1013904223;
        j = ((uint64_t)seed * (i + 1)) >> 32;
        tmp = order[i];
        order[i] = order[j];
        order[j] = tmp;
    }
    /* one cache line in each page, not always the same */
#define PLACE( page ) ((size_t)(page) * PAGE + ((page) * 7 % 64) * 64)
    for (i = 0; i < count; i++)
        *(volatile size_t *)((char *)mem + PLACE( order[i] )) = PLACE( order[(i + 1) % count] );
    pos = PLACE( order[0] );
#undef PLACE
    free( order );

    for (steps = 0, start = get_time(); (elapsed = get_time() - start) < bench_ms * 1e6; steps += 10000)
        for (i = 0; i < 10000; i++) pos = *(volatile size_t *)((char *)mem + pos);
    return elapsed / steps;
}

/* ---- a ring between two processes ---- */

#define RING_SLOTS 1024

struct ring
{
    volatile uint32_t head;                /* written by the producer */
    char              pad1[60];
    volatile uint32_t tail;                /* written by the consumer */
    char              pad2[60];
    volatile uint32_t ready;
    volatile uint32_t stop;
    char              pad3[56];
    struct { uint64_t words[8]; } slots[RING_SLOTS];
};

static void consume_ring( struct ring *ring )
{
    uint64_t sum = 0;
    uint32_t tail = 0;
    unsigned int i, idle = 0;

    __atomic_store_n( &ring->ready, 1, __ATOMIC_RELEASE );
    while (!__atomic_load_n( &ring->stop, __ATOMIC_ACQUIRE ))
    {
        if (__atomic_load_n( &ring->head, __ATOMIC_ACQUIRE ) == tail)
        {
            if (++idle % 256 == 0) relax();
            continue;
        }
        for (i = 0; i < 8; i++) sum += ring->slots[tail % RING_SLOTS].words[i];
        __atomic_store_n( &ring->tail, ++tail, __ATOMIC_RELEASE );
    }
    ring->slots[0].words[0] = sum;
}

/* nanoseconds a message of 64 bytes */
static double produce_ring( struct ring *ring )
{
    double start = get_time(), elapsed;
    unsigned int i, j, idle = 0;
    uint32_t head = 0;

    while (!__atomic_load_n( &ring->ready, __ATOMIC_ACQUIRE ))
    {
        if (get_time() - start > 2e10) return NO_RESULT;
        relax();
    }
    for (start = get_time(); (elapsed = get_time() - start) < bench_ms * 3e6;)
    {
        for (j = 0; j < 1000; j++)
        {
            while (head - __atomic_load_n( &ring->tail, __ATOMIC_ACQUIRE ) == RING_SLOTS)
                if (++idle % 256 == 0) relax();
            for (i = 0; i < 8; i++) ring->slots[head % RING_SLOTS].words[i] = head + i;
            __atomic_store_n( &ring->head, ++head, __ATOMIC_RELEASE );
        }
    }
    __atomic_store_n( &ring->stop, 1, __ATOMIC_RELEASE );
    return elapsed / head;
}

#endif /* __BENCH_H */
