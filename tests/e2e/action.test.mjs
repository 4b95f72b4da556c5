// Action items and command handed over, as people do it in their client.

import assert from 'node:assert/strict';

import { declare, scene, told } from './stage.mjs';

scene('an action item from a message, taken and done with buttons', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const here = { channel: war };
    const said = await quill.say(war, 'We need an alert on disk space');
    const made = await nova.messageMenu(said, 'Make action item');
    assert.match(made.text, /volunteer wanted\nWe need an alert/);
    const [item] = told(bot).events.filter(({ kind }) => kind === 'item');
    assert.equal(item.text, 'We need an alert on disk space');
    assert.match((await nova.messageMenu(said, 'Make action item')).text, /has this already/);

    const list = await quill.slash('/action list', {}, here);
    assert.match(list.text, /volunteer wanted/);
    assert.match((await quill.press(list.message, `Take #${item.seq}`)).text, /· quill\./);
    const form = await quill.press(list.message, `Done #${item.seq}`);
    assert.equal(form.kind, 'modal');
    assert.match((await quill.submit(form, { evidence: 'It woke us on Monday' })).text, /is done/);
    assert.match((await nova.slash('/action list', { mine: true })).text, /Nothing open is yours/);
    const offered = await nova.complete('/action drop', {}, 'id', '', here);
    assert.deepEqual(offered, []);
});

scene('command is handed over with a form', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const here = { channel: war };
    await nova.slash('/ic assign', { user: nova }, here);
    const form = await nova.slash('/ic handoff', { user: quill }, here);
    assert.equal(form.modal.title, 'Hand over INC-1');
    const answer = await nova.submit(form, { user: quill, conditions: 'Rolling restart', actions: '', needs: 'Sleep' });
    assert.match(answer.text, /^quill is commander of \*\*INC-1\*\* since/);
    assert.match((await quill.slash('/ic who', {}, here)).text, /\*\*commander\*\* quill since/);
    const brief = told(bot).events.find(({ kind }) => kind === 'handoff');
    assert.match(brief.snapshot, /^investigating since .*commander: nova/s);
    assert.match((await quill.slash('/ic leave', {}, here)).text, /Nobody commands it now/);
});
