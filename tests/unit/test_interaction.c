/*
 * Interactions as Discord sends them, and as nobody should.
 */
#include "bot/discord/interaction.h"

#include "bot/base/buf.h"
#include "bot/discord/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Quotes are single in the samples. */
static cJSON *json_of(const char *sample)
{
    struct buf text = BUF_INIT(100000);
    buf_add_text(&text, sample);
    for (size_t i = 0; i < text.n; i++)
        text.s[i] = text.s[i] == '\'' ? '"' : text.s[i];
    cJSON *json = json_parse(buf_str(&text));
    buf_release(&text);
    assert_non_null(json);
    return json;
}

#define HEAD                                                                   \
    "{'id':'1234567890123456789','application_id':'42','version':1,"           \
    "'token':'aW50-ZXJh_Y3Rpb246.x~','guild_id':'100','channel_id':'200',"     \
    "'guild':{'id':'100','features':[]},'locale':'de',"                        \
    "'app_permissions':'2252180186844240',"                                    \
    "'member':{'nick':null,'roles':['7','8'],'permissions':'1',"               \
    "'user':{'id':'300','username':'nova','global_name':'Nova'}},"

static const char declare[] =
    HEAD "'type':2,'data':{'id':'5','name':'incident','type':1,"
         "'guild_id':'100','resolved':{"
         "'users':{'77':{'id':'77','username':'kim','global_name':null,"
         "'bot':true},'78':{'id':'78','username':'lee'}},"
         "'members':{'77':{'nick':'Kim of ops','roles':[]}},"
         "'attachments':{'88':{'id':'88','filename':'a.log','size':1234,"
         "'content_type':'text/plain','url':'https://cdn.test/a.log'}}},"
         "'options':[{'name':'declare','type':1,'options':["
         "{'name':'title','type':3,'value':'disk is full'},"
         "{'name':'minutes','type':4,'value':-30},"
         "{'name':'drill','type':5,'value':true},"
         "{'name':'user','type':6,'value':'77'},"
         "{'name':'other','type':6,'value':'78'},"
         "{'name':'gone','type':6,'value':'79'},"
         "{'name':'where','type':7,'value':'200'},"
         "{'name':'role','type':8,'value':'7'},"
         "{'name':'file','type':11,'value':'88'}]}]}}";

static void slash_command(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(declare);
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.type, INTERACTION_COMMAND);
    assert_true(in.id == UINT64_C(1234567890123456789));
    assert_true(in.application_id == 42 && in.guild_id == 100);
    assert_true(in.channel_id == 200);
    assert_true(in.app_permissions == UINT64_C(2252180186844240));
    assert_true(str_is(in.token, "aW50-ZXJh_Y3Rpb246.x~"));
    assert_true(in.user.id == 300 && str_is(in.user.name, "Nova"));
    assert_true(in.role_count == 2 && in.roles[0] == 7 && in.roles[1] == 8);
    assert_int_equal(in.command_type, 1);
    assert_string_equal(in.command, "incident declare");
    assert_int_equal(in.option_count, 9);
    const struct interaction_option *o = in.options;
    assert_true(str_is(o[0].name, "title") && o[0].type == OPTION_TYPE_STRING);
    assert_true(str_is(o[0].text, "disk is full"));
    assert_true(o[1].type == OPTION_TYPE_INTEGER && o[1].number == -30);
    assert_true(o[2].type == OPTION_TYPE_BOOLEAN && o[2].flag);
    assert_true(o[3].type == OPTION_TYPE_USER && o[3].user.id == 77);
    assert_true(str_is(o[3].user.name, "Kim of ops") && o[3].user.is_bot);
    assert_true(o[4].user.id == 78 && str_is(o[4].user.name, "lee"));
    assert_true(o[5].user.id == 79 && str_is(o[5].user.name, "79"));
    assert_true(o[6].type == OPTION_TYPE_CHANNEL && o[6].id == 200);
    assert_true(o[7].type == OPTION_TYPE_ROLE && o[7].id == 7);
    assert_true(o[8].type == OPTION_TYPE_ATTACHMENT && o[8].file.id == 88);
    assert_true(str_is(o[8].file.name, "a.log") && o[8].file.bytes == 1234);
    assert_true(str_is(o[8].file.type, "text/plain"));
    assert_true(str_is(o[8].file.url, "https://cdn.test/a.log"));
    cJSON_Delete(json);
}

