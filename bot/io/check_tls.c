/*
 * A TLS handshake whatever the certificate is like, and then what is wrong with
 * it: OpenSSL is told to go on after each fault, and each is noted. It sees no
 * socket, only memory.
 */
#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/io/certificates.h"
#include "bot/io/check_kind.h"
#include "bot/probe/address.h"
#include "bot/probe/target.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define READ_BYTES 16384
#define NAME_BYTES 256

/* ---- whom we trust ---- */

/* Reading certificates costs more than a handshake, so what was read is kept,
 * a ca_file until it is another. */
struct trust {
    struct trusted {
        struct trusted *next;
        char *ca_file; /* "" : the system's */
        struct timespec changed;
        ino_t inode;
        SSL_CTX *context;
    } * first;
};

struct trust *trust_new(void)
{
    return mem_alloc(sizeof(struct trust));
}

void trust_free(struct trust *trust)
{
    if (trust == NULL)
        return;
    while (trust->first != NULL) {
        struct trusted *trusted = trust->first;
        trust->first = trusted->next;
        SSL_CTX_free(trusted->context);
        free(trusted->ca_file);
        free(trusted);
    }
    free(trust);
}

static bool load(struct trusted *trusted)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    assert(context != NULL);
    int loaded = trusted->ca_file[0] == '\0'
                     ? SSL_CTX_load_verify_dir(context, certificate_folder())
                     : SSL_CTX_load_verify_file(context, trusted->ca_file);
    if (loaded != 1) {
        SSL_CTX_free(context);
        return false;
    }
    SSL_CTX_free(trusted->context);
    trusted->context = context;
    return true;
}

/* NULL: the file cannot be read, or holds no certificate. */
static SSL_CTX *trust_context(struct trust *trust, const char *ca_file)
{
    struct trusted *trusted = trust->first;
    struct stat status = {.st_size = 0};
    while (trusted != NULL && strcmp(trusted->ca_file, ca_file) != 0)
        trusted = trusted->next;
    if (trusted == NULL) {
        trusted = mem_alloc(sizeof *trusted);
        trusted->ca_file = mem_text(ca_file);
        trusted->next = trust->first;
        trust->first = trusted;
    }
    if (ca_file[0] != '\0' && stat(ca_file, &status) != 0)
        return NULL;
    bool is_same = trusted->context != NULL &&
                   trusted->inode == status.st_ino &&
                   trusted->changed.tv_sec == status.st_mtim.tv_sec &&
                   trusted->changed.tv_nsec == status.st_mtim.tv_nsec;
    if (is_same)
        return trusted->context;
    if (!load(trusted))
        return NULL;
    trusted->inode = status.st_ino;
    trusted->changed = status.st_mtim;
    return trusted->context;
}

/* ---- the certificate ---- */

struct tls {
    struct check *check;
    struct connector *connector;
    SSL *ssl;
    BIO *in, *out; /* the SSL's */
    char wanted[NAME_BYTES];
    struct certificate_facts facts;
    char bytes[READ_BYTES];
};

static int note_fault(int is_good, X509_STORE_CTX *store)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = SSL_get_app_data(ssl);
    struct certificate_facts *facts = &tls->facts;
    int error = X509_STORE_CTX_get_error(store);
    if (is_good)
        return 1;
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        facts->is_expired = true;
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        facts->is_early = true;
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        facts->is_self_signed = true;
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
        facts->is_untrusted = true;
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        facts->is_misnamed = true;
        break;
    default:
        facts->other = X509_verify_cert_error_string(error);
        break;
    }
    return 1;
}

static int64_t time_of(const ASN1_TIME *time)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return 0;
    return civil_to_ms((struct civil){tm.tm_year + 1900, tm.tm_mon + 1,
                                      tm.tm_mday, tm.tm_hour, tm.tm_min,
                                      tm.tm_sec, 0});
}

static void copy_asn1(const ASN1_STRING *text, char out[static NAME_BYTES])
{
    str_copy(out, NAME_BYTES,
             (struct str){(const char *)ASN1_STRING_get0_data(text),
                          (size_t)ASN1_STRING_length(text)});
}

/* The first name it is for. */
static void copy_name(X509 *leaf, char out[static NAME_BYTES])
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && out[0] == '\0'; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            copy_asn1(name->d.dNSName, out);
    }
    GENERAL_NAMES_free(names);
    if (out[0] == '\0')
        (void)X509_NAME_get_text_by_NID(X509_get_subject_name(leaf),
                                        NID_commonName, out, NAME_BYTES);
}

