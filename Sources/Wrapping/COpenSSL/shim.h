#pragma once
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <time.h>

// Macros and variadic functions, which Swift cannot call, as functions.

static inline EVP_PKEY *copenssl_make_rsa(size_t bits) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

static inline long copenssl_bio_bytes(BIO *bio, char **start) {
    return BIO_get_mem_data(bio, start);
}

static inline int copenssl_no_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

// Without a callback OpenSSL would ask at the terminal for the passphrase of an encrypted key.
static inline EVP_PKEY *copenssl_read_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, copenssl_no_passphrase, NULL);
}

static inline X509 *copenssl_read_certificate(BIO *bio) {
    return PEM_read_bio_X509(bio, NULL, copenssl_no_passphrase, NULL);
}

static inline int copenssl_mac_init(EVP_MAC_CTX *context, const char *digest, const uint8_t *key, size_t count) {
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, count, params);
}

static inline int copenssl_use_pss(EVP_PKEY_CTX *context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 32) > 0 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

static inline EVP_PKEY *copenssl_ed25519_public(const uint8_t *bytes, size_t count) {
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, count);
}

static inline EVP_PKEY *copenssl_ed25519_private(const uint8_t *bytes, size_t count) {
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, count);
}

// NULL if the numbers make no key.
static inline EVP_PKEY *copenssl_rsa_public(
    const uint8_t *modulus, size_t modulus_count, const uint8_t *exponent, size_t exponent_count
) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_count, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_count, NULL);
    if (context != NULL && builder != NULL && n != NULL && e != NULL &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(builder)) != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_free(n);
    BN_free(e);
    return key;
}

static inline unsigned long copenssl_name_form(void) {
    return XN_FLAG_RFC2253;
}

// Seconds since 1970; 0 if the time cannot be read.
static inline int copenssl_seconds(const ASN1_TIME *moment, int64_t *seconds) {
    struct tm parts;
    if (ASN1_TIME_to_tm(moment, &parts) != 1) return 0;
    *seconds = (int64_t)timegm(&parts);
    return 1;
}

static inline int copenssl_add_common_name(X509_NAME *name, const uint8_t *text, int count) {
    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, count, -1, 0);
}

static inline int copenssl_add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

// 0 if it carries no check of its integrity.
static inline int copenssl_pkcs12_mac_rounds(const PKCS12 *file, int64_t *rounds) {
    const ASN1_INTEGER *count = NULL;
    PKCS12_get0_mac(NULL, NULL, NULL, &count, file);
    *rounds = 1;
    if (!PKCS12_mac_present(file)) return 0;
    // Absent means one.
    if (count != NULL && ASN1_INTEGER_get_int64(rounds, count) != 1) *rounds = INT64_MAX;
    return 1;
}

static inline STACK_OF(X509) *copenssl_certificates(void) {
    return sk_X509_new_null();
}

static inline int copenssl_certificates_count(const STACK_OF(X509) *stack) {
    return stack == NULL ? 0 : sk_X509_num(stack);
}

// Takes the last one out; the caller owns it.
static inline X509 *copenssl_certificates_pop(STACK_OF(X509) *stack) {
    return sk_X509_pop(stack);
}

// The stack owns a reference of its own.
static inline int copenssl_certificates_push(STACK_OF(X509) *stack, X509 *certificate) {
    if (X509_up_ref(certificate) != 1) return 0;
    if (sk_X509_push(stack, certificate) > 0) return 1;
    X509_free(certificate);
    return 0;
}

static inline void copenssl_certificates_free(STACK_OF(X509) *stack) {
    sk_X509_pop_free(stack, X509_free);
}

// True for an algorithm that only the legacy provider has.
static inline int copenssl_is_unsupported(unsigned long error) {
    return ERR_GET_REASON(error) == ERR_R_UNSUPPORTED ||
        (ERR_GET_LIB(error) == ERR_LIB_PKCS12 && ERR_GET_REASON(error) == PKCS12_R_UNKNOWN_DIGEST_ALGORITHM);
}

static inline int copenssl_is_wrong_password(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_PKCS12 && ERR_GET_REASON(error) == PKCS12_R_MAC_VERIFY_FAILURE;
}

// Reading certificate after certificate ends with this error.
static inline int copenssl_is_end_of_pem(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}
