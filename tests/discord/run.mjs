// A stand-in for trying things by hand: prints where it is as one JSON line and
// runs until it is killed. Options as JSON: node run.mjs '{"limits": false}'

import { start } from './standin.mjs';

const standin = await start(JSON.parse(process.argv[2] ?? '{}'));
const named = (things, name) => Object.fromEntries([...things].map((thing) => [name(thing), thing.id]));
console.log(JSON.stringify({
    api_base: standin.apiBase,
    gateway: standin.gatewayUrl,
    token: standin.token,
    application_id: standin.world.applicationId,
    guilds: [...standin.world.guilds.values()].map((guild) => ({
        id: guild.id, name: guild.name,
        channels: named(guild.channels.values(), (channel) => channel.name),
        members: named(guild.members.values(), (member) => member.user.name),
        roles: named(guild.roles.values(), (role) => role.name),
    })),
}));

let told = 0;
setInterval(() => {
    for (; told < standin.violations.length; told++) console.log(JSON.stringify({ violation: standin.violations[told] }));
}, 500);
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
