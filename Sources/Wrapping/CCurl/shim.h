#pragma once
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed: CURLOPT_QUICK_EXIT, CURLOPT_PROTOCOLS_STR, CURLOPT_PREREQFUNCTION"
#endif

// curl_easy_setopt and its relatives are variadic, which Swift cannot call: one function for each kind of
// argument. The Swift side has one type of option for each of them.

static inline CURLcode ccurl_setopt_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_setopt_large(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies the text.
static inline CURLcode ccurl_setopt_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies CURLOPT_POSTFIELDSIZE_LARGE bytes, so the size must have been set before.
static inline CURLcode ccurl_setopt_copied_body(CURL *easy, const void *bytes) {
    return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

// The list stays the caller's and must outlive the transfer.
static inline CURLcode ccurl_setopt_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(easy, option, list);
}

// libcurl copies the bytes.
static inline CURLcode ccurl_setopt_copied_blob(CURL *easy, CURLoption option, void *bytes, size_t count) {
    struct curl_blob blob = { bytes, count, CURL_BLOB_COPY };
    return curl_easy_setopt(easy, option, &blob);
}

// At least CURL_ERROR_SIZE bytes, the caller's, which must outlive the transfer.
static inline CURLcode ccurl_setopt_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

typedef size_t (*ccurl_receive)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_setopt_write(CURL *easy, ccurl_receive function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_setopt_header(CURL *easy, ccurl_receive function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

typedef curl_socket_t (*ccurl_open_socket)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode ccurl_setopt_open_socket(CURL *easy, ccurl_open_socket function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}

typedef int (*ccurl_prerequest)(void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode ccurl_setopt_prerequest(CURL *easy, ccurl_prerequest function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}

static inline CURLcode ccurl_getinfo_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

// The text belongs to libcurl and lives as long as the handle.
static inline CURLcode ccurl_getinfo_text(CURL *easy, CURLINFO info, const char **value) {
    return curl_easy_getinfo(easy, info, value);
}

// The certificates of the connection, leaf first; libcurl's, alive as long as the handle.
static inline CURLcode ccurl_getinfo_certificates(CURL *easy, const struct curl_certinfo **info) {
    struct curl_certinfo *found = NULL;
    CURLcode code = curl_easy_getinfo(easy, CURLINFO_CERTINFO, &found);
    *info = found;
    return code;
}

static inline CURLMcode ccurl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The address itself follows the fixed fields and may be longer than `struct sockaddr`.
static inline const void *ccurl_address_bytes(const struct curl_sockaddr *address) {
    return &address->addr;
}

// The result of a finished transfer; a union member, which Swift sees as a computed property only.
static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}
