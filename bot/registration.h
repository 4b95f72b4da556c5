/*
 * The commands as Discord shows them: one bulk PUT, and none when Discord
 * already has these very bytes. Creating them anew would lose the permissions
 * that admins gave them, and there is a budget of 200 a day
 * (docs: application commands).
 */
#ifndef BOT_REGISTRATION_H
#define BOT_REGISTRATION_H

#include "bot/io/rest.h"
#include "storage/store.h"

struct registration;

/* Both borrowed. */
struct registration *registration_new(struct store *store, struct rest *rest);
/* At every connection, and now and then: what Discord did not take is tried
 * again. application_id 0: not known yet, and nothing is done. */
void registration_check(struct registration *registration,
                        uint64_t application_id);
/* After `rest`: it is called back. NULL is fine. */
void registration_free(struct registration *registration);

#endif
