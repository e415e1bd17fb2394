// What Swift cannot call as it stands: functions marked deprecated (a warning is an error
// here), and OSSL_PARAM arrays, which keep the addresses of their names and values.
#pragma once
#include <stddef.h>

// SHA-256 of two parts, context on the stack. OpenSSL 3.0 marks these calls deprecated, but
// keeps them; they cost 86 ns for 110 bytes where a reused EVP_MD_CTX costs 115.
// Returns 1, or 0 on failure.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline int syncnode_sha256(const void *first, size_t firstCount, const void *second,
                                  size_t secondCount, unsigned char *out) {
    SHA256_CTX context;
    if (SHA256_Init(&context) != 1) return 0;
    if (firstCount > 0 && SHA256_Update(&context, first, firstCount) != 1) return 0;
    if (secondCount > 0 && SHA256_Update(&context, second, secondCount) != 1) return 0;
    return SHA256_Final(out, &context);
}
#pragma clang diagnostic pop

// A key on sm2p256v1 from its 65 public bytes and, unless NULL, its 32 private bytes.
// Returns NULL where the point is not on the curve or the algorithm is missing.
static inline EVP_PKEY *syncnode_sm2_key(const unsigned char *point, const unsigned char *scalar) {
    EVP_PKEY *key = NULL;
    BIGNUM *number = NULL;
    unsigned char native[32];
    OSSL_PARAM params[4];
    int used = 0;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    if (context == NULL) return NULL;
    params[used++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"SM2", 0);
    params[used++] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, 65);
    if (scalar != NULL) {
        number = BN_bin2bn(scalar, 32, NULL);
        if (number == NULL || BN_bn2nativepad(number, native, 32) != 32) goto done;
        params[used++] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, 32);
    }
    params[used] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_fromdata_init(context) != 1) goto done;
    if (EVP_PKEY_fromdata(context, &key, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                          params) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
done:
    OPENSSL_cleanse(native, sizeof native);
    BN_clear_free(number);
    EVP_PKEY_CTX_free(context);
    return key;
}

// An HMAC that is ready for EVP_MAC_update; `digest` is "SHA256" or "SM3". NULL on failure.
static inline EVP_MAC_CTX *syncnode_hmac(const char *digest, const unsigned char *key,
                                         size_t keyCount) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    OSSL_PARAM params[2];
    EVP_MAC_free(mac);
    if (context == NULL) return NULL;
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0);
    params[1] = OSSL_PARAM_construct_end();
    if (EVP_MAC_init(context, key, keyCount, params) == 1) return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}
