#include "bot/io/certificates.h"

#include <openssl/x509.h>
#include <stdlib.h>

const char *certificate_folder(void)
{
    const char *named = getenv(X509_get_default_cert_dir_env());
    return named != NULL && named[0] != '\0' ? named
                                             : X509_get_default_cert_dir();
}
