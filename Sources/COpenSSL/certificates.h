// What of X.509 is a macro, an array of OSSL_PARAM or a stack in OpenSSL, and so not for Swift.
#pragma once
#include <stdlib.h>
#include <string.h>

// Adds an extension in its text form. Returns 1, or 0 on failure.
static inline int syncnode_x509_extend(X509 *certificate, X509 *issuer, int nid,
                                       const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;
    int code;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    code = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return code;
}

// The same for a list of certificates that were taken back. Returns 1, or 0 on failure.
static inline int syncnode_crl_extend(X509_CRL *list, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;
    int code;
    X509V3_set_ctx(&context, issuer, NULL, NULL, list, 0);
    extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    code = X509_CRL_add_ext(list, extension, -1);
    X509_EXTENSION_free(extension);
    return code;
}

// The number of a list (RFC 5280 5.2.3). Returns 1, or 0 on failure.
static inline int syncnode_crl_number(X509_CRL *list, long long value) {
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    int code = number != NULL && ASN1_INTEGER_set_int64(number, value)
        && X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, 0);
    ASN1_INTEGER_free(number);
    return code;
}

// A certificate's serial number, big-endian. Returns how many bytes, or 0 where there is no room.
static inline int syncnode_x509_serial(const X509 *certificate, unsigned char *out, int room) {
    const ASN1_INTEGER *number = X509_get0_serialNumber(certificate);
    int count = number == NULL ? 0 : ASN1_STRING_length(number);
    if (count > room) return 0;
    if (count > 0) memcpy(out, ASN1_STRING_get0_data(number), (size_t)count);
    return count;
}

// Puts one serial number, big-endian, into a list. Returns 1, or 0 on failure.
static inline int syncnode_crl_add(X509_CRL *list, const unsigned char *serial, int count,
                                   long long seconds) {
    X509_REVOKED *entry = X509_REVOKED_new();
    BIGNUM *number = BN_bin2bn(serial, count, NULL);
    ASN1_INTEGER *integer = number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);
    ASN1_TIME *since = ASN1_TIME_set(NULL, (time_t)seconds);
    int code = entry != NULL && integer != NULL && since != NULL
        && X509_REVOKED_set_serialNumber(entry, integer)
        && X509_REVOKED_set_revocationDate(entry, since) && X509_CRL_add0_revoked(list, entry);
    if (!code) X509_REVOKED_free(entry);
    ASN1_TIME_free(since);
    ASN1_INTEGER_free(integer);
    BN_free(number);
    return code;
}

static inline STACK_OF(X509) *syncnode_x509_stack(X509 **list, int count) {
    STACK_OF(X509) *stack = sk_X509_new_null();
    for (int index = 0; stack != NULL && index < count; index++) {
        if (sk_X509_push(stack, list[index]) == 0) {
            sk_X509_free(stack);
            return NULL;
        }
    }
    return stack;
}

// Judges chain[0] with the rest of `chain` as what may lie between, against `anchors` alone, at a
// time in seconds since 1970. Returns an X509_V_ code: X509_V_OK where it holds.
static inline int syncnode_x509_verify(X509 **chain, int count, X509 **anchors, int anchorCount,
                                       long long seconds) {
    int code = X509_V_ERR_OUT_OF_MEM;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *between = syncnode_x509_stack(chain + 1, count - 1);
    STACK_OF(X509) *trusted = syncnode_x509_stack(anchors, anchorCount);
    if (store == NULL || context == NULL || between == NULL || trusted == NULL) goto done;
    if (X509_STORE_CTX_init(context, store, chain[0], between) != 1) goto done;
    X509_STORE_CTX_set0_trusted_stack(context, trusted);
    X509_STORE_CTX_set_time(context, 0, (time_t)seconds);
    if (X509_verify_cert(context) == 1) {
        code = X509_V_OK;
    } else {
        code = X509_STORE_CTX_get_error(context);
        if (code == X509_V_OK) code = X509_V_ERR_UNSPECIFIED;
    }
done:
    sk_X509_free(trusted);
    sk_X509_free(between);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return code;
}

// A common name and a serial number, as the two entries of a name in this order. Returns 1, or 0
// where the name has others, or either is longer than its buffer less one.
static inline int syncnode_x509_names(const X509_NAME *name, char *common, int commonCount,
                                      char *serial, int serialCount) {
    if (name == NULL || X509_NAME_entry_count(name) != 2) return 0;
    int first = X509_NAME_get_text_by_NID(name, NID_commonName, common, commonCount);
    int second = X509_NAME_get_text_by_NID(name, NID_serialNumber, serial, serialCount);
    return first > 0 && second > 0 && first == (int)strlen(common)
        && second == (int)strlen(serial);
}


