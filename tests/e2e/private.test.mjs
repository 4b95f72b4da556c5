// A private incident: who takes a role in it is let into its room, and nobody else.

import assert from 'node:assert/strict';
import test from 'node:test';

import { BITS } from '../discord/permissions.mjs';
import { stage } from './stage.mjs';

const sees = (person, channel) => (person.member.permissionsIn(channel) & BITS.VIEW_CHANNEL) !== 0n;

test('who takes a role in a private incident is let into its room', () => stage({}, async ({ standin, guild, bot, nova, quill, finch }) => {
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');
    assert.ok(!sees(quill, war) && !sees(finch, war));

    await nova.slash('/ic assign', { user: quill }, { channel: war });
    await standin.until(() => sees(quill, war), 'quill to be let in');
    await war.message(/quill <@/);
    assert.match((await quill.slash('/timeline add', { text: 'Keys rotated' }, { channel: war })).text, /^Kept as #/);
    assert.ok(!sees(finch, war));

    standin.faults.revoke('MANAGE_ROLES');
    await nova.slash('/ic assign', { user: finch, role: 'scribe' }, { channel: war });
    await war.message(/Who may see the war room could not be changed.*Manage Roles/);
    assert.ok(!sees(finch, war));
    assert.equal(guild.channels.has(war.id), true);
    assert.equal(bot.record().events.filter(({ effect }) => effect === 'war_room').length, 1);
}));
