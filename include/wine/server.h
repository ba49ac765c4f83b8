/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two wineserver calls of ntdll.so that exchange handles and file descriptors; libwine-dev
 * does not declare them.  In a Wine source tree its own wine/server.h takes this file's place.
 *
 * CDECL is what the headers of the Wine that is built against mean by it for a Unix library:
 * the Microsoft convention in 8.0, the host's own in 10.0.
 */

#ifndef __WINE_WINE_SERVER_H
#define __WINE_WINE_SERVER_H

extern NTSTATUS CDECL wine_server_fd_to_handle( int fd, unsigned int access,
                                                unsigned int attributes, HANDLE *handle );
extern NTSTATUS CDECL wine_server_handle_to_fd( HANDLE handle, unsigned int access,
                                                int *unix_fd, unsigned int *options );

#endif
