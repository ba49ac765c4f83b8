/*
 * Views that a process has mapped for itself, as another process sees them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SIZE 0x24000

/* in a section that both have */
struct shared
{
    volatile LONG step;   /* counted up by the one whose turn it is not any more */
    char         *view;
    DWORD         found;  /* what the child has read */
};

static BOOL await_step( struct shared *shared, LONG step )
{
    unsigned int i;

    for (i = 0; i < 3000 && shared->step < step; i++) Sleep( 10 );
    return shared->step >= step;
}

static int child_holder( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    struct shared *shared = map_all( section );
    HANDLE own = create_filled_section( PAGE_READWRITE, SIZE );

    if (argc != 1 || !shared || !(shared->view = map_all( own ))) return 1;
    CloseHandle( own );
    shared->step = 1;
    if (!await_step( shared, 2 )) return 2;
    if (shared->step == 4) return 0;
    shared->found = word_at( shared->view, 0x1000 );
    shared->step = 3;
    return await_step( shared, 4 ) ? 0 : 3;
}

static HANDLE start_holder( struct shared **shared )
{
    HANDLE section = create_section( PAGE_READWRITE, sizeof(**shared) ), process;

    SetHandleInformation( section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
    *shared = map_all( section );
    process = start_child( "outside-holder", "%p", section );
    CloseHandle( section );
    ok( await_step( *shared, 1 ), "the child has not come so far\n" );
    return process;
}

static void end_holder( HANDLE process, struct shared *shared )
{
    shared->step = 4;
    wait_child( process );
    CloseHandle( process );
    unmap( shared );
}

static void test_memory(void)
{
    DWORD word = 0, new_word = 0x12345678;
    struct shared *shared;
    HANDLE process = start_holder( &shared );
    SIZE_T len;

    ok( ReadProcessMemory( process, shared->view + 0x2000, &word, sizeof(word), &len ), "error %lu\n", GetLastError() );
    ok( word == test_word( 0x2000 ), "got %#lx\n", word );
    ok( WriteProcessMemory( process, shared->view + 0x1000, &new_word, sizeof(new_word), &len ), "error %lu\n", GetLastError() );
    shared->step = 2;
    ok( await_step( shared, 3 ), "the child has not come so far\n" );
    ok( shared->found == new_word, "got %#lx\n", shared->found );
    end_holder( process, shared );
}

static void test_query(void)
{
    MEMORY_BASIC_INFORMATION info;
    struct shared *shared;
    HANDLE process = start_holder( &shared );

    ok( VirtualQueryEx( process, shared->view + 0x1000, &info, sizeof(info) ) == sizeof(info), "error %lu\n", GetLastError() );
    ok( info.AllocationBase == shared->view && info.RegionSize == SIZE - 0x1000 && info.State == MEM_COMMIT &&
        info.Type == MEM_MAPPED && info.Protect == PAGE_READWRITE && info.AllocationProtect == PAGE_READWRITE,
        "got base %p for %p, size %#Ix, state %#lx, type %#lx, protect %#lx, %#lx\n", info.AllocationBase, shared->view,
        info.RegionSize, info.State, info.Type, info.Protect, info.AllocationProtect );
    end_holder( process, shared );
}

static void test_unmap(void)
{
    MEMORY_BASIC_INFORMATION info;
    struct shared *shared;
    HANDLE process;

    if (!pUnmapViewOfFile2)
    {
        win_skip( "UnmapViewOfFile2 is missing\n" );
        return;
    }
    process = start_holder( &shared );
    ok( pUnmapViewOfFile2( process, shared->view, 0 ), "error %lu\n", GetLastError() );
    ok( VirtualQueryEx( process, shared->view, &info, sizeof(info) ) == sizeof(info), "error %lu\n", GetLastError() );
    ok( info.State == MEM_FREE && info.RegionSize >= SIZE, "got state %#lx, size %#Ix\n", info.State, info.RegionSize );
    end_holder( process, shared );
}

static const struct rule rules[] =
{
    { "1.15-memory", "ReadProcessMemory and WriteProcessMemory", test_memory },
    { "1.15-query", "VirtualQueryEx", test_query },
    { "1.15-unmap", "UnmapViewOfFile2", test_unmap },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "outside-holder", child_holder },
    { NULL, NULL }
};

const struct test_file file_outside = { "outside", rules, children };
