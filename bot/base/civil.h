/*
 * UTC calendar arithmetic on milliseconds since 1970-01-01T00:00:00Z, without
 * the C library's time zone state. Proleptic Gregorian (Howard Hinnant's
 * days_from_civil); no leap seconds, as POSIX counts.
 */
#ifndef BOT_BASE_CIVIL_H
#define BOT_BASE_CIVIL_H

#include "bot/base/str.h"

#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_MINUTE (60 * MS_PER_SECOND)
#define MS_PER_HOUR   (60 * MS_PER_MINUTE)
#define MS_PER_DAY    (24 * MS_PER_HOUR)

struct civil {
    int year, month, day; /* month 1..12, day 1..31 */
    int hour, minute, second, ms;
};

struct civil civil_of(int64_t ms);
/* Fields beyond their range roll over (hour 24 is the next day). */
int64_t civil_to_ms(struct civil civil);
int64_t civil_day_start(int64_t ms); /* midnight UTC of that day */
int civil_days_in_month(int year, int month);
bool civil_date_valid(int year, int month, int day);

int civil_weekday(int64_t ms);               /* 0 is Sunday */
const char *civil_weekday_word(int weekday); /* "Thursday" */
/* As people write them: in full, or the first three letters at least, in any
 * case: "Sept" is 9, "Fri" is 5. */
int civil_month_named(struct str word);   /* 0: no month */
int civil_weekday_named(struct str word); /* -1: no weekday */

/* "2022-12-13T18:53:00.000Z" and a NUL; the form of files and logs. */
#define CIVIL_ISO_BYTES 32
void civil_iso(int64_t ms, char out[static CIVIL_ISO_BYTES]);
void civil_date(int64_t ms, char out[static CIVIL_ISO_BYTES]); /* 2022-12-13 */

/* The wall clock. For the shell (bot/, tests): rules take the time as an
 * argument. */
int64_t clock_wall_ms(void);
/* When this machine was started, by the wall clock: that this is another time
 * than before tells how far the clock was set meanwhile. */
int64_t clock_started_ms(void);

#endif