static void examine(struct tls *tls)
{
    struct certificate_facts *facts = &tls->facts;
    STACK_OF(X509) *chain = SSL_get0_verified_chain(tls->ssl);
    X509 *leaf = SSL_get0_peer_certificate(tls->ssl), *top = leaf;
    char name[NAME_BYTES] = "", issuer[NAME_BYTES] = "";
    struct probe_result result;
    if (leaf == NULL) {
        check_fail(tls->check, "it showed no certificate");
        return;
    }
    facts->now_ms = clock_wall_ms();
    facts->begins_ms = time_of(X509_get0_notBefore(leaf));
    facts->ends_ms = time_of(X509_get0_notAfter(leaf));
    for (int i = 0; i < sk_X509_num(chain); i++) {
        top = sk_X509_value(chain, i);
        int64_t ends_ms = time_of(X509_get0_notAfter(top));
        if (ends_ms < facts->ends_ms)
            facts->ends_ms = ends_ms;
    }
    copy_name(leaf, name);
    (void)X509_NAME_get_text_by_NID(X509_get_issuer_name(top), NID_commonName,
                                    issuer, sizeof issuer);
    facts->name = str_of(name);
    facts->issuer = str_of(issuer);
    facts->wanted = str_of(tls->wanted);
    verdict_certificate(tls->check->probe, facts, &result);
    check_end(tls->check, &result);
}

/* ---- the handshake ---- */

struct sending {
    uv_write_t write;
    char bytes[];
};

static void on_sent(uv_write_t *write, int status)
{
    (void)status; /* what went wrong is read, too */
    free(write->data);
}

static void send_out(struct tls *tls, uv_tcp_t *tcp)
{
    size_t n = BIO_ctrl_pending(tls->out);
    if (n == 0)
        return;
    struct sending *sending = mem_alloc(sizeof *sending + n);
    int got = BIO_read(tls->out, sending->bytes, (int)n);
    assert(got == (int)n);
    uv_buf_t bytes = uv_buf_init(sending->bytes, (unsigned)n);
    sending->write.data = sending;
    if (uv_write(&sending->write, (uv_stream_t *)tcp, &bytes, 1, on_sent) != 0)
        free(sending);
}

/* May end the check. */
static void go_on(struct tls *tls, uv_tcp_t *tcp)
{
    ERR_clear_error();
    int done = SSL_do_handshake(tls->ssl);
    send_out(tls, tcp);
    if (done == 1) {
        examine(tls);
        return;
    }
    if (SSL_get_error(tls->ssl, done) == SSL_ERROR_WANT_READ)
        return;
    const char *why = ERR_reason_error_string(ERR_peek_error());
    check_fail(tls->check, "no TLS: %s",
               why == NULL ? "the handshake failed" : why);
}

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct tls *tls = handle->data;
    (void)hint;
    *out = uv_buf_init(tls->bytes, sizeof tls->bytes);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct tls *tls = stream->data;
    if (n < 0) {
        check_fail(tls->check,
                   "it closed the connection during the TLS handshake");
    } else if (n > 0) {
        int taken = BIO_write(tls->in, bytes->base, (int)n);
        assert(taken == (int)n);
        go_on(tls, (uv_tcp_t *)stream);
    }
}

static void set_names(struct tls *tls)
{
    struct sockaddr_storage ignored;
    X509_VERIFY_PARAM *wanted = SSL_get0_param(tls->ssl);
    int good;
    if (address_parse(str_of(tls->wanted), &ignored)) {
        good = X509_VERIFY_PARAM_set1_ip_asc(wanted, tls->wanted);
    } else {
        X509_VERIFY_PARAM_set_hostflags(wanted,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        good = X509_VERIFY_PARAM_set1_host(wanted, tls->wanted, 0);
        if (good == 1)
            good = (int)SSL_set_tlsext_host_name(tls->ssl, tls->wanted);
    }
    assert(good == 1);
}

static void on_connected(uv_tcp_t *tcp, void *context)
{
    struct tls *tls = context;
    const struct probe *probe = tls->check->probe;
    SSL_CTX *trusted = trust_context(tls->check->checks->trust, probe->ca_file);
    if (trusted == NULL) {
        check_fail(tls->check, "not checked: the ca_file cannot be read");
        return;
    }
    tls->ssl = SSL_new(trusted);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    assert(tls->ssl != NULL && tls->in != NULL && tls->out != NULL);
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_verify(tls->ssl, SSL_VERIFY_NONE, note_fault);
    SSL_set_connect_state(tls->ssl);
    set_names(tls);
    tcp->data = tls;
    (void)uv_read_start((uv_stream_t *)tcp, give_room, on_read);
    go_on(tls, tcp);
}

static void start(struct check *check, const struct check_order *order)
{
    struct tls *tls = mem_alloc(sizeof *tls);
    const struct connect_handlers handlers = {on_connected, tls};
    struct str host;
    int port;
    (void)order;
    tls->check = check;
    check->work = tls;
    if (check->probe->server_name[0] != '\0')
        str_copy_to(tls->wanted, str_of(check->probe->server_name));
    else if (target_parse(str_of(check->probe->target), &host, &port))
        str_copy_to(tls->wanted, host);
    tls->connector = connector_start(check, &handlers);
}

static void stop(struct check *check)
{
    struct tls *tls = check->work;
    connector_free(tls->connector);
    SSL_free(tls->ssl);
    free(tls);
}

const struct check_kind check_tls = {start, stop};
