/*
 * A file system whose device fails
 *
 * failfs DIRECTORY mounts, by /dev/fuse alone, a file system with one file, "file", of 256 KiB.
 * Reading its first page works, reading the others is an error of the device.  It is served until
 * somebody unmounts it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/fuse.h>

#define FILE_INODE 2
#define FILE_SIZE  0x40000
#define PAGE       0x1000

static int device;

static void reply( const struct fuse_in_header *in, int error, const void *data, size_t size )
{
    struct fuse_out_header out = { sizeof(out) + (error ? 0 : size), -error, in->unique };
    struct iovec iov[2] = { { &out, sizeof(out) }, { (void *)data, error ? 0 : size } };

    if (writev( device, iov, 2 ) == -1 && errno != ENOENT) perror( "failfs: reply" );
}

static void fill_attr( struct fuse_attr *attr, unsigned long inode )
{
    memset( attr, 0, sizeof(*attr) );
    attr->ino   = inode;
    attr->mode  = inode == FILE_INODE ? S_IFREG | 0444 : S_IFDIR | 0555;
    attr->size  = inode == FILE_INODE ? FILE_SIZE : 0;
    attr->nlink = 1;
    attr->blksize = PAGE;
}

static void do_init( const struct fuse_in_header *in, const void *arg )
{
    const struct fuse_init_in *init = arg;
    struct fuse_init_out out;

    memset( &out, 0, sizeof(out) );
    out.major = FUSE_KERNEL_VERSION;
    out.minor = FUSE_KERNEL_MINOR_VERSION < init->minor ? FUSE_KERNEL_MINOR_VERSION : init->minor;
    out.max_write = PAGE;
    out.max_readahead = 0;  /* one page at a time */
    reply( in, 0, &out, sizeof(out) );
}

static void do_lookup( const struct fuse_in_header *in, const void *arg )
{
    struct fuse_entry_out out;

    memset( &out, 0, sizeof(out) );
    out.nodeid = FILE_INODE;
    fill_attr( &out.attr, FILE_INODE );
    reply( in, strcmp( arg, "file" ) ? ENOENT : 0, &out, sizeof(out) );
}

static void do_getattr( const struct fuse_in_header *in, const void *arg )
{
    struct fuse_attr_out out;

    memset( &out, 0, sizeof(out) );
    fill_attr( &out.attr, in->nodeid );
    reply( in, 0, &out, sizeof(out) );
    (void)arg;
}

static void do_open( const struct fuse_in_header *in, const void *arg )
{
    struct fuse_open_out out;

    memset( &out, 0, sizeof(out) );
    reply( in, 0, &out, sizeof(out) );
    (void)arg;
}

static void do_read( const struct fuse_in_header *in, const void *arg )
{
    static const char page[PAGE] = "readable";
    const struct fuse_read_in *read = arg;

    reply( in, read->offset ? EIO : 0, page, read->size < PAGE ? read->size : PAGE );
}

static void do_nothing( const struct fuse_in_header *in, const void *arg )
{
    reply( in, 0, NULL, 0 );
    (void)arg;
}

static void do_statfs( const struct fuse_in_header *in, const void *arg )
{
    struct fuse_statfs_out out;

    memset( &out, 0, sizeof(out) );
    out.st.bsize = out.st.frsize = PAGE;
    out.st.namelen = 255;
    reply( in, 0, &out, sizeof(out) );
    (void)arg;
}

static void no_reply( const struct fuse_in_header *in, const void *arg )
{
    (void)in;
    (void)arg;
}

static const struct
{
    unsigned int opcode;
    void       (*func)( const struct fuse_in_header *in, const void *arg );
} requests[] =
{
    { FUSE_INIT,         do_init },
    { FUSE_LOOKUP,       do_lookup },
    { FUSE_GETATTR,      do_getattr },
    { FUSE_OPEN,         do_open },
    { FUSE_READ,         do_read },
    { FUSE_RELEASE,      do_nothing },
    { FUSE_FLUSH,        do_nothing },
    { FUSE_ACCESS,       do_nothing },
    { FUSE_STATFS,       do_statfs },
    { FUSE_FORGET,       no_reply },
    { FUSE_BATCH_FORGET, no_reply },
    { FUSE_INTERRUPT,    no_reply },
};

int main( int argc, char **argv )
{
    static char buffer[0x21000] __attribute__((aligned( 8 )));
    const struct fuse_in_header *in = (const struct fuse_in_header *)buffer;
    char options[100];
    unsigned int i;
    ssize_t len;

    if (argc != 2) return 2;
    if ((device = open( "/dev/fuse", O_RDWR | O_CLOEXEC )) == -1)
    {
        perror( "/dev/fuse" );
        return 77;
    }
    snprintf( options, sizeof(options), "fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other", device,
              (unsigned int)getuid(), (unsigned int)getgid() );
    if (mount( "failfs", argv[1], "fuse.failfs", MS_NODEV | MS_NOSUID, options ))
    {
        perror( "mount" );
        return 77;
    }
    for (;;)
    {
        if ((len = read( device, buffer, sizeof(buffer) )) == -1)
        {
            if (errno == EINTR || errno == ENOENT || errno == EAGAIN) continue;
            return errno != ENODEV;  /* it was unmounted */
        }
        for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) if (requests[i].opcode == in->opcode) break;
        if (i < sizeof(requests) / sizeof(requests[0])) requests[i].func( in, in + 1 );
        else reply( in, ENOSYS, NULL, 0 );
    }
}
