#pragma once
/* What the Glibc module leaves out or hides behind _GNU_SOURCE. Defining that here would give the
   headers that both modules read another shape, so the few hidden calls are wrapped by hand. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

long syscall(long number, ...);

/* accept4, which takes the flags with the connection instead of in two further calls. */
static inline int clinux_accept(int socket, void *address, socklen_t *length, int flags) {
    return (int)syscall(SYS_accept4, socket, address, length, flags);
}
/* Names the calling thread: 15 bytes are kept. */
static inline int clinux_name_thread(const char *name) {
    return prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}
/* sync_file_range(2) hides behind _GNU_SOURCE, which a module that was built before does not see.
   Bits: 1 = wait for what is under way, 2 = start writing. */
#include <sys/syscall.h>
static inline int clinux_start_writing(int fd, long offset, long count) {
    return (int)syscall(SYS_sync_file_range, fd, offset, count, 2);
}
static inline int clinux_await_writing(int fd) { return (int)syscall(SYS_sync_file_range, fd, 0L, 0L, 1); }
#include <spawn.h>
/* fcntl is variadic, which Swift does not import. */
static inline int clinux_close_on_exec(int descriptor) {
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}
/* An exclusive lock on one byte of a file, of the open file and not of the process (fcntl(2), open
   file description locks), which hides behind _GNU_SOURCE. 0 once it is held, 1 where another holds
   it, -1 with errno for anything else. */
#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif
static inline int clinux_lock_byte(int descriptor, long place) {
    struct flock range;
    memset(&range, 0, sizeof range);
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = place;
    range.l_len = 1;
    if (fcntl(descriptor, F_OFD_SETLK, &range) == 0) return 0;
    return errno == EAGAIN || errno == EACCES ? 1 : -1;
}
extern char **environ;
/* The environment, for programs that are started. */
static inline char **clinux_environment(void) { return environ; }
/* Signals as bytes of a pipe: the main thread sleeps with every signal unblocked, so that none can
   be waited for. The handler calls write(2) and nothing else. */
static int clinux_signal_pipe[2] = {-1, -1};
static void clinux_on_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(clinux_signal_pipe[1], &byte, 1);
    (void)written;
    errno = saved;
}
static inline int clinux_watch_signals(void) {
    struct sigaction action;
    if (clinux_signal_pipe[0] >= 0) return 0;
    if (pipe(clinux_signal_pipe) != 0) return -1;
    fcntl(clinux_signal_pipe[0], F_SETFD, FD_CLOEXEC);
    fcntl(clinux_signal_pipe[1], F_SETFD, FD_CLOEXEC);
    memset(&action, 0, sizeof action);
    action.sa_handler = clinux_on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGTERM, &action, NULL) != 0) return -1;
    return sigaction(SIGINT, &action, NULL);
}
/* A reader that left and a file at its limit are errors of the call, not the end of the process. */
static inline int clinux_ignore_signals(void) {
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return -1;
    return signal(SIGXFSZ, SIG_IGN) == SIG_ERR ? -1 : 0;
}
/* The number of the next signal, or -1. */
static inline int clinux_next_signal(void) {
    unsigned char byte = 0;
    ssize_t count;
    do { count = read(clinux_signal_pipe[0], &byte, 1); } while (count < 0 && errno == EINTR);
    return count == 1 ? byte : -1;
}
/* When an open file was made, in nanoseconds since 1970, as statx(2) gives it, whose structure hides
   behind _GNU_SOURCE: the mask stands at byte 0, the time at 80. 0 where the file system keeps none. */
static inline long long clinux_birth(int descriptor) {
    union { unsigned mask; long long words[32]; } facts;
    memset(&facts, 0, sizeof facts);
    if (syscall(SYS_statx, descriptor, "", 0x1000, 0x800, &facts) != 0) return 0;
    if ((facts.mask & 0x800) == 0) return 0;
    return facts.words[10] * 1000000000LL + (long long)(unsigned)facts.words[11];
}
#include <iconv.h>
/* GB18030 as UTF-8: how many bytes, or -1 where a byte is of no character or there is no room. */
static inline long clinux_from_gb18030(
    const unsigned char *from, size_t count, unsigned char *to, size_t room) {
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    char *in = (char *)from, *out = (char *)to;
    size_t left = room, result;
    if (converter == (iconv_t)-1) return -1;
    result = iconv(converter, &in, &count, &out, &left);
    iconv_close(converter);
    return result == (size_t)-1 || count != 0 ? -1 : (long)(room - left);
}
