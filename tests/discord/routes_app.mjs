// Operations on the application: gateway, commands, interactions, webhooks.
// Each row: method, path, id (operationId of the published description), run.

import { refuse } from './errors.mjs';
import { checkCommands } from './rules.mjs';
import { userJson } from './world.mjs';

const DAILY_CREATES = 200; // Application Commands, Registering a Command

const ok = (body) => ({ status: 200, body });
const NO_CONTENT = { status: 204, body: null };

function ourApplication({ world, params }) {
    if (params.application_id !== world.applicationId) refuse(10002, { rule: 'application' });
}

/** Where a scope's command list lives: global, or one guild's. */
function commandScope({ world, params }) {
    ourApplication({ world, params });
    const { guild_id: id } = params;
    if (!id) return { get: () => world.commands.global, set: (list) => { world.commands.global = list; } };
    if (!world.guilds.has(id)) refuse(50001);
    return { get: () => world.commands.guilds.get(id) ?? [], set: (list) => world.commands.guilds.set(id, list) };
}

const listCommands = (call) => ok(commandScope(call).get());

/** Bulk overwrite: what has a known name keeps its id, the rest is created. */
function setCommands(call) {
    const { world, body, params, standin } = call;
    const scope = commandScope(call);
    checkCommands(body ?? []);
    const old = new Map(scope.get().map((command) => [`${command.type} ${command.name}`, command]));
    const created = (body ?? []).filter((one) => !old.has(`${one.type ?? 1} ${one.name}`)).length;
    if ((standin.commandCreates += created) > DAILY_CREATES) refuse(30034, { retryAfter: 3600 });
    scope.set((body ?? []).map((one) => ({
        name_localizations: null, description_localizations: null, description: '', nsfw: false,
        default_member_permissions: null, options: [], ...one, type: one.type ?? 1,
        ...(params.guild_id ? { guild_id: params.guild_id } : { contexts: one.contexts ?? null, integration_types: one.integration_types ?? [0] }),
        id: old.get(`${one.type ?? 1} ${one.name}`)?.id ?? world.makeId(),
        application_id: world.applicationId, version: world.makeId(),
    })));
    standin.registrations++;
    world.changed();
    return ok(scope.get());
}

const live = ({ standin, params }) => standin.interactions.live(params.webhook_id, params.webhook_token);

export const operations = [
    {
        method: 'GET', path: '/gateway', id: 'get_gateway', open: true,
        run: ({ standin }) => ok({ url: standin.gatewayUrl }),
    },
    {
        method: 'GET', path: '/gateway/bot', id: 'get_bot_gateway',
        run: ({ standin }) => ok({ url: standin.gatewayUrl, shards: 1, session_start_limit: standin.gateway.startLimit() }),
    },
    {
        method: 'GET', path: '/applications/@me', id: 'get_my_application',
        run: ({ world }) => ok({
            id: world.applicationId, name: world.bot.name, icon: null, description: '', summary: '',
            verify_key: '0'.repeat(64), flags: 1 << 19, bot_public: world.isPublic, bot_require_code_grant: false,
            bot: userJson(world.bot), interactions_endpoint_url: world.interactionsUrl, hook: true, type: null,
            integration_types_config: { 0: {} }, redirect_uris: [], approximate_guild_count: world.guilds.size,
        }),
    },
    {
        method: 'GET', path: '/users/@me', id: 'get_my_user',
        run: ({ world }) => ok({ ...userJson(world.bot), email: null, verified: true, mfa_enabled: true, locale: 'en-US', flags: 0 }),
    },
    { method: 'GET', path: '/applications/{application_id}/commands', id: 'list_application_commands', run: listCommands },
    { method: 'PUT', path: '/applications/{application_id}/commands', id: 'bulk_set_application_commands', run: setCommands },
    { method: 'GET', path: '/applications/{application_id}/guilds/{guild_id}/commands', id: 'list_guild_application_commands', major: 'guild_id', run: listCommands },
    { method: 'PUT', path: '/applications/{application_id}/guilds/{guild_id}/commands', id: 'bulk_set_guild_application_commands', major: 'guild_id', run: setCommands },
    {
        method: 'GET', path: '/applications/{application_id}/guilds/{guild_id}/commands/permissions',
        id: 'list_guild_application_command_permissions', major: 'guild_id',
        run: (call) => { commandScope(call); return ok([]); },
    },
    {
        method: 'POST', path: '/interactions/{interaction_id}/{interaction_token}/callback',
        id: 'create_interaction_response', major: 'interaction_token', open: true,
        run: ({ standin, params, body, uploads, query }) => {
            const wanted = /^(true|True|1)$/.test(query.get('with_response') ?? '');
            const response = standin.interactions.answer(params.interaction_id, params.interaction_token, body, uploads, wanted);
            return response ? ok(response) : NO_CONTENT;
        },
    },
    {
        method: 'POST', path: '/webhooks/{webhook_id}/{webhook_token}', id: 'execute_webhook', major: 'webhook_token', open: true,
        run: (call) => ok(call.standin.interactions.followUp(live(call), call.body, call.uploads).json()),
    },
    ...['@original', '{message_id}'].flatMap((place) => {
        const path = `/webhooks/{webhook_id}/{webhook_token}/messages/${place}`;
        const name = place === '@original' ? 'original_webhook_message' : 'webhook_message';
        const which = ({ params }) => params.message_id ?? '@original';
        const common = { path, major: 'webhook_token', open: true };
        return [
            {
                ...common, method: 'GET', id: `get_${name}`,
                run: (call) => ok(call.standin.interactions.message(live(call), which(call)).json()),
            },
            {
                ...common, method: 'PATCH', id: `update_${name}`,
                run: (call) => ok(call.standin.interactions.edit(live(call), which(call), call.body, call.uploads).json()),
            },
            {
                ...common, method: 'DELETE', id: `delete_${name}`,
                run: (call) => { call.standin.interactions.delete(live(call), which(call)); return NO_CONTENT; },
            },
        ];
    }),
];
