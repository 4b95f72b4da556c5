/*
 * Whom we trust when the settings name no file: the system's folder, looked
 * into when a certificate is wanted. Its bundle, which curl and OpenSSL would
 * read by default, is parsed whole (15 ms) and kept (2 MB) by each of them.
 */
#ifndef BOT_IO_CERTIFICATES_H
#define BOT_IO_CERTIFICATES_H

const char *certificate_folder(void); /* OpenSSL's, or $SSL_CERT_DIR */

#endif
