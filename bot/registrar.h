/*
 * The commands as Discord shows them: one bulk PUT, and none when Discord
 * already has these very bytes. Creating them anew would lose the permissions
 * that admins gave them, and there is a budget of 200 a day
 * (docs: application commands).
 */
#ifndef BOT_REGISTRAR_H
#define BOT_REGISTRAR_H

#include "bot/io/rest.h"
#include "storage/store.h"

struct registrar;

/* Both borrowed. */
struct registrar *registrar_new(struct store *store, struct rest *rest);
/* At every connection, and now and then: what Discord did not take is tried
 * again. application_id 0: not known yet, and nothing is done. */
void registrar_check(struct registrar *registrar, uint64_t application_id);
/* After `rest`: it is called back. NULL is fine. */
void registrar_free(struct registrar *registrar);

#endif
