# Machines whose clock says another time. Sourced after started.sh.
#
# clock_of NAME DAYS: a program in work that is the node on a machine whose clock is so many days
# ahead, or behind where they are below 0; false where no C compiler can make it.
clock_of() {
    local compiler
    if [ ! -f "$work/clock.so" ]; then
        compiler=$(command -v clang || command -v cc || command -v gcc) || {
            echo "passed over: no C compiler for another clock" >&2
            return 1
        }
        write_clock "$work/clock.c"
        "$compiler" -O1 -shared -fPIC -o "$work/clock.so" "$work/clock.c" || {
            echo "passed over: no other clock could be made" >&2
            return 1
        }
    fi
    cat >"$work/$1" <<END
#!/bin/sh
CLOCK_AHEAD=$(($2 * 86400)) LD_PRELOAD="$work/clock.so" exec "$node_itself" "\$@"
END
    chmod +x "$work/$1"
}
node_itself=$node

write_clock() {
    cat >"$1" <<'END'
/* Preloaded, gives a program another wall clock: CLOCK_AHEAD seconds are added. What it waits by (the
   clocks since the machine's start) is not touched, so that nothing lasts longer or shorter. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
    const char *text = getenv("CLOCK_AHEAD");
    return text ? atol(text) : 0;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += ahead();
    return status;
}
time_t time(time_t *slot) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (slot) *slot = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec moment;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &moment);
    now->tv_sec = moment.tv_sec;
    now->tv_usec = moment.tv_nsec / 1000;
    return 0;
}
END
}
