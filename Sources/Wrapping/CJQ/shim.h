#pragma once
#include <jq.h>
#include <spawn.h>

// glibc 2.34 and later have it; the header shows it only to GNU sources, which a module is not.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

static inline int cjq_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
