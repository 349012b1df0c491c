#pragma once
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* No core dump, no reading of our memory by other processes of this user. 0 if the kernel agreed. */
static inline int cprocess_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    int limited = setrlimit(RLIMIT_CORE, &none);
    int hidden = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return limited == 0 && hidden == 0 ? 0 : -1;
}

/* unsetenv only takes the pointer away; /proc/PID/environ would go on showing the bytes, so they go first. */
static inline int cprocess_unset(const char *name) {
    char *value = getenv(name);
    if (value != NULL) explicit_bzero(value, strlen(value));
    return unsetenv(name);
}
