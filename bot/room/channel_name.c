#include "bot/room/channel.h"
#include "bot/room/deliver.h"

#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <inttypes.h>

#define NAME_MOST_UNITS 90

/* Letters and digits of any script; ASCII in lower case. Discord turns the rest
 * of a text channel's name into dashes, or refuses it. */
static bool fits_a_name(uint32_t point)
{
    if (point < 0x80)
        return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
    return point >= 0xC0 && point != 0xD7 && point != 0xF7 &&
           !(point >= 0x2000 && point < 0x3040) && /* marks and symbols */
           !(point >= 0xD800 && point < 0xF900) && /* private use */
           point < 0xFE00;                         /* and emoji */
}

static void add_slug(struct buf *out, struct str text)
{
    bool gap = true;
    uint32_t point;
    size_t n;
    for (; text.n > 0; text = str_from(text, n == 0 ? 1 : n)) {
        n = utf8_next(text, &point);
        if (point >= 'A' && point <= 'Z')
            point += 'a' - 'A';
        if (n == 0 || !fits_a_name(point)) {
            gap = true;
            continue;
        }
        if (gap)
            buf_add_char(out, '-');
        gap = false;
        if (point < 0x80)
            buf_add_char(out, (char)point);
        else
            buf_add_bytes(out, text.s, n);
    }
}

void channel_name_add(struct buf *out, const struct incident *in,
                      enum room room, bool is_plain)
{
    size_t from = out->n;
    struct incident clean;
    buf_addf(out, "inc-%" PRId64, in->id);
    incident_without_secrets(in, &clean);
    /* Clients can read the names of channels they are not let into. */
    if (room == ROOM_LIVE)
        buf_add_text(out, "-live");
    else if (in->is_private && !is_plain)
        buf_add_text(out, "-private");
    else if (!is_plain)
        add_slug(out, str_of(clean.title));
    buf_cut(out, from + utf8_cut_units(str_from(buf_str(out), from),
                                       NAME_MOST_UNITS));
    while (out->n > from && out->s[out->n - 1] == '-')
        buf_cut(out, out->n - 1);
}

void channel_mark_add(struct buf *out, const struct visit *visit,
                      enum room room)
{
    buf_addf(out, "(opsroom INC-%" PRId64 " %s %.8s)", visit->delivery->in.id,
             room == ROOM_WAR ? "war" : "live", store_instance(visit->store));
}

void channel_topic_add(struct buf *out, const struct visit *visit,
                       enum room room, bool is_plain)
{
    const struct incident *in = &visit->delivery->in;
    struct incident clean;
    if (!in->is_private) {
        incident_without_secrets(in, &clean);
        buf_addf(out, "%s · ", word_of(&severity_words, (int)in->severity));
        markdown_add_line(out, str_of(clean.title));
        buf_add_text(out, ". ");
    }
    buf_add_text(out, room == ROOM_LIVE
                          ? "What happens, as the responders put it on the "
                            "record. Read only. "
                          : "Commands and buttons work here. Nothing said here "
                            "is kept unless it is put on the record. ");
    if (is_plain)
        buf_add_text(out, "Discord does not allow a word of the title as a "
                          "name. ");
    channel_mark_add(out, visit, room);
}