static void command_names(void **state)
{
    (void)state;
    static const struct {
        const char *data, *name;
    } cases[] = {
        {"{'name':'resolve','type':1}", "resolve"},
        {"{'name':'ic','options':[{'name':'assign','type':1}]}", "ic assign"},
        {"{'name':'a','options':[{'name':'b','type':2,'options':["
         "{'name':'c','type':1,'options':[]}]}]}",
         "a b c"},
        /* no deeper */
        {"{'name':'a','options':[{'name':'b','type':2,'options':["
         "{'name':'c','type':1,'options':[{'name':'d','type':1}]}]}]}",
         "a b c"},
        {"{'name':'Add to timeline','type':3,'target_id':'9'}",
         "Add to timeline"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sample[2000];
        struct interaction in;
        const char *why;
        (void)snprintf(sample, sizeof sample, HEAD "'type':2,'data':%s}",
                       cases[i].data);
        cJSON *json = json_of(sample);
        assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
        assert_string_equal(in.command, cases[i].name);
        cJSON_Delete(json);
    }
}

static void button(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(HEAD "'type':3,'message':{'id':'555'},'data':{"
                               "'component_type':2,"
                               "'custom_id':'1|ic assign|12|user=me'}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.type, INTERACTION_COMPONENT);
    assert_true(str_is(in.custom_id, "1|ic assign|12|user=me"));
    assert_true(in.message_id == 555 && in.option_count == 0);
    cJSON_Delete(json);
}

/* Labels as of today, rows as before, selects, and what is none of these. */
static void form(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(
        HEAD "'type':5,'data':{'custom_id':'1|resolve|12|','components':["
             "{'type':18,'id':1,'component':{'type':4,'id':2,"
             "'custom_id':'summary','value':'all\\nfine'}},"
             "{'type':1,'components':[{'type':4,'custom_id':'at',"
             "'value':''}]},"
             "{'type':18,'component':{'type':3,'custom_id':'kind',"
             "'values':['note','idea']}},"
             "{'type':18,'component':{'type':3,'custom_id':'none',"
             "'values':[]}},"
             "{'type':10,'content':'text'},{'type':18},7,null,"
             "{'type':1,'components':{'a':1}}]}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.type, INTERACTION_FORM);
    assert_int_equal(in.option_count, 3);
    assert_true(str_is(in.options[0].name, "summary"));
    assert_true(str_is(in.options[0].text, "all\nfine"));
    assert_int_equal(in.options[0].type, OPTION_TYPE_STRING);
    assert_true(str_is(in.options[1].name, "at") && in.options[1].text.n == 0);
    assert_true(str_is(in.options[2].text, "note"));
    cJSON_Delete(json);
}

static void autocomplete(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(
        HEAD "'type':4,'data':{'name':'ic','type':1,'options':["
             "{'name':'assign','type':1,'options':["
             "{'name':'role','type':3,'value':'com','focused':true},"
             "{'name':'minutes','type':4,'value':'1x','focused':true}]}]}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.type, INTERACTION_AUTOCOMPLETE);
    assert_string_equal(in.command, "ic assign");
    assert_int_equal(in.option_count, 2);
    assert_true(in.options[0].focused && str_is(in.options[0].text, "com"));
    assert_true(in.options[1].focused && str_is(in.options[1].text, "1x"));
    cJSON_Delete(json);
}

/* A whole message comes with its menu, even without the message intent. */
static void message_menu(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(
        HEAD "'type':2,'data':{'id':'5','name':'Add to timeline','type':3,"
             "'target_id':'1234567890123450000','resolved':{'messages':{"
             "'1234567890123450000':{'id':'1234567890123450000',"
             "'channel_id':'200','content':'<@77> look','author':{'id':'78',"
             "'username':'lee','global_name':'Lee'},'mentions':[{'id':'77',"
             "'username':'kim'}],'embeds':[{'title':'DOWN','description':"
             "'504'},{'title':'x'}],'attachments':[{'id':'88','filename':"
             "'a.log','size':12,'url':'https://cdn.test/a.log'},{'id':'89',"
             "'filename':'no address','size':12},7,{'id':'90','filename':"
             "'b','size':1,'url':'https://cdn.test/b'}]}}}}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_string_equal(in.command, "Add to timeline");
    assert_int_equal(in.command_type, 3);
    const struct interaction_message *message = &in.target_message;
    assert_true(message->id == UINT64_C(1234567890123450000));
    assert_true(message->channel_id == 200);
    assert_true(message->author.id == 78);
    assert_true(str_is(message->author.name, "Lee"));
    assert_true(str_is(message->content, "<@77> look"));
    assert_int_equal(cJSON_GetArraySize(message->embeds), 2);
    assert_int_equal(message->file_count, 2);
    assert_true(str_is(message->files[0].name, "a.log"));
    assert_true(str_is(message->files[1].name, "b"));
    assert_true(str_is(interaction_mention(message, 77), "kim"));
    assert_true(interaction_mention(message, 78).n == 0);
    assert_true(in.target_json != NULL && in.target_user.id == 0);
    cJSON_Delete(json);
}

/* Its own content is empty; what it shows is a snapshot, which names nobody. */
static void forwarded_message(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(
        HEAD "'type':2,'data':{'name':'Add to timeline','type':3,"
             "'target_id':'12','resolved':{'messages':{'12':{'id':'12',"
             "'content':'','author':{'id':'78','username':'lee'},"
             "'mentions':[],'embeds':[],'attachments':[],"
             "'message_snapshots':[{'message':{'content':'<@77> look',"
             "'mentions':[{'id':'77','username':'kim'}],'embeds':[{'title':"
             "'DOWN'}],'attachments':[{'id':'88','filename':'a.log','size':12,"
             "'url':'https://cdn.test/a.log'}]}}]}}}}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    const struct interaction_message *message = &in.target_message;
    assert_true(message->is_forwarded && message->file_count == 1);
    assert_true(str_is(message->content, "<@77> look"));
    assert_int_equal(cJSON_GetArraySize(message->embeds), 1);
    assert_true(str_is(interaction_mention(message, 77), "kim"));
    cJSON_Delete(json);
}

static void user_menu(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json =
        json_of(HEAD "'type':2,'data':{'id':'5','name':'Assign as commander',"
                     "'type':2,'target_id':'77','resolved':{'users':{'77':{"
                     "'id':'77','username':'kim'}},'members':{'77':{'nick':"
                     "'Kim of ops'}}}}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_true(in.target_user.id == 77);
    assert_true(str_is(in.target_user.name, "Kim of ops"));
    assert_true(in.target_message.id == 0);
    cJSON_Delete(json);
}

/* What is missing or wrong is as if there were no target. */
static void targets_that_are_none(void **state)
{
    (void)state;
    static const char *const samples[] = {
        "'type':3",
        "'type':3,'target_id':9",
        "'type':3,'target_id':'9'",
        "'type':3,'target_id':'9','resolved':{'messages':[]}",
        "'type':3,'target_id':'9','resolved':{'messages':{'9':7}}",
        "'type':3,'target_id':'9','resolved':{'messages':{'9':{'id':'9'}}}",
        "'type':3,'target_id':'9','resolved':{'messages':{'9':{'author':{"
        "'id':'7'}}}}",
        "'type':1,'target_id':'9','resolved':{'messages':{'9':{'id':'9',"
        "'author':{'id':'7'}}}}",
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char sample[2000];
        struct interaction in;
        const char *why;
        (void)snprintf(sample, sizeof sample,
                       HEAD "'type':2,'data':{'name':'x',%s}}", samples[i]);
        cJSON *json = json_of(sample);
        assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
        assert_true(in.target_message.id == 0);
        assert_null(in.target_json);
        cJSON_Delete(json);
    }
}

/* Announcement, public and private threads belong to a channel. */
static void threads_have_a_parent(void **state)
{
    (void)state;
    for (int type = 0; type <= 15; type++) {
        struct interaction in;
        const char *why;
        char text[600];
        bool is_thread = type >= 10 && type <= 12;
        (void)snprintf(text, sizeof text,
                       HEAD "'type':3,'channel':{'id':'200','type':%d,"
                            "'parent_id':'201'},'data':{'custom_id':'1|x|1|'}}",
                       type);
        cJSON *json = json_of(text);
        assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
        assert_int_equal(in.parent_id, is_thread ? 201 : 0);
        cJSON_Delete(json);
    }
}

static void a_select_on_a_private_message(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json =
        json_of(HEAD "'type':3,'message':{'id':'900','flags':64},"
                     "'channel':{'id':'200','type':11,'parent_id':'201'},"
                     "'data':{'custom_id':'1|x|1|id','component_type':3,"
                     "'values':['7','8']}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_true(str_is(in.chosen, "7"));
    assert_true(in.on_private);
    assert_true(in.parent_id == 201);
    cJSON_Delete(json);
    json = json_of(HEAD "'type':3,'message':{'id':'900','flags':4},"
                        "'channel':{'id':'200','type':0,'parent_id':'201'},"
                        "'data':{'custom_id':'1|x|1|','component_type':2,"
                        "'values':7}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_true(in.chosen.n == 0);
    assert_false(in.on_private);
    assert_true(in.parent_id == 0);
    cJSON_Delete(json);
}

static void every_kind_of_field(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of(
        HEAD "'type':5,'data':{'custom_id':'1|x|1|','resolved':{'users':{"
             "'77':{'id':'77','username':'kim'}},'attachments':{'88':{'id':"
             "'88','filename':'a.log','size':12,'url':'https://cdn.test/a'},"
             "'89':{'id':'89','filename':'b.log','size':13,'url':"
             "'https://cdn.test/b'}}},'components':["
             "{'type':18,'component':{'type':3,'custom_id':'kind','values':["
             "'note']}},"
             "{'type':18,'component':{'type':3,'custom_id':'none','values':[]"
             "}},"
             "{'type':18,'component':{'type':5,'custom_id':'user','values':["
             "'77']}},"
             "{'type':18,'component':{'type':5,'custom_id':'no','values':[7]"
             "}},"
             "{'type':18,'component':{'type':19,'custom_id':'file','values':["
             "'88','90','89']}}]}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.option_count, 4);
    assert_true(str_is(in.options[0].text, "note"));
    assert_int_equal(in.options[1].type, OPTION_TYPE_USER);
    assert_true(in.options[1].user.id == 77);
    assert_int_equal(in.options[2].type, OPTION_TYPE_ATTACHMENT);
    assert_true(str_is(in.options[2].file.name, "a.log"));
    assert_true(str_is(in.options[3].name, "file"));
    assert_true(str_is(in.options[3].file.name, "b.log"));
    cJSON_Delete(json);
}

static void direct_message(void **state)
{
    (void)state;
    struct interaction in;
    const char *why;
    cJSON *json = json_of("{'id':'1','type':2,'token':'t','context':1,"
                          "'channel':{'id':'9'},"
                          "'user':{'id':'3','username':'nova'},"
                          "'data':{'name':'resolve'}}");
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_true(in.guild_id == 0 && in.channel_id == 9 && in.user.id == 3);
    assert_true(str_is(in.user.name, "nova") && in.role_count == 0);
    cJSON_Delete(json);
}

static void no_interaction(void **state)
{
    (void)state;
    static const char *const samples[] = {
        "null",
        "7",
        "[]",
        "{}",
        "{'id':1,'type':2,'token':'t','user':{'id':'3'},'data':{'name':'a'}}",
        "{'id':'x','type':2,'token':'t','user':{'id':'3'},'data':{'name':'a'}}",
        "{'id':'1','type':2,'user':{'id':'3'},'data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'','user':{'id':'3'},'data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'a/b','user':{'id':'3'},"
        "'data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'..','user':{'id':'3'},"
        "'data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'a\\nb','user':{'id':'3'},"
        "'data':{'name':'a'}}",
        "{'id':'1','type':1,'token':'t','user':{'id':'3'}}",
        "{'id':'1','type':6,'token':'t','user':{'id':'3'}}",
        "{'id':'1','type':'2','token':'t','user':{'id':'3'}}",
        "{'id':'1','type':2,'token':'t','data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'t','user':{'id':3},'data':{'name':'a'}}",
        "{'id':'1','type':2,'token':'t','user':{'id':'3'},'data':{'name':1}}",
        "{'id':'1','type':2,'token':'t','user':{'id':'3'},'data':[]}",
        "{'id':'1','type':3,'token':'t','user':{'id':'3'},'data':{}}",
        "{'id':'1','type':5,'token':'t','user':{'id':'3'},"
        "'data':{'custom_id':''}}",
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct interaction in;
        const char *why = NULL;
        cJSON *json = json_of(samples[i]);
        assert_int_equal(interaction_parse(json, &in, &why), ERR_INVALID);
        assert_non_null(why);
        cJSON_Delete(json);
    }
}

/* A wrong value is no value; the rest of the command still counts. */
static void wrong_options_are_left_out(void **state)
{
    (void)state;
    static const char *const options[] = {
        "{'name':'a','type':3,'value':7}",
        "{'name':'a','type':3}",
        "{'type':3,'value':'x'}",
        "{'name':7,'type':3,'value':'x'}",
        "{'name':'a','value':'x'}",
        "{'name':'a','type':99,'value':'x'}",
        "{'name':'a','type':10,'value':1.5}",
        "{'name':'a','type':4,'value':1.5}",
        "{'name':'a','type':4,'value':1e300}",
        "{'name':'a','type':4,'value':9007199254740993}",
        "{'name':'a','type':4,'value':'7'}",
        "{'name':'a','type':5,'value':1}",
        "{'name':'a','type':6,'value':77}",
        "{'name':'a','type':6,'value':'-1'}",
        "{'name':'a','type':6,'value':'077'}",
        "{'name':'a','type':6,'value':'99999999999999999999'}",
        "{'name':'a','type':8,'value':''}",
        "{'name':'a','type':11,'value':'5'}",
        "7",
        "null",
        "[]",
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char sample[2000];
        struct interaction in;
        const char *why;
        (void)snprintf(sample, sizeof sample,
                       HEAD "'type':2,'data':{'name':'x','options':["
                            "{'name':'ok','type':5,'value':false},%s]}}",
                       options[i]);
        cJSON *json = json_of(sample);
        assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
        assert_int_equal(in.option_count, 1);
        assert_true(str_is(in.options[0].name, "ok"));
        cJSON_Delete(json);
    }
}

static void lists_are_bounded(void **state)
{
    (void)state;
    struct buf sample = BUF_INIT(100000);
    struct interaction in;
    const char *why;
    buf_add_text(&sample, "{'id':'1','type':2,'token':'t','member':{"
                          "'user':{'id':'3','username':'n'},'roles':['1'");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&sample, ",'2'");
    buf_add_text(&sample, "]},'data':{'name':'a','options':[0");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&sample, ",{'name':'o','type':3,'value':'v'}");
    buf_add_text(&sample, "]}}");
    cJSON *json = json_of(buf_text(&sample));
    assert_int_equal(interaction_parse(json, &in, &why), ERR_OK);
    assert_int_equal(in.role_count, INTERACTION_ROLES);
    assert_int_equal(in.option_count, INTERACTION_OPTIONS);
    cJSON_Delete(json);
    buf_release(&sample);
}

static void long_names_and_tokens_are_refused(void **state)
{
    (void)state;
    char sample[2000], many[600];
    struct interaction in;
    const char *why;
    memset(many, 'a', sizeof many);
    many[401] = '\0';
    (void)snprintf(sample, sizeof sample,
                   "{'id':'1','type':2,'token':'%s','user':{'id':'3'},"
                   "'data':{'name':'a'}}",
                   many);
    cJSON *json = json_of(sample);
    assert_int_equal(interaction_parse(json, &in, &why), ERR_INVALID);
    cJSON_Delete(json);
    many[60] = '\0';
    (void)snprintf(sample, sizeof sample,
                   "{'id':'1','type':2,'token':'t','user':{'id':'3'},"
                   "'data':{'name':'%s','options':[{'type':1,'name':'%s'}]}}",
                   many, many);
    json = json_of(sample);
    assert_int_equal(interaction_parse(json, &in, &why), ERR_INVALID);
    cJSON_Delete(json);
}

/* Every cut of a good payload, and every value of it replaced by another kind:
 * the sanitizers watch. */
static void broken_json_does_no_harm(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(10000);
    struct interaction in;
    const char *why;
    int read = 0;
    for (size_t at = 0; at < sizeof declare - 1; at++) {
        buf_clear(&text);
        buf_add_text(&text, declare);
        for (size_t i = 0; i < text.n; i++)
            text.s[i] = text.s[i] == '\'' ? '"' : text.s[i];
        cJSON *json = json_parse((struct str){text.s, at});
        assert_null(json);
        for (const char *other = "0[{\"]},"; *other != '\0'; other++) {
            text.s[at] = *other;
            json = json_parse(buf_str(&text));
            if (json != NULL)
                read += interaction_parse(json, &in, &why) == ERR_OK;
            cJSON_Delete(json);
        }
    }
    assert_in_range(read, 100, 10000);
    buf_release(&text);
}

/* cJSON ends a string at a NUL: half a text would pass for the whole. */
static void a_nul_is_found(void **state)
{
    (void)state;
    const struct {
        struct str json;
        const char *text;
    } cases[] = {
        {STR("{\"a\":\"disk \\u0000full\"}"), "disk \001full"},
        {STR("{\"a\":\"\\u0000\\u0000\"}"), "\001\001"},
        {STR("{\"a\":\"raw \0byte\"}"), "raw \001byte"},
        {STR("{\"a\":\"C:\\\\u0000\"}"), "C:\\u0000"},
        {STR("{\"a\":\"x\\\\\\u0000y\"}"), "x\\\001y"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *json = json_parse(cases[i].json);
        assert_string_equal(json_text(json, "a").s, cases[i].text);
        cJSON_Delete(json);
    }
    assert_null(json_parse(STR("{\"a\":\"\\u0000")));
    assert_null(json_parse(STR("\0")));
}

static void snowflakes(void **state)
{
    (void)state;
    assert_true(snowflake_ms(UINT64_C(175928847299117063)) ==
                INT64_C(1462015105796));
    cJSON *number = cJSON_CreateNumber(5);
    assert_true(json_id_of(number) == 0 && json_id_of(NULL) == 0);
    cJSON_Delete(number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slash_command),
        cmocka_unit_test(command_names),
        cmocka_unit_test(button),
        cmocka_unit_test(form),
        cmocka_unit_test(autocomplete),
        cmocka_unit_test(forwarded_message),
        cmocka_unit_test(message_menu),
        cmocka_unit_test(user_menu),
        cmocka_unit_test(targets_that_are_none),
        cmocka_unit_test(threads_have_a_parent),
        cmocka_unit_test(a_select_on_a_private_message),
        cmocka_unit_test(every_kind_of_field),
        cmocka_unit_test(direct_message),
        cmocka_unit_test(no_interaction),
        cmocka_unit_test(wrong_options_are_left_out),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(long_names_and_tokens_are_refused),
        cmocka_unit_test(broken_json_does_no_harm),
        cmocka_unit_test(a_nul_is_found),
        cmocka_unit_test(snowflakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
