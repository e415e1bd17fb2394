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
        "$compiler" -O1 -shared -fPIC -o "$work/clock.so" "$here/Tests/Scenarios/clock.c" || {
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
