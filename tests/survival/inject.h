/*
 * What inject.c and the Windows program share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* the child whose calls can fail from its start on */
#define FIRST_CHILD "survival-first"

struct inject
{
    unsigned long long sites[500];  /* all places so far where a call has failed; survival.sh reads these */
    volatile int       ask;         /* the program wants to know the next two */
    volatile int       pid;         /* of the process whose calls fail */
    volatile int       nofile;      /* limit of descriptors to set, -1 for as many as possible */
    volatile int       countdown;   /* 1 is the next call */
    volatile int       more;        /* so many calls fail behind it */
    volatile int       only_new;    /* calls at places where one has failed before do not count */
    volatile int       drain;       /* it does not fail; before it the pool of huge pages is emptied, until the next ask */
    volatile int       hit;         /* it has failed */
    volatile int       two_nodes;   /* a process that starts finds a host with two nodes; the second one has no memory */
    char               setting[40]; /* such a process has it in its environment: NAME=VALUE */
    volatile int       error;       /* what ... */
    char               without[16]; /* ... this function fails with each time: the host does not have it */
    unsigned long long site;        /* where it was made, in the module */
    char               name[2][32]; /* which function it was, and the one behind it */
};