static inline int syncnode_asn1_seconds(const ASN1_TIME *time, long long *seconds) {
    int days = 0, rest = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int code = epoch != NULL && ASN1_TIME_diff(&days, &rest, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    *seconds = (long long)days * 86400 + rest;
    return code;
}

// From when to when it holds, in seconds since 1970. Returns 1, or 0 where it does not say.
static inline int syncnode_x509_times(const X509 *certificate, long long *from, long long *to) {
    return syncnode_asn1_seconds(X509_get0_notBefore(certificate), from)
        && syncnode_asn1_seconds(X509_get0_notAfter(certificate), to);
}

// What a client wants of the other end beside a chain: a URI among its names, and, where it knows
// no anchor yet, the first 16 bytes of the SHA-256 of the one to believe.
typedef struct {
    char urn[80];
    int hasPin;
    unsigned char pin[16];
    long long past;
} syncnode_expectation;

static inline void *syncnode_expect(const char *urn, const unsigned char *pin, long long past) {
    syncnode_expectation *wanted = calloc(1, sizeof *wanted);
    if (wanted == NULL || strlen(urn) >= sizeof wanted->urn) {
        free(wanted);
        return NULL;
    }
    strcpy(wanted->urn, urn);
    wanted->past = past;
    if (pin != NULL) {
        wanted->hasPin = 1;
        memcpy(wanted->pin, pin, sizeof wanted->pin);
    }
    return wanted;
}

static inline void syncnode_expect_no_more(void *wanted) { free(wanted); }

static inline int syncnode_x509_bears(X509 *certificate, const char *urn) {
    int found = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int index = 0; names != NULL && index < sk_GENERAL_NAME_num(names); index++) {
        int kind = 0;
        const ASN1_STRING *text =
            GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &kind);
        if (kind == GEN_URI && ASN1_STRING_length(text) == (int)strlen(urn)
            && memcmp(ASN1_STRING_get0_data(text), urn, strlen(urn)) == 0) found = 1;
    }
    GENERAL_NAMES_free(names);
    return found;
}

// The certificate that the other end sent and whose SHA-256 begins as the pin, as the only one trusted.
static inline STACK_OF(X509) *syncnode_x509_pinned(STACK_OF(X509) *sent,
                                                   const unsigned char *pin) {
    STACK_OF(X509) *trusted = sk_X509_new_null();
    for (int index = 0; trusted != NULL && sent != NULL && index < sk_X509_num(sent); index++) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int count = 0;
        X509 *one = sk_X509_value(sent, index);
        if (X509_digest(one, EVP_sha256(), digest, &count) == 1 && count == 32
            && CRYPTO_memcmp(digest, pin, 16) == 0) sk_X509_push(trusted, one);
    }
    return trusted;
}

// Whether a certificate of the chain that was built had run out by a moment that is surely past.
static inline int syncnode_chain_ended(X509_STORE_CTX *context, long long past) {
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    time_t when = (time_t)past;
    for (int index = 0; chain != NULL && index < sk_X509_num(chain); index++) {
        if (X509_cmp_time(X509_get0_notAfter(sk_X509_value(chain, index)), &when) <= 0) return 1;
    }
    return chain == NULL;
}

static inline int syncnode_verify_peer(X509_STORE_CTX *context, void *argument) {
    const syncnode_expectation *wanted = argument;
    STACK_OF(X509) *trusted = NULL;
    int code;
    if (wanted->hasPin) {
        trusted = syncnode_x509_pinned(X509_STORE_CTX_get0_untrusted(context), wanted->pin);
        if (trusted == NULL || sk_X509_num(trusted) == 0) {
            sk_X509_free(trusted);
            X509_STORE_CTX_set_error(context, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
            return 0;
        }
        X509_STORE_CTX_set0_trusted_stack(context, trusted);
    }
    if (wanted->past != 0) {
        // This machine's clock is not believed: what is known of the time is that this is past.
        X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
    }
    code = X509_verify_cert(context);
    if (code == 1 && wanted->past != 0 && syncnode_chain_ended(context, wanted->past)) {
        X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_HAS_EXPIRED);
        code = 0;
    }
    sk_X509_free(trusted);
    if (code == 1 && wanted->urn[0] != 0
        && !syncnode_x509_bears(X509_STORE_CTX_get0_cert(context), wanted->urn)) {
        X509_STORE_CTX_set_error(context, X509_V_ERR_HOSTNAME_MISMATCH);
        return 0;
    }
    return code;
}

static inline void syncnode_forget_expectation(void *parent, void *pointer, CRYPTO_EX_DATA *data,
                                               int index, long number, void *argument) {
    (void)parent; (void)data; (void)index; (void)number; (void)argument;
    free(pointer);
}

// libcurl's call for each TLS context that it makes: hangs a copy of what is expected on it.
// Returns 0, or another number where the connection must not be made.
static inline int syncnode_on_context(void *easy, void *context, void *expectation) {
    static int place = -1;
    syncnode_expectation *copy;
    (void)easy;
    if (expectation == NULL) return 0;
    if (place < 0) {
        place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, syncnode_forget_expectation);
    }
    copy = malloc(sizeof *copy);
    if (copy == NULL || place < 0) {
        free(copy);
        return 27;
    }
    memcpy(copy, expectation, sizeof *copy);
    if (SSL_CTX_set_ex_data(context, place, copy) != 1) {
        free(copy);
        return 27;
    }
    SSL_CTX_set_cert_verify_callback(context, syncnode_verify_peer, copy);
    return 0;
}

// All certificates that the caller of a server sent, its own first, as PEM. Returns 1, or 0 where
// it sent none.
static inline int syncnode_ssl_chain(SSL *session, BIO *out) {
    X509 *own = SSL_get0_peer_certificate(session);
    STACK_OF(X509) *rest = SSL_get_peer_cert_chain(session);
    if (own == NULL || PEM_write_bio_X509(out, own) != 1) return 0;
    for (int index = 0; rest != NULL && index < sk_X509_num(rest); index++) {
        if (PEM_write_bio_X509(out, sk_X509_value(rest, index)) != 1) return 0;
    }
    return 1;
}
