#pragma once
#include <sqlite3.h>
/* The destructor constants are casts, which Swift does not import. */
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }
static inline sqlite3_destructor_type csqlite_static(void) { return SQLITE_STATIC; }
/* sqlite3_config is variadic. Counting bytes takes a global mutex on every allocation. */
static inline int csqlite_stop_counting_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
/* Binds one row of a bare insert, runs it and resets: what a program without any layers would do,
   and so the limit that the bench holds beside its figures. */
static inline int csqlite_insert_row(sqlite3_stmt *insert, sqlite3_int64 id, const void *bytes,
                                     sqlite3_uint64 count) {
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, id);
    sqlite3_bind_blob64(insert, 3, bytes, count, SQLITE_STATIC);
    int code = sqlite3_step(insert);
    sqlite3_reset(insert);
    sqlite3_bind_null(insert, 3);
    return code;
}
#include <string.h>
/* Copies a column to `target + offset`; nothing where it does not fit. Gives its length. */
static inline int csqlite_copy_column(sqlite3_stmt *row, int column, void *target, long offset,
                                      long capacity) {
    const void *bytes = sqlite3_column_blob(row, column);
    int count = sqlite3_column_bytes(row, column);
    if (bytes != 0 && offset + count <= capacity) memcpy((char *)target + offset, bytes, count);
    return count;
}
#include <stdlib.h>
/* How many pages the write-ahead log of a connection had after its last commit. While it is
   watched no commit copies pages back by itself. */
typedef struct csqlite_log csqlite_log;
static int csqlite_note_log(void *place, sqlite3 *database, const char *name, int pages) {
    (void)database, (void)name;
    *(int *)place = pages;
    return SQLITE_OK;
}
static inline csqlite_log *csqlite_watch_log(sqlite3 *database) {
    int *place = calloc(1, sizeof(int));
    if (place != 0) sqlite3_wal_hook(database, csqlite_note_log, place);
    return (csqlite_log *)place;
}
static inline int csqlite_log_pages(csqlite_log *log) { return log == 0 ? 0 : *(int *)log; }
/* After the connection is closed. */
static inline void csqlite_forget_log(csqlite_log *log) { free(log); }
