#include "bot/probe/address.h"
#include "bot/probe/service.h"
#include "bot/probe/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/un.h>

#include <cmocka.h>

static const struct {
    const char *address;
    bool is_internal;
} addresses[] = {
    /* Where teams have hosts. */
    {"127.0.0.1", false},
    {"::1", false},
    {"10.0.0.1", false},
    {"172.16.0.1", false},
    {"192.168.1.1", false},
    {"100.64.0.1", false},
    {"fd12:3456::1", false},
    {"192.0.2.1", false},
    {"2001:db8::1", false},
    {"1.1.1.1", false},
    {"2606:4700::1111", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:192.168.1.1", false},
    {"64:ff9b::1.1.1.1", false},
    {"2002:0101:0101::1", false},
    /* Next to the ranges, not in them. */
    {"169.253.255.255", false},
    {"169.255.0.0", false},
    {"1.0.0.0", false},
    {"223.255.255.255", false},
    {"100.100.100.201", false},
    {"fe7f::1", false},
    {"fd00:ec3::254", false},
    {"::2:0:0", false},
    /* Nobody's service, or everybody's secrets. */
    {"169.254.169.254", true},
    {"169.254.0.0", true},
    {"169.254.255.255", true},
    {"0.0.0.0", true},
    {"0.1.2.3", true},
    {"100.100.100.200", true},
    {"168.63.129.16", true},
    {"192.0.0.192", true},
    {"224.0.0.1", true},
    {"239.255.255.250", true},
    {"240.0.0.1", true},
    {"255.255.255.255", true},
    {"::", true},
    {"fe80::1", true},
    {"febf::1", true},
    {"fec0::1", true},
    {"ff02::1", true},
    {"fd00:ec2::254", true},
    {"fd20:ce::254", true},
    /* The same in disguise. */
    {"::ffff:169.254.169.254", true},
    {"::ffff:0.0.0.0", true},
    {"::ffff:0:169.254.169.254", true},
    {"::169.254.169.254", true},
    {"64:ff9b::169.254.169.254", true},
    {"64:ff9b:1::a9fe:a9fe", true},
    {"2002:a9fe:a9fe::1", true},
    {"::ffff:255.255.255.255", true},
};

static void internal_addresses_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct sockaddr_storage address;
        char again[ADDRESS_BYTES];
        assert_true(address_parse(str_of(addresses[i].address), &address));
        if (address_is_internal((struct sockaddr *)&address) !=
            addresses[i].is_internal)
            fail_msg("%s", addresses[i].address);
        address_print((struct sockaddr *)&address, again);
        struct sockaddr_storage second;
        assert_true(address_parse(str_of(again), &second));
        assert_memory_equal(&address, &second, sizeof address);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    struct sockaddr_storage address;
    char text[ADDRESS_BYTES];
    const struct sockaddr_un path = {.sun_family = AF_UNIX};
    (void)state;
    assert_true(address_is_internal((const struct sockaddr *)&path));
    address_print((const struct sockaddr *)&path, text);
    assert_string_equal(text, "");
    assert_false(address_parse(STR("localhost"), &address));
    assert_false(address_parse(STR("127.1"), &address));
    assert_false(address_parse(STR(""), &address));
    assert_false(address_parse(
        STR("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"),
        &address));
}

static void targets_are_taken_apart(void **state)
{
    static const struct {
        const char *target, *host;
        int port;
    } cases[] = {
        {"db.example.org:5432", "db.example.org", 5432},
        {"127.0.0.1:1", "127.0.0.1", 1},
        {"[2001:db8::1]:65535", "2001:db8::1", 65535},
        {"db.example.org", NULL, 0},
        {"db.example.org:", NULL, 0},
        {"db.example.org:0", NULL, 0},
        {"db.example.org:65536", NULL, 0},
        {"db.example.org:https", NULL, 0},
        {"2001:db8::1:80", NULL, 0},
        {":80", NULL, 0},
        {"[]:80", NULL, 0},
        {"", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str host = STR_NONE;
        int port = 0;
        bool good = target_parse(str_of(cases[i].target), &host, &port);
        assert_int_equal(good, cases[i].host != NULL);
        assert_int_equal(port, cases[i].port);
        assert_true(str_eq(host, str_of(cases[i].host)));
    }
}

static void secrets_are_left_out_of_words(void **state)
{
    static const char *const cases[][2] = {
        {"https://forum.example/", "https://forum.example/"},
        {"https://nova:hunter2@forum.example:8443/health?token=abc#x",
         "https://forum.example:8443/health"},
        {"http://a@b@forum.example/p@th", "http://forum.example/p@th"},
        {"http://forum.example?token=abc@x", "http://forum.example"},
        {"http://nova:pass\\@forum.example/", "http://forum.example/"},
        {"db.example.org:5432", "db.example.org:5432"},
        {"[2001:db8::1]:443", "[2001:db8::1]:443"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = BUF_INIT(200);
        target_print(str_of(cases[i][0]), &out);
        assert_string_equal(buf_text(&out), cases[i][1]);
        buf_release(&out);
    }
}

static void services_are_related_by_what_they_need(void **state)
{
    char *needs_db[] = {(char[]){"db"}, (char[]){"not there"}};
    char *needs_forum[] = {(char[]){"FORUM"}};
    char *needs_app[] = {(char[]){"app"}};
    struct service all[] = {
        {.name = (char[]){"forum"}, .depends_on = {needs_db, 2}},
        {.name = (char[]){"db"}, .depends_on = {needs_app, 1}},
        {.name = (char[]){"app"}, .depends_on = {needs_forum, 1}}, /* circle */
        {.name = (char[]){"site"}, .depends_on = {needs_forum, 1}},
        {.name = (char[]){"mail"}, .depends_on = {NULL, 0}},
        {.name = (char[]){"wiki"}, .depends_on = {needs_db, 1}},
    };
    const struct services services = {all, 6};
    static const struct {
        const char *one, *other;
        bool are_related;
    } cases[] = {
        {"forum", "db", true},
        {"db", "forum", true},
        {"site", "db", true},
        {"Site", "DB", true},
        {"mail", "forum", false},
        {"mail", "MAIL", true},
        {"site", "wiki", false}, /* they share something, no more */
        {"not there", "forum", false},
        {"not there", "Not there", true},
        {"not there", "nor this", false},
        {"", "", false},
        {"", "forum", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (services_are_related(&services, str_of(cases[i].one),
                                 str_of(cases[i].other)) !=
            cases[i].are_related)
            fail_msg("%s, %s", cases[i].one, cases[i].other);
    assert_ptr_equal(service_find(&services, STR("DB")), &all[1]);
    assert_null(service_find(&services, STR("d")));
    assert_null(service_find(&services, STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(internal_addresses_are_known),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(targets_are_taken_apart),
        cmocka_unit_test(secrets_are_left_out_of_words),
        cmocka_unit_test(services_are_related_by_what_they_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
