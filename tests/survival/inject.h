/*
 * What inject.c and the Windows program share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

struct inject
{
    volatile int       ask;         /* the program wants to know the next two */
    volatile int       pid;         /* of the process whose calls fail */
    volatile int       nofile;      /* limit of descriptors to set, -1 for as many as possible */
    volatile int       countdown;   /* 1 is the next call */
    volatile int       drain;       /* it does not fail; before it the pool of huge pages is emptied, until the next ask */
    volatile int       hit;         /* it has failed */
    unsigned long long site;        /* where it was made, in the module */
    char               name[32];    /* which function it was */
    unsigned int       site_count;
    unsigned long long sites[400];  /* all places so far where a call has failed */
};
