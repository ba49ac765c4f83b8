/*
 * What is done while something fails (steps.c)
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef __MAPVIEW_STEPS_H
#define __MAPVIEW_STEPS_H

#include "test.h"

/* Each step is done and undone; undo is called when it worked, and nothing is left when it did not. */
struct step
{
    const char  *what;
    BOOL       (*run)(void);
    void       (*undo)(void);
    unsigned int flags;
};

#define NEEDS_LARGE  1   /* large pages */
#define NEEDS_MANY   2   /* so many that they are not of the pool */
#define CALLS_MUCH   4   /* some call for each process of the host */

/* called before what a failed step has done in its first part is undone */
extern void (*before_undo)(void);

extern const struct step steps[];
extern const unsigned int step_count;

/* What the steps are done with: a section with this name, files, a placeholder, another process that belongs to
 * them from then on.  It can be called again when it has failed. */
BOOL init_steps( const WCHAR *section_name, HANDLE other_process );
void free_steps(void);
DWORD get_other_id(void);
/* Whether there are large pages for them. */
BOOL init_large_steps(void);
/* Whether a step can be done here. */
BOOL can_do( const struct step *step );
/* The one step that leaves something behind for a while: a thread of the module's. */
BOOL query_remote(void);
/* Whether the other process is there. */
BOOL query_other_pages(void);
/* Whether an error is one that Windows gives when there is no memory, or no room for handles and files. */
BOOL is_lack( DWORD error );

#endif
