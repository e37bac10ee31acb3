/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/state.h"
#include <stddef.h>
#include <string.h>
#include "base/cleanup.h"

static const char *const names[_SESSION_STATE_MAX] = {
#define X(name, text) [SESSION_##name] = text,
        SESSION_STATES(X)
#undef X
};

#define TO(s) (1u << SESSION_##s)
static const unsigned followers[_SESSION_STATE_MAX] = {
        [SESSION_QUEUED] = TO(COMPILING) | TO(ASKING) | TO(LOADING) | TO(ENDED),
        [SESSION_COMPILING] = TO(ASKING) | TO(LOADING) | TO(ENDED),
        [SESSION_ASKING] = TO(LOADING) | TO(ENDED),
        [SESSION_LOADING] = TO(HELD) | TO(STARTING) | TO(UNLOADING),
        [SESSION_HELD] = TO(STARTING) | TO(UNLOADING),
        [SESSION_STARTING] = TO(RUNNING) | TO(STOPPING) | TO(DRAINING) | TO(UNLOADING),
        [SESSION_RUNNING] = TO(STOPPING) | TO(DRAINING) | TO(UNLOADING),
        [SESSION_STOPPING] = TO(DRAINING) | TO(UNLOADING),
        [SESSION_DRAINING] = TO(UNLOADING),
        [SESSION_UNLOADING] = TO(ENDED),
        [SESSION_ENDED] = 0,
};

const char *session_state_to_string(SessionState s) {
        return s >= 0 && s < _SESSION_STATE_MAX ? names[s] : "unknown";
}

SessionState session_state_from_string(const char *s) {
        for (SessionState i = 0; s && i < _SESSION_STATE_MAX; i++)
                if (strcmp(names[i], s) == 0)
                        return i;
        return _SESSION_STATE_INVALID;
}

bool session_state_may_follow(SessionState from, SessionState to) {
        return followers[from] & (1u << to);
}

bool session_state_in_kernel(SessionState s) {
        return s >= SESSION_LOADING && s <= SESSION_UNLOADING;
}

static const struct {
        const char *word;
        bool good;
} results[] = {
#define X(word, good) { word, good },
        SESSION_RESULTS(X)
#undef X
};

bool session_result_is_good(const char *result) {
        for (size_t i = 0; i < ELEMENTSOF(results); i++)
                if (strcmp(results[i].word, result) == 0)
                        return results[i].good;
        return false;
}

const char *session_result_word(const char *result) {
        for (size_t i = 0; i < ELEMENTSOF(results); i++)
                if (strcmp(results[i].word, result) == 0)
                        return results[i].word;
        return NULL;
}

static const char *const lifetimes[_SESSION_LIFETIME_MAX] = {
#define X(name, text) [LIFETIME_##name] = text,
        SESSION_LIFETIMES(X)
#undef X
};

const char *session_lifetime_to_string(SessionLifetime l) {
        return lifetimes[l];
}

SessionLifetime session_lifetime_from_string(const char *s) {
        for (SessionLifetime l = 0; l < _SESSION_LIFETIME_MAX; l++)
                if (strcmp(lifetimes[l], s) == 0)
                        return l;
        return _SESSION_LIFETIME_INVALID;
}
