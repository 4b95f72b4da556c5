/*
 * The tables of the first opsroom, as SQL texts up to a NULL: the oldest file
 * there may be. Never edited; storage/migrations.c goes on from here.
 */
#ifndef TESTS_LIB_SCHEMA_1_H
#define TESTS_LIB_SCHEMA_1_H

extern const char *const schema_1[];

#endif
